#include "lib/tools/simulate/made_cluster.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "rostrum/constraint.h"

namespace rostrum::tools {
namespace {

// Everything that a run of the scenario depends on, as text.
std::string TextOf(const Scenario& scenario) {
  std::string text;
  for (const Cell& cell : scenario.cells) {
    text += cell.id + cell.zone + FormatAmount(cell.total.memory);
  }
  for (const Job& job : scenario.jobs) {
    text += job.work->guid + FormatAmount(job.work->asked.memory) + job.work->constraint.rootfs +
            std::to_string(job.instances) + " " + std::to_string(job.run_ms);
  }
  for (const Event& event : scenario.events) {
    text += " " + std::to_string(event.time_ms) + " " + std::to_string(event.job);
  }
  return text;
}

// Memory that is asked for at the end, as a share of all.
double ShareAtEnd(const Scenario& scenario) {
  double total = 0;
  for (const Cell& cell : scenario.cells) total += static_cast<double>(cell.total.memory);
  std::vector<int32_t> left;
  for (const Job& job : scenario.jobs) {
    left.push_back(job.work->kind == Kind::kTask ? 0 : job.instances);
  }
  for (const Event& event : scenario.events) {
    if (event.type == Event::Type::kStop) left[event.job] = event.from_index;
  }
  double asked = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    asked += static_cast<double>(scenario.jobs[i].work->asked.memory) * left[i];
  }
  return asked / total;
}

TEST(MadeClusterTest, TheSameSeedMakesTheSame) {
  MadeClusterOptions options;
  options.cells = 40;
  const std::string text = TextOf(MakeCluster(options));
  EXPECT_EQ(TextOf(MakeCluster(options)), text);
  options.seed = 2;
  EXPECT_NE(TextOf(MakeCluster(options)), text);
}

TEST(MadeClusterTest, FillsThreeQuartersOfMemory) {
  for (const int64_t cells : {10, 30, 200}) {
    for (const uint64_t seed : {1U, 2U, 3U}) {
      MadeClusterOptions options;
      options.cells = cells;
      options.seed = seed;
      const double share = ShareAtEnd(MakeCluster(options));
      EXPECT_GE(share, 0.70) << cells << " cells, seed " << seed;
      EXPECT_LE(share, 0.80) << cells << " cells, seed " << seed;
    }
  }
}

TEST(MadeClusterTest, MakesAsManyAppsAsAsked) {
  MadeClusterOptions options;
  options.cells = 5;
  options.apps = 17;
  EXPECT_EQ(MakeCluster(options).jobs.size(), 17U);
}

TEST(MadeClusterTest, EventsAreInOrderAndInTime) {
  MadeClusterOptions options;
  options.cells = 50;
  options.duration_ms = 60'000;
  const Scenario scenario = MakeCluster(options);
  std::set<uint32_t> came;
  int64_t last_ms = 0;
  int64_t first_half = 0;
  for (const Event& event : scenario.events) {
    EXPECT_GE(event.time_ms, last_ms);
    EXPECT_LE(event.time_ms, options.duration_ms);
    last_ms = event.time_ms;
    if (event.type == Event::Type::kArrive) {
      EXPECT_TRUE(came.insert(event.job).second);
      first_half += event.time_ms < options.duration_ms / 2;
    } else {
      EXPECT_TRUE(came.contains(event.job)) << "it is stopped before it comes";
      EXPECT_LT(event.from_index, scenario.jobs[event.job].instances);
    }
  }
  EXPECT_EQ(came.size(), scenario.jobs.size());
  EXPECT_NEAR(static_cast<double>(first_half), static_cast<double>(came.size()) / 2,
              static_cast<double>(came.size()) * 0.1);
}

TEST(MadeClusterTest, TheMixIsThatOfAPlatform) {
  MadeClusterOptions options;
  options.cells = 500;
  const Scenario scenario = MakeCluster(options);
  int64_t tasks = 0;
  int64_t small_apps = 0;
  int64_t large_apps = 0;
  int64_t small_memory = 0;
  std::map<std::tuple<std::string, size_t>, int64_t> by_demand;
  uint32_t next_instance = 0;
  for (const Job& job : scenario.jobs) {
    EXPECT_EQ(job.first_instance, next_instance);
    next_instance += static_cast<uint32_t>(job.instances);
    const Work& work = *job.work;
    EXPECT_TRUE(ValidateWork(work).ok());
    tasks += work.kind == Kind::kTask;
    EXPECT_EQ(work.kind == Kind::kTask, job.run_ms > 0);
    small_apps += work.kind == Kind::kLrp && job.instances <= 2;
    large_apps += job.instances >= 50;
    small_memory += work.asked.memory <= WholeAmount(1024);
    EXPECT_GE(work.asked.memory, WholeAmount(64));
    EXPECT_LE(work.asked.memory, WholeAmount(8192));
    EXPECT_GE(work.asked.disk, WholeAmount(512));
    EXPECT_LE(work.asked.disk, WholeAmount(4096));
    ++by_demand[{work.constraint.rootfs, work.constraint.placement_tags.size()}];
  }
  const auto jobs = static_cast<double>(scenario.jobs.size());
  EXPECT_NEAR(static_cast<double>(tasks) / jobs, 0.15, 0.02);
  EXPECT_GT(static_cast<double>(small_apps) / (jobs - static_cast<double>(tasks)), 0.7);
  EXPECT_GT(large_apps, 20);
  EXPECT_GT(static_cast<double>(small_memory) / jobs, 0.8);
  ASSERT_EQ(by_demand.size(), 3U);
  for (const auto& [demand, count] : by_demand) EXPECT_GT(static_cast<double>(count) / jobs, 0.02);
}

TEST(MadeClusterTest, AllWorkHasACellThatMayTakeIt) {
  for (const int64_t cells : {1, 2, 8, 15, 60}) {
    MadeClusterOptions options;
    options.cells = cells;
    options.zones = 1;
    const Scenario scenario = MakeCluster(options);
    for (const Job& job : scenario.jobs) {
      bool any = false;
      for (const Cell& cell : scenario.cells) {
        any = any || Match(job.work->constraint, cell.signature) == MatchLevel::kMatch;
      }
      ASSERT_TRUE(any) << job.work->guid << " of " << cells << " cells";
    }
  }
}

TEST(MadeClusterTest, CellsAreSpreadOverZones) {
  const std::vector<Cell> cells = MakeCells(10, 4, 1);
  std::map<std::string, int> zones;
  for (size_t i = 0; i < cells.size(); ++i) {
    ++zones[cells[i].zone];
    EXPECT_EQ(cells[i].tag, i);
    EXPECT_EQ(cells[i].available, cells[i].total);
    EXPECT_TRUE(ValidateCell(cells[i]).ok());
  }
  EXPECT_EQ(zones, (std::map<std::string, int>{{"z1", 3}, {"z2", 3}, {"z3", 2}, {"z4", 2}}));
}

}  // namespace
}  // namespace rostrum::tools
