// All cells at one time, and which of them is which row.

#ifndef ROSTRUM_LIB_CACHE_CELL_TABLE_H_
#define ROSTRUM_LIB_CACHE_CELL_TABLE_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cache/slot.h"

namespace rostrum {

// A zone and its open cells, which are rows [begin, end).
struct ZoneRange {
  std::string name;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// The open cells of one zone that have one signature: slots [begin, end) of CellLayout::slot_row.
struct CellGroup {
  uint32_t zone = 0;
  uint32_t signature = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// No row of a layout.
inline constexpr uint32_t kNoRow = UINT32_MAX;

// Which cell is which row. Kept from snapshot to snapshot while cells neither come nor go nor
// change what is in their CellInfo.
struct CellLayout {
  // Open cells first, in the order of Precedes, so that every zone is one range and the lower row
  // wins a tie; then the closed ones, likewise.
  std::vector<std::shared_ptr<const CellInfo>> cells;
  uint32_t open_count = 0;
  std::vector<ZoneRange> zones;  // By name. Only zones that have an open cell.
  std::vector<uint32_t> zone;    // By open row: the position in `zones`.

  // Distinct signatures of open cells, and each open row's.
  std::vector<std::shared_ptr<const Signature>> signatures;
  std::vector<uint32_t> signature;

  // Open rows once more, by group: all cells of a group meet the same constraints. Groups are
  // ordered by zone, then signature; in a group slots are in the order of rows.
  std::vector<CellGroup> groups;
  std::vector<uint32_t> slot_row;  // By slot.
  std::vector<uint32_t> row_slot;  // By open row.
  std::vector<uint32_t> row_group;

  // All rows in the order of Precedes, closed cells among the open ones.
  std::vector<uint32_t> RowsInOrder() const;

  static std::shared_ptr<const CellLayout> Make(std::vector<std::shared_ptr<const CellInfo>> cells);
};

// All cells at one time.
struct CellTable {
  std::shared_ptr<const CellLayout> layout;
  std::vector<CellSlot> cells;  // By row.

  size_t size() const { return cells.size(); }
  // The names of all resources that any cell names.
  std::set<std::string_view> Names() const;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_TABLE_H_
