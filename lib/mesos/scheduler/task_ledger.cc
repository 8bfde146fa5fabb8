#include "lib/mesos/scheduler/task_ledger.h"

#include <algorithm>

namespace rostrum::mesos {

void TaskLedger::Launched(const TaskPlace& place, TimePoint now) {
  tasks_.insert_or_assign(place.task_id, Entry{place.agent_id, ask_first_ * 2});
  due_.Set(place.task_id, now + ask_first_);
}

void TaskLedger::Track(const TaskPlace& place) {
  Entry& entry = tasks_[place.task_id];
  if (!place.agent_id.empty()) entry.agent_id = place.agent_id;
}

void TaskLedger::Forget(std::string_view task_id) {
  due_.Erase(task_id);
  const auto found = tasks_.find(task_id);
  if (found != tasks_.end()) tasks_.erase(found);
}

bool TaskLedger::Update(const TaskStatus& status) {
  const auto found = tasks_.find(status.task_id);
  if (found == tasks_.end()) return false;
  due_.Erase(status.task_id);
  if (IsOver(status.state)) {
    tasks_.erase(found);
  } else if (!status.agent_id.empty()) {
    found->second.agent_id = status.agent_id;
  }
  return true;
}

void TaskLedger::Hasten(std::string_view agent_id, TimePoint when) {
  for (auto& [id, entry] : tasks_) {
    if (entry.agent_id != agent_id) continue;
    entry.next_delay = ask_first_;
    due_.Set(id, when);
  }
}

std::vector<TaskPlace> TaskLedger::TakeDue(TimePoint now) {
  std::vector<TaskPlace> due;
  for (const std::string& id : due_.TakeDue(now)) {
    Entry& entry = tasks_.find(id)->second;
    due.push_back({id, entry.agent_id});
    entry.next_delay = std::min(std::max(entry.next_delay, ask_first_), ask_maximum_);
    due_.Set(id, now + entry.next_delay);
    entry.next_delay *= 2;
  }
  return due;
}

void TaskLedger::ForgetDue() { due_.Clear(); }

// In the order of their ids, so that a run can be repeated.
std::vector<TaskPlace> TaskLedger::All() const {
  std::vector<TaskPlace> all;
  all.reserve(tasks_.size());
  for (const auto& [id, entry] : tasks_) all.push_back({id, entry.agent_id});
  std::sort(all.begin(), all.end(),
            [](const TaskPlace& a, const TaskPlace& b) { return a.task_id < b.task_id; });
  return all;
}

}  // namespace rostrum::mesos
