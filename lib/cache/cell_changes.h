// What has changed about the cells since somebody last looked.

#ifndef ROSTRUM_LIB_CACHE_CELL_CHANGES_H_
#define ROSTRUM_LIB_CACHE_CELL_CHANGES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "lib/cache/cell_table.h"

namespace rostrum {

// The rows that changed by anything but what the round itself has placed, each once. Without a
// layout, everything may have changed.
struct CellChanges {
  std::shared_ptr<const CellLayout> layout;
  std::vector<uint32_t> rows;
};

// Work that was placed on rows of a layout, in the order in which it was placed.
struct PlacedOnRow {
  uint32_t row = 0;
  PlacedWork work;
};
using PlacedOnRows = std::vector<PlacedOnRow>;

// Work that a round has decided to place on a row.
struct DecidedWork {
  uint32_t row = 0;
  const Auction* auction = nullptr;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_CHANGES_H_
