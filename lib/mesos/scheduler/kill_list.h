// Tasks that are to end.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_KILL_LIST_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_KILL_LIST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/backoff.h"
#include "lib/mesos/base/due_index.h"
#include "lib/mesos/base/random.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// A KILL may be lost anywhere on its way, and one with a wrong agent is dropped without a word. So
// each is repeated until the task is over.
class KillList {
 public:
  struct Kill {
    TaskPlace place;
    std::optional<Milliseconds> grace;
  };

  KillList(Milliseconds initial, Milliseconds maximum, Random& random)
      : initial_(initial), maximum_(maximum), random_(random) {}

  // Due at once, also if the task is here already.
  void Add(const TaskPlace& place, std::optional<Milliseconds> grace, TimePoint now);
  // Takes in a status: its agent, and whether the task is over.
  void Update(const TaskStatus& status);
  void Forget(std::string_view task_id);
  // All are due, since what was sent before may be lost.
  void Restart(TimePoint now);

  // What to send now; each is due again later.
  std::vector<Kill> TakeDue(TimePoint now);
  TimePoint Deadline() const { return due_.First(); }

 private:
  struct Entry {
    Kill kill;
    Backoff backoff;
  };

  const Milliseconds initial_;
  const Milliseconds maximum_;
  Random& random_;
  StringMap<Entry> kills_;
  DueIndex due_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_KILL_LIST_H_
