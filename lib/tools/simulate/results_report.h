// The outcome of a simulation as the data of its report.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_REPORT_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_REPORT_H_

#include <span>

#include "lib/tools/report/report.h"
#include "lib/tools/simulate/run_result.h"
#include "lib/tools/simulate/scenario.h"

namespace rostrum::tools {

// The title, the command line, the seed and the date are left to the caller.
ReportData ResultsAsReport(const Scenario& scenario, std::span<const RunResult> runs,
                           bool with_time);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RESULTS_REPORT_H_
