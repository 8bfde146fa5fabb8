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

Problems::Problems(const Ask& ask) : names_{"containers", "disk", "memory"} {
  if (ask.cpu > 0) names_.insert("cpu");
  for (const ScalarAsk& scalar : ask.scalars) names_.emplace(scalar.name);
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
