// A state machine that speaks HTTP and waits, without a thread, a socket or a clock of its own. It
// is driven from outside: by a Reactor in earnest, by hand in tests.

#ifndef ROSTRUM_LIB_MESOS_REACTOR_MACHINE_H_
#define ROSTRUM_LIB_MESOS_REACTOR_MACHINE_H_

#include "lib/mesos/base/time.h"
#include "lib/mesos/http/network.h"

namespace rostrum::mesos {

class Machine : public http::Listener {
 public:
  // When OnTime wants to be called next; kNever if only an answer can bring it on.
  virtual TimePoint Deadline() const = 0;
  // Does what is due. May be called early, or for nothing.
  virtual void OnTime() = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_REACTOR_MACHINE_H_
