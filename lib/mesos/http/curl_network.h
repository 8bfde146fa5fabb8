// Requests over libcurl.

#ifndef ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_
#define ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_

#include <curl/curl.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <string>

#include "lib/mesos/http/network.h"
#include "rostrum/mesos/http_options.h"

namespace rostrum::mesos::http {

// A peer that closes its connection must not end our process: some builds of libcurl write to
// sockets in a way that raises SIGPIPE, and a library may not change the process' handlers.
//
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

// Requests over libcurl, all on the thread that calls Perform.
//
// Thread safety: one thread, but Wake any. The listener may not call Start or Cancel from within
// its functions; a Reactor keeps such calls for later.
class CurlNetwork : public Network {
 public:
  // What the listener is told to stop by, from within its functions: the answer to `wanted` is
  // asked before each piece is handed over.
  class Receiver : public Listener {
   public:
    virtual bool Wants(RequestId id) = 0;
  };

  CurlNetwork(HttpOptions options, Receiver* receiver);
  ~CurlNetwork() override;

  void Start(RequestId id, Request request) override;
  // Makes sure that memory cannot run out in the next Start: a request that there is none for ends.
  void MakeRoom();
  void Cancel(RequestId id) override;
  void CancelAll();

  // Waits for something to do, no longer than `timeout`, and does it. An end for which the receiver
  // throws std::bad_alloc is told again in the next call; other things are told once.
  void Perform(std::chrono::milliseconds timeout);
  // Ends a Perform that waits, or the next one.
  void Wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One request on its way through libcurl.
//
// Owns the easy handle, and everything that libcurl reads while it runs.
class Transfer {
 public:
  Transfer(RequestId id, Request request, const HttpOptions& options,
           CurlNetwork::Receiver* receiver);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Null if libcurl has no memory.
  CURL* handle() const { return handle_; }
  // What came of it, in a sentence that names the URL.
  Status Outcome(CURLcode code) const;

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnData(char* data, size_t size, size_t count, void* self);
  static size_t OnUpload(char* room, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);

  void SetUp(const HttpOptions& options);
  void SetUpBody();
  void SetUpHeaders(const HttpOptions& options);
  void SetUpTls(const TlsOptions& tls);
  // Each returns whether to go on.
  bool TakeHeaderLine(std::string_view line);
  bool TakeData(std::string_view data);

  const RequestId id_;
  const Request request_;
  const size_t answer_maximum_;
  CurlNetwork::Receiver* const receiver_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  Head head_;
  bool head_told_ = false;
  size_t uploaded_ = 0;
  size_t received_ = 0;
  std::string own_error_;
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_
