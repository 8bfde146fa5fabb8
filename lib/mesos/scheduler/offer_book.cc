#include "lib/mesos/scheduler/offer_book.h"

#include "lib/base/format.h"

namespace rostrum::mesos {

bool OfferBook::Add(const Offer& offer, TimePoint now) {
  if (offer.id.empty() || offer.agent_id.empty() || Holds(offer.id)) return false;
  offers_.push_back({offer.id, offer.agent_id, offer.role, now});
  by_id_.emplace(offer.id, std::prev(offers_.end()));
  return true;
}

bool OfferBook::Remove(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return false;
  offers_.erase(found->second);
  by_id_.erase(found);
  return true;
}

Expected<std::string> OfferBook::AgentOf(std::span<const std::string> ids) const {
  if (ids.empty()) return InvalidArgument("there are no offer ids, expected at least one");
  const Held* first = nullptr;
  std::set<std::string_view> seen;
  for (const std::string& id : ids) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      return FailedPrecondition(Format("offer \"{}\" is not held any more", id));
    }
    if (!seen.insert(id).second) {
      return InvalidArgument(Format("offer \"{}\" appears twice, expected it once", id));
    }
    const Held& offer = *found->second;
    if (first == nullptr) first = &offer;
    if (offer.agent_id != first->agent_id || offer.role != first->role) {
      return InvalidArgument(
          Format("offer \"{}\" is of agent \"{}\" and role \"{}\", expected agent \"{}\" and "
                      "role \"{}\" as of \"{}\"",
                      id, offer.agent_id, offer.role, first->agent_id, first->role, first->id));
    }
  }
  return first->agent_id;
}

std::vector<std::string> OfferBook::RemoveReceivedBefore(TimePoint oldest) {
  std::vector<std::string> removed;
  while (!offers_.empty() && offers_.front().received < oldest) {
    removed.push_back(offers_.front().id);
    by_id_.erase(removed.back());
    offers_.pop_front();
  }
  return removed;
}

std::vector<std::string> OfferBook::RemoveOfRoles(const std::set<std::string>& roles) {
  std::vector<std::string> removed;
  for (auto offer = offers_.begin(); offer != offers_.end();) {
    if (!roles.empty() && roles.count(offer->role) == 0) {
      ++offer;
      continue;
    }
    removed.push_back(offer->id);
    by_id_.erase(offer->id);
    offer = offers_.erase(offer);
  }
  return removed;
}

}  // namespace rostrum::mesos
