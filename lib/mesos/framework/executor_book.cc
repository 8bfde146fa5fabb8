#include "lib/mesos/framework/executor_book.h"

#include <utility>

namespace rostrum::mesos {

ExecutorInfo MakeExecutor(const CellExecutor& executor, std::vector<Resource> resources) {
  ExecutorInfo info;
  info.name = executor.name;
  info.command = executor.command;
  info.container = executor.container;
  info.labels = executor.labels;
  info.shutdown_grace_period = executor.shutdown_grace_period;
  info.resources = std::move(resources);
  info.id = executor.name + "-" + ExecutorFingerprint(info);
  return info;
}

void ExecutorBook::Freeze(const std::string& agent_id, FrozenExecutor executor) {
  frozen_.insert_or_assign(agent_id, std::move(executor));
}

void ExecutorBook::SetSeen(const std::string& agent_id,
                           const std::vector<std::string>& executor_ids) {
  seen_[agent_id] = std::set<std::string>(executor_ids.begin(), executor_ids.end());
}

void ExecutorBook::SetGone(const std::string& agent_id, std::string_view executor_id) {
  const auto at = seen_.find(agent_id);
  if (at == seen_.end()) return;
  if (executor_id.empty()) {
    at->second.clear();
  } else {
    at->second.erase(std::string(executor_id));
  }
}

const FrozenExecutor* ExecutorBook::Running(std::string_view agent_id, bool has_task) const {
  const auto at = frozen_.find(agent_id);
  if (at == frozen_.end()) return nullptr;
  if (has_task) return &at->second;
  const auto seen = seen_.find(agent_id);
  const bool is_seen = seen != seen_.end() && seen->second.count(at->second.info.id) != 0;
  return is_seen ? &at->second : nullptr;
}

std::vector<std::string> ExecutorBook::Strangers(std::string_view agent_id) const {
  const auto seen = seen_.find(agent_id);
  if (seen == seen_.end()) return {};
  const auto at = frozen_.find(agent_id);
  std::vector<std::string> strangers;
  for (const std::string& id : seen->second) {
    if (at == frozen_.end() || at->second.info.id != id) strangers.push_back(id);
  }
  return strangers;
}

void ExecutorBook::Thaw(std::string_view agent_id) {
  if (const auto at = frozen_.find(agent_id); at != frozen_.end()) frozen_.erase(at);
}

}  // namespace rostrum::mesos
