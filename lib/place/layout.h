// Which open cells compete with each other, in which order, and which of them meet which
// constraints.

#ifndef ROSTRUM_LIB_PLACE_LAYOUT_H_
#define ROSTRUM_LIB_PLACE_LAYOUT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/base/strings.h"
#include "lib/cache/slot.h"
#include "rostrum/constraint.h"

namespace rostrum {

// A zone that has or had open cells.
struct LayoutZone {
  std::string name;
  std::vector<uint32_t> rows;    // Of open cells, in the order of Precedes.
  std::vector<uint32_t> groups;  // That have cells.
};

// The open cells of one zone that have one signature: all of them meet the same constraints. They
// stand in slots, in the order of Precedes, with holes (kNoRow) between them into which cells can
// come without moving many others.
struct LayoutGroup {
  uint32_t zone = 0;
  uint32_t signature = 0;
  uint32_t cells = 0;
  std::vector<uint32_t> slots;
};

// What an update has changed, for those who keep something by slot.
struct LayoutChanges {
  std::vector<std::pair<uint32_t, uint32_t>> slots;  // A group and a slot of it.
  std::vector<uint32_t> spaced_groups;               // Whose slots are others altogether.

  bool any() const { return !slots.empty() || !spaced_groups.empty(); }
};

// A row is a number that a cell keeps as long as it is there. A cell that comes, goes, opens,
// closes or changes what it offers costs a few slots of its groups, and a pass over the rows of its
// zones.
class Layout {
 public:
  // Takes over what is known of these rows of `cells`, each once.
  LayoutChanges Update(std::span<const CellSlot> cells, std::span<const uint32_t> rows);

  size_t row_count() const { return infos_.size(); }
  // Null if the row has no cell.
  const std::shared_ptr<const CellInfo>& info(uint32_t row) const { return infos_[row]; }
  // All rows with a cell, in the order of Precedes, closed cells among the open ones.
  std::vector<uint32_t> RowsInOrder() const;

  // Of an open row.
  uint32_t zone(uint32_t row) const { return places_[row].zone; }
  uint32_t signature(uint32_t row) const { return places_[row].signature; }
  uint32_t group(uint32_t row) const { return places_[row].group; }
  uint32_t slot(uint32_t row) const { return places_[row].slot; }
  bool is_open(uint32_t row) const { return places_[row].group != kNoGroup; }
  // Where it stands in its zone, from 0.
  uint32_t position(uint32_t row) const { return places_[row].position; }
  // Whether an open row comes before another one: of equal scores the first wins.
  bool Before(uint32_t a, uint32_t b) const {
    const uint32_t zone_a = zone(a);
    const uint32_t zone_b = zone(b);
    return zone_a != zone_b ? zone_ranks_[zone_a] < zone_ranks_[zone_b] : position(a) < position(b);
  }

  const std::vector<LayoutZone>& zones() const { return zones_; }
  // Those that have open cells, by name.
  const std::vector<uint32_t>& zones_in_order() const { return zones_in_order_; }
  const std::vector<LayoutGroup>& groups() const { return groups_; }
  const std::vector<std::shared_ptr<const Signature>>& signatures() const { return signatures_; }

  // How many cells are closed, for each reason that a cell may say first.
  enum Closed : size_t { kEvacuating, kDraining, kDisabled, kClosedReasons };
  const std::array<uint64_t, kClosedReasons>& closed() const { return closed_; }

  // Whether much of it is left over from cells that are gone, so that a new one should be made.
  bool IsWorn() const {
    return groups_.size() > 2 * groups_in_use_ + kGroupsKept || slots_ > 4 * open_ + kSlotsKept;
  }

 private:
  static constexpr uint32_t kNoGroup = UINT32_MAX;
  static constexpr size_t kGroupsKept = 256;
  static constexpr size_t kSlotsKept = 4096;

  struct Place {
    uint32_t group = kNoGroup;
    uint32_t slot = 0;
    uint32_t zone = 0;
    uint32_t signature = 0;
    uint32_t position = 0;
  };
  // Rows on their way into a zone and a group.
  struct Arrivals {
    std::vector<std::vector<uint32_t>> by_zone;
    std::vector<std::vector<uint32_t>> by_group;
  };

  void Leave(uint32_t row, std::vector<uint8_t>* touched, LayoutChanges* changes);
  void CountClosed(const CellInfo* cell, int64_t sign);
  uint32_t GroupOf(const CellInfo& cell);
  void MergeZone(uint32_t zone, const std::vector<uint32_t>& arrivals);
  void Arrive(uint32_t group, const std::vector<uint32_t>& arrivals, LayoutChanges* changes);
  bool Insert(uint32_t group, uint32_t row, LayoutChanges* changes);
  void Space(uint32_t group, const std::vector<uint32_t>& arrivals);
  void PutInOrder();

  std::vector<std::shared_ptr<const CellInfo>> infos_;  // By row.
  std::vector<Place> places_;                           // By row.
  std::vector<uint8_t> is_leaving_;                     // By row. Zero between updates.
  std::vector<LayoutZone> zones_;
  std::vector<uint32_t> zones_in_order_;
  std::vector<uint32_t> zone_ranks_;
  StringMap<uint32_t> zone_numbers_;
  std::vector<LayoutGroup> groups_;
  std::unordered_map<uint64_t, uint32_t> group_numbers_;  // By zone and signature.
  size_t groups_in_use_ = 0;
  size_t slots_ = 0;  // Of all groups.
  size_t open_ = 0;
  std::vector<std::shared_ptr<const Signature>> signatures_;
  std::unordered_map<const Signature*, uint32_t> signature_numbers_;
  std::array<uint64_t, kClosedReasons> closed_{};
};

// A zone with cells that meet a constraint: groups [first, last) of ConstraintMatch::groups.
struct MatchingZone {
  uint32_t zone = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

// What one constraint comes to on the open cells.
struct ConstraintMatch {
  std::vector<MatchLevel> by_signature;
  std::vector<MatchLevel> by_zone;  // By name: the furthest that any cell of it gets.
  std::vector<MatchingZone> zones;  // By name.
  std::vector<uint32_t> groups;     // Of the layout, those that match.

  // Whether some cell matches.
  bool anywhere() const { return !zones.empty(); }
  bool Matches(uint32_t signature) const { return by_signature[signature] == MatchLevel::kMatch; }

  // Where there is no match at all: the level that Diego reports. REQUIRES: there is a zone.
  MatchLevel ReportedLevel() const;
};

// Looks at each constraint once for each signature, not once for each cell and auction.
class Matcher {
 public:
  explicit Matcher(const Layout& layout) : layout_(layout) {}

  // The result lives as long as the matcher.
  const ConstraintMatch& Find(const Constraint& constraint);

 private:
  std::unique_ptr<ConstraintMatch> Make(const Constraint& constraint) const;

  const Layout& layout_;
  StringMap<std::unique_ptr<ConstraintMatch>> by_constraint_;
  std::string key_;  // Kept so that looking one up need not allocate.
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_LAYOUT_H_
