// A peer that closes its connection must not end our process: some builds of libcurl write to
// sockets in a way that raises SIGPIPE, and a library may not change the process' handlers.

#ifndef ROSTRUM_LIB_MESOS_HTTP_NO_SIGPIPE_H_
#define ROSTRUM_LIB_MESOS_HTTP_NO_SIGPIPE_H_

#include <csignal>
#include <ctime>

namespace rostrum::mesos::http {

// Keeps SIGPIPE from this thread while it lives.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~NoSigpipe() {
    // One that came meanwhile is ours, and must not be delivered as the mask is put back.
    const timespec no_time{};
    if (!was_pending_) sigtimedwait(&pipe_, nullptr, &no_time);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_;
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_NO_SIGPIPE_H_
