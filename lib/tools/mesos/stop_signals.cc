#include "lib/tools/mesos/stop_signals.h"

#include <unistd.h>

#include <utility>

namespace rostrum::tools {

StopSignals::StopSignals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  if (ok()) thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  if (!ok()) return;
  events_.TellEnd();
  thread_.join();
}

void StopSignals::Wait() {
  while (const int signal = events_.Wait()) {
    // What a shell expects of a program that a signal ended.
    if (received_ != 0) _exit(128 + signal);
    received_ = signal;
    on_signal_();
  }
}

}  // namespace rostrum::tools
