#include "rostrum/snapshot.h"

#include <algorithm>

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
  std::vector<uint32_t> rows(table_->size());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  const auto& infos = table_->layout->cells;
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return Precedes(*infos[a], *infos[b]); });
  std::vector<Cell> cells;
  cells.reserve(rows.size());
  for (const uint32_t row : rows) cells.push_back(table_->CellAt(row));
  return cells;
}

}  // namespace rostrum
