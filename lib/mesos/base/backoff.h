// Growing delays, so that many clients do not come back at one moment.

#ifndef ROSTRUM_LIB_MESOS_BASE_BACKOFF_H_
#define ROSTRUM_LIB_MESOS_BASE_BACKOFF_H_

#include "lib/mesos/base/clock.h"
#include "lib/mesos/base/random.h"

namespace rostrum::mesos {

// A bound that begins at `initial` and doubles with each delay until it is `maximum`.
class Backoff {
 public:
  Backoff(Milliseconds initial, Milliseconds maximum);

  // Anything from nothing to the bound: for peers that all lost the same server.
  Milliseconds NextRandom(Random& random);
  // Between three quarters of the bound and the bound: for what must not come too early.
  Milliseconds NextJittered(Random& random);
  // The bound itself.
  Milliseconds Next();

  void Reset() { bound_ = initial_; }

 private:
  Milliseconds initial_;
  Milliseconds maximum_;
  Milliseconds bound_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_BACKOFF_H_
