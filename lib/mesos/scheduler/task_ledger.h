// The tasks that are not known to be over.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_TASK_LEDGER_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_TASK_LEDGER_H_

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/due_index.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// Knows where each task is, and which of them nothing was heard of for too long.
class TaskLedger {
 public:
  // @param ask_first    from a launch to the first question after its task.
  // @param ask_maximum  between two questions; the delay doubles until then.
  TaskLedger(Milliseconds ask_first, Milliseconds ask_maximum)
      : ask_first_(ask_first), ask_maximum_(ask_maximum) {}

  // A task that was launched now, whose status is waited for.
  void Launched(const TaskPlace& place, TimePoint now);
  // A task of which something was heard before. A task that is here already gets the agent, if one
  // is named.
  void Track(const TaskPlace& place);
  void Forget(std::string_view task_id);

  // Takes in a status, also one that ends the task. Returns whether the task was here.
  bool Update(const TaskStatus& status);

  // Makes the tasks of an agent due at `when`.
  void Hasten(std::string_view agent_id, TimePoint when);
  // The tasks to ask for now; each is due again later, until something is heard of it.
  std::vector<TaskPlace> TakeDue(TimePoint now);
  TimePoint Deadline() const { return due_.First(); }
  // Nobody is due any more: all are asked for in another way.
  void ForgetDue();

  std::vector<TaskPlace> All() const;
  size_t size() const { return tasks_.size(); }

 private:
  struct Entry {
    std::string agent_id;
    Milliseconds next_delay{0};
  };

  const Milliseconds ask_first_;
  const Milliseconds ask_maximum_;
  StringMap<Entry> tasks_;
  DueIndex due_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_TASK_LEDGER_H_
