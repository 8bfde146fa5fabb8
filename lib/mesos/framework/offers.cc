#include "lib/mesos/framework/offers.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rostrum::mesos {
namespace {

// The scheme of kAnyRootfs.
constexpr std::string_view kAnyScheme = "mesos";

void AppendParts(std::string_view text, std::vector<std::string>* names) {
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) names->emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
}

// All names that attributes of that name list.
std::vector<std::string> ListOf(const Offer& offer, std::string_view attribute_name) {
  std::vector<std::string> names;
  for (const Attribute& attribute : offer.attributes) {
    if (attribute.name != attribute_name) continue;
    if (attribute.type == ValueType::kText) AppendParts(attribute.text, &names);
    if (attribute.type == ValueType::kSet) {
      names.insert(names.end(), attribute.items.begin(), attribute.items.end());
    }
  }
  return names;
}

std::string TextOf(const Offer& offer, std::string_view attribute_name) {
  const auto at = std::find_if(
      offer.attributes.begin(), offer.attributes.end(), [&](const Attribute& attribute) {
        return attribute.name == attribute_name && attribute.type == ValueType::kText;
      });
  return at == offer.attributes.end() ? std::string() : at->text;
}

int64_t IndexOf(const Offer& offer, std::string_view attribute_name) {
  for (const Attribute& attribute : offer.attributes) {
    if (attribute.name != attribute_name || attribute.type != ValueType::kScalar) continue;
    // What is beyond this could not be told apart as a double.
    if (std::abs(attribute.scalar) > 1e15) continue;
    return static_cast<int64_t>(attribute.scalar);
  }
  return 0;
}

RootfsProvider FixedSet(std::string scheme, const std::vector<std::string>& names) {
  return {std::move(scheme), RootfsProvider::Type::kFixedSet, names};
}

RootfsProvider Everything(std::string scheme) {
  return {std::move(scheme), RootfsProvider::Type::kArbitrary, {}};
}

}  // namespace

AgentTraits TraitsOf(const Offer& offer, const AgentMapping& mapping) {
  AgentTraits traits;
  traits.zone = TextOf(offer, mapping.zone_attribute);
  if (traits.zone.empty()) traits.zone = offer.domain.zone;
  traits.index = IndexOf(offer, mapping.index_attribute);

  const bool is_windows = TextOf(offer, "os") == "windows";
  std::vector<std::string> stacks = ListOf(offer, mapping.stack_attribute);
  std::vector<std::string> schemes = ListOf(offer, mapping.rootfs_scheme_attribute);
  if (stacks.empty() && schemes.empty()) {
    stacks = is_windows ? mapping.windows_stacks : mapping.stacks;
    if (!is_windows) schemes = mapping.rootfs_schemes;
  }
  Signature& signature = traits.signature;
  if (!stacks.empty()) {
    signature.rootfs_providers.push_back(FixedSet("preloaded", stacks));
    signature.rootfs_providers.push_back(FixedSet("preloaded+layer", stacks));
  }
  for (std::string& scheme : schemes) {
    signature.rootfs_providers.push_back(Everything(std::move(scheme)));
  }
  signature.rootfs_providers.push_back(Everything(std::string(kAnyScheme)));

  signature.volume_drivers = ListOf(offer, mapping.volume_driver_attribute);
  signature.placement_tags = ListOf(offer, mapping.placement_tag_attribute);
  signature.optional_placement_tags = ListOf(offer, mapping.optional_placement_tag_attribute);
  signature.Normalize();
  return traits;
}

namespace {

constexpr std::string_view kPorts = "ports";

bool HasLabels(const Resource& resource) {
  return std::any_of(resource.reservations.begin(), resource.reservations.end(),
                     [](const Reservation& step) { return !step.labels.empty(); });
}

bool IsCountable(const Resource& resource) {
  if (resource.type == ValueType::kScalar) return resource.scalar > 0;
  return resource.type == ValueType::kRanges && resource.name == kPorts;
}

uint64_t CountOf(const std::vector<ValueRange>& ranges) {
  uint64_t count = 0;
  // A range that is the wrong way round is none. Ports are 16 bits, so sums stay small.
  for (const ValueRange& range : ranges) {
    if (range.begin <= range.end && range.end <= UINT16_MAX) count += range.end - range.begin + 1;
  }
  return count;
}

// Moves the first `count` numbers of `from` into the result.
std::vector<ValueRange> Split(uint64_t count, std::vector<ValueRange>* from) {
  std::vector<ValueRange> taken;
  std::vector<ValueRange> rest;
  for (const ValueRange& range : *from) {
    if (range.begin > range.end || range.end > UINT16_MAX) continue;
    const uint64_t size = range.end - range.begin + 1;
    const uint64_t part = std::min(size, count);
    if (part > 0) taken.push_back({range.begin, range.begin + part - 1});
    if (part < size) rest.push_back({range.begin + part, range.end});
    count -= part;
  }
  *from = std::move(rest);
  return taken;
}

Amount* FieldOf(std::string_view name, Resources* sum) {
  if (name == "mem") return &sum->memory;
  if (name == "disk") return &sum->disk;
  if (name == "cpus") return &sum->cpu;
  return nullptr;
}

// Of one kind: whether two parts could be one.
bool SameSource(const Resource& a, const Resource& b) {
  return a.name == b.name && a.type == b.type && a.reservations == b.reservations &&
         a.allocation_role == b.allocation_role && a.revocable == b.revocable;
}

}  // namespace

bool IsUsable(const Resource& resource) {
  return resource.plain() && IsCountable(resource) && !HasLabels(resource);
}

bool IsUsableRevocable(const Resource& resource) {
  return resource.revocable && !resource.shared && !resource.special_disk &&
         IsCountable(resource) && !HasLabels(resource);
}

Purse::Purse(std::vector<Resource> resources) {
  for (const Resource& resource : resources) Add(resource);
}

void Purse::Add(const Resource& resource) {
  const bool is_reserved = !resource.reservations.empty();
  const auto place =
      is_reserved ? std::find_if(left_.begin(), left_.end(),
                                 [](const Resource& other) { return other.reservations.empty(); })
                  : left_.end();
  left_.insert(place, resource);
}

Resources Purse::Sum() const {
  Resources sum;
  for (const Resource& resource : left_) {
    if (resource.type == ValueType::kRanges) {
      const auto ports = static_cast<int64_t>(CountOf(resource.ranges));
      sum.scalars.push_back({std::string(kPorts), WholeAmount(ports)});
    } else if (Amount* const field = FieldOf(resource.name, &sum)) {
      *field += resource.scalar;
    } else if (!IsBuiltinResource(resource.name)) {
      // No work can ask for a resource of such a name.
      sum.scalars.push_back({resource.name, resource.scalar});
    }
  }
  sum.Normalize();
  return sum;
}

std::optional<std::vector<Resource>> Purse::Cut(const Resources& asked) {
  std::vector<Resource> before = left_;
  std::vector<Resource> parts;
  bool enough = CutScalar("cpus", asked.cpu, &parts) && CutScalar("mem", asked.memory, &parts) &&
                CutScalar("disk", asked.disk, &parts);
  for (const NamedAmount& scalar : asked.scalars) {
    if (!enough) break;
    enough =
        scalar.name == kPorts
            ? CutPorts(static_cast<uint64_t>((scalar.amount + kAmountOne - 1) / kAmountOne), &parts)
            : CutScalar(scalar.name, scalar.amount, &parts);
  }
  if (enough) return parts;
  left_ = std::move(before);
  return std::nullopt;
}

bool Purse::CutScalar(std::string_view name, Amount amount, std::vector<Resource>* parts) {
  for (Resource& resource : left_) {
    if (amount <= 0) break;
    if (resource.name != name || resource.type != ValueType::kScalar) continue;
    const Amount part = std::min(amount, resource.scalar);
    if (part <= 0) continue;
    resource.scalar -= part;
    amount -= part;
    const auto same = std::find_if(parts->begin(), parts->end(), [&](const Resource& other) {
      return SameSource(other, resource);
    });
    if (same == parts->end()) {
      parts->push_back(Carve(resource, part));
    } else {
      same->scalar += part;
    }
  }
  return amount <= 0;
}

bool Purse::CutPorts(uint64_t count, std::vector<Resource>* parts) {
  for (Resource& resource : left_) {
    if (count == 0) break;
    if (resource.name != kPorts || resource.type != ValueType::kRanges) continue;
    std::vector<ValueRange> taken = Split(count, &resource.ranges);
    count -= CountOf(taken);
    if (!taken.empty()) parts->push_back(CarveRanges(resource, std::move(taken)));
  }
  return count == 0;
}

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
