// The executor's tasks as rep's work, and their updates until they are acknowledged.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/times.h"
#include "lib/mesos/wire/messages.h"
#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// What is to run: the bytes in TaskInfo.data, as rep takes them.
//
// One LRP instance or one task of Diego.
struct TaskWork {
  Kind kind = Kind::kLrp;
  std::string guid;  // The process guid of an LRP, the task guid of a task.
  int32_t index = 0;
  std::string domain;
  std::string rootfs;
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  // The body for POST /work. It is handed on as it came, with whatever a newer Diego says in it.
  std::string body;

  // "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task.
  std::string Identifier() const;
};

// Takes what framework/tasks.h writes, the body for POST /work with exactly one LRP instance or
// task; or that LRP or task alone, as one JSON object with process_guid or with TaskGuid. An error
// says what is wrong where.
Expected<TaskWork> ReadTaskWork(std::string_view data);

// The updates that the agent has not acknowledged yet.
//
// Keeps updates until they are acknowledged, and tasks until any of their updates is: a new
// subscription carries both, so that an agent that was started again knows what happened.
//
// An acknowledgement counts for all updates of its task that are older, too. The agent takes them
// in order, so it has either got these or lost them for good; sent again they would take the task
// back to a state that it has left.
class UpdateLog {
 public:
  explicit UpdateLog(const ExecutorTimes& times);
  ~UpdateLog();

  void AddTask(const v1::TaskInfo& task);
  // REQUIRES: the status has a task id and a uuid.
  void Add(const v1::TaskStatus& status, TimePoint now);

  // False if there is no such update; the task counts as acknowledged in any case.
  bool Acknowledge(const std::string& task_id, std::string_view uuid);

  // What a SUBSCRIBE carries: updates in the order in which they were added.
  void Write(v1::executor::Call_Subscribe* subscribe);
  // What was written counts as sent now. Returns what was added since, which is to be sent.
  std::vector<v1::TaskStatus> OnSubscribed(TimePoint now);

  // When TakeDue has something.
  TimePoint due() const { return due_; }
  // The updates that are to be sent again now, in order: of a task its last one alone. An agent
  // that is only slow has the others already, would take the task back to their state, and would
  // pass that on to the master.
  std::vector<v1::TaskStatus> TakeDue(TimePoint now);

  bool empty() const;
  size_t size() const;

 private:
  // Of which the header of messages need not be known here.
  struct Messages;
  // The updates of one task, by their number in the order of all, and when they are sent again.
  struct Task {
    std::deque<uint64_t> updates;
    TimePoint due = kNever;
    Milliseconds delay{0};
  };

  const ExecutorTimes& times_;
  uint64_t last_ = 0;
  uint64_t last_written_ = 0;
  std::map<std::string, Task> tasks_;
  std::unique_ptr<Messages> messages_;
  // No later than the earliest of the tasks.
  TimePoint due_ = kNever;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_
