// The cells of a made cluster.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CELLS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CELLS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "rostrum/cell.h"

namespace rostrum::tools {

inline constexpr std::string_view kFirstStackName = "cflinuxfs4";
inline constexpr std::string_view kSecondStackName = "windows";
inline constexpr std::string_view kSegmentTag = "isolated";

// What a cell, or an app, is for.
enum class Purpose : uint8_t {
  kShared,       // The first stack, no tags.
  kSegment,      // The first stack in an isolation segment.
  kSecondStack,  // The second stack, no tags.
};

// Every twentieth cell is in the segment, and every twentieth has the second stack.
Purpose PurposeOfCell(int64_t number);

std::vector<Cell> MakeCells(int64_t count, int64_t zones, uint64_t seed);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CELLS_H_
