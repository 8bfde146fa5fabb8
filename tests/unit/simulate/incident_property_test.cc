// Whatever goes wrong in a simulation, nothing that came is lost or counted twice.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/made_cluster.h"
#include "lib/tools/simulate/results.h"
#include "lib/tools/simulate/simulation.h"
#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

struct Incidents {
  bool cells = false;
  bool zone = false;
  bool update = false;
  bool keeps_refused = true;
};

Scenario MakeScenario(const Incidents& incidents, int64_t duration_ms, uint64_t seed) {
  MadeClusterOptions options;
  options.cells = 20;
  options.seed = seed;
  options.duration_ms = duration_ms;
  Scenario scenario = MakeCluster(options);
  scenario.keeps_refused = incidents.keeps_refused;
  IncidentOptions incident_options;
  incident_options.fail_cells = incidents.cells ? 3 : 0;
  incident_options.fail_zone = incidents.zone ? "z2" : "";
  incident_options.rolling_update = incidents.update;
  incident_options.seed = seed;
  EXPECT_TRUE(AddIncidents(incident_options, &scenario).ok());
  return scenario;
}

void ExpectSumsClose(const RunCounts& counts) {
  EXPECT_EQ(counts.came, counts.running + counts.waiting + counts.ended + counts.left_before_round +
                             counts.lost);
  EXPECT_EQ(counts.came + counts.again, counts.placed + counts.cancelled + counts.waiting +
                                            counts.waiting_to_move + counts.refused_for_good);
  EXPECT_LE(counts.waiting_to_move, counts.running);
  EXPECT_LE(counts.ended_without_running, counts.ended);
}

// The number that follows a text in an output, which may have separators; 0 if it is not there.
int64_t NumberAfter(const std::string& output, const std::string& before) {
  size_t at = output.find(before);
  if (at == std::string::npos) return 0;
  at += before.size();
  while (at < output.size() && output[at] == ' ') ++at;
  int64_t number = 0;
  for (; at < output.size() && (std::isdigit(output[at]) != 0 || output[at] == ','); ++at) {
    if (output[at] != ',') number = number * 10 + (output[at] - '0');
  }
  return number;
}

// The rows of one form of output, the one of the whole first.
void ExpectRowsClose(const std::string& output, const std::vector<std::string>& rows) {
  ASSERT_NE(output.find(rows[0]), std::string::npos) << output;
  int64_t parts = 0;
  for (size_t i = 1; i < rows.size(); ++i) parts += NumberAfter(output, rows[i]);
  EXPECT_EQ(NumberAfter(output, rows[0]), parts) << output;
}

void ExpectOutputsClose(const Scenario& scenario, const RunResult& result) {
  const std::span<const RunResult> runs(&result, 1);
  ExpectRowsClose(ResultsAsText(scenario, runs, false),
                  {"\nInstances and tasks that came  ", "\nRunning at the end  ",
                   "\nWaiting at the end  ", "\nEnded  ", "\nLeft before a round  ", "\nLost  "});
  ExpectRowsClose(ResultsAsJson(scenario, runs, 1, false, ""),
                  {"\"arrived\": ", "\"running\": ", "\"waiting\": ", "\"ended\": ",
                   "\"left_before_round\": ", "\"lost\": "});
  const std::string page = RenderReport(ResultsAsReport(scenario, runs, false));
  const std::string table = page.substr(page.find("<caption>Figures by strategy"));
  ExpectRowsClose(table, {"Came</th><td>", "Running at the end</th><td>",
                          "Waiting at the end</th><td>", "Ended</th><td>",
                          "Left before a round</th><td>", "Lost (refused for good)</th><td>"});
}

TEST(IncidentProperty, SumsCloseUnderAllIncidents) {
  for (int bits = 0; bits < 16; ++bits) {
    const Incidents incidents = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0,
                                 (bits & 8) == 0};
    // Ends while a first batch evacuates, in the middle of the update, and after it.
    for (const int64_t duration_ms : {300'000, 1'500'000, 20'000'000}) {
      const uint64_t seed = static_cast<uint64_t>(bits) + 1;
      const Scenario scenario = MakeScenario(incidents, duration_ms, seed);
      for (const std::string_view name : {"diego", "binpack", "spread", "bestfit"}) {
        SCOPED_TRACE(testing::Message() << name << ", incidents " << bits << ", " << duration_ms
                                        << " ms, seed " << seed);
        RunOptions options;
        options.name = name;
        options.strategy = MakeStrategy(name);
        options.seed = seed;
        const Expected<RunResult> result = Simulate(scenario, options);
        ASSERT_TRUE(result.ok()) << result.status().text();
        ExpectSumsClose(result->counts);
        ExpectOutputsClose(scenario, *result);
      }
    }
  }
}

// A few cells, and work that comes and goes at any time, also between two rounds and before the
// beginning; anything may fail.
Scenario RandomScenario(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](uint64_t end) { return static_cast<int64_t>(random() % end); };
  ScenarioBuilder builder;
  for (const char* zone : {"z1", "z2", "z3"}) {
    builder.AddCells(1 + static_cast<int>(below(4)), zone);
  }
  Scenario& scenario = builder.scenario();
  scenario.duration_ms = below(2) == 0 ? 600'000 : 20'000'000;
  for (int i = 0; i < 60; ++i) {
    const int64_t memory_mb = 1 + below(below(4) == 0 ? 1200 : 300);
    const int64_t come = below(400) - 100;
    if (below(3) == 0) {
      builder.AddTask(come, "task-" + std::to_string(i), memory_mb, below(500));
      continue;
    }
    const uint32_t app = builder.AddApp(come, "app-" + std::to_string(i),
                                        1 + static_cast<int32_t>(below(5)), memory_mb);
    if (below(4) != 0) builder.Stop(come + below(300), app, static_cast<int32_t>(below(3)));
  }
  std::stable_sort(scenario.events.begin(), scenario.events.end(),
                   [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
  constexpr int64_t kRounds[] = {1000, 7000, 100'000};
  scenario.round_every_ms = kRounds[below(3)];
  scenario.start_ms = below(3) * 20'000;
  scenario.keeps_refused = below(3) != 0;
  IncidentOptions incidents;
  incidents.seed = seed;
  incidents.fail_cells = below(3);
  incidents.fail_zone = below(2) == 0 ? "z2" : "";
  incidents.rolling_update = below(2) == 0;
  // Three cells may be all that there are, and some of them in the zone.
  if (!AddIncidents(incidents, &scenario).ok()) scenario.failures.clear();
  return scenario;
}

TEST(IncidentProperty, SumsCloseInRandomScenarios) {
  constexpr int64_t RunCounts::*kCases[] = {&RunCounts::running,
                                            &RunCounts::waiting,
                                            &RunCounts::waiting_to_move,
                                            &RunCounts::ended,
                                            &RunCounts::ended_without_running,
                                            &RunCounts::left_before_round,
                                            &RunCounts::lost,
                                            &RunCounts::again,
                                            &RunCounts::cancelled};
  RunCounts all;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Scenario scenario = RandomScenario(seed);
    for (const std::string_view name : StrategyNames()) {
      SCOPED_TRACE(testing::Message() << name << ", seed " << seed);
      RunOptions options;
      options.name = name;
      options.strategy = MakeStrategy(name);
      options.seed = seed;
      const Expected<RunResult> result = Simulate(scenario, options);
      ASSERT_TRUE(result.ok()) << result.status().text();
      ExpectSumsClose(result->counts);
      ExpectOutputsClose(scenario, *result);
      for (const auto count : kCases) all.*count += result->counts.*count;
    }
  }
  // Every case came up.
  for (const auto count : kCases) EXPECT_GT(all.*count, 0);
}

}  // namespace
}  // namespace rostrum::tools
