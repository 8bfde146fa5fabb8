#include "lib/place/layout.h"

#include <algorithm>
#include <utility>

#include "lib/base/key.h"
#include "lib/base/reserve.h"

namespace rostrum {
namespace {

// A hole after so many cells of a group, where its cells are spaced.
constexpr size_t kCellsToAHole = 15;
// How far from where a cell belongs a hole is looked for.
constexpr size_t kHoleDistance = 128;
// If more than this part of a group comes at once, its cells are spaced again.
constexpr size_t kManyPart = 8;

// Whether two cells stand in one place of one group.
bool SamePlace(const CellInfo& a, const CellInfo& b) {
  return a.signature == b.signature && a.index == b.index && a.zone == b.zone && a.id == b.id;
}

// No two constraints share a key.
void WriteKey(const Constraint& constraint, std::string* key) {
  key->clear();
  AppendToKey(key, constraint.rootfs);
  for (const std::string& tag : constraint.placement_tags) AppendToKey(key, tag);
  *key += '|';
  for (const std::string& driver : constraint.volume_drivers) AppendToKey(key, driver);
}

}  // namespace

LayoutChanges Layout::Update(std::span<const CellSlot> cells, std::span<const uint32_t> rows) {
  LayoutChanges changes;
  GrowTo(&infos_, cells.size());
  GrowTo(&places_, cells.size());
  GrowTo(&is_leaving_, cells.size());
  std::vector<uint8_t> touched(zones_.size());
  std::vector<uint32_t> left;
  Arrivals arrivals;
  for (const uint32_t row : rows) {
    const std::shared_ptr<const CellInfo>& info = cells[row].info;
    if (infos_[row] == info) continue;
    const bool opens = info != nullptr && info->open();
    CountClosed(infos_[row].get(), -1);
    CountClosed(info.get(), 1);
    const bool stays = is_open(row) && opens && SamePlace(*infos_[row], *info);
    if (is_open(row) && !stays) {
      Leave(row, &touched, &changes);
      left.push_back(row);
    }
    infos_[row] = info;
    if (!opens || stays) continue;
    const uint32_t group = GroupOf(*info);
    const uint32_t zone = groups_[group].zone;
    places_[row] = {group, 0, zone, groups_[group].signature, 0};
    arrivals.by_zone.resize(zones_.size());
    arrivals.by_group.resize(groups_.size());
    arrivals.by_zone[zone].push_back(row);
    arrivals.by_group[group].push_back(row);
    touched.resize(zones_.size());
    touched[zone] = 1;
  }
  arrivals.by_zone.resize(zones_.size());
  for (uint32_t zone = 0; zone < touched.size(); ++zone) {
    if (touched[zone] == 0) continue;
    MergeZone(zone, arrivals.by_zone[zone]);
  }
  for (const uint32_t row : left) is_leaving_[row] = 0;
  for (uint32_t group = 0; group < arrivals.by_group.size(); ++group) {
    if (!arrivals.by_group[group].empty()) Arrive(group, arrivals.by_group[group], &changes);
  }
  if (changes.any()) PutInOrder();
  return changes;
}

void Layout::Leave(uint32_t row, std::vector<uint8_t>* touched, LayoutChanges* changes) {
  Place& place = places_[row];
  LayoutGroup& group = groups_[place.group];
  group.slots[place.slot] = kNoRow;
  --group.cells;
  changes->slots.emplace_back(place.group, place.slot);
  (*touched)[group.zone] = 1;
  is_leaving_[row] = 1;
  place.group = kNoGroup;
}

void Layout::CountClosed(const CellInfo* cell, int64_t sign) {
  if (cell == nullptr || cell->open()) return;
  const Closed reason = cell->evacuating ? kEvacuating : cell->draining ? kDraining : kDisabled;
  closed_[reason] += static_cast<uint64_t>(sign);
}

uint32_t Layout::GroupOf(const CellInfo& cell) {
  auto zone = zone_numbers_.find(std::string_view(cell.zone));
  if (zone == zone_numbers_.end()) {
    zone = zone_numbers_.emplace(cell.zone, static_cast<uint32_t>(zones_.size())).first;
    zones_.push_back({cell.zone, {}, {}});
  }
  // By address: the cache has made equal signatures one.
  const auto [signature, is_new_signature] = signature_numbers_.try_emplace(
      cell.signature.get(), static_cast<uint32_t>(signatures_.size()));
  if (is_new_signature) signatures_.push_back(cell.signature);
  const uint64_t key = uint64_t{zone->second} << 32 | signature->second;
  const auto [group, is_new_group] =
      group_numbers_.try_emplace(key, static_cast<uint32_t>(groups_.size()));
  if (is_new_group) groups_.push_back({zone->second, signature->second, 0, {}});
  return group->second;
}

void Layout::MergeZone(uint32_t zone, const std::vector<uint32_t>& arrivals) {
  const auto precedes = [&](uint32_t a, uint32_t b) { return Precedes(*infos_[a], *infos_[b]); };
  std::vector<uint32_t> sorted = arrivals;
  std::sort(sorted.begin(), sorted.end(), precedes);
  std::vector<uint32_t>& rows = zones_[zone].rows;
  std::erase_if(rows, [&](uint32_t row) { return is_leaving_[row] != 0; });
  // From behind, and where each goes is looked for among what is left: few come, and to many.
  size_t left = rows.size();
  GrowTo(&rows, rows.size() + sorted.size());
  for (size_t i = sorted.size(); i-- > 0;) {
    const auto from = std::upper_bound(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(left),
                                       sorted[i], precedes);
    const auto end = rows.begin() + static_cast<ptrdiff_t>(left);
    std::move_backward(from, end, end + static_cast<ptrdiff_t>(i + 1));
    left = static_cast<size_t>(from - rows.begin());
    rows[left + i] = sorted[i];
  }
  for (uint32_t i = 0; i < rows.size(); ++i) places_[rows[i]].position = i;
}

void Layout::Arrive(uint32_t group, const std::vector<uint32_t>& arrivals, LayoutChanges* changes) {
  LayoutGroup& into = groups_[group];
  const size_t before = changes->slots.size();
  const bool many = arrivals.size() > into.cells / kManyPart;
  size_t next = 0;
  while (!many && next < arrivals.size() && Insert(group, arrivals[next], changes)) ++next;
  if (next == arrivals.size()) return;
  // There is no room.
  changes->slots.resize(before);
  changes->spaced_groups.push_back(group);
  Space(group, {arrivals.begin() + static_cast<ptrdiff_t>(next), arrivals.end()});
}

// Puts a row into a group by moving those between it and the nearest hole. False if there is none.
bool Layout::Insert(uint32_t group, uint32_t row, LayoutChanges* changes) {
  std::vector<uint32_t>& slots = groups_[group].slots;
  // The first slot whose row comes after this one. A hole is passed over to the next row.
  size_t begin = 0;
  size_t end = slots.size();
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    size_t at = middle;
    while (at < end && slots[at] == kNoRow) ++at;
    if (at < end && position(slots[at]) < position(row)) {
      begin = at + 1;
    } else {
      end = middle;
    }
  }
  size_t left = begin;
  size_t right = begin;
  for (size_t step = 0; step < kHoleDistance; ++step) {
    if (right < slots.size() && slots[right] == kNoRow) break;
    if (left > 0 && slots[left - 1] == kNoRow) break;
    if (right < slots.size()) ++right;
    if (left > 0) --left;
  }
  const auto put = [&](size_t slot, uint32_t moved) {
    slots[slot] = moved;
    places_[moved].slot = static_cast<uint32_t>(slot);
    changes->slots.emplace_back(group, static_cast<uint32_t>(slot));
  };
  if (right < slots.size() && slots[right] == kNoRow) {
    for (size_t slot = right; slot > begin; --slot) put(slot, slots[slot - 1]);
    put(begin, row);
  } else if (left > 0 && slots[left - 1] == kNoRow) {
    for (size_t slot = left - 1; slot + 1 < begin; ++slot) put(slot, slots[slot + 1]);
    put(begin - 1, row);
  } else {
    return false;
  }
  ++groups_[group].cells;
  return true;
}

void Layout::Space(uint32_t group, const std::vector<uint32_t>& arrivals) {
  LayoutGroup& spaced = groups_[group];
  std::vector<uint32_t> rows = arrivals;
  for (const uint32_t row : spaced.slots) {
    if (row != kNoRow) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return position(a) < position(b); });
  spaced.cells = static_cast<uint32_t>(rows.size());
  spaced.slots.clear();
  spaced.slots.reserve(rows.size() + rows.size() / kCellsToAHole + 1);
  for (const uint32_t row : rows) {
    places_[row].slot = static_cast<uint32_t>(spaced.slots.size());
    spaced.slots.push_back(row);
    if (spaced.slots.size() % (kCellsToAHole + 1) == kCellsToAHole) spaced.slots.push_back(kNoRow);
  }
  if (spaced.slots.back() != kNoRow) spaced.slots.push_back(kNoRow);
}

// What is listed is listed in an order that hangs on the cells alone, not on how they came to be:
// zones by name, and the groups of a zone by where their signature is first met.
void Layout::PutInOrder() {
  zones_in_order_.clear();
  for (uint32_t zone = 0; zone < zones_.size(); ++zone) {
    zones_[zone].groups.clear();
    if (!zones_[zone].rows.empty()) zones_in_order_.push_back(zone);
  }
  std::sort(zones_in_order_.begin(), zones_in_order_.end(),
            [&](uint32_t a, uint32_t b) { return zones_[a].name < zones_[b].name; });
  zone_ranks_.resize(zones_.size());
  for (uint32_t i = 0; i < zones_in_order_.size(); ++i) zone_ranks_[zones_in_order_[i]] = i;
  std::vector<uint32_t> first_positions(groups_.size());
  groups_in_use_ = slots_ = open_ = 0;
  for (uint32_t group = 0; group < groups_.size(); ++group) {
    const LayoutGroup& listed = groups_[group];
    slots_ += listed.slots.size();
    open_ += listed.cells;
    if (listed.cells == 0) continue;
    ++groups_in_use_;
    zones_[listed.zone].groups.push_back(group);
    const auto first = std::find_if(listed.slots.begin(), listed.slots.end(),
                                    [](uint32_t row) { return row != kNoRow; });
    first_positions[group] = position(*first);
  }
  std::vector<uint32_t> signature_ranks(signatures_.size(), kNoRow);
  uint32_t met = 0;
  for (const uint32_t zone : zones_in_order_) {
    std::vector<uint32_t>& groups = zones_[zone].groups;
    std::sort(groups.begin(), groups.end(),
              [&](uint32_t a, uint32_t b) { return first_positions[a] < first_positions[b]; });
    for (const uint32_t group : groups) {
      uint32_t& rank = signature_ranks[groups_[group].signature];
      if (rank == kNoRow) rank = met++;
    }
    std::sort(groups.begin(), groups.end(), [&](uint32_t a, uint32_t b) {
      return signature_ranks[groups_[a].signature] < signature_ranks[groups_[b].signature];
    });
  }
}

std::vector<uint32_t> Layout::RowsInOrder() const {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < infos_.size(); ++row) {
    if (infos_[row] != nullptr) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return Precedes(*infos_[a], *infos_[b]); });
  return rows;
}

MatchLevel ConstraintMatch::ReportedLevel() const {
  // Upstream goes through the zones with the error of the last one in hand, and takes the next
  // zone's where it has none, has a rootfs or a tag mismatch, or where a volume driver mismatch
  // meets a tag mismatch.
  MatchLevel reported = by_zone.front();
  for (const MatchLevel level : by_zone) {
    const bool stays =
        reported == MatchLevel::kVolumeDriverMismatch && level != MatchLevel::kPlacementTagMismatch;
    if (!stays) reported = level;
  }
  return reported;
}

const ConstraintMatch& Matcher::Find(const Constraint& constraint) {
  WriteKey(constraint, &key_);
  auto at = by_constraint_.find(std::string_view(key_));
  if (at == by_constraint_.end()) at = by_constraint_.emplace(key_, Make(constraint)).first;
  return *at->second;
}

std::unique_ptr<ConstraintMatch> Matcher::Make(const Constraint& constraint) const {
  auto match = std::make_unique<ConstraintMatch>();
  for (const auto& signature : layout_.signatures()) {
    match->by_signature.push_back(Match(constraint, *signature));
  }
  for (const uint32_t zone : layout_.zones_in_order()) {
    MatchLevel furthest = MatchLevel::kRootfsMismatch;
    const auto first = static_cast<uint32_t>(match->groups.size());
    for (const uint32_t group : layout_.zones()[zone].groups) {
      const MatchLevel level = match->by_signature[layout_.groups()[group].signature];
      furthest = std::max(furthest, level);
      if (level == MatchLevel::kMatch) match->groups.push_back(group);
    }
    match->by_zone.push_back(furthest);
    const auto last = static_cast<uint32_t>(match->groups.size());
    if (last > first) match->zones.push_back({zone, first, last});
  }
  return match;
}

}  // namespace rostrum
