#include "lib/mesos/scheduler/kill_list.h"

namespace rostrum::mesos {

void KillList::Add(const TaskPlace& place, std::optional<Milliseconds> grace, TimePoint now) {
  kills_.insert_or_assign(place.task_id, Entry{{place, grace}, Backoff(initial_, maximum_)});
  due_.Set(place.task_id, now);
}

void KillList::Update(const TaskStatus& status) {
  const auto found = kills_.find(status.task_id);
  if (found == kills_.end()) return;
  if (IsOver(status.state)) {
    Forget(status.task_id);
  } else if (!status.agent_id.empty()) {
    found->second.kill.place.agent_id = status.agent_id;
  }
}

void KillList::Forget(std::string_view task_id) {
  due_.Erase(task_id);
  const auto found = kills_.find(task_id);
  if (found != kills_.end()) kills_.erase(found);
}

void KillList::Restart(TimePoint now) {
  for (auto& [id, entry] : kills_) {
    entry.backoff.Reset();
    due_.Set(id, now);
  }
}

std::vector<KillList::Kill> KillList::TakeDue(TimePoint now) {
  std::vector<Kill> due;
  for (const std::string& id : due_.TakeDue(now)) {
    Entry& entry = kills_.find(id)->second;
    due.push_back(entry.kill);
    due_.Set(id, now + entry.backoff.NextJittered(random_));
  }
  return due;
}

}  // namespace rostrum::mesos
