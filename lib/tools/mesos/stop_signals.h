// SIGINT and SIGTERM as a request to end.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_STOP_SIGNALS_H_
#define ROSTRUM_LIB_TOOLS_MESOS_STOP_SIGNALS_H_

#include <atomic>
#include <functional>
#include <thread>

#include "lib/tools/stop_events.h"

namespace rostrum::tools {

// Blocks the signals in the calling thread, and with it in all threads that it starts from then on;
// a thread of its own waits for them. The second signal ends the program at once, as it would have
// without this.
class StopSignals {
 public:
  // `on_signal` is called on the other thread, for the first signal.
  explicit StopSignals(std::function<void()> on_signal);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // False: signals cannot be waited for.
  bool ok() const { return events_.ok(); }
  // The signal that came; 0: none.
  int received() const { return received_; }

 private:
  void Wait();

  std::function<void()> on_signal_;
  std::atomic<int> received_{0};
  StopEvents events_;
  std::thread thread_;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_STOP_SIGNALS_H_
