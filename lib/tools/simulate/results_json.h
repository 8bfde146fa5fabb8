// The outcome of a simulation for programs.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_JSON_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_JSON_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/tools/simulate/run_result.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

// One object, ended by a newline. Keys are never renamed or dropped, and come in a fixed order; new
// ones may be added. Times are left out unless they are asked for, and so is the path of the report
// if it is empty. Of each run, as RunCounts has them:
//   arrived = running + waiting + ended + left_before_round + lost
//   arrived + auctioned_again =
//       placed + cancelled + waiting + waiting_to_move + refused_for_good
std::string ResultsAsJson(const Scenario& scenario, std::span<const RunResult> runs, uint64_t seed,
                          bool with_time, std::string_view report_path);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_JSON_H_
