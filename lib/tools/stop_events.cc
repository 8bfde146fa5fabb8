#include "lib/tools/stop_events.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

namespace rostrum::tools {

StopEvents::StopEvents() {
  std::signal(SIGHUP, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = Descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
  ended_ = Descriptor(eventfd(0, EFD_CLOEXEC));
}

void StopEvents::TellEnd() const {
  const uint64_t one = 1;
  const ssize_t written = write(ended_.number(), &one, sizeof one);
  static_cast<void>(written);
}

int StopEvents::Wait() const {
  pollfd polled[] = {{ended_.number(), POLLIN, 0}, {signals_.number(), POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if (polled[0].revents != 0) return 0;
  signalfd_siginfo info{};
  const ssize_t size = read(signals_.number(), &info, sizeof info);
  return size == sizeof info ? static_cast<int>(info.ssi_signo) : SIGTERM;
}

}  // namespace rostrum::tools
