// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// An immutable picture of all cells: what a round works on.

#ifndef ROSTRUM_SNAPSHOT_H_
#define ROSTRUM_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rostrum/cell.h"
#include "rostrum/status.h"

namespace rostrum {

// Private to the library: the flat arrays inside, which cell is which row of them, and work that was
// placed on rows.
struct CellTable;
struct CellLayout;
struct PlacedOnRow;

// Thread safety: immutable, so any thread may read it at any time.
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const CellTable> table);

  // An earlier snapshot with work placed on it. What it comes to is worked out when somebody asks.
  Snapshot(std::shared_ptr<const Snapshot> before, std::vector<PlacedOnRow> placed);
  ~Snapshot();

  // A snapshot of given cells. An error as of Cache::Update.
  static Expected<std::shared_ptr<const Snapshot>> FromCells(std::span<const Cell> cells);

  size_t size() const;
  // All cells as values, in the order of zone name, cell index, id.
  std::vector<Cell> Cells() const;

  const CellTable& table() const;
  const std::shared_ptr<const CellLayout>& layout() const { return layout_; }

 private:
  struct Pending;

  std::shared_ptr<const CellLayout> layout_;
  mutable std::shared_ptr<const CellTable> table_;
  mutable std::unique_ptr<Pending> pending_;  // Null if `table_` is there from the start.
};

}  // namespace rostrum

#endif  // ROSTRUM_SNAPSHOT_H_
