#include "lib/tools/simulate/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

Resources Memory(int64_t megabytes) { return MakeResources(megabytes, 0, 0); }

TEST(LowerBoundTest, TakesTheLargestCellsFirst) {
  const std::vector<Resources> totals = {Memory(10), Memory(40), Memory(20), Memory(30)};
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(0)), 0);
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(1)), 1);
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(40)), 1);
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(41)), 2);
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(90)), 3);
  EXPECT_EQ(LowerBoundOfCells(totals, Memory(100)), 4);
  EXPECT_EQ(LowerBoundOfCells({}, Memory(0)), 0);
}

TEST(LowerBoundTest, TheScarcestResourceDecides) {
  Resources total = MakeResources(100, 100, 10);
  total.cpu = 4000;
  total.scalars = {{"gpus", 8000}};
  const std::vector<Resources> totals(10, total);
  const auto bound = [&](auto change) {
    Resources asked;
    change(&asked);
    return LowerBoundOfCells(totals, asked);
  };
  EXPECT_EQ(bound([](Resources* asked) { asked->memory = WholeAmount(150); }), 2);
  EXPECT_EQ(bound([](Resources* asked) { asked->disk = WholeAmount(301); }), 4);
  EXPECT_EQ(bound([](Resources* asked) { asked->cpu = 20001; }), 6);
  EXPECT_EQ(bound([](Resources* asked) { asked->containers = 70; }), 7);
  EXPECT_EQ(bound([](Resources* asked) { asked->scalars = {{"gpus", 8001}}; }), 2);
  EXPECT_EQ(bound([](Resources* asked) {
              asked->memory = WholeAmount(150);
              asked->containers = 71;
              asked->cpu = 20000;
            }),
            8);
}

// Two kinds of cells, each short of what the other has: by either resource alone 5 cells would do.
TEST(LowerBoundTest, SeesThatOneCellCannotBeRichInEverything) {
  std::vector<Resources> totals(10, MakeResources(100, 20, 10));
  totals.resize(20, MakeResources(20, 100, 10));
  EXPECT_EQ(LowerBoundOfCells(totals, MakeResources(500, 20, 0)), 5);
  EXPECT_EQ(LowerBoundOfCells(totals, MakeResources(20, 500, 0)), 5);
  EXPECT_EQ(LowerBoundOfCells(totals, MakeResources(500, 500, 0)), 9) << "1000 by 120 a cell";
}

// Against all choices of cells, on small clusters: no choice with fewer cells has enough.
TEST(LowerBoundTest, NoChoiceOfCellsBeatsIt) {
  std::mt19937_64 random(1);
  const auto draw = [&](int64_t most) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(most + 1));
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Resources> totals;
    for (int i = 0; i < 7; ++i) totals.push_back(MakeResources(draw(9), draw(9), draw(9)));
    const Resources asked = MakeResources(draw(20), draw(20), draw(20));
    int64_t least = static_cast<int64_t>(totals.size());
    for (uint32_t chosen = 0; chosen < 128; ++chosen) {
      Resources sum;
      for (uint32_t i = 0; i < 7; ++i) {
        if ((chosen >> i & 1) != 0) sum.Add(totals[i]);
      }
      if (sum.memory < asked.memory || sum.disk < asked.disk || sum.containers < asked.containers) {
        continue;
      }
      least = std::min(least, static_cast<int64_t>(std::popcount(chosen)));
    }
    EXPECT_LE(LowerBoundOfCells(totals, asked), least) << "round " << round;
  }
}

// One cell of 1000 MB with 400 MB free; the work is three instances of 300 MB and one of 500 MB.
TEST(StrandedTest, WeighsFreeMemoryByTheWorkThatDoesNotFit) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.AddApp(0, "small", 3, 300);
  builder.AddApp(0, "large", 1, 500);
  Cluster cluster(builder.scenario().cells);
  for (const Job& job : builder.scenario().jobs) cluster.AddInstances(job);
  EXPECT_EQ(StrandedResources(builder.scenario(), cluster), Resources());
  ASSERT_TRUE(cluster.Put(0, 0).ok());
  ASSERT_TRUE(cluster.Put(1, 0).ok());
  const Resources stranded = StrandedResources(builder.scenario(), cluster);
  EXPECT_EQ(stranded.memory, WholeAmount(400) / 4);
  EXPECT_EQ(stranded.disk, WholeAmount(980) / 4);
}

TEST(StrandedTest, WorkThatNeverFitsTheCellDoesNotCount) {
  ScenarioBuilder builder;
  builder.AddCells(1, "z1");
  builder.AddApp(0, "fits", 1, 600);
  builder.AddApp(0, "too-large", 1, 1001);
  auto elsewhere = MakeWork(Kind::kLrp, "elsewhere", 900);
  elsewhere->constraint.placement_tags = {"tag"};
  builder.scenario().jobs.push_back({elsewhere, 1, 2, 0});
  Cluster cluster(builder.scenario().cells);
  for (const Job& job : builder.scenario().jobs) cluster.AddInstances(job);
  EXPECT_EQ(StrandedResources(builder.scenario(), cluster).memory, 0);
  ASSERT_TRUE(cluster.Put(0, 0).ok());
  EXPECT_EQ(StrandedResources(builder.scenario(), cluster).memory, WholeAmount(400));
  cluster.TakeOff(0);
  cluster.SetFailed(0);
  EXPECT_EQ(StrandedResources(builder.scenario(), cluster), Resources());
}

// Three cells in two zones: app 0 has two of its three instances on cell 0, and one on cell 2.
TEST(FiguresTest, CountsZonesCellsAndConcentration) {
  ScenarioBuilder builder;
  builder.AddCells(2, "b").AddCells(1, "a");
  builder.AddApp(0, "three", 3, 100);
  builder.AddApp(0, "single", 1, 100);
  builder.AddApp(0, "pair", 2, 100);
  const Scenario& scenario = builder.scenario();
  Cluster cluster(scenario.cells);
  for (const Job& job : scenario.jobs) cluster.AddInstances(job);
  const std::vector<uint32_t> cells = {0, 0, 2, 2, 0, 2};
  for (uint32_t i = 0; i < cells.size(); ++i) ASSERT_TRUE(cluster.Put(i, cells[i]).ok());
  const std::vector<uint32_t> job_of = {0, 0, 0, 1, 2, 2};

  const Figures figures = MakeFigures(scenario, cluster, scenario.jobs, job_of);
  EXPECT_EQ(figures.cells, 3);
  EXPECT_EQ(figures.cells_used, 2);
  EXPECT_EQ(figures.cells_lower_bound, 1);
  EXPECT_DOUBLE_EQ(GapOf(figures), 1);
  ASSERT_EQ(figures.zones.size(), 2U);
  EXPECT_EQ(figures.zones[0].name, "b");
  EXPECT_EQ(figures.zones[0].instances, 3);
  EXPECT_EQ(figures.zones[1].instances, 3);
  EXPECT_EQ(figures.concentration.app, "three");
  EXPECT_EQ(figures.concentration.instances, 2);
  EXPECT_DOUBLE_EQ(figures.concentration.share, 2.0 / 3);
  ASSERT_EQ(figures.resources.size(), 2U);
  EXPECT_EQ(figures.resources[0].name, "memory");
  EXPECT_EQ(figures.resources[0].total, WholeAmount(3000));
  EXPECT_EQ(figures.resources[0].used, WholeAmount(600));
  EXPECT_EQ(figures.resources[1].name, "disk");
}

TEST(FiguresTest, NothingRunsOnNothing) {
  const Scenario scenario;
  const Cluster cluster(scenario.cells);
  const Figures figures = MakeFigures(scenario, cluster, {}, {});
  EXPECT_EQ(figures.cells, 0);
  EXPECT_EQ(figures.cells_lower_bound, 0);
  EXPECT_EQ(GapOf(figures), 0);
  EXPECT_TRUE(figures.concentration.app.empty());
}

}  // namespace
}  // namespace rostrum::tools
