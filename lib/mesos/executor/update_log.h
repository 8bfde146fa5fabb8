// The updates that the agent has not acknowledged yet.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_UPDATE_LOG_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_UPDATE_LOG_H_

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/clock.h"
#include "lib/mesos/executor/times.h"
#include "lib/mesos/wire/executor_v1.pb.h"

namespace rostrum::mesos {

// Keeps updates until they are acknowledged, and tasks until any of their updates is: a new
// subscription carries both, so that an agent that was started again knows what happened.
//
// An acknowledgement counts for all updates of its task that are older, too. The agent takes them
// in order, so it has either got these or lost them for good; sent again they would take the task
// back to a state that it has left.
class UpdateLog {
 public:
  explicit UpdateLog(const ExecutorTimes& times) : times_(times) {}

  void AddTask(const wire::TaskInfo& task);
  // REQUIRES: the status has a task id and a uuid.
  void Add(const wire::TaskStatus& status, TimePoint now);

  // False if there is no such update; the task counts as acknowledged in any case.
  bool Acknowledge(const std::string& task_id, std::string_view uuid);

  // What a SUBSCRIBE carries: updates in the order in which they were added.
  void Write(wire::executor::Call::Subscribe* subscribe);
  // What was written counts as sent now. Returns what was added since, which is to be sent.
  std::vector<wire::TaskStatus> OnSubscribed(TimePoint now);

  // When TakeDue has something.
  TimePoint due() const { return due_; }
  // The updates that are to be sent again now, in order: of a task its last one alone. An agent
  // that is only slow has the others already, would take the task back to their state, and would
  // pass that on to the master.
  std::vector<wire::TaskStatus> TakeDue(TimePoint now);

  bool empty() const { return updates_.empty(); }
  size_t size() const { return updates_.size(); }

 private:
  // The updates of one task, by their number in the order of all, and when they are sent again.
  struct Task {
    std::deque<uint64_t> updates;
    TimePoint due = kNever;
    Milliseconds delay{0};
  };

  const ExecutorTimes& times_;
  uint64_t last_ = 0;
  uint64_t last_written_ = 0;
  std::map<uint64_t, wire::TaskStatus> updates_;
  std::map<std::string, Task> tasks_;
  std::map<std::string, wire::TaskInfo> unacknowledged_;
  // No later than the earliest of the tasks.
  TimePoint due_ = kNever;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_UPDATE_LOG_H_
