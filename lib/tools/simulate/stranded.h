// Resources that are free, but of no use.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_STRANDED_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_STRANDED_H_

#include "lib/tools/simulate/cluster.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/resources.h"

namespace rostrum::tools {

// The sum over the cells that are up of what is free there times the share of the work, of all that
// would fit if the cell were empty, that does not fit now. The work is that of the scenario, each
// instance and each task counted once, whether it ran or not; so it is the same for all strategies.
// Which cells the work may run on at all is the work's affair and not the strategy's: that is why
// only work that fits the empty cell counts.
Resources StrandedResources(const Scenario& scenario, const Cluster& cluster);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_STRANDED_H_
