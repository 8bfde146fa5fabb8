#include "lib/tools/simulate/results.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/tools/simulate/simulation.h"
#include "tests/unit/simulate/scenario_builder.h"

namespace rostrum::tools {
namespace {

// Three cells of 1000 MB; an app of four instances of 300 MB, and one that fits nowhere.
Scenario TinyScenario() {
  ScenarioBuilder builder;
  builder.AddCells(2, "z1").AddCells(1, "z2");
  builder.AddApp(0, "app", 4, 300);
  builder.AddApp(1, "giant", 1, 5000);
  builder.scenario().jobs.back().work = [] {
    auto work = MakeWork(Kind::kLrp, "giant", 5000);
    work->asked.disk = WholeAmount(2000);
    return work;
  }();
  builder.scenario().description = {"3\u00a0cells", "2 apps <b>"};
  return builder.scenario();
}

std::vector<RunResult> RunTiny(const Scenario& scenario) {
  std::vector<RunResult> runs;
  for (const char* name : {"diego", "binpack"}) {
    RunOptions options;
    options.name = name;
    options.strategy = MakeStrategy(name);
    Expected<RunResult> run = Simulate(scenario, options);
    EXPECT_TRUE(run.ok()) << run.status().text();
    run->nanoseconds_per_auction = 1234.5;
    runs.push_back(std::move(*run));
  }
  return runs;
}

TEST(ResultsTest, ATableForPeople) {
  const Scenario scenario = TinyScenario();
  EXPECT_EQ(ResultsAsText(scenario, RunTiny(scenario), /*with_time=*/true),
            "3 cells.\n"
            "2 apps <b>.\n"
            "\n"
            "                                           diego   binpack\n"
            "Instances and tasks that came                  5         5\n"
            "Running at the end                             4         4\n"
            "Waiting at the end                             1         1\n"
            "Ended                                          0         0\n"
            "\n"
            "Auctions placed                                4         4\n"
            "Auctions refused                               1         1\n"
            "  insufficient resources: disk, memory         1         1\n"
            "\n"
            "Cells                                          3         3\n"
            "Cells used                                     3         2\n"
            "  at most at once                              3         2\n"
            "Cells needed at least                          2         2\n"
            "Cells used above that                     50.0 %       0 %\n"
            "\n"
            "Memory                                   2.9 GiB   2.9 GiB\n"
            "  used                                    40.0 %    40.0 %\n"
            "  used at most at once                    40.0 %    40.0 %\n"
            "  stranded                                   0 %     3.3 %\n"
            "Disk                                     2.9 GiB   2.9 GiB\n"
            "  used                                     1.3 %     1.3 %\n"
            "  stranded                                   0 %    32.3 %\n"
            "\n"
            "Instances per zone                             2    0 to 4\n"
            "  in z1                                        2         4\n"
            "  in z2                                        2         0\n"
            "Worst concentration                       50.0 %    75.0 %\n"
            "  instances on one cell                 2 of app  3 of app\n"
            "\n"
            "Rounds                                         2         2\n"
            "Time per auction                          1.2 \u00b5s    1.2 \u00b5s\n"
            "\n"
            "An auction is counted as refused once, by the reason of its first refusal, however "
            "long it\n"
            "  waits.\n"
            "Cells needed at least are the fewest cells that have what runs at the end, if "
            "work could be\n"
            "  parted at will; no placement can do with fewer.\n"
            "Stranded is what is free on a cell times the share of the work that does not "
            "fit there now, of\n"
            "  all the work that would fit if the cell were empty.\n"
            "Worst concentration is the largest share of an app's running instances that is "
            "on one cell, of\n"
            "  apps that run two at least.\n");
}

// The text for a run that has nothing but so many instances in zones of these names.
std::string TextWithZones(const std::vector<ReportZone>& zones) {
  RunResult run;
  run.strategy = "diego";
  run.figures.zones = zones;
  return ResultsAsText(Scenario(), std::vector<RunResult>{run}, false);
}

TEST(ResultsTest, ZonesAreListedIfThereAreFew) {
  const std::string few = TextWithZones({{"", 1200}, {"z1", 7}});
  EXPECT_NE(few.find("\nInstances per zone             7 to 1,200\n"
                     "  in no zone                        1,200\n"
                     "  in z1                                 7\n"),
            std::string::npos)
      << few;
  EXPECT_NE(TextWithZones({{"z1", 7}}).find("\nInstances per zone                 7\n"),
            std::string::npos);
  EXPECT_NE(TextWithZones({}).find("\nInstances per zone                 -\n"), std::string::npos);
  std::vector<ReportZone> many;
  for (int i = 0; i < 9; ++i) many.push_back({"z" + std::to_string(i), i});
  EXPECT_NE(TextWithZones(many).find("\nInstances per zone             0 to 8\n"
                                     "Worst concentration"),
            std::string::npos)
      << TextWithZones(many);
}

TEST(ResultsTest, TimesCanBeLeftOut) {
  const Scenario scenario = TinyScenario();
  const std::vector<RunResult> runs = RunTiny(scenario);
  EXPECT_EQ(ResultsAsText(scenario, runs, false).find("Time"), std::string::npos);
  EXPECT_EQ(ResultsAsJson(scenario, runs, 1, false, "").find("nanoseconds"), std::string::npos);
  EXPECT_NE(ResultsAsJson(scenario, runs, 1, true, "").find("\"nanoseconds_per_auction\": 1234.5"),
            std::string::npos);
  EXPECT_EQ(ResultsAsReport(scenario, runs, false).runs[0].nanoseconds_per_auction, 0);
  EXPECT_EQ(ResultsAsReport(scenario, runs, true).runs[0].nanoseconds_per_auction, 1234.5);
}

TEST(ResultsTest, JsonForPrograms) {
  const Scenario scenario = TinyScenario();
  const std::vector<RunResult> runs = {RunTiny(scenario)[1]};
  EXPECT_EQ(ResultsAsJson(scenario, runs, 7, false, "out.html"),
            R"({
  "description": [
    "3 cells",
    "2 apps <b>"
  ],
  "warnings": [],
  "seed": 7,
  "runs": [
    {
      "strategy": "binpack",
      "arrived": 5,
      "auctioned_again": 0,
      "placed": 4,
      "refused": 1,
      "refused_for_good": 0,
      "cancelled": 0,
      "ended": 0,
      "running": 4,
      "waiting": 1,
      "waiting_without_cell": 1,
      "given_up": 0,
      "left_before_round": 0,
      "lost": 0,
      "waiting_to_move": 0,
      "ended_without_running": 0,
      "refused_by_reason": [
        {
          "reason": "insufficient resources: disk, memory",
          "count": 1
        }
      ],
      "cells": 3,
      "cells_used": 2,
      "cells_lower_bound": 2,
      "lower_bound_gap": 0,
      "resources": [
        {
          "name": "memory",
          "unit": "MB",
          "total": 3000,
          "used": 1200,
          "stranded": 100
        },
        {
          "name": "disk",
          "unit": "MB",
          "total": 3000,
          "used": 40,
          "stranded": 970
        }
      ],
      "zones": [
        {
          "name": "z1",
          "instances": 4
        },
        {
          "name": "z2",
          "instances": 0
        }
      ],
      "worst_concentration": {
        "app": "app",
        "instances": 3,
        "share": 0.75
      },
      "most_cells_used": 2,
      "most_memory_used_share": 0.4,
      "rounds": 2
    }
  ],
  "stranded_meaning": "what is free on a cell times the share of the work that does not fit there now, of all the work that would fit if the cell were empty",
  "report": "out.html"
}
)");
}

TEST(ResultsTest, TheReportHasTheSameFigures) {
  const Scenario scenario = TinyScenario();
  const ReportData data = ResultsAsReport(scenario, RunTiny(scenario), true);
  ASSERT_EQ(data.runs.size(), 2U);
  const ReportRun& run = data.runs[1];
  EXPECT_EQ(run.name, "binpack");
  EXPECT_EQ(run.came, 5);
  EXPECT_EQ(run.running, 4);
  EXPECT_EQ(run.waiting, 1);
  EXPECT_EQ(run.placed, 4);
  EXPECT_EQ(run.refused, 1);
  EXPECT_EQ(run.cells_total, 3);
  EXPECT_EQ(run.cells_used, 2);
  EXPECT_EQ(run.cells_lower_bound, 2);
  EXPECT_EQ(run.lower_bound_gap, 0);
  EXPECT_EQ(run.memory_total_mb, 3000);
  EXPECT_EQ(run.memory_used_mb, 1200);
  EXPECT_EQ(run.memory_stranded_mb, 100);
  EXPECT_EQ(run.disk_stranded_mb, 970);
  EXPECT_EQ(run.cells.size(), 3U);
  EXPECT_EQ(run.cells[0].instances, 3);
  EXPECT_EQ(run.cells[0].memory_free_mb, 100);
  EXPECT_EQ(run.samples.back().placed_so_far, 4);
  EXPECT_FALSE(RenderReport(data).empty());
}

TEST(ResultsTest, RowsThatAreThereAreExplained) {
  RunResult run;
  run.counts.came = 6;
  run.counts.again = 1;
  run.counts.left_before_round = 3;
  run.counts.lost = 2;
  run.counts.ended = run.counts.ended_without_running = 1;
  const std::string text = ResultsAsText(Scenario(), std::vector<RunResult>{run}, false);
  for (const std::string_view part :
       {"\nEnded                          1\n  without having run           1\n"
        "Left before a round            3\nLost                           2\n",
        "\nAuctioned again                1\n", "\nLeft before a round is what had gone",
        "\nLost is what was refused for good", "\nWork that lost its cell"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
  }
}

TEST(ResultsTest, ReasonsOfAllRunsAreListedOnce) {
  std::vector<RunResult> runs(2);
  runs[0].reasons = {{"rare", 1}, {"common", 5}};
  runs[1].reasons = {{"also", 1}, {"common", 2}};
  EXPECT_EQ(AllReasons(runs), (std::vector<std::string>{"common", "also", "rare"}));
}

}  // namespace
}  // namespace rostrum::tools
