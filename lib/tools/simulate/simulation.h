// One strategy's way through a scenario.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATION_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lib/tools/simulate/figures.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/configuration.h"
#include "rostrum/round.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

struct RunOptions {
  // How the strategy is called in the result.
  std::string name;
  std::shared_ptr<Strategy> strategy;
  Configuration configuration;
  uint64_t seed = 1;
  // Called with every round, if set. Its error ends the run.
  std::function<Status(const Round&)> record;
  // Called with the share of the run that is done, if set.
  std::function<void(double)> progress;
};

// Runs a scenario with an Engine, as an embedder would: cell states in, rounds, placements out. The
// result is the same for the same scenario and options, times aside. kInternal if the simulation
// finds itself, or the library, at fault: a cell over-committed, work lost or doubled.
Expected<RunResult> Simulate(const Scenario& scenario, const RunOptions& options);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATION_H_
