// A cluster and its work, made from a seed.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_

#include <cstdint>
#include <optional>

#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

struct MadeClusterOptions {
  int64_t cells = 1000;
  int64_t zones = 3;
  // Apps and tasks. If there is none, as many as need 75 % of all memory at the end.
  std::optional<int64_t> apps;
  uint64_t seed = 1;
  int64_t duration_ms = 3'600'000;
  int64_t round_every_ms = 10'000;
  int64_t start_ms = 10'000;
};

// The same options give the same scenario, on every machine. REQUIRES: at least one cell, at least
// one zone.
Scenario MakeCluster(const MadeClusterOptions& options);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_
