#include "lib/mesos/framework/offer_pool.h"

#include <algorithm>
#include <utility>

namespace rostrum::mesos {

bool OfferPool::Add(Offer offer) {
  if (Holds(offer.id)) return false;
  parcels_[{offer.agent_id, offer.role}].push_back(offer.id);
  std::string id = offer.id;
  offers_.emplace(std::move(id), Held{std::move(offer)});
  return true;
}

std::string OfferPool::Remove(std::string_view offer_id) {
  const auto at = offers_.find(offer_id);
  if (at == offers_.end()) return "";
  const std::string agent_id = at->second.offer.agent_id;
  const auto parcel = parcels_.find({agent_id, at->second.offer.role});
  std::erase(parcel->second, at->first);
  if (parcel->second.empty()) parcels_.erase(parcel);
  offers_.erase(at);
  return agent_id;
}

std::vector<std::string> OfferPool::TakeParcel(const std::string& agent_id,
                                               const std::string& role) {
  const auto parcel = parcels_.find({agent_id, role});
  if (parcel == parcels_.end()) return {};
  std::vector<std::string> ids = parcel->second;
  for (const std::string& id : ids) Remove(id);
  return ids;
}

void OfferPool::Clear() {
  offers_.clear();
  parcels_.clear();
}

std::vector<std::string> OfferPool::RolesOf(const std::string& agent_id) const {
  std::vector<std::string> roles;
  for (auto at = parcels_.lower_bound({agent_id, ""});
       at != parcels_.end() && at->first.first == agent_id; ++at) {
    roles.push_back(at->first.second);
  }
  return roles;
}

Purse OfferPool::PurseOf(const std::string& agent_id, const std::string& role,
                         bool revocable) const {
  Purse purse;
  const auto parcel = parcels_.find({agent_id, role});
  if (parcel == parcels_.end()) return purse;
  for (const std::string& id : parcel->second) {
    for (const Resource& resource : offers_.find(id)->second.offer.resources) {
      if (revocable ? IsUsableRevocable(resource) : IsUsable(resource)) purse.Add(resource);
    }
  }
  return purse;
}

bool OfferPool::HasScalar(const std::string& agent_id, std::string_view name) const {
  for (auto at = parcels_.lower_bound({agent_id, ""});
       at != parcels_.end() && at->first.first == agent_id; ++at) {
    for (const std::string& id : at->second) {
      const std::vector<Resource>& resources = offers_.find(id)->second.offer.resources;
      const bool is_there = std::any_of(
          resources.begin(), resources.end(),
          [&](const Resource& resource) { return resource.name == name && resource.scalar > 0; });
      if (is_there) return true;
    }
  }
  return false;
}

std::vector<std::string> OfferPool::Agents() const {
  std::vector<std::string> agents;
  for (const auto& [key, ids] : parcels_) {
    if (agents.empty() || agents.back() != key.first) agents.push_back(key.first);
  }
  return agents;
}

void OfferPool::SpareAll(TimePoint now) {
  for (auto& [id, held] : offers_) held.spared_since = std::min(held.spared_since, now);
}

std::vector<std::string> OfferPool::TakeSpared(
    TimePoint oldest, size_t maximum, const std::function<void(const std::string&)>& on_agent) {
  std::vector<std::pair<TimePoint, std::string>> spared;
  for (const auto& [id, held] : offers_) {
    if (held.spared_since != kNever) spared.emplace_back(held.spared_since, id);
  }
  std::sort(spared.begin(), spared.end());
  std::vector<std::string> taken;
  for (const auto& [since, id] : spared) {
    if (since > oldest && spared.size() - taken.size() <= maximum) break;
    taken.push_back(id);
  }
  for (const std::string& id : taken) on_agent(Remove(id));
  return taken;
}

TimePoint OfferPool::FirstSpared() const {
  TimePoint first = kNever;
  for (const auto& [id, held] : offers_) first = std::min(first, held.spared_since);
  return first;
}

}  // namespace rostrum::mesos
