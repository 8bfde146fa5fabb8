#include "lib/mesos/framework/service_keeper.h"

#include <algorithm>

namespace rostrum::mesos {

void ServiceKeeper::Set(const Service& service) {
  const std::string& guid = service.work->guid;
  std::erase_if(restarts_, [&](const auto& restart) {
    return restart.first.first == guid && restart.first.second >= service.count;
  });
  if (service.count == 0) {
    services_.erase(guid);
  } else {
    services_.insert_or_assign(guid, service);
  }
}

const Service* ServiceKeeper::Find(std::string_view guid) const {
  const auto at = services_.find(guid);
  return at == services_.end() ? nullptr : &at->second;
}

std::vector<const Service*> ServiceKeeper::All() const {
  std::vector<const Service*> all;
  for (const auto& [guid, service] : services_) all.push_back(&service);
  return all;
}

void ServiceKeeper::Ended(std::string_view guid, int32_t index, Milliseconds ran, TimePoint now) {
  const auto [at, is_new] = restarts_.try_emplace(
      {std::string(guid), index}, Restart{Backoff(restart_initial_, restart_maximum_), now});
  Restart& restart = at->second;
  if (ran >= restart_maximum_) restart.backoff.Reset();
  restart.due = now + restart.backoff.Next();
}

bool ServiceKeeper::IsDue(std::string_view guid, int32_t index, TimePoint now) const {
  const auto at = restarts_.find({std::string(guid), index});
  return at == restarts_.end() || at->second.due == kNever || at->second.due <= now;
}

void ServiceKeeper::Started(std::string_view guid, int32_t index) {
  const auto at = restarts_.find({std::string(guid), index});
  if (at != restarts_.end()) at->second.due = kNever;
}

TimePoint ServiceKeeper::Deadline() const {
  TimePoint first = kNever;
  for (const auto& [instance, restart] : restarts_) first = std::min(first, restart.due);
  return first;
}

}  // namespace rostrum::mesos
