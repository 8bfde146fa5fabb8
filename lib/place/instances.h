// How many instances of each process are where.

#ifndef ROSTRUM_LIB_PLACE_INSTANCES_H_
#define ROSTRUM_LIB_PLACE_INSTANCES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/cache/cell_table.h"
#include "rostrum/auction.h"

namespace rostrum {

// Counts the instances of the processes that are auctioned, and of no others: one pass over all
// running LRPs against the few names in the batch. The counts of one process at a time are laid out
// by row and by zone, for scanning.
class Instances {
 public:
  Instances(const CellTable& table, const std::vector<Auction>& auctions);

  static constexpr uint32_t kNone = UINT32_MAX;

  // The number of an auctioned process; kNone for a task.
  uint32_t ProcessOf(const Work& work) const;

  // Makes a process the current one.
  void Select(uint32_t process);

  // Instances of the current process on an open row, and in a zone.
  int64_t OnRow(uint32_t row) const { return by_row_[row]; }
  int64_t InZone(uint32_t zone) const { return by_zone_[zone]; }
  // The open rows that hold an instance of the current process, each once.
  const std::vector<uint32_t>& rows() const { return rows_; }

  // One more instance of the current process.
  void Add(uint32_t row);

 private:
  struct Place {
    uint32_t row = 0;
    uint32_t count = 0;
  };

  void Count(uint32_t row, std::string_view guid);
  void AddTo(uint32_t row, int64_t count);

  const CellLayout& layout_;
  StringViewMap<uint32_t> processes_;
  std::vector<std::vector<Place>> places_;  // By process.
  uint32_t current_ = kNone;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> by_row_;
  std::vector<int64_t> by_zone_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_INSTANCES_H_
