// How the strategy "diego" places, and Diego's peculiarities that a drop-in keeps.

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

class DiegoTest : public testing::Test {
 protected:
  TestRound Run(const std::vector<Cell>& cells, std::vector<Auction> auctions) {
    return TestRound(cells, std::move(auctions), *strategy_, configuration_);
  }

  std::unique_ptr<Strategy> strategy_ = MakeStrategy("diego");
  Configuration configuration_;
};

Cell CellWithContainers(std::string id, int64_t containers) {
  Cell cell = MakeCell(std::move(id));
  cell.available.containers = containers;
  return cell;
}

TEST_F(DiegoTest, PrefersTheEmptiestCell) {
  Cell half = MakeCell("half", "z1", 0);
  half.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({half, MakeCell("empty", "z1", 1)}, {MakeLrp("p")}).CellOf("p.0"), "empty");
}

TEST_F(DiegoTest, PrefersAnyCellToOneWithAnInstanceOfTheProcess) {
  Cell has_one = MakeCell("has-one", "z1", 0);
  has_one.lrps = {"p"};
  Cell full = MakeCell("full", "z1", 1);
  full.available.memory = WholeAmount(100);
  full.starting_containers = 50;
  EXPECT_EQ(Run({has_one, full}, {MakeLrp("p", 1)}).CellOf("p.1"), "full");
  EXPECT_EQ(Run({has_one, full}, {MakeTask("p")}).CellOf("p"), "has-one")
      << "a task is not of that process";
}

TEST_F(DiegoTest, PrefersAnyCellToOneWithATaskForATask) {
  Cell has_task = MakeCell("has-task", "z1", 0);
  has_task.task_count = 1;
  Cell full = MakeCell("full", "z1", 1);
  full.available.memory = WholeAmount(100);
  EXPECT_EQ(Run({has_task, full}, {MakeTask("t")}).CellOf("t"), "full");
  EXPECT_EQ(Run({has_task, full}, {MakeLrp("p")}).CellOf("p.0"), "has-task");
}

// Diego's 0 / 0 takes nothing; a cell may say that what it has none of does not count.
TEST_F(DiegoTest, ACellMayIgnoreWhatItHasNoneOf) {
  Cell cell = MakeCell("a");
  cell.total.disk = cell.available.disk = 0;
  Auction lrp = MakeLrp("p");
  auto work = std::make_shared<Work>(*lrp.work);
  work->asked.disk = 0;
  lrp.work = work;
  EXPECT_EQ(Run({cell}, {lrp})->placed_count(), 0u);
  cell.ignore_absent = true;
  EXPECT_EQ(Run({cell}, {lrp}).CellOf("p.0"), "a");
  // The mean of 0.1 of the memory and 0.01 of the containers.
  EXPECT_DOUBLE_EQ(Run({cell}, {lrp})->decisions()[0].score.value, (0.1 + 0.01) / 2);
  EXPECT_EQ(Run({cell}, {MakeLrp("p")}).ErrorOf("p.0"), "insufficient resources: disk");
  // Beside cells that have disk it is scored by the rest, and all else is Diego's arithmetic.
  Cell fuller = MakeCell("b");
  fuller.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({fuller, cell}, {lrp}).CellOf("p.0"), "a");
  Cell whole = MakeCell("c");
  const Score plain = Run({whole}, {MakeLrp("p")})->decisions()[0].score;
  whole.ignore_absent = true;
  EXPECT_EQ(Run({whole}, {MakeLrp("p")})->decisions()[0].score, plain);
}

TEST_F(DiegoTest, SpreadsTheInstancesOfAProcess) {
  const TestRound round = Run({MakeCell("a", "z1", 0), MakeCell("b", "z1", 1)},
                              {MakeLrp("p", 0), MakeLrp("p", 1), MakeLrp("p", 2)});
  EXPECT_EQ(round.CellOf("p.0"), "a");
  EXPECT_EQ(round.CellOf("p.1"), "b");
  EXPECT_EQ(round.CellOf("p.2"), "a");
}

TEST_F(DiegoTest, BreaksTiesByZoneThenIndexThenId) {
  const std::vector<Cell> cells = {MakeCell("a", "z2", 0), MakeCell("b", "z1", 5),
                                   MakeCell("d", "z1", 3), MakeCell("c", "z1", 3)};
  const TestRound round = Run(cells, {MakeTask("t1"), MakeTask("t2"), MakeTask("t3")});
  EXPECT_EQ(round.CellOf("t1"), "c");
  EXPECT_EQ(round.CellOf("t2"), "d");
  EXPECT_EQ(round.CellOf("t3"), "b");
}

// Of a zone's cells the one with the lowest index is filled first, where the weight says so.
TEST_F(DiegoTest, FirstFitWeightCountsPlacesInTheZoneNotIndices) {
  configuration_.bin_pack_first_fit_weight = 1;
  Cell first = MakeCell("first", "z1", 100);
  first.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({first, MakeCell("second", "z1", 101)}, {MakeLrp("p")}).CellOf("p.0"), "first");
  // Were the index itself counted, the cell of the other zone would win.
  Cell other = MakeCell("other", "z2", 5);
  other.available.memory = WholeAmount(400);
  EXPECT_EQ(Run({first, other}, {MakeLrp("p")}).CellOf("p.0"), "first");
}

TEST_F(DiegoTest, OnlyOpenCellsAreCountedInAZone) {
  configuration_.bin_pack_first_fit_weight = 1000;
  Cell evacuating = MakeCell("evacuating", "z1", 0);
  evacuating.evacuating = true;
  const TestRound round = Run({evacuating, MakeCell("open", "z1", 1)}, {MakeLrp("p")});
  EXPECT_LT(round->decisions()[0].score.value, 1000);
}

TEST_F(DiegoTest, AWeightBelowZeroCountsTheRawIndex) {
  configuration_.bin_pack_first_fit_weight = -1;
  EXPECT_EQ(
      Run({MakeCell("low", "z1", 3), MakeCell("high", "z1", 90)}, {MakeLrp("p")}).CellOf("p.0"),
      "high");
}

// As where somebody has numbered the cells himself, and lists them in another order.
TEST_F(DiegoTest, AFirstFitIndexOfItsOwnCountsInPlaceOfIndexAndNumber) {
  Cell listed_first = MakeCell("a", "z1", 0);
  listed_first.first_fit_index = 7;
  Cell listed_last = MakeCell("b", "z1", 1);
  listed_last.first_fit_index = 2;
  const auto winner = [&](double weight) {
    configuration_.bin_pack_first_fit_weight = weight;
    return Run({listed_first, listed_last}, {MakeLrp("p")}).CellOf("p.0");
  };
  EXPECT_EQ(winner(1), "b");
  EXPECT_EQ(winner(-1), "a");
  EXPECT_EQ(winner(0), "a") << "ties are broken by the index";
  listed_last.first_fit_index = 7;
  EXPECT_EQ(winner(1), "a") << "and so is this one";
}

TEST_F(DiegoTest, ATotalOfZeroWithNothingFreeNeverWins) {
  Cell cell = MakeCell("a");
  cell.total.disk = 0;
  cell.available.disk = WholeAmount(10);  // All of it will be used: zero divided by zero.
  const TestRound round = Run({cell}, {MakeLrp("p")});
  EXPECT_EQ(round.ErrorOf("p.0"), "insufficient resources: containers, disk, memory");
  EXPECT_EQ(round.RefusalOf("p.0").reasons[0].reason, Reason::kScore);
}

TEST_F(DiegoTest, ATotalOfZeroWithMoreFreeAlwaysWins) {
  Cell odd = MakeCell("odd", "z1", 9);
  odd.total.disk = 0;
  odd.lrps = {"p", "p"};
  EXPECT_EQ(Run({MakeCell("a", "z1", 0), odd}, {MakeLrp("p", 2)}).CellOf("p.2"), "odd");
}

TEST_F(DiegoTest, AScoreOfDiegosStartingScoreNeverWins) {
  configuration_.starting_container_weight = 1e20;
  Cell cell = MakeCell("a");
  cell.starting_containers = 1;
  EXPECT_EQ(Run({cell}, {MakeLrp("p")}).ErrorOf("p.0"),
            "insufficient resources: containers, disk, memory");
}

TEST_F(DiegoTest, AnLrpNeedsRoomForTheProxyButDoesNotTakeIt) {
  Cell cell = CellWithMemory("a", 200);
  cell.proxy_memory = WholeAmount(50);
  EXPECT_EQ(Run({cell}, {MakeLrp("p", 0, 151)}).ErrorOf("p.0"), "insufficient resources: memory");
  const TestRound round = Run({cell}, {MakeLrp("p", 0, 100), MakeLrp("p", 1, 50)});
  EXPECT_EQ(round.CellOf("p.0"), "a");
  EXPECT_EQ(round.CellOf("p.1"), "a") << "100 MB are left for 50 MB and the proxy's 50 MB";
  EXPECT_EQ(Run({cell}, {MakeTask("t", 200)}).CellOf("t"), "a") << "a task has no proxy";
}

// Nobody means it, but a proxy of less than nothing makes a cell win on which the work does not
// fit.
TEST_F(DiegoTest, WhatWinsAndCannotBeReservedIsRefused) {
  Cell cell = CellWithMemory("a", 100);
  cell.proxy_memory = WholeAmount(-50);
  const TestRound round = Run({cell}, {MakeLrp("p", 0, 120)});
  EXPECT_EQ(round.ErrorOf("p.0"), "insufficient resources: memory");
  const ReasonCount reason = round.RefusalOf("p.0").reasons[0];
  EXPECT_EQ(reason.asked, WholeAmount(120));
  EXPECT_EQ(reason.free, WholeAmount(100));
}

TEST_F(DiegoTest, AnExactFitFits) {
  Cell cell = CellWithMemory("a", 100);
  cell.available = MakeResources(100, 10, 1);
  EXPECT_EQ(Run({cell}, {MakeLrp("p")}).CellOf("p.0"), "a");
}

// Scores of 1e18 swallow part of what instances cost, which must not change who wins.
TEST_F(DiegoTest, IsExactWhereRoundingEatsIntoTheCostOfInstances) {
  configuration_.starting_container_weight = 1e17;
  configuration_.bin_pack_first_fit_weight = -1e17;
  Cell cancels = MakeCell("cancels", "z1", 10);
  cancels.starting_containers = 10;
  cancels.lrps = {"p", "p", "p"};  // They cost 2944 beside 1e18, not 3000.
  Cell odd = MakeCell("odd", "z1", 0);
  odd.total.memory = WholeAmount(-1);
  odd.available.memory = WholeAmount(8949);  // So that its score is about 2950.
  EXPECT_EQ(Run({cancels, odd}, {MakeLrp("p", 9)}).CellOf("p.9"), "cancels");
}

// The order in which auctions take their turn.

TEST_F(DiegoTest, FirstInstancesGoFirstThenTasksThenTheOtherInstances) {
  const TestRound round =
      Run({MakeCell("a")}, {MakeTask("t"), MakeLrp("p", 1), MakeLrp("q", 0), MakeLrp("p", 0, 200)});
  EXPECT_EQ(round.Order(), (Ids{"p.0", "q.0", "t", "p.1"})) << "larger memory first";
}

TEST_F(DiegoTest, WithoutLaterInstancesAllLrpsWaitUntilAfterTheTasks) {
  const std::vector<Cell> cells = {CellWithContainers("a", 1)};
  const TestRound round = Run(cells, {MakeLrp("p", 0), MakeTask("t")});
  EXPECT_EQ(round.Order(), (Ids{"t", "p.0"}));
  EXPECT_EQ(round.CellOf("t"), "a");
  EXPECT_EQ(round.ErrorOf("p.0"), "insufficient resources: containers");

  const TestRound other = Run(cells, {MakeLrp("p", 0), MakeTask("t"), MakeLrp("p", 1)});
  EXPECT_EQ(other.CellOf("p.0"), "a") << "a later instance in the batch turns it round";
  EXPECT_EQ(other.ErrorOf("t"), "insufficient resources: containers");
}

TEST_F(DiegoTest, LrpsGoByIndexThenTasksByMemory) {
  const TestRound round =
      Run({MakeCell("a")}, {MakeLrp("p", 2, 50), MakeLrp("p", 1, 10), MakeLrp("q", 1, 20),
                            MakeTask("small", 1), MakeTask("large", 2)});
  EXPECT_EQ(round.Order(), (Ids{"large", "small", "q.1", "p.1", "p.2"}));
}

// The in-flight limit.

TEST_F(DiegoTest, StopsAtTheLimitOfStartingContainers) {
  configuration_.starting_container_count_maximum = 4;
  Cell cell = MakeCell("a");
  cell.starting_containers = 2;
  const TestRound round = Run({cell, MakeCell("b")},
                              {MakeLrp("p", 1), MakeLrp("p", 2), MakeLrp("p", 3), MakeTask("t")});
  EXPECT_EQ(round->placed_count(), 2u);
  EXPECT_EQ(round.Order(), (Ids{"t", "p.1", "p.2", "p.3"}));
  EXPECT_EQ(round.ErrorOf("p.2"), "waiting to start instance: reached in-flight start limit");
  EXPECT_EQ(round.RefusalOf("p.3").code, RefusalCode::kInflightLimit);
  EXPECT_EQ(round->refusals().size(), 1u) << "auctions that are refused alike share one refusal";
}

TEST_F(DiegoTest, WhatIsRefusedDoesNotCountAsStarting) {
  configuration_.starting_container_count_maximum = 1;
  const TestRound round = Run({MakeCell("a")}, {MakeTask("huge", 9000), MakeTask("small", 1)});
  EXPECT_EQ(round.CellOf("small"), "a");
}

TEST_F(DiegoTest, StartingContainersOfClosedCellsDoNotCount) {
  configuration_.starting_container_count_maximum = 1;
  Cell closed = MakeCell("closed");
  closed.evacuating = true;
  closed.starting_containers = 5;
  EXPECT_EQ(Run({closed, MakeCell("a")}, {MakeLrp("p")}).CellOf("p.0"), "a");
}

TEST_F(DiegoTest, ZeroAndLessAreNoLimit) {
  for (const int64_t maximum : {int64_t{0}, int64_t{-5}}) {
    configuration_.starting_container_count_maximum = maximum;
    EXPECT_EQ(Run({MakeCell("a")}, {MakeLrp("p")}).CellOf("p.0"), "a");
  }
}

TEST_F(DiegoTest, TheLimitComesBeforeTheConstraints) {
  configuration_.starting_container_count_maximum = 1;
  Cell cell = MakeCell("a");
  cell.starting_containers = 1;
  cell.signature = {};
  EXPECT_EQ(Run({cell}, {MakeLrp("p")}).RefusalOf("p.0").code, RefusalCode::kInflightLimit);
}

// Zones.

TEST_F(DiegoTest, AnLrpGoesToTheZoneWithTheFewestInstances) {
  Cell full = MakeCell("full", "z1");
  full.available.memory = WholeAmount(150);
  Cell empty = MakeCell("empty", "z2");
  Cell has_one = MakeCell("has-one", "z2", 1);
  has_one.lrps = {"p"};
  EXPECT_EQ(Run({full, empty, has_one}, {MakeLrp("p", 1)}).CellOf("p.1"), "full");
  EXPECT_EQ(Run({full, empty, has_one}, {MakeTask("p")}).CellOf("p"), "empty")
      << "tasks know no zones";
}

TEST_F(DiegoTest, EqualZonesCompeteTogether) {
  Cell half = MakeCell("half", "z1");
  half.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({half, MakeCell("empty", "z2")}, {MakeLrp("p")}).CellOf("p.0"), "empty");
}

TEST_F(DiegoTest, TheNextZoneGetsItsTurnWhereTheFirstHasNoRoom) {
  Cell full = CellWithContainers("full", 0);
  Cell has_one = MakeCell("has-one", "z2");
  has_one.lrps = {"p"};
  EXPECT_EQ(Run({full, has_one}, {MakeLrp("p", 1)}).CellOf("p.1"), "has-one");
}

TEST_F(DiegoTest, AZoneWithoutACompatibleCellIsPassedOver) {
  Cell incompatible = MakeCell("incompatible", "z1");
  incompatible.signature.placement_tags = {"gpu"};
  Cell has_one = MakeCell("has-one", "z2");
  has_one.lrps = {"p"};
  EXPECT_EQ(Run({incompatible, has_one}, {MakeLrp("p", 1)}).CellOf("p.1"), "has-one");
}

// Instances on a cell of the zone that does not match count for the zone all the same.
TEST_F(DiegoTest, InstancesOnIncompatibleCellsCountForTheirZone) {
  Cell incompatible = MakeCell("incompatible", "z1");
  incompatible.signature.placement_tags = {"gpu"};
  incompatible.lrps = {"p"};
  Cell half = MakeCell("half", "z2");
  half.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({incompatible, MakeCell("empty", "z1", 1), half}, {MakeLrp("p", 1)}).CellOf("p.1"),
            "half");
}

TEST_F(DiegoTest, InstancesOnClosedCellsDoNotCountForTheirZone) {
  Cell closed = MakeCell("closed", "z1");
  closed.evacuating = true;
  closed.lrps = {"p"};
  Cell half = MakeCell("half", "z2");
  half.available.memory = WholeAmount(500);
  EXPECT_EQ(Run({closed, MakeCell("empty", "z1", 1), half}, {MakeLrp("p", 1)}).CellOf("p.1"),
            "empty");
}

}  // namespace
}  // namespace rostrum
