// Rounds as such: their accounts, their order, and that they are repeated exactly.

#include "rostrum/round.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

TEST(RoundTest, OfNothingDecidesNothing) {
  FakeStrategy strategy;
  const TestRound round({MakeCell("a")}, {}, strategy);
  EXPECT_TRUE(round->decisions().empty());
  EXPECT_EQ(round->placed_count(), 0u);
  EXPECT_EQ(round->refused_count(), 0u);
}

TEST(RoundTest, DecidesEveryAuctionOnce) {
  FakeStrategy strategy;
  const TestRound round({CellWithMemory("a", 250)},
                        {MakeTask("t1"), MakeLrp("p"), MakeTask("t2"), MakeTask("t3")}, strategy);
  std::vector<uint32_t> decided;
  for (const Decision& decision : round->decisions()) decided.push_back(decision.auction);
  std::sort(decided.begin(), decided.end());
  EXPECT_EQ(decided, (std::vector<uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(round->placed_count(), 2u);
  EXPECT_EQ(round->refused_count(), 2u);
}

TEST(RoundTest, TellsCellAndTagOfAPlacement) {
  FakeStrategy strategy;
  Cell cell = MakeCell("a");
  cell.tag = 7;
  const TestRound round({cell}, {MakeLrp("p")}, strategy);
  EXPECT_TRUE(round->decisions()[0].placed);
  EXPECT_EQ(round->decisions()[0].cell_tag, 7u);
  EXPECT_EQ(round->decisions()[0].code, RefusalCode::kNone);
}

TEST(RoundTest, LeavesTheSnapshotAsItWas) {
  FakeStrategy strategy;
  const std::vector<Cell> cells = {MakeCell("a")};
  const TestRound round(cells, {MakeLrp("p")}, strategy);
  EXPECT_EQ(round->input().snapshot->Cells(), cells);
}

TEST(RoundTest, NeedsASnapshotAndAConfigurationThatIsValid) {
  FakeStrategy strategy;
  EXPECT_EQ(RunRound(RoundInput(), strategy).status().text(), "a round needs a snapshot");
  RoundInput input;
  input.snapshot = *Snapshot::FromCells({});
  input.configuration.starting_container_weight = std::numeric_limits<double>::infinity();
  EXPECT_EQ(RunRound(std::move(input), strategy).status().code(), Code::kInvalidArgument);
}

TEST(RoundTest, RefusesWorkThatIsNotValid) {
  FakeStrategy strategy;
  auto work = MakeWork(Kind::kLrp, "p");
  work->asked.scalars = {{"gpus", -1}};
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(std::vector<Cell>{MakeCell("a")});
  input.auctions = {{work, 0, 0, 0, 0}};
  EXPECT_EQ(RunRound(std::move(input), strategy).status().text(),
            "lrp \"p\" asks for a negative amount, expected zero or more");
  input.auctions = {MakeLrp("p"), Auction()};
  EXPECT_EQ(RunRound(std::move(input), strategy).status().text(), "auction 1 has no work");
}

TEST(RoundTest, RefusesWorkThatAsksForMoreThanAnyCellMayHave) {
  FakeStrategy strategy;
  Cell cell = MakeCell("a");
  cell.available.scalars = cell.overhead.scalars = {{"gpus", 1}};
  cell.started = false;
  auto work = MakeWork(Kind::kLrp, "p");
  work->asked.scalars = {{"gpus", std::numeric_limits<Amount>::max()}};
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(std::vector<Cell>{cell});
  input.auctions = {{work, 0, 0, 0, 0}};
  EXPECT_EQ(RunRound(std::move(input), strategy).status().code(), Code::kInvalidArgument);
}

TEST(RoundTest, TheLargestAmountsDoNotOverflow) {
  Cell cell = MakeCell("a");
  for (Resources* resources : {&cell.total, &cell.available}) {
    resources->memory = resources->disk = resources->cpu = kAmountMaximum;
    resources->containers = kContainersMaximum;
    resources->scalars = {{"gpus", kAmountMaximum}};
  }
  cell.proxy_memory = kAmountMaximum;
  cell.overhead = cell.total;
  cell.started = false;
  auto work = MakeWork(Kind::kLrp, "p");
  work->asked = cell.total;
  for (const std::string_view name : StrategyNames()) {
    const std::unique_ptr<Strategy> strategy = MakeStrategy(name);
    const TestRound round({cell}, {{work, 0, 0, 0, 0}}, *strategy);
    EXPECT_EQ(round.ErrorOf("p.0"), "insufficient resources: containers, cpu, disk, gpus, memory");
    EXPECT_EQ(round.RefusalOf("p.0").reasons[0].reason, Reason::kResource);
  }
}

TEST(ClosedCellTest, TakesNothing) {
  FakeStrategy strategy;
  std::vector<Cell> cells = {MakeCell("evacuating"), MakeCell("disabled"), MakeCell("draining"),
                             MakeCell("open", "z9")};
  cells[0].evacuating = true;
  cells[1].disabled = true;
  cells[2].draining = true;
  cells[2].task_count = 1;
  EXPECT_EQ(TestRound(cells, {MakeLrp("p")}, strategy).CellOf("p.0"), "open");
}

TEST(OverheadTest, IsTakenOnceInARound) {
  FakeStrategy strategy;
  Cell cell = CellWithMemory("a", 264);
  cell.overhead.memory = WholeAmount(64);
  cell.started = false;
  const TestRound round({cell}, {MakeTask("t1"), MakeTask("t2"), MakeTask("t3", 1)}, strategy);
  EXPECT_EQ(round.CellOf("t1"), "a");
  EXPECT_EQ(round.CellOf("t2"), "a");
  EXPECT_EQ(round.ErrorOf("t3"), "insufficient resources: memory");
}

TEST(OverheadTest, OfNamedResourcesIsTakenAsWell) {
  FakeStrategy strategy;
  Cell cell = MakeCell("a");
  cell.available.scalars = cell.total.scalars = {{"ports", 10}};
  cell.overhead.scalars = {{"ports", 4}};
  cell.started = false;
  auto six = MakeWork(Kind::kTask, "six");
  six->asked.scalars = {{"ports", 6}};
  auto seven = MakeWork(Kind::kTask, "seven", 200);  // Larger, so it goes first.
  seven->asked.scalars = {{"ports", 7}};
  auto one = MakeWork(Kind::kTask, "one", 1);
  one->asked.scalars = {{"ports", 1}};
  const TestRound round({cell}, {{six, 0, 0, 0, 0}, {seven, 0, 0, 0, 0}, {one, 0, 0, 0, 0}},
                        strategy);
  EXPECT_EQ(round.ErrorOf("seven"), "insufficient resources: ports");
  EXPECT_EQ(round.CellOf("six"), "a");
  EXPECT_EQ(round.ErrorOf("one"), "insufficient resources: ports");
}

TEST(LargerFirstTest, GoesByKindThenIndexThenMemoryThenQueue) {
  FakeStrategy strategy;
  const TestRound round({MakeCell("a")},
                        {MakeTask("t1", 5), MakeTask("t2", 7), MakeLrp("p", 1, 3),
                         MakeLrp("q", 0, 1), MakeLrp("r", 0, 2), MakeTask("t3", 7)},
                        strategy);
  EXPECT_EQ(round.Order(), (Ids{"r.0", "q.0", "p.1", "t2", "t3", "t1"}));
}

// Cells and auctions with many ties, where an order that hangs on a hash or an address would show.
std::vector<Cell> TiedCells() {
  std::vector<Cell> cells;
  for (int i = 0; i < 30; ++i) {
    cells.push_back(MakeCell(Numbered("cell-", i * 7 % 30), Numbered("z", i % 3)));
  }
  return cells;
}

std::vector<Auction> TiedAuctions() {
  std::vector<Auction> auctions;
  for (int32_t i = 0; i < 100; ++i) {
    auctions.push_back(MakeLrp(Numbered("p", i % 5), i / 5));
    auctions.push_back(MakeTask(Numbered("t", i)));
  }
  return auctions;
}

Ids PlacementsOf(const Round& round) {
  Ids placements;
  for (const Decision& decision : round.decisions()) {
    placements.push_back(round.auctions()[decision.auction].Identifier() + "@" +
                         std::string(decision.cell_id));
  }
  return placements;
}

TEST(DeterminismTest, TheSameInputGivesTheSameDecisions) {
  for (const std::string_view name : StrategyNames()) {
    const std::unique_ptr<Strategy> strategy = MakeStrategy(name);
    const TestRound first(TiedCells(), TiedAuctions(), *strategy);
    const TestRound second(TiedCells(), TiedAuctions(), *strategy);
    EXPECT_EQ(PlacementsOf(*first), PlacementsOf(*second)) << name;
  }
}

TEST(DeterminismTest, TheOrderOfTheCellsDoesNotMatter) {
  std::vector<Cell> reversed = TiedCells();
  std::reverse(reversed.begin(), reversed.end());
  for (const std::string_view name : StrategyNames()) {
    const std::unique_ptr<Strategy> strategy = MakeStrategy(name);
    const TestRound first(TiedCells(), TiedAuctions(), *strategy);
    const TestRound second(reversed, TiedAuctions(), *strategy);
    EXPECT_EQ(PlacementsOf(*first), PlacementsOf(*second)) << name;
  }
}

}  // namespace
}  // namespace rostrum
