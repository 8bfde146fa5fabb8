#include "lib/tools/simulate/trace.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "rostrum/constraint.h"

namespace rostrum::tools {
namespace {

constexpr std::string_view kNodes =
    "sn,cpu_milli,memory_mib,gpu,model\n"
    "n0,32000,262144,0,\n"
    "n1,64000,131072.5,8,T4\n"
    "n2,1000,1024,2,P100\n";

constexpr std::string_view kPods =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time,deletion_time\n"
    "p0,4000,1024,0,0,,LS,5,50\n"
    "p1,500,512,1,460,T4,BE,2.5,\n"
    "p2,1000,64,2,1000,P100|T4,LS,7,6\n"
    "p3,0,0,1,1000,A10,LS,9,20\n";

Expected<Scenario> Read(std::string_view nodes, std::string_view pods,
                        const TraceOptions& options = {}) {
  const Expected<CsvTable> node_table = CsvTable::Parse("nodes.csv", nodes);
  const Expected<CsvTable> pod_table = CsvTable::Parse("pods.csv", pods);
  if (!node_table.ok()) return node_table.status();
  if (!pod_table.ok()) return pod_table.status();
  return ReadTrace(*node_table, *pod_table, options);
}

TEST(TraceTest, ReadsNodes) {
  const Expected<Scenario> scenario = Read(kNodes, kPods);
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  ASSERT_EQ(scenario->cells.size(), 3U);
  const Cell& cell = scenario->cells[1];
  EXPECT_EQ(cell.id, "n1");
  EXPECT_EQ(cell.zone, "z1");
  EXPECT_EQ(cell.index, 1);
  EXPECT_EQ(cell.tag, 1U);
  EXPECT_EQ(cell.total.cpu, 64000);
  EXPECT_EQ(cell.total.memory, 131'072'500);
  EXPECT_EQ(cell.total.Scalar("gpus"), 8000);
  EXPECT_GT(cell.total.containers, 100'000);
  EXPECT_GT(cell.total.disk, 0);
  EXPECT_EQ(cell.available, cell.total);
  EXPECT_TRUE(scenario->cells[0].total.scalars.empty());
  for (const Cell& each : scenario->cells) EXPECT_TRUE(ValidateCell(each).ok());
}

TEST(TraceTest, ReadsDiskAndContainersIfThereAreSuch) {
  const Expected<Scenario> scenario = Read(
      "sn,cpu_milli,memory_mib,disk_mib,containers\nn0,0,65536,131072,250\n",
      "name,cpu_milli,memory_mib,disk_mib\np0,0,64,1024\np1,0,64,\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  EXPECT_EQ(scenario->cells[0].total.disk, WholeAmount(131072));
  EXPECT_EQ(scenario->cells[0].total.containers, 250);
  EXPECT_EQ(scenario->jobs[0].work->asked.disk, WholeAmount(1024));
  EXPECT_EQ(scenario->jobs[1].work->asked.disk, 0);
}

TEST(TraceTest, ReadsPods) {
  const Expected<Scenario> scenario = Read(kNodes, kPods);
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  ASSERT_EQ(scenario->jobs.size(), 4U);
  const Work& work = *scenario->jobs[1].work;
  EXPECT_EQ(work.kind, Kind::kLrp);
  EXPECT_EQ(work.guid, "p1");
  EXPECT_EQ(work.asked.cpu, 500);
  EXPECT_EQ(work.asked.memory, WholeAmount(512));
  EXPECT_EQ(work.asked.disk, 0);
  EXPECT_EQ(work.asked.Scalar("gpus"), 460);
  EXPECT_EQ(scenario->jobs[2].work->asked.Scalar("gpus"), 2000);
  EXPECT_TRUE(scenario->jobs[0].work->asked.scalars.empty());
  for (const Job& job : scenario->jobs) EXPECT_TRUE(ValidateWork(*job.work).ok());
}

TEST(TraceTest, AModelIsMatchedExactly) {
  const Expected<Scenario> scenario = Read(kNodes, kPods);
  ASSERT_TRUE(scenario.ok());
  // By pod, on which of the three nodes it may run: p2 takes either of two models, and the model of
  // p3 is nowhere.
  const std::vector<std::vector<bool>> expected = {
      {true, true, true}, {false, true, false}, {false, true, true}, {false, false, false}};
  for (size_t pod = 0; pod < expected.size(); ++pod) {
    for (size_t node = 0; node < 3; ++node) {
      const MatchLevel level =
          Match(scenario->jobs[pod].work->constraint, scenario->cells[node].signature);
      EXPECT_EQ(level == MatchLevel::kMatch, expected[pod][node]) << pod << " on " << node;
    }
  }
}

TEST(TraceTest, AlternativesMayComeInAnyOrderAndTwice) {
  const Expected<Scenario> scenario =
      Read("name,cpu_milli,memory_mib,model\nn,1,1,T4\nm,1,1,T40\n",
           "name,cpu_milli,memory_mib,gpu_spec\np,1,1,T4|P100\nq,1,1,|P100|T4|T4|\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  EXPECT_EQ(scenario->jobs[0].work->constraint, scenario->jobs[1].work->constraint);
  EXPECT_EQ(Match(scenario->jobs[0].work->constraint, scenario->cells[0].signature),
            MatchLevel::kMatch);
  EXPECT_EQ(Match(scenario->jobs[0].work->constraint, scenario->cells[1].signature),
            MatchLevel::kPlacementTagMismatch);
}

TEST(TraceTest, ColumnsComeInAnyOrderAndSomeMayBeMissingOrEmpty) {
  const Expected<Scenario> scenario =
      Read("zone,memory_mib,\"name\",extra,num_gpu,cpu_milli\r\nz7,1024,n,\"a,b\",,100\r\n",
           "cpu_milli,name,memory_mib,num_gpu,gpu_milli\n5,p,6,2,\n5,q,6,,\n");
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  EXPECT_EQ(scenario->cells[0].zone, "z7");
  EXPECT_EQ(scenario->cells[0].total.memory, WholeAmount(1024));
  EXPECT_EQ(scenario->cells[0].total.cpu, 100);
  EXPECT_EQ(scenario->jobs[0].work->asked.Scalar("gpus"), 2000);
  EXPECT_EQ(scenario->jobs[1].work->asked.Scalar("gpus"), 0);
}

TEST(TraceTest, PodsComeInFileOrder) {
  TraceOptions options;
  options.batch = 3;
  const Expected<Scenario> scenario = Read(kNodes, kPods, options);
  ASSERT_TRUE(scenario.ok());
  ASSERT_EQ(scenario->events.size(), 4U);
  EXPECT_EQ(scenario->events[2].time_ms, 0);
  EXPECT_EQ(scenario->events[3].time_ms, 1000);
  EXPECT_EQ(scenario->events[3].job, 3U);
  EXPECT_FALSE(scenario->keeps_refused);
  EXPECT_FALSE(scenario->fills);
}

TEST(TraceTest, PodsComeAndGoByTime) {
  TraceOptions options;
  options.order = TraceOrder::kByTime;
  options.round_every_ms = 500;
  const Expected<Scenario> scenario = Read(kNodes, kPods, options);
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  std::vector<std::pair<int64_t, uint32_t>> came;
  std::vector<std::pair<int64_t, uint32_t>> stopped;
  for (const Event& event : scenario->events) {
    auto& list = event.type == Event::Type::kArrive ? came : stopped;
    list.emplace_back(event.time_ms, event.job);
  }
  using Times = std::vector<std::pair<int64_t, uint32_t>>;
  EXPECT_EQ(came, (Times{{2500, 1}, {5000, 0}, {7000, 2}, {9000, 3}}));
  // Pod 1 stays for ever, and pod 2 cannot go before it comes.
  EXPECT_EQ(stopped, (Times{{7000, 2}, {20000, 3}, {50000, 0}}));
  EXPECT_EQ(scenario->duration_ms, 9000);
  EXPECT_TRUE(scenario->keeps_refused);
}

TEST(TraceTest, ErrorsGiveFileLineAndColumn) {
  struct Case {
    std::string_view nodes;
    std::string_view pods;
    std::string_view error;
  };
  constexpr std::string_view kOneNode = "sn,cpu_milli,memory_mib\nn,1,1\n";
  constexpr std::string_view kOnePod = "name,cpu_milli,memory_mib\np,1,1\n";
  const std::vector<Case> cases = {
      {"cpu_milli,memory_mib\n1,1\n", kOnePod,
       "nodes.csv, line 1: there is no column \"sn\" or \"name\" among cpu_milli, memory_mib"},
      {"sn,memory_mib\nn,1\n", kOnePod,
       "nodes.csv, line 1: there is no column \"cpu_milli\" among sn, memory_mib"},
      {kOneNode, "name,cpu_milli\np,1\n",
       "pods.csv, line 1: there is no column \"memory_mib\" among name, cpu_milli"},
      {"sn,cpu_milli,memory_mib\nn,x,1\n", kOnePod,
       "nodes.csv, line 2, column \"cpu_milli\": is \"x\", expected thousandths of a core, a number "
       "from 0 to 4000000000000000"},
      {"sn,cpu_milli,memory_mib\nn,1,1\n\nm,1,\n", kOnePod,
       "nodes.csv, line 4, column \"memory_mib\": is \"\", expected MiB of memory, a number from 0 "
       "to 4000000000000"},
      {"sn,cpu_milli,memory_mib\nn,1,1\nn,1,1\n", kOnePod,
       "nodes.csv, line 3, column \"sn\": is \"n\", expected a name that no line before has"},
      {"sn,cpu_milli,memory_mib\n,1,1\n", kOnePod,
       "nodes.csv, line 2, column \"sn\": is \"\", expected a name"},
      {"sn,cpu_milli,memory_mib,gpu\nn,1,1,-1\n", kOnePod,
       "nodes.csv, line 2, column \"gpu\": is \"-1\", expected a whole number of GPUs from 0 "
       "to 1000000"},
      {"sn,cpu_milli,memory_mib\nn,1,99999999999999\n", kOnePod,
       "nodes.csv, line 2, column \"memory_mib\": is \"99999999999999\", expected MiB of memory, a "
       "number from 0 to 4000000000000"},
      {kOneNode, "name,cpu_milli,memory_mib,gpu_milli\np,1,1,1001\n",
       "pods.csv, line 2, column \"gpu_milli\": is \"1001\", expected thousandths of a GPU, a "
       "number from 0 to 1000"},
      {kOneNode, "name,cpu_milli,memory_mib\np,-1.5,1\n",
       "pods.csv, line 2, column \"cpu_milli\": is \"-1.5\", expected thousandths of a core, a "
       "number from 0 to 4000000000000000"},
      {kOneNode, "name,cpu_milli,memory_mib,num_gpu\np,1,1,1.5\n",
       "pods.csv, line 2, column \"num_gpu\": is \"1.5\", expected a whole number of GPUs from 0 "
       "to 1000000"},
      {"sn,cpu_milli,memory_mib,containers\nn,1,1,0.5\n", kOnePod,
       "nodes.csv, line 2, column \"containers\": is \"0.5\", expected a whole number of "
       "containers from 0 to 1000000"},
      {"sn,cpu_milli,memory_mib\n", kOnePod, "nodes.csv: there is no node, expected one at least"},
      {kOneNode, "name,cpu_milli,memory_mib\n", "pods.csv: there is no pod, expected one at least"},
  };
  for (const Case& test : cases) {
    const Expected<Scenario> scenario = Read(test.nodes, test.pods);
    ASSERT_FALSE(scenario.ok()) << test.error;
    EXPECT_EQ(scenario.status().text(), test.error);
    EXPECT_EQ(scenario.status().code(), Code::kInvalidArgument);
  }
}

TEST(TraceTest, TimesAreNeededOnlyByTime) {
  constexpr std::string_view kNode = "sn,cpu_milli,memory_mib\nn,1,1\n";
  TraceOptions options;
  options.order = TraceOrder::kByTime;
  EXPECT_EQ(Read(kNode, "name,cpu_milli,memory_mib\np,1,1\n", options).status().text(),
            "pods.csv, line 1: there is no column \"creation_time\" among name, cpu_milli, "
            "memory_mib");
  EXPECT_EQ(
      Read(kNode, "name,cpu_milli,memory_mib,creation_time\np,1,1,now\n", options).status().text(),
      "pods.csv, line 2, column \"creation_time\": is \"now\", expected seconds, a number from "
      "-100000000000 to 100000000000");
}

// As programs print them that have computed with floating point.
TEST(TraceTest, NumbersAreTakenToTheNearestThousandth) {
  TraceOptions options;
  options.order = TraceOrder::kByTime;
  const Expected<Scenario> scenario = Read(
      "sn,cpu_milli,memory_mib,disk_mib,containers,gpu\n"
      "n,475.00000000000006,32012.2421875,1e+05,2.5e+02,8.0\n",
      "name,cpu_milli,memory_mib,disk_mib,num_gpu,gpu_milli,creation_time,deletion_time\n"
      "p,1.2e+03,0.00049999,7.0005,1e0,460.00000000000006,1.0004999,2e+03\n",
      options);
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  const Resources& total = scenario->cells[0].total;
  EXPECT_EQ(total.cpu, 475);
  EXPECT_EQ(total.memory, 32'012'242);
  EXPECT_EQ(total.disk, WholeAmount(100'000));
  EXPECT_EQ(total.containers, 250);
  EXPECT_EQ(total.Scalar("gpus"), 8000);
  const Resources& asked = scenario->jobs[0].work->asked;
  EXPECT_EQ(asked.cpu, 1200);
  EXPECT_EQ(asked.memory, 0);
  EXPECT_EQ(asked.disk, 7001);
  EXPECT_EQ(asked.Scalar("gpus"), 460);
  EXPECT_EQ(scenario->events[0].time_ms, 1000);
  EXPECT_EQ(scenario->events[1].time_ms, 2'000'000);
}

// 2,305 nodes can have the most of a column, but no more.
TEST(TraceTest, TotalsThatAreTooLargeAreRefusedWithTheLine) {
  const auto read = [](std::string_view columns, const std::string& fields, int nodes) {
    std::string text = std::string(columns) + "\n";
    for (int i = 0; i < nodes; ++i) text += "n" + std::to_string(i) + fields + "\n";
    return Read(text, "name,cpu_milli,memory_mib\np,1,1\n").status().text();
  };
  EXPECT_EQ(read("sn,cpu_milli,memory_mib", ",1000,4000000000000", 2305), "");
  EXPECT_EQ(read("sn,cpu_milli,memory_mib", ",1000,4000000000000", 2400),
            "nodes.csv, line 2307, column \"memory_mib\": is \"4000000000000\", expected at most "
            "9223372036854775 MiB of memory on all nodes up to this line");
  EXPECT_EQ(read("sn,cpu_milli,memory_mib", ",4e15,1", 2306),
            "nodes.csv, line 2307, column \"cpu_milli\": is \"4e15\", expected at most "
            "9223372036854775807 thousandths of a core on all nodes up to this line");
  EXPECT_EQ(read("sn,cpu_milli,memory_mib,disk_mib", ",1,1,4e12", 2306),
            "nodes.csv, line 2307, column \"disk_mib\": is \"4e12\", expected at most "
            "9223372036854775 MiB of disk on all nodes up to this line");
}

TEST(TraceTest, WhatCameBeforeTheTraceComesFirst) {
  TraceOptions options;
  options.order = TraceOrder::kByTime;
  const Expected<Scenario> scenario =
      Read(kNodes,
           "name,cpu_milli,memory_mib,creation_time,deletion_time\n"
           "a,1,1,0,\nb,1,1,-5.5,100\nc,1,1,-3e2,-100\nd,1,1,7,\n",
           options);
  ASSERT_TRUE(scenario.ok()) << scenario.status().text();
  std::vector<std::pair<int64_t, uint32_t>> events;
  for (const Event& event : scenario->events) events.emplace_back(event.time_ms, event.job);
  EXPECT_EQ(events, (std::vector<std::pair<int64_t, uint32_t>>{{-300'000, 2},
                                                               {-100'000, 2},
                                                               {-5'500, 1},
                                                               {0, 0},
                                                               {7'000, 3},
                                                               {100'000, 1}}));
  EXPECT_EQ(scenario->duration_ms, 7000);
  EXPECT_TRUE(scenario->warnings.empty());
}

TEST(TraceTest, CountsLifetimesThatAreNone) {
  TraceOptions options;
  options.order = TraceOrder::kByTime;
  constexpr std::string_view kLifetimes =
      "name,cpu_milli,memory_mib,creation_time,deletion_time\n"
      "a,1,1,5,5\nb,1,1,9,3\nc,1,1,-5,-5\nd,1,1,1,1.0004\ne,1,1,1,2\nf,1,1,1,\n";
  EXPECT_EQ(Read(kNodes, kLifetimes, options)->warnings,
            (std::vector<std::string>{
                "pods.csv: 4\u00A0pods have a deletion_time that is not after the creation_time; "
                "they leave before any round"}));
  // Nobody looks at times that are not used.
  EXPECT_TRUE(Read(kNodes, kLifetimes)->warnings.empty());
}

TEST(TraceTest, FillingWithNothingWouldNeverEnd) {
  TraceOptions options;
  options.order = TraceOrder::kFill;
  EXPECT_EQ(Read("sn,cpu_milli,memory_mib\nn,1,1\n", "name,cpu_milli,memory_mib\np,0,0\n", options)
                .status()
                .text(),
            "pods.csv: no pod asks for anything, so filling the nodes would never end");
}

}  // namespace
}  // namespace rostrum::tools
