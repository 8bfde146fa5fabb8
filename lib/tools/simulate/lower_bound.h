// How few cells could do.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_LOWER_BOUND_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_LOWER_BOUND_H_

#include <cstdint>
#include <span>

#include "rostrum/resources.h"

namespace rostrum::tools {

// How many cells at least are needed for what is asked in all, as if work could be parted at will:
// no placement can do with fewer. All cells, if even they have not enough.
//
// Each resource is measured in shares of what is asked of it, and the resources are given weights.
// The cells with the largest weighted shares are counted until they have what is asked. That bounds
// the cells for any weights (it is the dual of the linear relaxation), so those are looked for that
// need most: one resource alone first, then weight is moved between resources while that helps.
int64_t LowerBoundOfCells(std::span<const Resources> totals, const Resources& asked);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_LOWER_BOUND_H_
