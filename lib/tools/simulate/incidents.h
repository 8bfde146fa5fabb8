// What goes wrong in a simulation, or is done to it on purpose.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_

#include <cstdint>
#include <string>

#include "lib/tools/simulate/scenario.h"
#include "rostrum/status.h"

namespace rostrum::tools {

struct IncidentOptions {
  // Cells that fail in the middle of the run, drawn by the seed.
  int64_t fail_cells = 0;
  // A zone that does; empty: none. The cells above are drawn from the others then.
  std::string fail_zone;
  bool rolling_update = false;
  uint64_t seed = 1;
};

// Adds incidents to a scenario that has its cells and its duration. An error if there is no such
// zone, or there are not that many cells.
Status AddIncidents(const IncidentOptions& options, Scenario* scenario);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_
