#include "lib/mesos/executor/update_log.h"

#include <algorithm>

namespace rostrum::mesos {

void UpdateLog::AddTask(const wire::TaskInfo& task) {
  unacknowledged_[task.task_id().value()] = task;
}

void UpdateLog::Add(const wire::TaskStatus& status, TimePoint now) {
  const uint64_t number = ++last_;
  updates_[number] = status;
  Task& task = tasks_[status.task_id().value()];
  task.updates.push_back(number);
  task.delay = times_.resend_initial;
  task.due = now + task.delay;
  due_ = std::min(due_, task.due);
}

bool UpdateLog::Acknowledge(const std::string& task_id, std::string_view uuid) {
  unacknowledged_.erase(task_id);
  const auto task = tasks_.find(task_id);
  if (task == tasks_.end()) return false;
  std::deque<uint64_t>& numbers = task->second.updates;
  const auto found = std::find_if(numbers.begin(), numbers.end(), [&](uint64_t number) {
    return updates_.at(number).uuid() == uuid;
  });
  if (found == numbers.end()) return false;
  for (auto each = numbers.begin(); each != found + 1; ++each) updates_.erase(*each);
  numbers.erase(numbers.begin(), found + 1);
  if (numbers.empty()) tasks_.erase(task);
  return true;
}

void UpdateLog::Write(wire::executor::Call::Subscribe* subscribe) {
  last_written_ = last_;
  for (const auto& [number, status] : updates_) {
    *subscribe->add_unacknowledged_updates()->mutable_status() = status;
  }
  for (const auto& [id, task] : unacknowledged_) *subscribe->add_unacknowledged_tasks() = task;
}

std::vector<wire::TaskStatus> UpdateLog::TakeDue(TimePoint now) {
  std::vector<uint64_t> numbers;
  due_ = kNever;
  for (auto& [id, task] : tasks_) {
    if (task.due <= now) {
      numbers.push_back(task.updates.back());
      task.delay = std::min(task.delay * 2, times_.resend_maximum);
      task.due = now + task.delay;
    }
    due_ = std::min(due_, task.due);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<wire::TaskStatus> statuses;
  for (const uint64_t number : numbers) statuses.push_back(updates_.at(number));
  return statuses;
}

std::vector<wire::TaskStatus> UpdateLog::OnSubscribed(TimePoint now) {
  due_ = kNever;
  for (auto& [id, task] : tasks_) {
    task.delay = times_.resend_initial;
    task.due = now + task.delay;
    due_ = task.due;
  }
  std::vector<wire::TaskStatus> added;
  for (auto each = updates_.upper_bound(last_written_); each != updates_.end(); ++each) {
    added.push_back(each->second);
  }
  return added;
}

}  // namespace rostrum::mesos
