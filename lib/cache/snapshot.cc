#include "rostrum/snapshot.h"

#include "lib/cache/cell_table.h"
#include "rostrum/cache.h"

namespace rostrum {

Snapshot::Snapshot(std::shared_ptr<const CellTable> table) : table_(std::move(table)) {}

Expected<std::shared_ptr<const Snapshot>> Snapshot::FromCells(std::span<const Cell> cells) {
  Cache cache;
  if (Status status = cache.Update(cells); !status.ok()) return status;
  return cache.TakeSnapshot();
}

size_t Snapshot::size() const { return table_->size(); }

std::vector<Cell> Snapshot::Cells() const {
  std::vector<Cell> cells;
  cells.reserve(size());
  for (const uint32_t row : table_->RowsInOrder()) cells.push_back(table_->CellAt(row));
  return cells;
}

}  // namespace rostrum
