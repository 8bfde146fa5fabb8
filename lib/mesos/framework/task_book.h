// What was launched and is not over.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_BOOK_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_BOOK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/clock.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_BOOK_H_
