#include "rostrum/snapshot.h"

#include <mutex>
#include <utility>

#include "lib/cache/cell_changes.h"
#include "lib/cache/cell_table.h"
#include "rostrum/cache.h"

namespace rostrum {

// What a snapshot is worked out from, and by whoever is first.
struct Snapshot::Pending {
  std::once_flag once;
  std::shared_ptr<const Snapshot> before;
  PlacedOnRows placed;
};

Snapshot::Snapshot(std::shared_ptr<const CellTable> table)
    : layout_(table->layout), table_(std::move(table)) {}

Snapshot::Snapshot(std::shared_ptr<const Snapshot> before, std::vector<PlacedOnRow> placed)
    : layout_(before->layout_), pending_(std::make_unique<Pending>()) {
  pending_->before = std::move(before);
  pending_->placed = std::move(placed);
}

Snapshot::~Snapshot() = default;

const CellTable& Snapshot::table() const {
  if (pending_ != nullptr) {
    std::call_once(pending_->once, [&] {
      auto table = std::make_shared<CellTable>(pending_->before->table());
      for (const auto& [row, work] : pending_->placed) {
        table->cells[row].Place(work.auction, work.placed_by);
      }
      table_ = std::move(table);
      pending_->before = nullptr;
      pending_->placed = {};
    });
  }
  return *table_;
}

Expected<std::shared_ptr<const Snapshot>> Snapshot::FromCells(std::span<const Cell> cells) {
  Cache cache;
  if (Status status = cache.Update(cells); !status.ok()) return status;
  return cache.TakeSnapshot();
}

size_t Snapshot::size() const { return layout_->cells.size(); }

std::vector<Cell> Snapshot::Cells() const {
  std::vector<Cell> cells;
  cells.reserve(size());
  for (const uint32_t row : layout_->RowsInOrder()) cells.push_back(table().cells[row].ToCell());
  return cells;
}

}  // namespace rostrum
