// The work of a made cluster: apps that come, shrink and go, and tasks.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_MADE_WORK_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_MADE_WORK_H_

#include <cstdint>

#include "lib/tools/simulate/made_cluster.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

struct MadeWorkCounts {
  int64_t apps = 0;
  int64_t app_instances = 0;
  int64_t tasks = 0;
  int64_t deleted = 0;
  int64_t scaled_down = 0;
};

// Adds jobs and events to a scenario that has its cells.
MadeWorkCounts MakeWork(const MadeClusterOptions& options, Scenario* scenario);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_MADE_WORK_H_
