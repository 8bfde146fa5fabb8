// The rows of all cells while a round goes on, and which of them have room.

#ifndef ROSTRUM_LIB_PLACE_ROWS_H_
#define ROSTRUM_LIB_PLACE_ROWS_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cache/cell_table.h"
#include "lib/model/cell_row.h"

namespace rostrum {

// A row for each cell of a table, from which rounds take.
class Rows {
 public:
  explicit Rows(const CellTable& table);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  const CellLayout& layout() const { return *layout_; }
  const std::shared_ptr<const CellLayout>& shared_layout() const { return layout_; }

  // Whether the rows have room for named resources of these names.
  bool HaveNames(const std::set<std::string_view>& names) const;
  // Takes over a row of a table. Returns whether an amount changed. REQUIRES: HaveNames() of it.
  bool Load(const CellTable& table, uint32_t row);

  // As strategies see them; `instances` is left at zero.
  const std::vector<CellRow>& all() const { return rows_; }
  const CellRow& operator[](uint32_t row) const { return rows_[row]; }
  // Containers that are starting on all open cells, those placed by the round included.
  int64_t starting() const { return starting_; }
  // Grows with every change.
  uint64_t version() const { return version_; }

  // Of an open row. REQUIRES: it fits.
  const Resources* Reserve(uint32_t row, const Work& work) {
    ++starting_;
    ++version_;
    return rostrum::Reserve(&rows_[row], work);
  }
  void Release(uint32_t row, const Work& work, const Resources* overhead) {
    --starting_;
    ++version_;
    rostrum::Release(&rows_[row], work, overhead);
  }

 private:
  std::shared_ptr<const CellLayout> layout_;
  // What is looked at together lies together.
  std::vector<CellRow> rows_;
  std::vector<std::string> names_;  // Of named resources, sorted.
  std::vector<ScalarView> named_;   // By row, then name. Each row points to its own.
  int64_t starting_ = 0;
  uint64_t version_ = 0;
};

// Which rows have room, looked up by a scan over flat arrays: for strategies that have to be asked
// about every one.
class RoomScan {
 public:
  explicit RoomScan(const Rows& rows);

  // To be called whenever an amount of an open row has changed.
  void NoteChange(uint32_t row);

  // The rows of [begin, end), in order, on which the work may fit: those that have too little
  // memory, disk, cpu or containers are left out, named resources and overheads are not looked at.
  // Valid until the next call. REQUIRES: open rows.
  const std::vector<uint32_t>& Find(uint32_t begin, uint32_t end, const Work& work);

 private:
  const Rows& rows_;
  // What is free, by open row. A double holds each amount exactly, and unlike whole numbers of 64
  // bits doubles can be compared two and more at a time on every machine.
  std::vector<double> memory_;
  std::vector<double> memory_for_lrps_;  // Less the proxy's.
  std::vector<double> disk_;
  std::vector<double> cpu_;
  std::vector<double> containers_;
  std::vector<uint32_t> found_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_ROWS_H_
