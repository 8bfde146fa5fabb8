#include "lib/tools/mesos/stop_signals.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

namespace rostrum::tools {
namespace {

// How often the waiting thread looks whether it is still needed.
constexpr timespec kLook = {.tv_sec = 0, .tv_nsec = 100'000'000};

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  const sigset_t set = StopSet();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  is_over_ = true;
  thread_.join();
}

void StopSignals::Wait() {
  const sigset_t set = StopSet();
  while (!is_over_) {
    const int signal = sigtimedwait(&set, nullptr, &kLook);
    if (signal <= 0) continue;
    // What a shell expects of a program that a signal ended.
    if (received_ != 0) _exit(128 + signal);
    received_ = signal;
    on_signal_();
  }
}

}  // namespace rostrum::tools
