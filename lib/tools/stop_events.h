// SIGINT and SIGTERM as something to wait for.

#ifndef ROSTRUM_LIB_TOOLS_STOP_EVENTS_H_
#define ROSTRUM_LIB_TOOLS_STOP_EVENTS_H_

#include "lib/base/descriptor.h"

namespace rostrum::tools {

// Signals, and an end that another thread tells, as descriptors that can be waited for together.
// Blocks the signals in the calling thread, and with it in all threads that it starts from then on;
// so it lives from before the first of them to after the last.
//
// SIGHUP is ignored from then on: a terminal that closes ends nothing that runs on a cluster, and
// there is no log to open again, since lines go to standard output or error.
class StopEvents {
 public:
  StopEvents();

  // False: the system has no descriptors left.
  bool ok() const { return signals_.ok() && ended_.ok(); }

  // Any thread.
  void TellEnd() const;
  // Waits for a signal, and returns its number, or for the end, and returns 0. One thread.
  int Wait() const;

 private:
  Descriptor signals_;
  Descriptor ended_;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_STOP_EVENTS_H_
