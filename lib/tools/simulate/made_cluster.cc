#include "lib/tools/simulate/made_cluster.h"

#include <map>
#include <string>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/made_cells.h"
#include "lib/tools/simulate/made_work.h"

namespace rostrum::tools {
namespace {

std::string DescribeCells(const Scenario& scenario, int64_t zones) {
  std::map<Amount, int64_t> by_memory;
  std::map<Purpose, int64_t> by_purpose;
  for (const Cell& cell : scenario.cells) {
    ++by_memory[cell.total.memory];
    ++by_purpose[PurposeOfCell(cell.index)];
  }
  std::vector<std::string> sizes;
  for (const auto& [memory, count] : by_memory) {
    sizes.push_back(
        Format("{} with {}", FormatCount(count), FormatMegabytes(memory / kAmountOne)));
  }
  return Format("{} in {}: {} of memory; {} in an isolation segment, {} with a second stack",
                     CountOf(static_cast<int64_t>(scenario.cells.size()), "cell", "cells"),
                     CountOf(zones, "zone", "zones"), JoinNames(sizes),
                     FormatCount(by_purpose[Purpose::kSegment]),
                     FormatCount(by_purpose[Purpose::kSecondStack]));
}

std::string DescribeWork(const MadeWorkCounts& counts, int64_t duration_ms) {
  return Format(
      "{} with {} and {}, all within {}; {} deleted and {} scaled down again",
      CountOf(counts.apps, "app", "apps"), CountOf(counts.app_instances, "instance", "instances"),
      CountOf(counts.tasks, "task", "tasks"),
      FormatSeconds(static_cast<double>(duration_ms) / 1000),
      CountOf(counts.deleted, "app is", "apps are"), FormatCount(counts.scaled_down));
}

}  // namespace

Scenario MakeCluster(const MadeClusterOptions& options) {
  Scenario scenario;
  scenario.cells = MakeCells(options.cells, options.zones, options.seed);
  scenario.duration_ms = options.duration_ms;
  scenario.round_every_ms = options.round_every_ms;
  scenario.start_ms = options.start_ms;
  const MadeWorkCounts counts = MakeWork(options, &scenario);
  scenario.description = {DescribeCells(scenario, options.zones),
                          DescribeWork(counts, options.duration_ms)};
  return scenario;
}

}  // namespace rostrum::tools
