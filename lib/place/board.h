// The state of all cells while a round goes on.

#ifndef ROSTRUM_LIB_PLACE_BOARD_H_
#define ROSTRUM_LIB_PLACE_BOARD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cache/cell_changes.h"
#include "lib/cache/cell_table.h"
#include "lib/place/ask.h"
#include "lib/strategy/separable.h"
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

  const CellLayout& layout() const { return *layout_; }
  const std::shared_ptr<const CellLayout>& shared_layout() const { return layout_; }
  // The column of a named scalar; -1 if no cell has it.
  int ScalarColumn(std::string_view name) const;

  // Takes over what is new about a row. Returns whether an amount changed, or nothing if the row has
  // a named resource that no cell had before: then the board is of no more use.
  std::optional<bool> Load(const RowState& state);
  // Containers that are starting on all open cells, those placed by the round included.
  int64_t starting() const { return starting_; }
  // Grows with every placement.
  uint64_t version() const { return version_; }

  // Whether the work fits, with the proxy memory that an LRP needs on top.
  bool Fits(uint32_t row, const Ask& ask) const {
    const Amount proxy = ask.kind == Kind::kLrp ? proxy_memory_[row] : 0;
    return FitsWith(row, ask, proxy);
  }
  // Whether it fits without it: what Reserve takes.
  bool CanReserve(uint32_t row, const Ask& ask) const { return FitsWith(row, ask, 0); }

  // What is short, in the order containers, cpu, disk, memory, then the scalars by name.
  std::vector<Shortage> Shortages(uint32_t row, const Ask& ask, bool with_proxy) const;

  // REQUIRES: CanReserve().
  void Reserve(uint32_t row, const Ask& ask);

  ScoreColumns Columns() const;

  // What a cell would take for itself with the next work; nothing if it has been started.
  const Resources& OverheadOf(uint32_t row) const;

  // A view of an open row. `instances` is left at zero.
  CellView ViewOf(uint32_t row) const;

  Amount ProxyMemoryOf(uint32_t row) const { return proxy_memory_[row]; }
  const CellAmounts& free() const { return free_; }
  const CellTotals& totals() const { return totals_; }

 private:
  bool FitsWith(uint32_t row, const Ask& ask, Amount extra_memory) const {
    if (ask.memory + extra_memory > free_.memory[row] || ask.disk > free_.disk[row] ||
        free_.containers[row] < 1 || ask.cpu > free_.cpu[row]) {
      return false;
    }
    if (ask.scalars.empty() && free_.started[row] != 0) return true;
    return FitsSlowly(row, ask, extra_memory);
  }
  bool FitsSlowly(uint32_t row, const Ask& ask, Amount extra_memory) const;
  Amount ScalarFree(uint32_t row, int column) const;

  bool LoadScalars(const Resources& resources, uint32_t row,
                   std::vector<std::vector<Amount>>* columns, bool* changed) const;

  std::shared_ptr<const CellLayout> layout_;
  std::vector<std::string> scalar_names_;  // Sorted.
  CellTotals totals_;
  CellAmounts free_;
  // By open row, what scores need of CellInfo.
  std::vector<Amount> proxy_memory_;
  std::vector<int64_t> index_;
  std::vector<int64_t> position_;
  int64_t starting_ = 0;
  uint64_t version_ = 0;
  Resources no_overhead_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_BOARD_H_
