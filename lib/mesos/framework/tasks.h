// What the framework has launched: tasks, executors, services, and launches that failed.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_TASKS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_TASKS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/time.h"
#include "rostrum/auction.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

// Names for tasks that no other task ever has.
//
// Mesos refuses an id that it has seen, but forgets with time and with a new master what it saw. So
// an id ends with 64 bits that are drawn when a framework starts, and a number within its life:
//
//   web.2.9f3c1d0ab4e57786-17
//
// The beginning says what work it is, without characters that Mesos does not take, and cut if it is
// long: for people, and for a framework whose journal does not know the task.
class TaskIdMaker {
 public:
  explicit TaskIdMaker(Random& random);

  std::string Next(const Work& work, int32_t index);

 private:
  std::string life_;
  uint64_t number_ = 0;
};

// What an id begins with: "web.2".
std::string WorkInTaskId(const Work& work, int32_t index);

// The same, "web.2", of an id that a TaskIdMaker made; "" of any other.
std::string_view WorkOfTaskId(std::string_view task_id);

// Whether such a name can only be that of work with exactly this name.
bool IsWholeName(std::string_view work);

// What was launched and is not over.
//
// One instance or task, as it was asked for. `work` has everything filled in.
struct Instance {
  std::shared_ptr<const Work> work;
  int32_t index = 0;
  uint64_t tag = 0;
  std::shared_ptr<const Launch> launch;  // Null: by the executor.
  bool service = false;
  int64_t queue_time_ms = 0;
};

// The name of an instance among all LRPs, or of a task among all tasks; no LRP has a task's key.
std::string KeyOf(Kind kind, std::string_view guid, int32_t index);
inline std::string KeyOf(const Instance& instance) {
  return KeyOf(instance.work->kind, instance.work->guid, instance.index);
}

struct LaunchedTask {
  std::string id;
  Instance instance;
  std::string agent_id;
  std::string hostname;
  std::string zone;
  std::string role;
  std::string executor_id;  // Empty: by its own command.
  Resources used;           // Of the agent's, by the task itself.

  TaskState state = TaskState::kStaging;
  // Whether a status of it came: it was launched indeed.
  bool confirmed = false;
  bool stopping = false;  // It is to end, and is killed until it does.
  // Another one has taken its place, since nobody knew whether it runs. If it comes back it is
  // killed.
  bool replaced = false;
  // It was found running and the journal did not know it, so that its instance is what the task id
  // says. Once it is asked for, it is as asked for.
  bool adopted = false;
  TimePoint launched_at = kNever;  // kNever: in an earlier life.
  TimePoint running_since = kNever;

  bool starting() const { return state == TaskState::kStaging || state == TaskState::kStarting; }
  bool unclear() const { return IsUnclear(state); }
  // Whether it stands for its instance: there is no need for another one.
  bool counts() const { return !replaced && !stopping; }
};

// Thread safety: none. Results are in the order of task ids, so that a run can be repeated.
class TaskBook {
 public:
  // REQUIRES: there is no task of that id.
  LaunchedTask& Add(LaunchedTask task);
  // Null if there is none.
  LaunchedTask* Find(std::string_view task_id);
  void Remove(std::string_view task_id);
  // Moves a task to another agent, as Mesos says.
  void SetAgent(LaunchedTask& task, const std::string& agent_id);

  std::vector<LaunchedTask*> OfInstance(const std::string& key);
  std::vector<LaunchedTask*> OfAgent(std::string_view agent_id);
  std::vector<LaunchedTask*> OfProcess(Kind kind, std::string_view guid);
  std::vector<LaunchedTask*> All();
  size_t size() const { return tasks_.size(); }
  template <typename Predicate>
  size_t CountOf(Predicate predicate) const {
    size_t count = 0;
    for (const auto& [id, task] : tasks_) count += predicate(task) ? 1 : 0;
    return count;
  }

 private:
  using Ids = std::set<std::string>;
  std::vector<LaunchedTask*> Named(const StringMap<Ids>& index, std::string_view key);
  static void Drop(StringMap<Ids>* index, std::string_view key, const std::string& id);

  std::map<std::string, LaunchedTask, std::less<>> tasks_;
  StringMap<Ids> by_instance_;
  StringMap<Ids> by_agent_;
  StringMap<Ids> by_process_;
};

// Which executor runs on which agent.
//
// An executor as it was sent first. As long as it runs, every task of its agent must come with
// exactly this one, its resources included, whatever is configured by then.
struct FrozenExecutor {
  ExecutorInfo info;
  std::string role;
};

// The executor of a configuration, with resources that were cut off an offer, under an id that no
// other description has.
ExecutorInfo MakeExecutor(const CellExecutor& executor, std::vector<Resource> resources);

// At most one executor runs on an agent: it stands for the Diego cell there.
class ExecutorBook {
 public:
  // Takes the place of an earlier one.
  void Freeze(const std::string& agent_id, FrozenExecutor executor);
  // What the newest offer says of our executors on the agent.
  void SetSeen(const std::string& agent_id, const std::vector<std::string>& executor_ids);
  // It ended, or may have.
  void SetGone(const std::string& agent_id, std::string_view executor_id);

  // The one that runs there, as far as is known: an offer has shown it since it was last gone, or
  // one of the agent's tasks, which `has_task` says, needs it. Null: none.
  const FrozenExecutor* Running(std::string_view agent_id, bool has_task) const;
  // The ids of executors that run there and of which we know nothing: their journal was lost.
  // Nothing can be given to them, and no second one can be started beside them.
  std::vector<std::string> Strangers(std::string_view agent_id) const;

  // Those that were frozen, for the journal, by agent.
  const StringMap<FrozenExecutor>& frozen() const { return frozen_; }
  // It does not run any more, so the next one may be another one.
  void Thaw(std::string_view agent_id);

 private:
  StringMap<FrozenExecutor> frozen_;
  StringMap<std::set<std::string>> seen_;
};

// Launches that came to nothing: how long their agents and their instances are left alone.
//
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

// Services: which of their instances are to be started, and when.
//
// Thread safety: none.
class ServiceKeeper {
 public:
  ServiceKeeper(Milliseconds restart_initial, Milliseconds restart_maximum)
      : restart_initial_(restart_initial), restart_maximum_(restart_maximum) {}

  void Set(const Service& service);
  // Null if there is none.
  const Service* Find(std::string_view guid) const;
  std::vector<const Service*> All() const;

  // An instance ended by itself after it ran for `ran`; it is due again after a delay.
  void Ended(std::string_view guid, int32_t index, Milliseconds ran, TimePoint now);
  // Whether an instance that neither waits nor runs is due.
  bool IsDue(std::string_view guid, int32_t index, TimePoint now) const;
  // It was asked for again.
  void Started(std::string_view guid, int32_t index);
  // When the next instance is due that ended and was not asked for again.
  TimePoint Deadline() const;

 private:
  struct Restart {
    Backoff backoff;
    TimePoint due;  // kNever: it was asked for again.
  };

  const Milliseconds restart_initial_;
  const Milliseconds restart_maximum_;
  std::map<std::string, Service, std::less<>> services_;
  std::map<std::pair<std::string, int32_t>, Restart> restarts_;
};

// The bytes in TaskInfo.data, by which a framework tells rostrum-executor what to start.
//
// They are the body of rep's POST /work, in Diego's wire form, with exactly one LRP instance or one
// task and without a cell_id, so that the executor can send them on as they are:
//
//   {"LRPs":[{"instance_guid":"","process_guid":"web","index":2,"domain":"cf-apps",...}],"Tasks":[]}
//   {"LRPs":[],"Tasks":[{"TaskGuid":"staging-1","Domain":"cf-app-staging",...}]}
//
// Fractions of a MB are rounded up, since the wire has whole ones only.
std::string WriteWorkData(const Work& work, int32_t index);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_TASKS_H_
