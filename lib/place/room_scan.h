// Which cells have room, looked up by a scan over flat arrays: for strategies that have to be asked
// about every one.

#ifndef ROSTRUM_LIB_PLACE_ROOM_SCAN_H_
#define ROSTRUM_LIB_PLACE_ROOM_SCAN_H_

#include <cstdint>
#include <vector>

#include "lib/place/ask.h"
#include "lib/place/board.h"

namespace rostrum {

class RoomScan {
 public:
  explicit RoomScan(const Board& board);

  // To be called whenever an amount of an open row has changed.
  void NoteChange(uint32_t row);

  // The rows of [begin, end), in order, on which the work may fit: those that have too little
  // memory, disk, cpu or containers are left out, named resources and overheads are not looked at.
  // Valid until the next call. REQUIRES: open rows.
  const std::vector<uint32_t>& Rows(uint32_t begin, uint32_t end, const Ask& ask);

 private:
  const Board& board_;
  // What is free, by open row. A double holds each amount exactly, and unlike whole numbers of 64
  // bits doubles can be compared two and more at a time on every machine.
  std::vector<double> memory_;
  std::vector<double> memory_for_lrps_;  // Less the proxy's.
  std::vector<double> disk_;
  std::vector<double> cpu_;
  std::vector<double> containers_;
  std::vector<uint32_t> rows_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_ROOM_SCAN_H_
