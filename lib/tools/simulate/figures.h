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

// `jobs` are those that came, and `job_of` says by instance which it belongs to.
Figures MakeFigures(const Scenario& scenario, const Cluster& cluster, std::span<const Job> jobs,
                    std::span<const uint32_t> job_of);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_
