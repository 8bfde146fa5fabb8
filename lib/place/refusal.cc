#include "lib/place/refusal.h"

#include <algorithm>
#include <tuple>

#include "lib/base/format.h"

namespace rostrum {
namespace {

std::string TextOf(const std::set<std::string, std::less<>>& names) {
  if (names.empty()) return "insufficient resources";
  return Format("insufficient resources: {}", Join(names, ", "));
}

}  // namespace

const char* ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kRootfs:
      return "rootfs";
    case Reason::kVolumeDriver:
      return "volume driver";
    case Reason::kPlacementTag:
      return "placement tag";
    case Reason::kResource:
      return "resource";
    case Reason::kScore:
      return "score";
    case Reason::kStrategy:
      return "strategy";
    case Reason::kEvacuating:
      return "evacuating";
    case Reason::kDisabled:
      return "disabled";
    case Reason::kDraining:
      return "draining";
  }
  return "unknown";
}

const char* RefusalCodeName(RefusalCode code) {
  switch (code) {
    case RefusalCode::kNone:
      return "none";
    case RefusalCode::kNoCells:
      return "no cells";
    case RefusalCode::kRootfsMismatch:
      return "rootfs mismatch";
    case RefusalCode::kVolumeDriverMismatch:
      return "volume driver mismatch";
    case RefusalCode::kPlacementTagMismatch:
      return "placement tag mismatch";
    case RefusalCode::kInsufficientResources:
      return "insufficient resources";
    case RefusalCode::kInflightLimit:
      return "in-flight limit";
    case RefusalCode::kStrategyRefused:
      return "strategy refused";
    case RefusalCode::kStrategyFailed:
      return "strategy failed";
    case RefusalCode::kHandedBack:
      return "handed back";
  }
  return "unknown";
}

std::vector<Shortage> ShortagesOn(const CellRow& row, const Work& work, bool with_proxy) {
  const Resources none;
  const Resources& asked = work.asked;
  const Resources& overhead = row.is_started() ? none : *row.overhead;
  const Amount proxy = with_proxy && work.kind == Kind::kLrp ? row.proxy_memory : 0;
  std::vector<Shortage> shortages;
  const auto check = [&](std::string_view name, Amount wanted, Amount free, Amount total) {
    if (wanted > free) shortages.push_back({name, wanted, free, total});
  };
  const auto check_named = [&](const NamedAmount& scalar, Amount wanted) {
    const ScalarView* const held = FindNamed(row, scalar.name);
    check(scalar.name, wanted, held == nullptr ? 0 : held->free, held == nullptr ? 0 : held->total);
  };
  // Containers are counted, not measured; as an amount one is a thousand thousandths.
  check("containers", WholeAmount(1 + overhead.containers), WholeAmount(row.containers_free),
        WholeAmount(row.containers_total));
  if (const Amount cpu = asked.cpu + overhead.cpu; cpu > 0) {
    check("cpu", cpu, row.cpu_free, row.cpu_total);
  }
  check("disk", asked.disk + overhead.disk, row.disk_free, row.disk_total);
  check("memory", asked.memory + proxy + overhead.memory, row.memory_free, row.memory_total);
  for (const NamedAmount& scalar : asked.scalars) {
    check_named(scalar, scalar.amount + overhead.Scalar(scalar.name));
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    if (asked.Scalar(scalar.name) == 0) check_named(scalar, scalar.amount);
  }
  return shortages;
}

Reason ReasonOf(MatchLevel level) {
  if (level == MatchLevel::kRootfsMismatch) return Reason::kRootfs;
  if (level == MatchLevel::kVolumeDriverMismatch) return Reason::kVolumeDriver;
  return Reason::kPlacementTag;
}

RefusalCode RefusalCodeOf(MatchLevel level) {
  if (level == MatchLevel::kRootfsMismatch) return RefusalCode::kRootfsMismatch;
  if (level == MatchLevel::kVolumeDriverMismatch) return RefusalCode::kVolumeDriverMismatch;
  return RefusalCode::kPlacementTagMismatch;
}

ReasonCount ReasonOf(const Shortage& shortage, std::string_view cell_id) {
  ReasonCount reason;
  reason.reason = Reason::kResource;
  reason.subject = std::string(shortage.resource);
  reason.is_static = shortage.asked > shortage.total;
  reason.cells = 1;
  reason.asked = shortage.asked;
  reason.free = shortage.free;
  reason.short_by = shortage.asked - shortage.free;
  reason.cell_id = std::string(cell_id);
  return reason;
}

ReasonCount ReasonOfClosed(const CellInfo& cell) {
  ReasonCount reason;
  reason.reason = cell.evacuating ? Reason::kEvacuating
                  : cell.draining ? Reason::kDraining
                                  : Reason::kDisabled;
  reason.cells = 1;
  return reason;
}

void ReasonCounter::Add(const ReasonCount& reason) {
  const auto same = [&](const ReasonCount& other) {
    return other.reason == reason.reason && other.is_static == reason.is_static &&
           other.subject == reason.subject;
  };
  const auto looked_through =
      counts_.begin() + static_cast<ptrdiff_t>(std::min(counts_.size(), kLookedThrough));
  const auto found = std::find_if(counts_.begin(), looked_through, same);
  size_t position = static_cast<size_t>(found - counts_.begin());
  if (position == kLookedThrough) {
    const std::string key = Format("{} {} {}", static_cast<int32_t>(reason.reason),
                                        reason.is_static, reason.subject);
    position = positions_.try_emplace(key, counts_.size()).first->second;
  }
  if (position == counts_.size()) {
    counts_.push_back(reason);
    return;
  }
  ReasonCount& count = counts_[position];
  const uint64_t cells = count.cells + reason.cells;
  // The nearest miss stands for all of them; of equal ones the first cell.
  if (reason.short_by < count.short_by) count = reason;
  count.cells = cells;
}

std::vector<ReasonCount> ReasonCounter::Finish() && {
  std::sort(counts_.begin(), counts_.end(), [](const ReasonCount& a, const ReasonCount& b) {
    return std::tuple(b.cells, a.reason, a.subject, b.is_static) <
           std::tuple(a.cells, b.reason, b.subject, a.is_static);
  });
  return std::move(counts_);
}

Problems::Problems(const Work& work) : names_{"containers", "disk", "memory"} {
  if (work.asked.cpu > 0) names_.insert("cpu");
  for (const NamedAmount& scalar : work.asked.scalars) names_.emplace(scalar.name);
}

void Problems::Admit(const Resources& overhead) {
  if (overhead.cpu > 0) names_.insert("cpu");
  for (const NamedAmount& scalar : overhead.scalars) names_.insert(scalar.name);
}

void Problems::Intersect(const std::vector<Shortage>& shortages) {
  std::erase_if(names_, [&](const std::string& name) {
    return std::none_of(shortages.begin(), shortages.end(),
                        [&](const Shortage& shortage) { return shortage.resource == name; });
  });
}

std::string Problems::Text() const { return TextOf(names_); }

std::string InsufficientText(const std::vector<Shortage>& shortages) {
  std::set<std::string, std::less<>> names;
  for (const Shortage& shortage : shortages) names.emplace(shortage.resource);
  return TextOf(names);
}

}  // namespace rostrum
