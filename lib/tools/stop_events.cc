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
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC);
  ended_ = eventfd(0, EFD_CLOEXEC);
}

StopEvents::~StopEvents() {
  if (signals_ >= 0) close(signals_);
  if (ended_ >= 0) close(ended_);
}

void StopEvents::TellEnd() const {
  const uint64_t one = 1;
  const ssize_t written = write(ended_, &one, sizeof one);
  static_cast<void>(written);
}

int StopEvents::Wait() const {
  pollfd polled[] = {{ended_, POLLIN, 0}, {signals_, POLLIN, 0}};
  while (poll(polled, 2, -1) < 0 && errno == EINTR) {
  }
  if (polled[0].revents != 0) return 0;
  signalfd_siginfo info{};
  const ssize_t size = read(signals_, &info, sizeof info);
  return size == sizeof info ? static_cast<int>(info.ssi_signo) : SIGTERM;
}

}  // namespace rostrum::tools
