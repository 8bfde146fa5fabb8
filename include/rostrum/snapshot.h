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

struct CellTable;  // The flat arrays inside; private to the library.

// Thread safety: immutable, so any thread may read it at any time.
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const CellTable> table);

  // A snapshot of given cells. An error as of Cache::Update.
  static Expected<std::shared_ptr<const Snapshot>> FromCells(std::span<const Cell> cells);

  size_t size() const;
  // All cells as values, in the order of zone name, cell index, id.
  std::vector<Cell> Cells() const;

  const CellTable& table() const { return *table_; }

 private:
  std::shared_ptr<const CellTable> table_;
};

}  // namespace rostrum

#endif  // ROSTRUM_SNAPSHOT_H_
