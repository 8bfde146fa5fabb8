#include "lib/mesos/framework/purse.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rostrum::mesos {
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

}  // namespace rostrum::mesos
