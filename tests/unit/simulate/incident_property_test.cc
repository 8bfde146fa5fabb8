// Whatever goes wrong in a simulation, nothing that came is lost or counted twice.

#include <gtest/gtest.h>

#include <string>

#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/made_cluster.h"
#include "lib/tools/simulate/results_text.h"
#include "lib/tools/simulate/simulation.h"

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
  EXPECT_EQ(counts.arrived,
            counts.running + counts.ended + counts.waiting_without_cell + counts.given_up);
  EXPECT_EQ(counts.arrived + counts.again,
            counts.placed + counts.cancelled + counts.waiting + counts.refused_for_good);
  EXPECT_LE(counts.waiting_without_cell, counts.waiting);
  EXPECT_LE(counts.waiting - counts.waiting_without_cell, counts.running);
}

// What the table for people says in the row of that label; 0 if there is no such row.
int64_t RowOf(const std::string& table, const std::string& label) {
  const size_t begin = table.find("\n" + label + "  ");
  if (begin == std::string::npos) return 0;
  int64_t number = 0;
  for (size_t at = begin + 1 + label.size(); table[at] != '\n'; ++at) {
    if (table[at] >= '0' && table[at] <= '9') number = number * 10 + (table[at] - '0');
  }
  return number;
}

void ExpectRowsClose(const std::string& table) {
  EXPECT_EQ(RowOf(table, "Instances and tasks that came"),
            RowOf(table, "Ended") + RowOf(table, "Running at the end") +
                RowOf(table, "Waiting at the end") + RowOf(table, "Given up"))
      << table;
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
        ExpectRowsClose(ResultsAsText(scenario, {&*result, 1}, false));
      }
    }
  }
}

}  // namespace
}  // namespace rostrum::tools
