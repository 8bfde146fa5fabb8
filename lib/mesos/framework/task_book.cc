#include "lib/mesos/framework/task_book.h"

#include <utility>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

std::string ProcessKey(Kind kind, std::string_view guid) {
  return Format("{}:{}", KindName(kind), guid);
}

}  // namespace

std::string KeyOf(Kind kind, std::string_view guid, int32_t index) {
  return kind == Kind::kTask ? Format("task:{}", guid) : Format("lrp:{}.{}", guid, index);
}

LaunchedTask& TaskBook::Add(LaunchedTask task) {
  by_instance_[KeyOf(task.instance)].insert(task.id);
  by_agent_[task.agent_id].insert(task.id);
  by_process_[ProcessKey(task.instance.work->kind, task.instance.work->guid)].insert(task.id);
  const std::string id = task.id;
  return tasks_.insert_or_assign(id, std::move(task)).first->second;
}

LaunchedTask* TaskBook::Find(std::string_view task_id) {
  const auto at = tasks_.find(task_id);
  return at == tasks_.end() ? nullptr : &at->second;
}

void TaskBook::Remove(std::string_view task_id) {
  const auto at = tasks_.find(task_id);
  if (at == tasks_.end()) return;
  const LaunchedTask& task = at->second;
  Drop(&by_instance_, KeyOf(task.instance), task.id);
  Drop(&by_agent_, task.agent_id, task.id);
  Drop(&by_process_, ProcessKey(task.instance.work->kind, task.instance.work->guid), task.id);
  tasks_.erase(at);
}

void TaskBook::SetAgent(LaunchedTask& task, const std::string& agent_id) {
  Drop(&by_agent_, task.agent_id, task.id);
  task.agent_id = agent_id;
  by_agent_[agent_id].insert(task.id);
}

std::vector<LaunchedTask*> TaskBook::OfInstance(const std::string& key) {
  return Named(by_instance_, key);
}

std::vector<LaunchedTask*> TaskBook::OfAgent(std::string_view agent_id) {
  return Named(by_agent_, agent_id);
}

std::vector<LaunchedTask*> TaskBook::OfProcess(Kind kind, std::string_view guid) {
  return Named(by_process_, ProcessKey(kind, guid));
}

std::vector<LaunchedTask*> TaskBook::All() {
  std::vector<LaunchedTask*> all;
  all.reserve(tasks_.size());
  for (auto& [id, task] : tasks_) all.push_back(&task);
  return all;
}

std::vector<LaunchedTask*> TaskBook::Named(const StringMap<Ids>& index, std::string_view key) {
  std::vector<LaunchedTask*> found;
  const auto at = index.find(key);
  if (at == index.end()) return found;
  for (const std::string& id : at->second) found.push_back(&tasks_.find(id)->second);
  return found;
}

void TaskBook::Drop(StringMap<Ids>* index, std::string_view key, const std::string& id) {
  const auto at = index->find(key);
  if (at == index->end()) return;
  at->second.erase(id);
  if (at->second.empty()) index->erase(at);
}

}  // namespace rostrum::mesos
