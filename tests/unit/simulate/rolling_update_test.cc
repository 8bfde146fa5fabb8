#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lib/tools/simulate/incidents.h"
#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

using Step = RollingUpdate::Step;
using Numbers = std::vector<uint32_t>;

constexpr int64_t kStart = 25'000;

Scenario MakeScenario(int cells_a_zone) {
  ScenarioBuilder builder;
  builder.AddCells(cells_a_zone, "z10").AddCells(cells_a_zone, "z2");
  builder.scenario().rolling_update = true;
  return builder.scenario();
}

TEST(RollingUpdateTest, DoesNothingUnlessItIsAskedFor) {
  Scenario scenario = MakeScenario(1);
  scenario.rolling_update = false;
  RollingUpdate update(scenario);
  EXPECT_EQ(update.Advance(1'000'000, true), Step::kNone);
  EXPECT_EQ(update.NextTime(), std::nullopt);
  EXPECT_TRUE(update.batch().empty());
}

TEST(RollingUpdateTest, TakesABatchThroughAllSteps) {
  RollingUpdate update(MakeScenario(1));
  EXPECT_EQ(update.batches(), 2U);
  EXPECT_EQ(update.Advance(kStart - 1, true), Step::kNone);
  EXPECT_EQ(update.NextTime(), kStart);
  EXPECT_EQ(update.Advance(kStart, true), Step::kEvacuate);
  EXPECT_EQ(update.batch(), Numbers{1}) << "z2 comes before z10";

  EXPECT_EQ(update.Advance(kStart, false), Step::kNone);
  EXPECT_EQ(update.Advance(kStart + 5000, true), Step::kRestart);
  const int64_t back = kStart + 5000 + RollingUpdate::kRestartMs;
  EXPECT_EQ(update.NextTime(), back);
  EXPECT_EQ(update.Advance(back - 1, true), Step::kNone);
  EXPECT_EQ(update.Advance(back, true), Step::kReturn);
  EXPECT_EQ(update.batch(), Numbers{1});
  EXPECT_EQ(update.done(), 1U);

  EXPECT_EQ(update.Advance(back, true), Step::kEvacuate);
  EXPECT_EQ(update.batch(), Numbers{0});
}

TEST(RollingUpdateTest, StopsWhatDoesNotGo) {
  RollingUpdate update(MakeScenario(1));
  EXPECT_EQ(update.Advance(kStart, false), Step::kEvacuate);
  const int64_t late = kStart + RollingUpdate::kEvacuationMs;
  EXPECT_EQ(update.NextTime(), late);
  EXPECT_EQ(update.Advance(late - 1, false), Step::kNone);
  EXPECT_EQ(update.Advance(late, false), Step::kStopRest);
  EXPECT_EQ(update.Advance(late, true), Step::kRestart);
}

TEST(RollingUpdateTest, EveryCellHasItsTurnOnce) {
  for (const int cells : {1, 4, 5, 6, 50, 53}) {
    const Scenario scenario = MakeScenario(cells);
    RollingUpdate update(scenario);
    std::vector<int> turns(scenario.cells.size());
    int64_t now = kStart;
    while (update.NextTime()) {
      const Step step = update.Advance(now, true);
      if (step == Step::kNone) now = *update.NextTime();
      if (step != Step::kEvacuate) continue;
      EXPECT_LE(update.batch().size(), (scenario.cells.size() + 9) / 10);
      for (const uint32_t cell : update.batch()) ++turns[cell];
    }
    EXPECT_EQ(std::count(turns.begin(), turns.end(), 1), static_cast<ptrdiff_t>(turns.size()));
    EXPECT_EQ(update.done(), update.batches());
  }
}

}  // namespace
}  // namespace rostrum::tools
