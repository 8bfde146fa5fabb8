#include "lib/tools/simulate/results_report.h"

#include <algorithm>

namespace rostrum::tools {
namespace {

// Zeros where the run has no such resource.
ResourceUse FindResource(const RunResult& run, std::string_view name) {
  const auto& resources = run.figures.resources;
  const auto at = std::find_if(resources.begin(), resources.end(),
                               [&](const ResourceUse& use) { return use.name == name; });
  return at == resources.end() ? ResourceUse() : *at;
}

ReportRun AsReportRun(const RunResult& run, bool with_time) {
  ReportRun out;
  out.name = run.strategy;
  out.came = run.counts.came;
  out.running = run.counts.running;
  out.waiting = run.counts.waiting;
  out.ended = run.counts.ended;
  out.left_before_round = run.counts.left_before_round;
  out.lost = run.counts.lost;
  out.work_running = run.work_running;
  out.auctioned_again = run.counts.again;
  out.placed = run.counts.placed;
  out.refused = run.counts.refused;
  out.refused_by_reason = run.reasons;
  out.rounds = run.rounds;
  if (with_time) out.nanoseconds_per_auction = run.nanoseconds_per_auction;
  out.cells_total = run.figures.cells;
  out.cells_used = run.figures.cells_used;
  out.cells_lower_bound = run.figures.cells_lower_bound;
  if (run.figures.cells_lower_bound > 0) out.lower_bound_gap = GapOf(run.figures);

  const ResourceUse memory = FindResource(run, "memory");
  out.memory_total_mb = memory.total / kAmountOne;
  out.memory_used_mb = memory.used / kAmountOne;
  out.memory_stranded_mb = memory.stranded / kAmountOne;
  const ResourceUse disk = FindResource(run, "disk");
  out.disk_total_mb = disk.total / kAmountOne;
  out.disk_used_mb = disk.used / kAmountOne;
  out.disk_stranded_mb = disk.stranded / kAmountOne;

  out.zones = run.figures.zones;
  out.concentration = run.figures.concentration;
  out.cells = run.cells;
  out.samples = run.samples;
  out.events = run.events;
  return out;
}

}  // namespace

ReportData ResultsAsReport(const Scenario& scenario, std::span<const RunResult> runs,
                           bool with_time) {
  ReportData data;
  data.description = scenario.description;
  for (const std::string& line : scenario.warnings) data.description.push_back("Warning: " + line);
  data.stranded_meaning = kStrandedMeaning;
  for (const RunResult& run : runs) data.runs.push_back(AsReportRun(run, with_time));
  return data;
}

}  // namespace rostrum::tools
