// The outcome of a simulation as a table for people.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_TEXT_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_TEXT_H_

#include <span>
#include <string>

#include "lib/tools/simulate/run_result.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

// The scenario in words, a column for each run, and what the less plain rows mean.
std::string ResultsAsText(const Scenario& scenario, std::span<const RunResult> runs,
                          bool with_time);

// The refusals of all runs: the texts of all reasons, those that are most frequent in all first.
std::vector<std::string> AllReasons(std::span<const RunResult> runs);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_TEXT_H_
