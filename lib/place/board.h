// The state of all cells while a round goes on.

#ifndef ROSTRUM_LIB_PLACE_BOARD_H_
#define ROSTRUM_LIB_PLACE_BOARD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cache/cell_table.h"
#include "lib/place/ask.h"
#include "rostrum/strategy.h"

namespace rostrum {

// A resource of which a cell has too little.
struct Shortage {
  std::string_view resource;
  Amount asked = 0;  // With the cell's proxy memory and overhead, where they count.
  Amount free = 0;
  Amount total = 0;
};

// A copy of what a snapshot says is free, from which rounds take. The snapshot stays as it was.
class Board {
 public:
  explicit Board(const CellTable& table);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  const CellLayout& layout() const { return *layout_; }
  const std::shared_ptr<const CellLayout>& shared_layout() const { return layout_; }
  // The column of a named scalar; -1 if no cell has it.
  int ScalarColumn(std::string_view name) const;

  // Whether the board has room for all that cells of this table have: no cell has a named resource
  // that none had when the board was made.
  bool HasScalarsOf(const CellTable& table) const;
  // Takes over a row of a table. Returns whether an amount changed. REQUIRES: HasScalarsOf().
  bool Load(const CellTable& table, uint32_t row);
  // Containers that are starting on all open cells, those placed by the round included.
  int64_t starting() const { return starting_; }
  // Grows with every placement.
  uint64_t version() const { return version_; }

  // Whether the work fits, with the proxy memory that an LRP needs on top.
  bool Fits(uint32_t row, const Ask& ask) const {
    const Amount proxy = ask.kind == Kind::kLrp ? cells_[row].proxy_memory : 0;
    return FitsWith(row, ask, proxy);
  }
  // Whether it fits without it: what Reserve takes.
  bool CanReserve(uint32_t row, const Ask& ask) const { return FitsWith(row, ask, 0); }

  // What is short, in the order containers, cpu, disk, memory, then the scalars by name.
  std::vector<Shortage> Shortages(uint32_t row, const Ask& ask, bool with_proxy) const;

  // REQUIRES: CanReserve().
  void Reserve(uint32_t row, const Ask& ask);

  // What a cell would take for itself with the next work; nothing if it has been started.
  const Resources& OverheadOf(uint32_t row) const;

  // All rows as strategies see them. `instances` is left at zero.
  const std::vector<CellView>& cells() const { return cells_; }
  bool IsStarted(uint32_t row) const { return started_[row] != 0; }

 private:
  bool FitsWith(uint32_t row, const Ask& ask, Amount extra_memory) const {
    const CellView& cell = cells_[row];
    if (ask.memory + extra_memory > cell.memory_free || ask.disk > cell.disk_free ||
        cell.containers_free < 1 || ask.least_cpu > cell.cpu_free) {
      return false;
    }
    if (ask.scalars.empty() && started_[row] != 0) return true;
    return FitsSlowly(row, ask, extra_memory);
  }
  bool FitsSlowly(uint32_t row, const Ask& ask, Amount extra_memory) const;
  Amount ScalarFree(uint32_t row, int column) const {
    return column < 0 ? 0 : ScalarAt(row, static_cast<size_t>(column)).free;
  }
  const ScalarView& ScalarAt(uint32_t row, size_t column) const {
    return scalars_[row * scalar_names_.size() + column];
  }
  ScalarView& ScalarAt(uint32_t row, size_t column) {
    return scalars_[row * scalar_names_.size() + column];
  }

  bool LoadScalars(const CellTable& table, uint32_t row);

  std::shared_ptr<const CellLayout> layout_;
  // One record a row: what is looked at together lies together.
  std::vector<CellView> cells_;
  std::vector<uint8_t> started_;
  // Named resources. A cell's view of its own points here.
  std::vector<std::string> scalar_names_;  // Sorted.
  std::vector<ScalarView> scalars_;        // By row, then position in `scalar_names_`.
  int64_t starting_ = 0;
  uint64_t version_ = 0;
  Resources no_overhead_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_BOARD_H_
