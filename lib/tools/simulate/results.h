// The results of simulations as text, JSON and a report.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/tools/report/report.h"
#include "lib/tools/simulate/figures.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

// The outcome of a simulation for programs.
//
// One object, ended by a newline. Keys are never renamed or dropped, and come in a fixed order; new
// ones may be added. Times are left out unless they are asked for, and so is the path of the report
// if it is empty. Of each run, as RunCounts has them:
//   arrived = running + waiting + ended + left_before_round + lost
//   arrived + auctioned_again =
//       placed + cancelled + waiting + waiting_to_move + refused_for_good
std::string ResultsAsJson(const Scenario& scenario, std::span<const RunResult> runs, uint64_t seed,
                          bool with_time, std::string_view report_path);

// The outcome of a simulation as the data of its report.
//
// The title, the command line, the seed and the date are left to the caller.
ReportData ResultsAsReport(const Scenario& scenario, std::span<const RunResult> runs,
                           bool with_time);

// The outcome of a simulation as a table for people.
//
// The scenario in words, a column for each run, and what the less plain rows mean.
std::string ResultsAsText(const Scenario& scenario, std::span<const RunResult> runs,
                          bool with_time);

// The refusals of all runs: the texts of all reasons, those that are most frequent in all first.
std::vector<std::string> AllReasons(std::span<const RunResult> runs);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_H_
