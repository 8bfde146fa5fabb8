// The flat arrays behind a snapshot: one row a cell, one array a field, so that a round that looks
// at all cells touches only the bytes that it needs.

#ifndef ROSTRUM_LIB_CACHE_CELL_TABLE_H_
#define ROSTRUM_LIB_CACHE_CELL_TABLE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/cache/cell_input.h"
#include "rostrum/auction.h"
#include "rostrum/cell.h"

namespace rostrum {

// What seldom changes about a cell. Immutable and shared by all snapshots that hold the cell.
struct CellInfo {
  std::string id;
  std::string zone;
  int64_t index = 0;
  std::optional<int64_t> first_fit_index;
  std::shared_ptr<const Signature> signature;
  Resources overhead;
  Amount proxy_memory = 0;
  bool evacuating = false;
  bool disabled = false;
  bool draining = false;
  bool ignore_absent = false;
  uint64_t tag = 0;

  bool open() const { return !evacuating && !disabled && !draining; }

  friend bool operator==(const CellInfo&, const CellInfo&) = default;
};

// The order in which ties are broken: zone name, cell index, id.
bool Precedes(const CellInfo& a, const CellInfo& b);

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

// The amounts that placing work changes, by row.
struct CellAmounts {
  std::vector<Amount> memory;
  std::vector<Amount> disk;
  std::vector<Amount> cpu;
  std::vector<int64_t> containers;
  std::vector<std::vector<Amount>> scalars;  // By position in CellTable::scalar_names, then row.
  std::vector<int64_t> starting;
  std::vector<int64_t> lrp_count;
  std::vector<int64_t> task_count;
  std::vector<uint8_t> started;

  void Resize(size_t rows, size_t scalar_count);
};

struct CellTotals {
  std::vector<Amount> memory;
  std::vector<Amount> disk;
  std::vector<Amount> cpu;
  std::vector<int64_t> containers;
  std::vector<std::vector<Amount>> scalars;

  void Resize(size_t rows, size_t scalar_count);
};

// The LRPs on one cell: those that its state told of, and those placed since.
struct CellLrps {
  LrpList told;
  std::vector<std::shared_ptr<const Work>> placed;
};

struct CellTable {
  std::shared_ptr<const CellLayout> layout;
  std::vector<std::string> scalar_names;  // Sorted.
  CellTotals totals;
  CellAmounts available;
  std::vector<CellLrps> lrps;

  size_t size() const { return layout->cells.size(); }
  // The column of a named scalar; -1 if no cell has it.
  int ScalarColumn(std::string_view name) const;
  Resources Total(size_t row) const;
  Resources Available(size_t row) const;
  Cell CellAt(size_t row) const;

  // Takes what work asks off a row, and what the cell itself takes if it has to be started for it.
  void Place(size_t row, const std::shared_ptr<const Work>& work);
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_TABLE_H_
