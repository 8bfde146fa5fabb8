// What an executor has been given to run, and what has become of it.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_WORK_BOOK_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_WORK_BOOK_H_

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/rep_wire.h"
#include "lib/mesos/executor/task_work.h"
#include "lib/mesos/executor/times.h"
#include "rostrum/mesos/task.h"

namespace rostrum::mesos {

// Reasons of Mesos that an executor gives; the numbers are Mesos' own.
enum ExecutorReason : int32_t {
  kReasonTaskInvalid = 14,
  kReasonContainerLaunchFailed = 21,
};

// A state that a task has come to.
struct TaskChange {
  std::string task_id;
  TaskState state = TaskState::kStarting;
  std::string message;
  int32_t reason = kReasonNone;
  std::string instance_guid;  // Of an LRP; empty if there is none yet.
  // What it uses, if that is told with it.
  const Usage* usage = nullptr;
};

// Work that rep is to be asked for.
struct WorkOrder {
  std::string task_id;
  std::string body;  // For POST /work.
};

// A stop or cancel that is to be sent to rep.
struct StopOrder {
  std::string task_id;
  std::string path;
};

// One Mesos task is one LRP instance or one task of Diego's, and goes this way:
//
//     queued ──▶ posting ──▶ placed ──▶ starting ──▶ running ──▶ completed ──▶ (told, forgotten)
//        ▲          │
//        └─ unsure ◀┘ rep gave no answer: what its next state shows decides
//
// A pure state machine: it has neither clock nor connection. What a Mesos task has come to is told
// by changes, one terminal change for each.
//
// How an end is told, if it was not asked for:
// - An LRP that rep showed as CRASHED has failed, one that it showed as SHUTDOWN has finished, as
//   Diego itself stopped it. Rep shows one without a health check as CRASHED in either case. A task
//   that completed has finished, or failed if rep says so.
// - Rep shows an end only for as long as it takes to tell the BBS and to destroy the container; it
//   may fall between two looks. Nothing else that rep serves tells of it: its metrics have only
//   what is there, and it has no events. Then it ended unseen, which is neither finished nor
//   failed, and the message says what was seen instead: the BBS alone knows how it ended.
// - What a rep that was started again does not have any more has failed: it was destroyed.
// An end is told when the container is gone from rep's state, so that its room is free by then, or
// when it was shown as completed for some seconds.
class WorkBook {
 public:
  explicit WorkBook(const ExecutorTimes& times) : times_(times) {}

  // False if the task is known, or was.
  bool Add(const std::string& task_id, TaskWork work);
  // Ends a task. What can be told at once is its end, if rep was not asked for it yet, or else that
  // it is being killed. A task that has ended is told again, one that was never known is told as
  // killed.
  std::vector<TaskChange> Kill(const std::string& task_id);
  std::vector<TaskChange> KillAll();
  // Gives everything up: nobody will look at it any more. What is being killed is told as killed.
  std::vector<TaskChange> EndAll(TaskState state, const std::string& message);

  // The work that rep is to be asked for now, all of it; it counts as posted then.
  std::vector<WorkOrder> TakeQueued(TimePoint now);
  // What came of one of them. `state` is the last that rep told.
  std::vector<TaskChange> OnWorkAnswer(const std::string& task_id,
                                       const Expected<HandedBack>& answer, const RepState& state,
                                       TimePoint now);

  std::vector<TaskChange> OnState(const RepState& state, bool after_outage, TimePoint now);
  // What is to be stopped now.
  std::vector<StopOrder> TakeStops(TimePoint now);
  void OnStopAnswer(const std::string& task_id, bool taken, TimePoint now);
  // Rep is away: what it was asked for was not sent, or may be lost.
  void OnOutage(TimePoint now);
  // When TakeQueued or TakeStops has something again.
  TimePoint NextOrder() const;

  bool empty() const { return items_.empty(); }
  size_t size() const { return items_.size(); }
  // Whether something is about to change, so that rep's state should be looked at more often.
  bool is_restless() const;
  // Whether rep has containers that are none of ours.
  bool has_foreign() const { return !foreign_lrps_.empty() || !foreign_tasks_.empty(); }

  // What a running task is, for telling what it uses.
  struct View {
    const std::string& task_id;
    const TaskWork& work;
    const std::string& instance_guid;
    bool is_running;
    bool is_killed;
  };
  // In the order in which they came.
  std::vector<View> Views() const;

 private:
  enum class Phase { kQueued, kPosting, kUnsure, kPlaced, kStarting, kRunning, kCompleted };
  enum class End { kUnseen, kFinished, kFailed };
  struct Item {
    std::string task_id;
    TaskWork work;
    Phase phase = Phase::kQueued;
    End end = End::kUnseen;
    bool has_run = false;
    bool is_killed = false;
    // Of rep's container; of a task it is the task's guid. Empty as long as it was not seen.
    std::string guid;
    int attempts = 0;
    TimePoint completed_at = kNever;
    TimePoint next_post = TimePoint::min();
    TimePoint next_stop = kNever;
    TimePoint last_stop = TimePoint::min();
    bool is_gone = false;  // To be removed.
  };
  using Items = std::list<Item>;

  // Rep's containers by what can be asked of them.
  struct Seen {
    std::map<std::string, const RepLrp*> lrps;  // By instance guid.
    std::map<std::pair<std::string, int32_t>, std::vector<const RepLrp*>> keys;
    std::map<std::string, const RepTask*> tasks;
  };

  static Seen Index(const RepState& state);
  static TaskState StateOf(End end);
  RepRoom RoomLeft(const RepState& state) const;
  bool Bind(Item* item, const Seen& seen);
  void Follow(Item* item, const Seen& seen, TimePoint now, std::vector<TaskChange>* changes);
  void FollowMissing(Item* item, bool was_restarted, bool evacuates,
                     std::vector<TaskChange>* changes);
  void Terminate(Item* item, TaskState state, std::string message, int32_t reason,
                 std::vector<TaskChange>* changes);
  void TellEnd(Item* item, std::string message, std::vector<TaskChange>* changes);
  void SetPhase(Item* item, Phase phase);
  void Sweep();

  const ExecutorTimes& times_;
  Items items_;
  std::map<std::string, Items::iterator> by_id_;
  size_t queued_ = 0;
  // Rep's containers that are ours, and those that are not.
  std::set<std::string> bound_lrps_;
  std::set<std::string> bound_tasks_;
  std::set<std::string> foreign_lrps_;
  std::set<std::string> foreign_tasks_;
  // The last tasks that have ended, to answer for them once more.
  std::map<std::string, TaskChange> ended_;
  std::deque<std::string> ended_order_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_WORK_BOOK_H_
