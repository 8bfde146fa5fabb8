// Launches that came to nothing: how long their agents and their instances are left alone.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_FAILED_LAUNCHES_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_FAILED_LAUNCHES_H_

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/backoff.h"
#include "lib/mesos/base/clock.h"
#include "lib/mesos/base/due_index.h"
#include "lib/mesos/base/random.h"

namespace rostrum::mesos {

// An agent on which a launch came to nothing is set aside, for 1 s at first and up to a minute when
// it happens again. Its instance may be placed elsewhere at once; from the second time on it waits,
// just as long. So in the end an agent or an instance has a failed launch once a minute at most,
// whatever goes wrong. Nothing that was asked for is given up, unless the master calls each of its
// launches an error.
//
// Thread safety: none.
class FailedLaunches {
 public:
  explicit FailedLaunches(Random& random) : random_(random) {}

  // A launch on the agent, made at `launched`, came to nothing. Those that were made together fail
  // together, and count once. Returns whether the agent is set aside for the first time since
  // something started there.
  bool SetAside(const std::string& agent_id, TimePoint launched, TimePoint now);
  // When the instance may be placed again.
  TimePoint Delay(const std::string& instance, TimePoint now);
  // The master called a launch of the instance an error. Returns whether it may be tried again.
  bool TakeError(const std::string& instance);
  // A task that was launched at `launched` has started.
  void Started(const std::string& agent_id, const std::string& instance, TimePoint launched);
  // The instance is over, or is not wanted any more.
  void Forget(std::string_view instance);

  // When the agent may be used again; kNever if it may be used now.
  TimePoint EndOf(std::string_view agent_id) const { return aside_.DueOf(agent_id); }
  // Takes out the agents that may be used again.
  std::vector<std::string> TakeDue(TimePoint now);
  TimePoint Deadline() const { return aside_.First(); }

 private:
  struct Agent {
    Backoff backoff;
    TimePoint since;  // It was set aside last.
  };
  struct Failures {
    Backoff backoff;
    bool is_first = true;
    int errors = 0;
    Failures();
  };

  Random& random_;
  StringMap<Agent> agents_;
  StringMap<Failures> instances_;
  DueIndex aside_;  // Agents, by when they may be used again.
  DueIndex quiet_;  // Agents, by when they are forgotten.
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_FAILED_LAUNCHES_H_
