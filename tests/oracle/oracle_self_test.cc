// Facts about Diego, Go and the Mesos strategies, each held against the oracle itself: a reference
// that is wrong would make the engine wrong with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/cluster.h"
#include "tests/oracle/diego.h"
#include "tests/oracle/go_sort.h"
#include "tests/oracle/go_url.h"
#include "tests/oracle/mesos.h"
#include "tests/oracle/random_cluster.h"
#include "tests/oracle/rules.h"

namespace rostrum::oracle {
namespace {

using Strings = std::vector<std::string>;

// A cell with nothing on it that provides the root file system "r:fs".
Cell MakeCell(const std::string& id, const std::string& zone = "z1", int64_t index = 0) {
  Cell cell;
  cell.id = id;
  cell.zone = zone;
  cell.index = index;
  cell.total = {1000, 1000, 10, 1000};
  cell.available = cell.total;
  cell.rootfs_providers["r"] = {Provider::Type::kFixedSet, {"fs"}};
  return cell;
}

void SetWork(int64_t memory_mb, int64_t disk_mb, Work* work) {
  work->memory_mb = memory_mb;
  work->disk_mb = disk_mb;
  work->rootfs = "r:fs";
}

Lrp MakeLrp(const std::string& process_guid, int64_t index = 0, int64_t memory_mb = 10,
            int64_t disk_mb = 10) {
  Lrp lrp;
  SetWork(memory_mb, disk_mb, &lrp);
  lrp.process_guid = process_guid;
  lrp.index = index;
  return lrp;
}

Task MakeTask(const std::string& guid, int64_t memory_mb = 10, int64_t disk_mb = 10) {
  Task task;
  SetWork(memory_mb, disk_mb, &task);
  task.guid = guid;
  return task;
}

// Each decision as "identifier>cell" or "identifier: error".
Strings Decisions(const Outcome& outcome) {
  Strings texts;
  for (const Decision& decision : outcome.decisions) {
    texts.push_back(decision.identifier +
                    (decision.placed ? ">" + decision.cell_id : ": " + decision.error));
  }
  return texts;
}

Strings Diego(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
              const std::vector<Task>& tasks = {}, const Config& config = {}) {
  return Decisions(ScheduleDiego(cells, lrps, tasks, config));
}

Strings Binpack(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                const std::vector<Task>& tasks = {}, const Config& config = {}) {
  return Decisions(ScheduleBinpack(cells, lrps, tasks, config));
}

Strings Spread(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
               const std::vector<Task>& tasks = {}, const Config& config = {}) {
  return Decisions(ScheduleSpread(cells, lrps, tasks, config));
}

// Diego: the order of the auctions.

TEST(DiegoOrder, LrpsGoAfterTheTasksIfAllHaveIndexZero) {
  Cell cell = MakeCell("c");
  cell.available.containers = 1;
  EXPECT_EQ(Diego({cell}, {MakeLrp("p", 0)}, {MakeTask("t")}),
            (Strings{"t>c", "p.0: insufficient resources: containers"}));
}

TEST(DiegoOrder, IndexZeroGoesBeforeTheTasksIfThereIsAnotherIndex) {
  Cell cell = MakeCell("c");
  cell.available.containers = 1;
  EXPECT_EQ(Diego({cell}, {MakeLrp("p", 1), MakeLrp("p", 0)}, {MakeTask("t")}),
            (Strings{"p.0>c", "t: insufficient resources: containers",
                     "p.1: insufficient resources: containers"}));
}

TEST(DiegoOrder, LrpsWithoutIndexZeroGoAfterTheTasks) {
  EXPECT_EQ(Diego({MakeCell("c")}, {MakeLrp("p", 1)}, {MakeTask("t")}), (Strings{"t>c", "p.1>c"}));
}

TEST(DiegoOrder, LowerIndexFirstThenMoreMemory) {
  EXPECT_EQ(Diego({MakeCell("c")}, {MakeLrp("a", 1, 90), MakeLrp("b", 0, 10), MakeLrp("d", 0, 20)},
                  {MakeTask("s", 10), MakeTask("t", 20)}),
            (Strings{"d.0>c", "b.0>c", "t>c", "s>c", "a.1>c"}));
}

TEST(DiegoOrder, EqualAuctionsComeAsGoSortLeavesThem) {
  std::vector<Task> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(MakeTask(std::to_string(i), i == 1 || i == 13));
  Strings order;
  for (const Decision& decision : ScheduleDiego({MakeCell("c")}, {}, tasks, {}).decisions) {
    order.push_back(decision.identifier);
  }
  // Obtained from Go: a stable sort would leave the tasks without memory as they came.
  EXPECT_EQ(order, (Strings{"13", "1", "10", "11", "4",  "5",  "6",  "7",  "8",  "9",
                            "0",  "3", "12", "2",  "14", "15", "16", "17", "18", "19"}));
}

TEST(DiegoOrder, FirstOfTwoWithTheSameIdentifierCounts) {
  EXPECT_EQ(Diego({MakeCell("c")}, {MakeLrp("p", 0, 5000), MakeLrp("p", 0, 5), MakeLrp("p.0", 0)},
                  {MakeTask("t"), MakeTask("t", 5000)}),
            (Strings{"t>c", "p.0: insufficient resources: memory", "p.0.0>c"}));
}

// Diego: the choice of a cell.

TEST(DiegoChoice, TiesGoToTheFirstByZoneIndexAndId) {
  EXPECT_EQ(Diego({MakeCell("a", "z2", 0), MakeCell("b", "z1", 2), MakeCell("d", "z1", 1),
                   MakeCell("c", "z1", 1)},
                  {}, {MakeTask("t")}),
            (Strings{"t>c"}));
}

TEST(DiegoChoice, ScoreOfAnLrpIsExact) {
  Cell cell = MakeCell("c", "z", 7);
  cell.total = {1000, 3000, 7, 0};
  cell.available = {900, 2000, 5, 0};
  cell.starting_containers = 3;
  cell.proxy_memory_mb = 32;
  cell.lrps = {"p", "q", "p"};
  const Config config{-0.1, 0.3, 0};
  const Outcome outcome = ScheduleDiego({cell}, {MakeLrp("p", 2, 100, 200)}, {}, config);
  ASSERT_EQ(outcome.decisions.size(), 1U);
  const double memory = 1.0 - 768.0 / 1000.0;
  const double disk = 1.0 - 1800.0 / 3000.0;
  const double containers = 1.0 - 4.0 / 7.0;
  const double resources = (memory + disk + containers) / 3.0 + 3.0 * 0.3;
  EXPECT_EQ(outcome.decisions[0].score, (resources + 2000.0) + 7.0 * -0.1);
}

TEST(DiegoChoice, TaskPaysForTasksButNeitherForProxyNorIndex) {
  Cell cell = MakeCell("c", "z", 7);
  cell.proxy_memory_mb = 5000;
  cell.task_count = 2;
  const Outcome outcome = ScheduleDiego({cell}, {}, {MakeTask("t", 100, 200)}, {0.5, 0, 0});
  ASSERT_EQ(outcome.decisions.size(), 1U);
  const double used = ((1.0 - 900.0 / 1000.0) + (1.0 - 800.0 / 1000.0) + (1.0 - 9.0 / 10.0)) / 3.0;
  EXPECT_EQ(outcome.decisions[0].score, used + 2000.0);
}

TEST(DiegoChoice, TaskIgnoresZones) {
  Cell full_zone = MakeCell("a", "z1");
  full_zone.lrps = {"p"};
  Cell better = full_zone;
  better.id = "b";
  Cell other_zone = MakeCell("c", "z2");
  other_zone.available.memory_mb = 500;
  EXPECT_EQ(Diego({full_zone, better, other_zone}, {}, {MakeTask("t")}), (Strings{"t>a"}));
}

TEST(DiegoChoice, LrpGoesToTheZoneWithTheFewestInstances) {
  Cell empty = MakeCell("a", "z1");
  Cell holder = MakeCell("b", "z1");
  holder.lrps = {"p"};
  Cell worse = MakeCell("c", "z2");
  worse.available.memory_mb = 50;
  EXPECT_EQ(Diego({empty, holder, worse}, {MakeLrp("p", 1)}), (Strings{"p.1>c"}));
}

TEST(DiegoChoice, InstancesOnIncompatibleCellsCountForTheZone) {
  Cell incompatible = MakeCell("a", "z1");
  incompatible.lrps = {"p"};
  incompatible.placement_tags = {"gpu"};
  Cell best = MakeCell("b", "z1");
  Cell worse = MakeCell("c", "z2");
  worse.available.memory_mb = 50;
  EXPECT_EQ(Diego({incompatible, best, worse}, {MakeLrp("p", 1)}), (Strings{"p.1>c"}));
}

TEST(DiegoChoice, EqualZonesCompeteTogether) {
  Cell worse = MakeCell("a", "z1");
  worse.available.memory_mb = 50;
  EXPECT_EQ(Diego({worse, MakeCell("b", "z2")}, {MakeLrp("p", 1)}), (Strings{"p.1>b"}));
}

TEST(DiegoChoice, NextZoneIsLookedAtOnlyWithoutAWinner) {
  Cell full = MakeCell("a", "z1");
  full.available.containers = 0;
  Cell holder = MakeCell("b", "z2");
  holder.lrps = {"p"};
  EXPECT_EQ(Diego({full, holder}, {MakeLrp("p", 1)}), (Strings{"p.1>b"}));
}

TEST(DiegoChoice, ScoreThatIsNoNumberNeverWins) {
  Cell cell = MakeCell("c");
  cell.total.memory_mb = 0;
  cell.available.memory_mb = 10;
  const std::string error = ": insufficient resources: containers, disk, memory";
  EXPECT_EQ(Diego({cell}, {MakeLrp("p")}, {MakeTask("t")}), (Strings{"t" + error, "p.0" + error}));
}

TEST(DiegoChoice, MinusInfinityAlwaysWins) {
  Cell odd = MakeCell("odd", "z2");
  odd.total.memory_mb = 0;
  odd.task_count = 50;
  const Outcome outcome = ScheduleDiego({MakeCell("a"), odd}, {}, {MakeTask("t")}, {});
  EXPECT_EQ(Decisions(outcome), (Strings{"t>odd"}));
  EXPECT_EQ(outcome.decisions[0].score, -std::numeric_limits<double>::infinity());
}

TEST(DiegoChoice, ScoreOfTenToTheTwentyDoesNotWin) {
  Cell cell = MakeCell("c");
  cell.starting_containers = 1;
  Cell full = MakeCell("full");
  full.available.memory_mb = 5;
  EXPECT_EQ(Diego({cell, full}, {}, {MakeTask("t")}, {0, 1e20, 0}),
            (Strings{"t: insufficient resources: memory"}));
}

TEST(DiegoChoice, PositiveFirstFitWeightNumbersTheCellsOfEachZoneAnew) {
  // All three report other indices than they get: a and b become 0, c becomes 1.
  const Cell a = MakeCell("a", "z1", 500);
  const Cell b = MakeCell("b", "z2", 3);
  Cell c = MakeCell("c", "z2", 3);
  EXPECT_EQ(Diego({a, b}, {MakeLrp("p", 1)}, {}, {0.5, 0, 0}), (Strings{"p.1>a"}));
  c.total.memory_mb = 100000;
  c.available.memory_mb = 100000;
  EXPECT_EQ(Diego({b, c}, {MakeLrp("p", 1)}, {}, {0.5, 0, 0}), (Strings{"p.1>b"}));
  EXPECT_EQ(Diego({b, c}, {MakeLrp("p", 1)}), (Strings{"p.1>c"}));
}

TEST(DiegoChoice, OtherFirstFitWeightsUseTheIndexAsReported) {
  const std::vector<Cell> cells = {MakeCell("a", "z1", 3), MakeCell("b", "z1", 500)};
  EXPECT_EQ(Diego(cells, {MakeLrp("p", 1)}, {}, {-0.5, 0, 0}), (Strings{"p.1>b"}));
  EXPECT_EQ(Diego(cells, {MakeLrp("p", 1)}, {}, {0, 0, 0}), (Strings{"p.1>a"}));
}

TEST(DiegoChoice, PlacedWorkCountsForWhatFollows) {
  EXPECT_EQ(Diego({MakeCell("a"), MakeCell("b")},
                  {MakeLrp("p", 0), MakeLrp("p", 1), MakeLrp("p", 2)}, {MakeTask("t")}),
            (Strings{"p.0>a", "t>b", "p.1>b", "p.2>a"}));
}

// Diego: proxy memory and the reserve.

TEST(DiegoReserve, ProxyMemoryMustBeFreeButIsNotReserved) {
  Cell cell = MakeCell("c");
  cell.available.memory_mb = 100;
  cell.proxy_memory_mb = 50;
  EXPECT_EQ(Diego({cell}, {MakeLrp("p", 0, 50), MakeLrp("p", 1, 1), MakeLrp("p", 2, 0)}),
            (Strings{"p.0>c", "p.1: insufficient resources: memory", "p.2>c"}));
}

TEST(DiegoReserve, WinnerCanRefuseWithItsOwnProblemsAndStaysAsItIs) {
  Cell odd = MakeCell("odd");
  odd.available.memory_mb = 50;
  odd.proxy_memory_mb = -100;
  Cell full = MakeCell("full");
  full.available.disk_mb = 0;
  // The two cells have no problem in common, but the winner alone is asked.
  EXPECT_EQ(Diego({odd, full}, {MakeLrp("p", 0, 60), MakeLrp("p", 1, 50)}),
            (Strings{"p.0: insufficient resources: memory", "p.1>odd"}));
}

// Diego: what keeps work from every cell.

TEST(DiegoRefusal, WithoutCellsAllIsRefusedInQueueOrder) {
  Cell leaving = MakeCell("c");
  leaving.evacuating = true;
  const std::string error = ": unable to communicate to compatible cells";
  const Strings expected{"p.1" + error, "p.0" + error, "s" + error, "t" + error};
  const std::vector<Lrp> lrps = {MakeLrp("p", 1), MakeLrp("p", 0)};
  const std::vector<Task> tasks = {MakeTask("s", 1), MakeTask("t", 2)};
  EXPECT_EQ(Diego({}, lrps, tasks), expected);
  EXPECT_EQ(Diego({leaving}, lrps, tasks, {0, 0, 1}), expected);
}

TEST(DiegoRefusal, InFlightLimitCountsPlacementsAndWhatStartsAlready) {
  Cell starting = MakeCell("a");
  starting.starting_containers = 2;
  Cell leaving = MakeCell("b");
  leaving.starting_containers = 100;
  leaving.evacuating = true;
  const std::vector<Task> tasks = {MakeTask("big", 5000), MakeTask("s", 3), MakeTask("t", 2)};
  const std::string error = ": waiting to start instance: reached in-flight start limit";
  EXPECT_EQ(Diego({starting, leaving}, {MakeLrp("p")}, tasks, {0, 0, 3}),
            (Strings{"big: insufficient resources: memory", "s>a", "t" + error, "p.0" + error}));
  EXPECT_EQ(Diego({starting}, {MakeLrp("p")}, {}, {0, 0, -1}), (Strings{"p.0>a"}));
}

TEST(DiegoRefusal, OnlyProblemsOfAllCellsAreNamed) {
  Cell no_memory_or_disk = MakeCell("a");
  no_memory_or_disk.available = {0, 0, 10, 0};
  Cell no_disk_or_container = MakeCell("b");
  no_disk_or_container.available = {1000, 0, 0, 0};
  Cell no_container = MakeCell("c");
  no_container.available.containers = 0;
  EXPECT_EQ(Diego({no_memory_or_disk}, {MakeLrp("p")}),
            (Strings{"p.0: insufficient resources: disk, memory"}));
  EXPECT_EQ(Diego({no_memory_or_disk, no_disk_or_container}, {MakeLrp("p")}),
            (Strings{"p.0: insufficient resources: disk"}));
  EXPECT_EQ(Diego({no_memory_or_disk, no_container}, {MakeLrp("p")}),
            (Strings{"p.0: insufficient resources"}));
}

TEST(DiegoRefusal, CpuIsAProblemOnlyOfWorkThatAsksForIt) {
  Cell cell = MakeCell("c");
  Task task = MakeTask("t");
  task.cpu_milli = 1001;
  EXPECT_EQ(Diego({cell}, {}, {task}), (Strings{"t: insufficient resources: cpu"}));
  task.cpu_milli = 600;
  Task next = MakeTask("u", 5);
  next.cpu_milli = 401;
  EXPECT_EQ(Diego({cell}, {}, {task, next}), (Strings{"t>c", "u: insufficient resources: cpu"}));
  cell.total.memory_mb = 0;
  cell.available.memory_mb = 10;
  EXPECT_EQ(Diego({cell}, {}, {task}),
            (Strings{"t: insufficient resources: containers, cpu, disk, memory"}));
}

TEST(DiegoRefusal, TextsOfTagMismatch) {
  const auto text = [](const Strings& tags) {
    return MismatchText(Mismatch::kPlacementTags, tags);
  };
  EXPECT_EQ(text({}), "found no compatible cell with no placement tags");
  EXPECT_EQ(text({"a"}), "found no compatible cell with placement tag \"a\"");
  EXPECT_EQ(text({"a", "b"}), "found no compatible cell with placement tags \"a\" and \"b\"");
  EXPECT_EQ(text({"a", "b", "a"}),
            "found no compatible cell with placement tags \"a\", \"b\" and \"a\"");
}

TEST(DiegoRefusal, FarthestCellOfAZoneGivesTheError) {
  const Cell wrong_tags = [] {
    Cell cell = MakeCell("a");
    cell.placement_tags = {"x"};
    return cell;
  }();
  Cell wrong_rootfs = MakeCell("b");
  wrong_rootfs.rootfs_providers.clear();
  EXPECT_EQ(Diego({wrong_tags, wrong_rootfs}, {MakeLrp("p")}),
            (Strings{"p.0: found no compatible cell with no placement tags"}));
}

TEST(DiegoRefusal, LaterZonesOverrideAnErrorAboutTags) {
  const std::string rootfs = "t: found no compatible cell for required rootfs";
  const std::string drivers = "t: found no compatible cell with required volume drivers";
  const std::string tags = "t: found no compatible cell with no placement tags";
  const auto make_cell = [&](const std::string& error, const std::string& zone) {
    Cell cell = MakeCell("cell-" + zone, zone);
    cell.volume_drivers = {"nfs"};
    if (error == rootfs) cell.rootfs_providers.clear();
    if (error == drivers) cell.volume_drivers.clear();
    if (error == tags) cell.placement_tags = {"x"};
    return cell;
  };
  Task task = MakeTask("t");
  task.volume_drivers = {"nfs"};
  const struct {
    std::string first, second, expected;
  } facts[] = {{rootfs, rootfs, rootfs},   {rootfs, drivers, drivers},  {rootfs, tags, tags},
               {drivers, rootfs, drivers}, {drivers, drivers, drivers}, {drivers, tags, tags},
               {tags, rootfs, rootfs},     {tags, drivers, drivers},    {tags, tags, tags}};
  for (const auto& fact : facts) {
    EXPECT_EQ(Diego({make_cell(fact.first, "z1"), make_cell(fact.second, "z2")}, {}, {task}),
              (Strings{fact.expected}))
        << fact.first << " before " << fact.second;
  }
}

// The constraints.

TEST(Constraints, PlacementTags) {
  Cell cell = MakeCell("c");
  cell.placement_tags = {"r"};
  cell.optional_placement_tags = {"o", "r"};
  EXPECT_TRUE(AcceptsPlacementTags(cell, {"r"}));
  EXPECT_TRUE(AcceptsPlacementTags(cell, {"o", "r", "o"}));
  EXPECT_FALSE(AcceptsPlacementTags(cell, {"o"}));
  EXPECT_FALSE(AcceptsPlacementTags(cell, {}));
  EXPECT_FALSE(AcceptsPlacementTags(cell, {"r", "x"}));
  EXPECT_TRUE(AcceptsPlacementTags(MakeCell("d"), {}));
  EXPECT_FALSE(AcceptsPlacementTags(MakeCell("d"), {""}));
}

TEST(Constraints, VolumeDrivers) {
  Cell cell = MakeCell("c");
  cell.volume_drivers = {"nfs", "smb"};
  EXPECT_TRUE(OffersVolumeDrivers(cell, {}));
  EXPECT_TRUE(OffersVolumeDrivers(cell, {"smb", "smb"}));
  EXPECT_FALSE(OffersVolumeDrivers(cell, {"smb", "x"}));
}

TEST(Constraints, RootFs) {
  Cell cell = MakeCell("c");
  cell.rootfs_providers["any"] = {Provider::Type::kArbitrary, {}};
  cell.rootfs_providers["Upper"] = {Provider::Type::kArbitrary, {}};
  cell.rootfs_providers["what"] = {Provider::Type::kUnknown, {}};
  cell.rootfs_providers["none"] = {Provider::Type::kFixedSet, {""}};
  for (const char* text : {"r:fs", "R:fs", "r:fs?layer=x", "r:fs#part", "any:", "any://host/x",
                           "none:", "none:///what/ever", "none:?fs"}) {
    EXPECT_TRUE(OffersRootFs(cell, text)) << text;
  }
  for (const char* text : {"r:FS", "r:", "r:/fs", "r://fs", "r:fs ", "r:f%73", "upper:x", "Upper:x",
                           "what:x", "fs", "", "any:x#%zz", "any://h:x", ":fs"}) {
    EXPECT_FALSE(OffersRootFs(cell, text)) << text;
  }
}

// The Mesos strategies.

TEST(Mesos, LrpsGoBeforeTasksAndEqualOnesInQueueOrder) {
  std::vector<Lrp> lrps = {MakeLrp("z", 1)};
  std::vector<Task> tasks = {MakeTask("big", 90)};
  Strings expected;
  for (int i = 0; i < 30; ++i) {
    lrps.push_back(MakeLrp(std::to_string(i), 0));
    expected.push_back(std::to_string(i) + ".0>c");
  }
  expected.insert(expected.end(), {"z.1>c", "big>c"});
  Cell cell = MakeCell("c");
  cell.available.containers = 100;
  EXPECT_EQ(Binpack({cell}, lrps, tasks), expected);
  EXPECT_EQ(Spread({cell}, lrps, tasks), expected);
}

TEST(Mesos, ExactFitFitsAndEverythingIsDeducted) {
  Cell cell = MakeCell("c");
  cell.total = cell.available = {10, 20, 1, 30};
  Lrp lrp = MakeLrp("p", 0, 10, 20);
  lrp.cpu_milli = 30;
  Task task = MakeTask("t", 1, 1);
  task.cpu_milli = 1;
  const Strings expected{"p.0>c", "t: insufficient resources: containers, cpu, disk, memory"};
  EXPECT_EQ(Binpack({cell}, {lrp}, {task}), expected);
  EXPECT_EQ(Spread({cell}, {lrp}, {task}), expected);
}

TEST(Mesos, BinpackTakesCellsWithWorkThenTheLeastFreeMemory) {
  Cell small = MakeCell("small");
  small.available.memory_mb = 100;
  Cell busy = MakeCell("busy");
  busy.task_count = 1;
  Cell fuller = MakeCell("fuller");
  fuller.lrps = {"x"};
  fuller.available.memory_mb = 205;
  EXPECT_EQ(Binpack({small, busy, fuller, MakeCell("empty")},
                    {MakeLrp("a", 0, 200), MakeLrp("b", 0, 100), MakeLrp("c", 0, 5)},
                    {MakeTask("t", 999, 5), MakeTask("u", 4)}),
            (Strings{"a.0>fuller", "b.0>busy", "c.0>fuller", "t>empty", "u>busy"}));
}

TEST(Mesos, BinpackStaysOnACellThatItHasBegun) {
  Cell smaller = MakeCell("b");
  smaller.available.memory_mb = 500;
  EXPECT_EQ(Binpack({MakeCell("a"), smaller}, {MakeLrp("p", 0, 400), MakeLrp("p", 1, 200)},
                    {MakeTask("t", 90)}),
            (Strings{"p.0>b", "p.1>a", "t>b"}));
}

TEST(Mesos, SpreadTakesCellsWithoutWorkThenFewestInstances) {
  Cell one = MakeCell("one");
  one.lrps = {"p"};
  Cell none = MakeCell("none");
  none.lrps = {"q", "q"};
  none.available.memory_mb = 500;
  Cell less = MakeCell("less");
  less.available.memory_mb = 400;
  EXPECT_EQ(Spread({one, none, less, MakeCell("empty")},
                   {MakeLrp("p", 1), MakeLrp("p", 2), MakeLrp("p", 3), MakeLrp("p", 4)}),
            (Strings{"p.1>empty", "p.2>less", "p.3>none", "p.4>one"}));
}

TEST(Mesos, SpreadTakesForATaskCellsWithWorkThenTheMostFreeMemory) {
  Cell busy = MakeCell("busy");
  busy.lrps = {"x"};
  busy.available.memory_mb = 100;
  Cell busier = MakeCell("busier");
  busier.task_count = 5;
  busier.available.memory_mb = 105;
  EXPECT_EQ(Spread({MakeCell("empty"), busy, busier}, {},
                   {MakeTask("s", 500), MakeTask("t", 10), MakeTask("u", 6)}),
            (Strings{"s>empty", "t>empty", "u>empty"}));
}

TEST(Mesos, TiesGoToTheFirstByZoneIndexAndId) {
  const std::vector<Cell> cells = {MakeCell("a", "z2", 0), MakeCell("b", "z1", 2),
                                   MakeCell("d", "z1", 1), MakeCell("c", "z1", 1)};
  EXPECT_EQ(Binpack(cells, {MakeLrp("p")}), (Strings{"p.0>c"}));
  EXPECT_EQ(Spread(cells, {MakeLrp("p")}), (Strings{"p.0>c"}));
}

TEST(Mesos, ProxyLimitConstraintsAndErrorsAreDiegos) {
  Cell cell = MakeCell("c");
  cell.available.memory_mb = 100;
  cell.proxy_memory_mb = 50;
  Lrp tagged = MakeLrp("q", 3);
  tagged.placement_tags = {"x"};
  const Strings expected{"p.0>c", "p.1: insufficient resources: memory", "p.2>c",
                         "q.3: found no compatible cell with placement tag \"x\"",
                         "t: insufficient resources: memory"};
  const std::vector<Lrp> lrps = {tagged, MakeLrp("p", 0, 50), MakeLrp("p", 1, 1),
                                 MakeLrp("p", 2, 0)};
  EXPECT_EQ(Binpack({cell}, lrps, {MakeTask("t", 51)}), expected);
  EXPECT_EQ(Spread({cell}, lrps, {MakeTask("t", 51)}), expected);
  EXPECT_EQ(Binpack({MakeCell("c")}, {MakeLrp("p")}, {MakeTask("t")}, {0, 0, 1}),
            (Strings{"p.0>c", "t: waiting to start instance: reached in-flight start limit"}));
}

// Go's sort. The expected numbers are FNV-1a over the permutation that Go 1.26 gave.

enum class Keys { kFew, kAscending, kDescending, kOrganPipe, kAllEqual, kSawtooth, kNearlySorted };

std::vector<size_t> MakeKeys(Keys pattern, size_t count) {
  std::vector<size_t> keys;
  uint64_t random = count + 1;
  for (size_t i = 0; i < count; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    switch (pattern) {
      case Keys::kFew:
        keys.push_back((random >> 33) % 5);
        break;
      case Keys::kAscending:
        keys.push_back(i / 3);
        break;
      case Keys::kDescending:
        keys.push_back(std::max(count - i, count / 8));
        break;
      case Keys::kOrganPipe:
        keys.push_back(std::min(i, count - i) / 2);
        break;
      case Keys::kAllEqual:
        keys.push_back(0);
        break;
      case Keys::kSawtooth:
        keys.push_back(i % 7);
        break;
      case Keys::kNearlySorted:
        keys.push_back(i % 97 == 11 ? 0 : i / 2);
        break;
    }
  }
  return keys;
}

uint64_t HashOfOrder(const std::vector<size_t>& keys) {
  uint64_t hash = 14695981039346656037U;
  for (size_t item :
       GoSortOrder(keys.size(), [&](size_t a, size_t b) { return keys[a] < keys[b]; })) {
    hash = (hash ^ item) * 1099511628211U;
  }
  return hash;
}

TEST(GoSort, LeavesEqualElementsAsGoDoes) {
  const struct {
    Keys pattern;
    size_t count;
    uint64_t hash;
  } facts[] = {
      {Keys::kFew, 0, 0xcbf29ce484222325U},
      {Keys::kFew, 1, 0xaf63bd4c8601b7dfU},
      {Keys::kFew, 12, 0x5b7a27d170208623U},
      {Keys::kFew, 13, 0x5cdcfbcd508bdc29U},
      {Keys::kFew, 20, 0xf657f65a65275d55U},
      {Keys::kFew, 50, 0x6fb6a9075d168346U},
      {Keys::kFew, 200, 0x010bf69555565069U},
      {Keys::kFew, 1000, 0x8319feb404798ee3U},
      {Keys::kFew, 3000, 0x9b219f63dd862553U},
      {Keys::kAscending, 12, 0x2d7d4819416d7fb9U},
      {Keys::kAscending, 13, 0xb96137ea2d10008fU},
      {Keys::kAscending, 20, 0xcc927f6ee23a0f61U},
      {Keys::kAscending, 50, 0xef94cd2b7088d5eaU},
      {Keys::kAscending, 200, 0x43cfa8023695d3bdU},
      {Keys::kAscending, 1000, 0x988cc5afd8cb65ddU},
      {Keys::kAscending, 3000, 0x1adf8641d47b5fedU},
      {Keys::kDescending, 12, 0xa033525a4dc863f9U},
      {Keys::kDescending, 13, 0x1d2fa5645d0dec3fU},
      {Keys::kDescending, 20, 0xd589877cc436ed39U},
      {Keys::kDescending, 50, 0x03420ad05be53744U},
      {Keys::kDescending, 200, 0x816c8d99fa876835U},
      {Keys::kDescending, 1000, 0xa84907c59e63feb5U},
      {Keys::kDescending, 3000, 0x888cfb739d354275U},
      {Keys::kOrganPipe, 12, 0x63b54b4c11b1cf63U},
      {Keys::kOrganPipe, 13, 0x3df30d23858bee2dU},
      {Keys::kOrganPipe, 20, 0x57e1ef6836a1e9a5U},
      {Keys::kOrganPipe, 50, 0x0fd924f6af5b2f70U},
      {Keys::kOrganPipe, 200, 0x155b5ec4bdb06cc9U},
      {Keys::kOrganPipe, 1000, 0xabcb9b4d8f98a697U},
      {Keys::kOrganPipe, 3000, 0xcb0b10598a513519U},
      {Keys::kAllEqual, 12, 0x2d7d4819416d7fb9U},
      {Keys::kAllEqual, 13, 0xb96137ea2d10008fU},
      {Keys::kAllEqual, 20, 0xcc927f6ee23a0f61U},
      {Keys::kAllEqual, 50, 0xef94cd2b7088d5eaU},
      {Keys::kAllEqual, 200, 0x43cfa8023695d3bdU},
      {Keys::kAllEqual, 1000, 0x988cc5afd8cb65ddU},
      {Keys::kAllEqual, 3000, 0x1adf8641d47b5fedU},
      {Keys::kSawtooth, 12, 0x550fab6537d03597U},
      {Keys::kSawtooth, 13, 0xa3ecb65389f7a38bU},
      {Keys::kSawtooth, 20, 0xd29054dbdd315aa5U},
      {Keys::kSawtooth, 50, 0x5264756aa75b1c7aU},
      {Keys::kSawtooth, 200, 0x6a4bc5674a5fb4d3U},
      {Keys::kSawtooth, 1000, 0xb3ba10b21e17b893U},
      {Keys::kSawtooth, 3000, 0xbe8231e6aa05f423U},
      {Keys::kNearlySorted, 12, 0x40590d9757dd926bU},
      {Keys::kNearlySorted, 13, 0xe56c2670dd5583a5U},
      {Keys::kNearlySorted, 20, 0x8eb18eb9963946bbU},
      {Keys::kNearlySorted, 50, 0x637d4fb20bd2dabcU},
      {Keys::kNearlySorted, 200, 0x7515bdae4bf28b1fU},
      {Keys::kNearlySorted, 1000, 0xd6ebdcbbd049be61U},
      {Keys::kNearlySorted, 3000, 0x3aa7597e76f28aedU},
  };
  for (const auto& fact : facts) {
    EXPECT_EQ(HashOfOrder(MakeKeys(fact.pattern, fact.count)), fact.hash)
        << "pattern " << static_cast<int>(fact.pattern) << " of " << fact.count;
  }
}

// Decides on the order of the items only while they are being compared, four to a key, and such
// that every pivot is as bad as can be (McIlroy, "A Killer Adversary for Quicksort"). Ordinary
// input never comes to the heap sort that this drives Go into.
class Adversary {
 public:
  explicit Adversary(size_t count) : undecided_(count), keys_(count, undecided_) {}

  bool Less(size_t a, size_t b) {
    if (keys_[a] == undecided_ && keys_[b] == undecided_) {
      keys_[a == pivot_ ? a : b] = decided_++ / 4;
    }
    if (keys_[a] == undecided_) {
      pivot_ = a;
    } else if (keys_[b] == undecided_) {
      pivot_ = b;
    }
    return keys_[a] < keys_[b];
  }

  const std::vector<size_t>& keys() const { return keys_; }

 private:
  const size_t undecided_;
  std::vector<size_t> keys_;
  size_t decided_ = 0;
  size_t pivot_ = 0;
};

TEST(GoSort, FallsBackToHeapSortAsGoDoes) {
  const struct {
    size_t count;
    uint64_t hash;
  } facts[] = {{400, 0x6b7f370ec5885323U},
               {500, 0x2ca473a8f3680b49U},
               {1000, 0xfdcf1841d778db13U},
               {3000, 0x1f381b2b8f68e843U}};
  for (const auto& fact : facts) {
    Adversary adversary(fact.count);
    GoSortOrder(fact.count, [&](size_t a, size_t b) { return adversary.Less(a, b); });
    EXPECT_EQ(HashOfOrder(adversary.keys()), fact.hash) << fact.count;
  }
}

// Go's url.Parse. What is expected is what Go 1.26 gave.

TEST(GoUrlTest, AcceptsWithSchemeAndOpaquePartAsGoDoes) {
  const struct {
    const char* text;
    const char* scheme;
    const char* opaque;
  } facts[] = {
      {"", "", ""},
      {"*", "", ""},
      {"a", "", ""},
      {"a:", "a", ""},
      {"a:b", "a", "b"},
      {"A+.-1:b", "a+.-1", "b"},
      {"a:b?c#d", "a", "b"},
      {"a:?", "a", ""},
      {"a:b c", "a", "b c"},
      {"a:%zz", "a", "%zz"},
      {"a:b#%20", "a", "b"},
      {"a:b#\x01", "a", "b"},
      {"a:/b", "a", ""},
      {"a:b?%zz", "a", "b"},
      {"/a:b", "", ""},
      {"a/b:c", "", ""},
      {"a?b:c", "", ""},
      {"//h", "", ""},
      {"//h:", "", ""},
      {"//a:1:2", "", ""},
      {"x://a:1:2", "x", ""},
      {"x://u:p@h", "x", ""},
      {"x://u@p@h", "x", ""},
      {"x://h%25", "x", ""},
      {"x://h%C3", "x", ""},
      {"x://h<>\"", "x", ""},
      {"x://h]", "x", ""},
      {"x://hé", "x", ""},
      {"x://[::1]", "x", ""},
      {"x://[::1]:", "x", ""},
      {"x://[::1]:8", "x", ""},
      {"x://[::1.2.3.4]", "x", ""},
      {"x://[1:2:3:4:5:6:7:8]", "x", ""},
      {"x://[1:2:3:4:5:6:7::]", "x", ""},
      {"x://[fe80::1%25e%20n]", "x", ""},
      {"x://[fe80::1%25%41]", "x", ""},
      {"x://[fe80::1%25%25]", "x", ""},
      {"///h:x", "", ""},
      {"x:////", "x", ""},
      {"//h/%41", "", ""},
      {"preloaded+layer:cflinuxfs4?layer=x://y", "preloaded+layer", "cflinuxfs4"},
      {"docker:///a/b#t", "docker", ""},
  };
  for (const auto& fact : facts) {
    const std::optional<GoUrl> url = ParseGoUrl(fact.text);
    ASSERT_TRUE(url) << fact.text;
    EXPECT_EQ(url->scheme, fact.scheme) << fact.text;
    EXPECT_EQ(url->opaque, fact.opaque) << fact.text;
  }
}

TEST(GoUrlTest, RefusesWhatGoRefuses) {
  for (const char* text : {"1a:b",
                           "+a:b",
                           ":b",
                           "é:b",
                           "a:b#%zz",
                           "a:b\x01",
                           "a\x7f",
                           "a:/%zz",
                           "a:/%2",
                           "%41:b",
                           "a%zz",
                           "//h:1x",
                           "http://a:1:2",
                           "HTTPS://a:1:2",
                           "http://a:b:2",
                           "x://u p@h",
                           "x://u%zz@h",
                           "x://u%4:1@h",
                           "x://é@h",
                           "x://h%41",
                           "x://h%zz",
                           "x://h^",
                           "x://a[b",
                           "x://[::1]8",
                           "x://[::1",
                           "x://[]",
                           "x://[1.2.3.4]",
                           "x://[::1.2.3.04]",
                           "x://[1:2:3:4:5:6:7::8]",
                           "x://[1:::2]",
                           "x://[::12345]",
                           "x://[fe80::1%25e n]",
                           "x://[fe80::1%25]",
                           "x://[fe80::1%25%80]",
                           "x://[fe80::1%2]",
                           "x:///h:x/%"}) {
    EXPECT_FALSE(ParseGoUrl(text)) << text;
  }
  // A control byte may be zero, and what follows the fragment sign is not looked at for them.
  EXPECT_FALSE(ParseGoUrl(std::string_view("a:\0b", 4)));
  EXPECT_TRUE(ParseGoUrl(std::string_view("a:#\0b", 5)));
}

// The generator.

TEST(RandomCluster, SameSeedGivesTheSameCaseAndOthersDiffer) {
  EXPECT_EQ(Describe(RandomCase(1)), Describe(RandomCase(1)));
  EXPECT_NE(Describe(RandomCase(1)), Describe(RandomCase(2)));
}

TEST(RandomCluster, KeepsToItsShape) {
  const Shape shape{
      .max_cells = 9, .max_zones = 6, .max_lrps = 7, .max_tasks = 5, .odd_amounts = false};
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Case round = RandomCase(seed, shape);
    std::set<std::string> ids;
    std::set<std::string> zones;
    for (const Cell& cell : round.cells) {
      EXPECT_TRUE(ids.insert(cell.id).second) << Describe(round);
      zones.insert(cell.zone);
      EXPECT_GE(cell.available.memory_mb, 0) << Describe(round);
      EXPECT_LE(cell.available.memory_mb, cell.total.memory_mb) << Describe(round);
      EXPECT_GE(cell.proxy_memory_mb, 0) << Describe(round);
      EXPECT_GE(cell.index, 0) << Describe(round);
    }
    EXPECT_LE(round.cells.size(), 9U);
    EXPECT_LE(zones.size(), 6U);
    EXPECT_LE(round.lrps.size(), 7U);
    EXPECT_LE(round.tasks.size(), 5U);
  }
}

// Finds what no outcome may show, whatever the strategy: something left out or decided twice, or
// work on a cell that is not there.
void CheckOutcome(const Case& round, const Outcome& outcome) {
  std::set<std::string> cells;
  for (const Cell& cell : round.cells) {
    if (!cell.evacuating) cells.insert(cell.id);
  }
  std::set<std::string> expected;
  for (const Lrp& lrp : round.lrps) expected.insert("lrp " + Identifier(lrp));
  for (const Task& task : round.tasks) expected.insert("task " + Identifier(task));
  std::set<std::string> decided;
  for (const Decision& decision : outcome.decisions) {
    const std::string kind = decision.kind == Kind::kLrp ? "lrp " : "task ";
    EXPECT_TRUE(decided.insert(kind + decision.identifier).second) << decision.identifier;
    EXPECT_EQ(decision.placed, cells.contains(decision.cell_id)) << decision.identifier;
    EXPECT_EQ(decision.placed, decision.error.empty()) << decision.identifier;
  }
  EXPECT_EQ(decided, expected);
}

TEST(RandomCluster, EveryAuctionIsDecidedOnce) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const Case round = RandomCase(seed);
    for (const auto schedule : {ScheduleDiego, ScheduleBinpack, ScheduleSpread}) {
      const Outcome outcome = schedule(round.cells, round.lrps, round.tasks, round.config);
      CheckOutcome(round, outcome);
      if (HasFailure()) FAIL() << Describe(round) << Describe(outcome);
    }
  }
}

}  // namespace
}  // namespace rostrum::oracle
