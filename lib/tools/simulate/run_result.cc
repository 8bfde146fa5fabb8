#include "lib/tools/simulate/run_result.h"

#include "lib/base/format.h"

namespace rostrum::tools {

Status CheckBalance(const RunResult& result) {
  const RunCounts& counts = result.counts;
  Status status;
  const auto expect = [&](std::string_view what, int64_t whole, int64_t parts) {
    if (whole == parts || !status.ok()) return;
    status = Status(Code::kInternal, Format("the counts of {} do not add up: {} are {}, but "
                                                 "their parts {}",
                                                 result.strategy, what, whole, parts));
  };
  expect("instances and tasks that came", counts.came, counts.InstancesFound());
  expect("auctions", counts.came + counts.again, counts.AuctionsFound());
  int64_t in_zones = 0;
  for (const ReportZone& zone : result.figures.zones) in_zones += zone.instances;
  expect("those that run", counts.running, in_zones);
  int64_t on_cells = 0;
  for (const ReportCell& cell : result.cells) on_cells += cell.instances;
  expect("those that run", counts.running, on_cells);
  int64_t refused = 0;
  for (const ReportReason& reason : result.reasons) refused += reason.count;
  expect("refused auctions", counts.refused, refused);
  return status;
}

}  // namespace rostrum::tools
