#include "lib/tools/simulate/incidents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

Scenario SixCells() {
  return ScenarioBuilder().AddCells(3, "a").AddCells(2, "b").AddCells(1, "c").scenario();
}

TEST(IncidentsTest, AZoneFailsInTheMiddle) {
  Scenario scenario = SixCells();
  ASSERT_TRUE(AddIncidents({.fail_zone = "b"}, &scenario).ok());
  ASSERT_EQ(scenario.failures.size(), 1U);
  EXPECT_EQ(scenario.failures[0].time_ms, 50'000);
  EXPECT_EQ(scenario.failures[0].label, "zone b fails");
  EXPECT_EQ(scenario.failures[0].cells, (std::vector<uint32_t>{3, 4}));
  EXPECT_FALSE(scenario.rolling_update);
}

TEST(IncidentsTest, CellsAreDrawnBySeed) {
  std::set<std::vector<uint32_t>> drawn;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Scenario scenario = SixCells();
    ASSERT_TRUE(AddIncidents({.fail_cells = 2, .seed = seed}, &scenario).ok());
    const std::vector<uint32_t>& cells = scenario.failures[0].cells;
    EXPECT_EQ(cells.size(), 2U);
    EXPECT_LT(cells[0], cells[1]);
    drawn.insert(cells);
    Scenario again = SixCells();
    ASSERT_TRUE(AddIncidents({.fail_cells = 2, .seed = seed}, &again).ok());
    EXPECT_EQ(again.failures[0].cells, cells);
  }
  EXPECT_GT(drawn.size(), 5U);
}

TEST(IncidentsTest, CellsThatFailAreNotThoseOfTheZone) {
  Scenario scenario = SixCells();
  ASSERT_TRUE(AddIncidents({.fail_cells = 3, .fail_zone = "a"}, &scenario).ok());
  ASSERT_EQ(scenario.failures.size(), 2U);
  EXPECT_EQ(scenario.failures[1].cells, (std::vector<uint32_t>{3, 4, 5}));
  EXPECT_EQ(scenario.failures[1].label, "3 cells fail");
}

TEST(IncidentsTest, ErrorsSayWhatThereIs) {
  Scenario scenario = SixCells();
  EXPECT_EQ(AddIncidents({.fail_zone = "d"}, &scenario).text(),
            "--fail-zone is \"d\", expected one of a, b, c");
  EXPECT_EQ(AddIncidents({.fail_cells = 7}, &scenario).text(),
            "--fail-cells is \"7\", expected at most 6, the number of cells that "
            "are there to fail");
  EXPECT_TRUE(scenario.failures.empty());
}

}  // namespace
}  // namespace rostrum::tools
