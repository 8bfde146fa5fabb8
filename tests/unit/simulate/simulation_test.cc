#include "lib/tools/simulate/simulation.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/made_cluster.h"
#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

// What was placed: when, what and where.
struct Placement {
  int64_t seconds = 0;
  std::string what;
  std::string cell;

  friend bool operator==(const Placement&, const Placement&) = default;
  friend void PrintTo(const Placement& placement, std::ostream* out) {
    *out << placement.seconds << " s: " << placement.what << " on " << placement.cell;
  }
};

struct Observed {
  RunResult result;
  std::vector<Placement> placements;
};

Observed Observe(const Scenario& scenario, std::shared_ptr<Strategy> strategy,
                 const Configuration& configuration = {}) {
  Observed observed;
  RunOptions options;
  options.name = "tested";
  options.strategy = std::move(strategy);
  options.configuration = configuration;
  options.record = [&](const Round& round) {
    for (const Decision& decision : round.decisions()) {
      if (!decision.placed) continue;
      observed.placements.push_back({round.input().now_ms / 1000,
                                     round.auctions()[decision.auction].Identifier(),
                                     std::string(decision.cell_id)});
    }
    return Status();
  };
  Expected<RunResult> result = Simulate(scenario, options);
  EXPECT_TRUE(result.ok()) << result.status().text();
  if (result.ok()) observed.result = std::move(*result);
  return observed;
}

Observed Observe(const Scenario& scenario, std::string_view strategy = "diego") {
  return Observe(scenario, MakeStrategy(strategy));
}

// The sums that every run must have, from the outside.
void ExpectConserved(const RunResult& result) {
  const RunCounts& counts = result.counts;
  EXPECT_EQ(counts.came, counts.running + counts.waiting + counts.ended + counts.left_before_round +
                             counts.lost);
  EXPECT_EQ(counts.came + counts.again, counts.placed + counts.cancelled + counts.waiting +
                                            counts.waiting_to_move + counts.refused_for_good);
  int64_t on_cells = 0;
  for (const ReportCell& cell : result.cells) {
    on_cells += cell.instances;
    EXPECT_GE(cell.memory_free_mb, 0);
    EXPECT_GE(cell.disk_free_mb, 0);
    EXPECT_GE(cell.containers_free, 0);
    if (cell.failed) {
      EXPECT_EQ(cell.instances, 0);
    }
  }
  EXPECT_EQ(on_cells, counts.running);
  int64_t in_zones = 0;
  for (const ReportZone& zone : result.figures.zones) in_zones += zone.instances;
  EXPECT_EQ(in_zones, counts.running);
  int64_t refused = 0;
  for (const ReportReason& reason : result.reasons) refused += reason.count;
  EXPECT_EQ(refused, counts.refused);
  EXPECT_GE(result.figures.cells_used, result.figures.cells_lower_bound);
  EXPECT_GE(result.most_cells_used, result.figures.cells_used);
}

TEST(SimulationTest, WorkComesRunsAndGoes) {
  ScenarioBuilder builder;
  builder.AddCells(2, "z1");
  const uint32_t app = builder.AddApp(1, "app", 3, 200);
  builder.AddTask(2, "task", 200, 5);
  builder.Stop(10, app, 1);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.placements.size(), 4U);
  EXPECT_EQ(run.placements.back(), (Placement{2, "task", "cell-1"}));
  EXPECT_EQ(run.result.counts.came, 4);
  EXPECT_EQ(run.result.counts.ended, 3);
  EXPECT_EQ(run.result.counts.running, 1);
  EXPECT_EQ(run.result.rounds, 2);
  EXPECT_EQ(run.result.figures.cells_used, 1);
  EXPECT_EQ(run.result.most_cells_used, 2);
  EXPECT_DOUBLE_EQ(run.result.most_memory_used_share, 0.4);
  EXPECT_EQ(run.result.samples.back().seconds, 100);
  ExpectConserved(run.result);
}

// One cell has room for one of them: who came first, however long before the beginning, has it.
TEST(SimulationTest, WhatCameBeforeTheBeginningWasPlacedThen) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.scenario().round_every_ms = 10'000;
  const uint32_t gone = builder.AddApp(-305, "gone", 1, 1000);
  builder.AddApp(-299, "small", 1, 600);
  builder.Stop(-291, gone);
  builder.AddApp(-25, "large", 1, 900);
  builder.AddApp(0, "new", 1, 400);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.placements,
            (std::vector<Placement>{
                {-300, "gone.0", "cell-0"}, {-290, "small.0", "cell-0"}, {0, "new.0", "cell-0"}}));
  EXPECT_EQ(run.result.counts.running, 2);
  EXPECT_EQ(run.result.counts.waiting, 1);
  EXPECT_EQ(run.result.samples.front().seconds, -300);
  EXPECT_EQ(run.result.samples.back().seconds, 100);
  ExpectConserved(run.result);
}

TEST(SimulationTest, WhatComesAndGoesBetweenTwoRoundsIsCountedApart) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.scenario().round_every_ms = 10'000;
  const uint32_t seen = builder.AddApp(0, "seen", 1, 100);
  const uint32_t unseen = builder.AddApp(1, "unseen", 2, 100);
  builder.Stop(5, unseen, 1);
  builder.Stop(6, unseen);
  builder.Stop(7, seen);
  builder.AddApp(8, "stays", 1, 100);
  const RunResult result = Observe(builder.scenario()).result;
  EXPECT_EQ(result.counts.came, 4);
  EXPECT_EQ(result.counts.left_before_round, 2);
  EXPECT_EQ(result.counts.ended, 1);
  EXPECT_EQ(result.counts.ended_without_running, 0);
  EXPECT_EQ(result.counts.running, 1);
  ExpectConserved(result);
}

// The largest fleet that a trace may have: no figure of it may come out negative.
TEST(SimulationTest, AFleetMayHaveAsMuchAsCanBeCounted) {
  ScenarioBuilder builder;
  builder.AddCells(2305, "z1");
  for (Cell& cell : builder.scenario().cells) {
    cell.total.memory = cell.total.disk = cell.total.cpu = kAmountMaximum;
    cell.available = cell.total;
  }
  builder.AddApp(0, "app", 2305, kAmountMaximum / kAmountOne);
  builder.scenario().jobs[0].work = [] {
    auto work = MakeWork(Kind::kLrp, "app", kAmountMaximum / kAmountOne);
    work->asked.disk = work->asked.cpu = kAmountMaximum / 2;
    return work;
  }();
  const RunResult result = Observe(builder.scenario()).result;
  EXPECT_EQ(result.counts.running, 2305);
  EXPECT_EQ(result.figures.cells_lower_bound, 2305);
  ASSERT_EQ(result.figures.resources.size(), 3U);
  for (const ResourceUse& use : result.figures.resources) {
    EXPECT_EQ(use.total, 2305 * kAmountMaximum) << use.name;
    EXPECT_EQ(use.used, use.name == "memory" ? use.total : use.total / 2) << use.name;
    EXPECT_GE(use.stranded, 0) << use.name;
    EXPECT_LE(use.stranded, use.total - use.used) << use.name;
  }
  EXPECT_GT(result.most_memory_used_share, 0.99);
}

// Whatever count is off by one, the check after a run names the sum.
TEST(SimulationTest, FindsCountsThatDoNotAddUp) {
  ScenarioBuilder builder;
  builder.AddCells(2, "z1");
  builder.AddApp(0, "app", 3, 200);
  builder.AddApp(0, "giant", 1, 5000);
  const RunResult whole = Observe(builder.scenario()).result;
  EXPECT_TRUE(CheckBalance(whole).ok());
  for (int64_t RunCounts::*count :
       {&RunCounts::came, &RunCounts::again, &RunCounts::placed, &RunCounts::refused,
        &RunCounts::refused_for_good, &RunCounts::cancelled, &RunCounts::ended,
        &RunCounts::left_before_round, &RunCounts::running, &RunCounts::waiting,
        &RunCounts::waiting_to_move, &RunCounts::lost}) {
    RunResult result = whole;
    ++(result.counts.*count);
    EXPECT_EQ(CheckBalance(result).code(), Code::kInternal);
  }
  RunResult result = whole;
  ++result.figures.zones[0].instances;
  EXPECT_EQ(CheckBalance(result).code(), Code::kInternal);
  result = whole;
  ++result.cells[1].instances;
  EXPECT_EQ(CheckBalance(result).code(), Code::kInternal);
  result = whole;
  ++result.counts.lost;
  EXPECT_EQ(CheckBalance(result).text(),
            "the counts of tested do not add up: instances and tasks that came are 4, but their "
            "parts 5");
}

TEST(SimulationTest, ATaskEndsAfterItHasStarted) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.scenario().start_ms = 3000;
  builder.AddTask(0, "task", 1000, 5);
  builder.AddApp(1, "app", 1, 1000);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.placements,
            (std::vector<Placement>{{0, "task", "cell-0"}, {8, "app.0", "cell-0"}}));
  EXPECT_EQ(run.result.counts.refused, 1);
  ASSERT_EQ(run.result.reasons.size(), 1U);
  EXPECT_EQ(run.result.reasons[0].text, "insufficient resources: memory");
  ExpectConserved(run.result);
}

TEST(SimulationTest, StartingContainersCountUntilTheyRun) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.scenario().start_ms = 2000;
  builder.AddApp(0, "app", 3, 10);
  Configuration configuration;
  configuration.starting_container_count_maximum = 1;
  const Observed run = Observe(builder.scenario(), MakeStrategy("diego"), configuration);
  EXPECT_EQ(run.placements,
            (std::vector<Placement>{
                {0, "app.0", "cell-0"}, {2, "app.1", "cell-0"}, {4, "app.2", "cell-0"}}));
  EXPECT_EQ(run.result.counts.refused, 2);
  EXPECT_EQ(run.result.reasons[0].text, "in-flight limit");
  ExpectConserved(run.result);
}

TEST(SimulationTest, WhatIsStoppedWhileItWaitsIsCancelled) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  const uint32_t app = builder.AddApp(0, "app", 3, 600);
  builder.Stop(5, app, 2);
  builder.Stop(7, app, 0);
  builder.AddApp(8, "next", 1, 1000);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.result.counts.cancelled, 2);
  EXPECT_EQ(run.result.counts.ended, 3);
  EXPECT_EQ(run.result.counts.refused, 2);
  EXPECT_EQ(run.placements.back(), (Placement{8, "next.0", "cell-0"}));
  ExpectConserved(run.result);
}

TEST(SimulationTest, ARoundIsRunOnlyIfItMayDecideAnythingNew) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.AddApp(0, "large", 1, 5000);
  builder.AddApp(50, "other", 1, 10);
  // One at the start; when the other comes; and one more, since what it placed is news.
  EXPECT_EQ(Observe(builder.scenario()).result.rounds, 3);
}

TEST(SimulationTest, RefusalsAreFinalIfTheyAreNotKept) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.scenario().keeps_refused = false;
  builder.AddApp(0, "large", 2, 1001);
  builder.AddApp(1, "small", 1, 10);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.result.counts.refused, 2);
  EXPECT_EQ(run.result.counts.refused_for_good, 2);
  EXPECT_EQ(run.result.counts.lost, 2);
  EXPECT_EQ(run.result.counts.waiting, 0);
  ExpectConserved(run.result);
}

TEST(SimulationTest, WorkOfFailedCellsIsPlacedAgain) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a").AddCells(2, "b");
  builder.AddApp(0, "app", 4, 100);
  builder.AddTask(0, "task", 100, 1000);
  builder.Fail(50, {2, 3});
  const Observed run = Observe(builder.scenario());
  std::map<std::string, std::vector<Placement>> by_work;
  for (const Placement& placement : run.placements) by_work[placement.what].push_back(placement);
  EXPECT_EQ(by_work.size(), 5U);
  int64_t again = 0;
  for (const auto& [work, placements] : by_work) {
    const bool failed = placements[0].cell == "cell-2" || placements[0].cell == "cell-3";
    ASSERT_EQ(placements.size(), failed ? 2U : 1U) << work;
    again += failed;
    if (!failed) continue;
    EXPECT_EQ(placements[1].seconds, 50);
    EXPECT_LT(placements[1].cell, "cell-2");
  }
  EXPECT_GE(again, 2);
  EXPECT_EQ(run.result.counts.again, again);
  EXPECT_EQ(run.result.counts.running, 5);
  EXPECT_EQ(run.result.figures.cells, 2);
  ASSERT_EQ(run.result.events.size(), 1U);
  EXPECT_EQ(run.result.events[0].seconds, 50);
  ExpectConserved(run.result);
}

TEST(SimulationTest, WorkOfFailedCellsWaitsIfThereIsNoRoom) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a");
  builder.AddApp(0, "app", 4, 500);
  builder.Fail(50, {1});
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.result.counts.again, 2);
  EXPECT_EQ(run.result.counts.running, 2);
  EXPECT_EQ(run.result.counts.waiting, 2);
  EXPECT_EQ(run.result.counts.refused, 2);
  ExpectConserved(run.result);
}

TEST(SimulationTest, ATaskOfAFailedCellRunsItsFullTimeElsewhere) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a");
  builder.AddTask(0, "task", 1000, 20);
  builder.Fail(10, {0});
  builder.AddApp(11, "app", 1, 1000);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.placements,
            (std::vector<Placement>{
                {0, "task", "cell-0"}, {10, "task", "cell-1"}, {30, "app.0", "cell-1"}}));
  EXPECT_EQ(run.result.counts.ended, 1);
  ExpectConserved(run.result);
}

TEST(SimulationTest, AllCellsMayFail) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a");
  builder.AddApp(0, "app", 2, 100);
  builder.Fail(50, {0, 1});
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.result.counts.waiting, 2);
  EXPECT_EQ(run.result.figures.cells, 0);
  ASSERT_EQ(run.result.reasons.size(), 1U);
  EXPECT_EQ(run.result.reasons[0].text, "no cells");
  ExpectConserved(run.result);
}

TEST(SimulationTest, ARollingUpdateMovesEverythingOnce) {
  ScenarioBuilder builder;
  builder.AddCells(10, "a");
  builder.scenario().rolling_update = true;
  builder.scenario().duration_ms = 4'000'000;
  builder.AddApp(0, "app", 10, 300);
  builder.AddTask(990, "task", 600, 30);
  const Observed run = Observe(builder.scenario());
  EXPECT_EQ(run.result.counts.running, 10);
  EXPECT_EQ(run.result.counts.refused, 0);
  EXPECT_GE(run.result.counts.again, 10);
  EXPECT_EQ(run.result.counts.placed, 11 + run.result.counts.again);
  EXPECT_EQ(run.result.figures.cells, 10);
  ASSERT_EQ(run.result.events.size(), 2U);
  EXPECT_EQ(run.result.events[0].label, "rolling update starts");
  EXPECT_EQ(run.result.events[1].label, "rolling update ends");
  // A task is left alone until its end.
  int64_t tasks = 0;
  for (const Placement& placement : run.placements) tasks += placement.what == "task";
  EXPECT_EQ(tasks, 1);
  ExpectConserved(run.result);
}

// Two cells, both full: nothing can move, so what is evacuated stays until its time is over, is
// stopped, and waits for its cell to come back.
TEST(SimulationTest, WhatCannotBeMovedIsStoppedAndPlacedLater) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a");
  builder.scenario().rolling_update = true;
  builder.scenario().duration_ms = 4'000'000;
  builder.AddApp(0, "app", 2, 1000);
  const Observed run = Observe(builder.scenario());
  const int64_t first_back =
      1000 + (RollingUpdate::kEvacuationMs + RollingUpdate::kRestartMs) / 1000;
  ASSERT_EQ(run.placements.size(), 4U);
  EXPECT_EQ(run.placements[2].seconds, first_back);
  EXPECT_EQ(run.placements[2].cell, "cell-0");
  EXPECT_EQ(run.result.counts.running, 2);
  EXPECT_EQ(run.result.counts.again, 2);
  ExpectConserved(run.result);
}

TEST(SimulationTest, FillsUntilTheFirstRefusal) {
  ScenarioBuilder builder;
  builder.AddCells(1, "a");
  builder.scenario().fills = true;
  builder.scenario().keeps_refused = false;
  builder.scenario().duration_ms = 1000;
  builder.AddApp(0, "small", 1, 100);
  builder.AddApp(1, "large", 1, 200);
  const Observed run = Observe(builder.scenario());
  // Three times both, the small one once more, and then the large one does not fit.
  EXPECT_EQ(run.result.counts.placed, 7);
  EXPECT_EQ(run.result.counts.refused, 1);
  EXPECT_EQ(run.placements[2].what, "small~2.0");
  EXPECT_EQ(run.placements[6].what, "small~4.0");
  ExpectConserved(run.result);
}

TEST(SimulationTest, AStrategyThatFailsOnlyCostsItsAuctions) {
  ScenarioBuilder builder;
  builder.AddCells(2, "a");
  builder.AddApp(0, "good", 1, 10);
  builder.AddApp(0, "bad", 1, 10);
  builder.AddApp(0, "unloved", 1, 10);
  auto strategy = std::make_shared<FakeStrategy>();
  strategy->accepts = [](const AuctionView& auction, const CellView&, std::string* reason) {
    if (auction.guid == "bad") throw std::runtime_error("no idea");
    *reason = "not here";
    return auction.guid != "unloved";
  };
  const Observed run = Observe(builder.scenario(), strategy);
  EXPECT_EQ(run.result.counts.running, 1);
  std::set<std::string> reasons;
  for (const ReportReason& reason : run.result.reasons) reasons.insert(reason.text);
  EXPECT_EQ(reasons, (std::set<std::string>{"strategy failed", "strategy refused"}));
  ExpectConserved(run.result);
}

TEST(SimulationTest, AnErrorOfTheRecorderEndsTheRun) {
  ScenarioBuilder builder;
  builder.AddCells(1, "a");
  builder.AddApp(0, "app", 1, 10);
  RunOptions options;
  options.strategy = MakeStrategy("diego");
  options.record = [](const Round&) { return Unavailable("the disk is full"); };
  EXPECT_EQ(Simulate(builder.scenario(), options).status().text(), "the disk is full");
}

TEST(SimulationTest, ProgressGrows) {
  ScenarioBuilder builder;
  builder.AddCells(1, "a");
  builder.AddApp(0, "app", 1, 10);
  builder.AddApp(50, "later", 1, 10);
  RunOptions options;
  options.strategy = MakeStrategy("diego");
  double last = 0;
  options.progress = [&](double share) {
    EXPECT_GE(share, last);
    EXPECT_LE(share, 1);
    last = share;
  };
  EXPECT_TRUE(Simulate(builder.scenario(), options).ok());
  EXPECT_GE(last, 0.5);
}

// Made clusters with everything that can go wrong, under each strategy.
TEST(SimulationTest, NothingIsEverLostOrDoubled) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    MadeClusterOptions options;
    options.cells = 9 + static_cast<int64_t>(seed) * 2;
    options.seed = seed;
    options.duration_ms = 1'800'000;
    options.start_ms = static_cast<int64_t>(seed % 3) * 7000;
    Scenario scenario = MakeCluster(options);
    IncidentOptions incidents;
    incidents.seed = seed;
    if (seed % 2 == 0) incidents.fail_cells = 3;
    if (seed % 3 == 0) incidents.fail_zone = "z2";
    incidents.rolling_update = seed % 4 != 0;
    ASSERT_TRUE(AddIncidents(incidents, &scenario).ok());
    scenario.keeps_refused = seed % 5 != 0;
    for (const std::string_view name : StrategyNames()) {
      SCOPED_TRACE(testing::Message() << name << ", seed " << seed);
      const Observed run = Observe(scenario, name);
      ExpectConserved(run.result);
      EXPECT_GT(run.result.counts.placed, 0);
    }
  }
}

}  // namespace
}  // namespace rostrum::tools
