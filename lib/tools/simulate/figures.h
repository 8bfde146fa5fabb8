// What can be said of the cells at the end of a run.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "lib/tools/simulate/cluster.h"
#include "lib/tools/simulate/run_result.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

// How many cells at least are needed for what is asked in all: for each resource the largest cells
// are counted until they have enough of it, as if work could be parted at will; the resource that
// needs most cells decides.
int64_t LowerBoundOfCells(std::span<const Resources> totals, const Resources& asked);

// `jobs` are those that came, and `job_of` says by instance which it belongs to.
Figures MakeFigures(const Scenario& scenario, const Cluster& cluster, std::span<const Job> jobs,
                    std::span<const uint32_t> job_of);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_
