// Which executor runs on which agent.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_EXECUTOR_BOOK_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_EXECUTOR_BOOK_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_EXECUTOR_BOOK_H_
