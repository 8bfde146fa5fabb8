// The rows of all cells while a round goes on, and which of them have room.

#ifndef ROSTRUM_LIB_PLACE_ROWS_H_
#define ROSTRUM_LIB_PLACE_ROWS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/cache/slot.h"
#include "lib/model/cell_row.h"
#include "lib/place/layout.h"

namespace rostrum {

// The row of each cell, from which rounds take.
class Rows {
 public:
  Rows() = default;
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  // Makes room for so many rows, and for named resources of these names on each.
  void Grow(size_t rows, const std::set<std::string_view>& names);
  // Takes over a cell, or that there is none. Returns whether an amount changed. REQUIRES: Grow().
  bool Load(uint32_t row, const CellSlot& cell);
  // Sets where an open cell stands in its zone, unless the cell says so itself. Returns whether
  // that is another place than before.
  bool SetPosition(uint32_t row, uint32_t position);

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
  void PointToNamed();

  // What is looked at together lies together.
  std::vector<CellRow> rows_;
  std::vector<std::shared_ptr<const CellInfo>> infos_;  // Whose texts and overheads rows point to.
  std::set<std::string, std::less<>> names_;            // Of named resources.
  std::vector<ScalarView> named_;  // By row, then name. Each row points to its own.
  int64_t starting_ = 0;
  uint64_t version_ = 0;
};

// Which rows have room, looked up by a scan over flat arrays: for strategies that have to be asked
// about every one.
class RoomScan {
 public:
  // `layout` and `rows` outlive it. Where the layout changes a new one is needed.
  RoomScan(const Layout& layout, const Rows& rows);

  // To be called whenever an amount of an open row has changed.
  void NoteChange(uint32_t row) { Set(position_of_[row]); }

  // The rows of a zone, in order, on which the work may fit: those that have too little memory,
  // disk, cpu or containers are left out, named resources and overheads are not looked at. Valid
  // until the next call.
  const std::vector<uint32_t>& Find(uint32_t zone, const Work& work);

 private:
  void Set(uint32_t position);

  const Layout& layout_;
  const Rows& rows_;
  std::vector<uint32_t> row_at_;       // By position: the zones' rows one after the other.
  std::vector<uint32_t> position_of_;  // By row.
  std::vector<uint32_t> zone_begin_;   // By zone.
  // What is free, by position. A double holds each amount exactly, and unlike whole numbers of 64
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
