// Puts a random case of the oracle before the engine.

#ifndef ROSTRUM_TESTS_ORACLE_ENGINE_ADAPTER_H_
#define ROSTRUM_TESTS_ORACLE_ENGINE_ADAPTER_H_

#include <memory>
#include <vector>

#include "rostrum/round.h"
#include "tests/oracle/cluster.h"
#include "tests/oracle/random_cluster.h"

namespace rostrum::oracle {

std::vector<rostrum::Cell> EngineCells(const std::vector<Cell>& cells);
rostrum::Configuration EngineConfiguration(const Config& config);
// In queue order, LRPs first, each identifier once.
std::vector<rostrum::Auction> EngineAuctions(const std::vector<Lrp>& lrps,
                                             const std::vector<Task>& tasks);

// Runs the case through the engine. Fails the test if the engine does.
std::shared_ptr<const rostrum::Round> RunEngine(const Case& round, rostrum::Strategy& strategy);

// The engine's decisions in the oracle's form.
Outcome EngineOutcome(const rostrum::Round& round);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_ENGINE_ADAPTER_H_
