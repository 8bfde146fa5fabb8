// What a round makes of a strategy, above all of one that does not keep to its contract.

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class StrategyContractTest : public testing::Test {
 protected:
  TestRound Run(std::vector<Auction> auctions, const Configuration& configuration = {}) {
    return TestRound(cells_, std::move(auctions), strategy_, configuration);
  }

  FakeStrategy strategy_;
  std::vector<Cell> cells_ = {MakeCell("a", "z1", 0), MakeCell("b", "z1", 1)};
};

TEST_F(StrategyContractTest, TheLowestScoreWins) {
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{cell.id == "a" ? 2.0 : 1.0};
  };
  const TestRound round = Run({MakeLrp("p")});
  EXPECT_EQ(round.CellOf("p.0"), "b");
  EXPECT_EQ(round->decisions()[0].score, Score{1.0});
}

TEST_F(StrategyContractTest, ZeroIsAScoreLikeAnyOther) {
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{cell.id == "a" ? 0.0 : -1.0};
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{cell.id == "a" ? 1.0 : 0.0};
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
}

TEST_F(StrategyContractTest, ALowerTierWinsOverAnyValue) {
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return cell.id == "a" ? Score{-1e300, 1} : Score{1e300, 0};
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
}

TEST_F(StrategyContractTest, OfEqualScoresTheFirstCellWins) {
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "a");
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{cell.id == "a" ? 0.0 : -0.0};
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "a") << "zero and minus zero are equal";
}

TEST_F(StrategyContractTest, InfinityIsAScoreWhereThereIsNoLimit) {
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{cell.id == "a" ? INFINITY : 5.0};
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
  strategy_.score = [](const AuctionView&, const CellView&) { return Score{INFINITY}; };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "a");
}

TEST_F(StrategyContractTest, AScoreThatIsNotBelowTheLimitIsNoChoice) {
  strategy_.limit = 10;
  for (const double value : {10.0, 11.0, kNaN, double{INFINITY}}) {
    strategy_.score = [&](const AuctionView&, const CellView& cell) {
      return Score{cell.id == "a" ? value : 9.0};
    };
    EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b") << value;
  }
  strategy_.score = [](const AuctionView&, const CellView&) { return Score{10}; };
  const Refusal refusal = Run({MakeLrp("p")}).RefusalOf("p.0");
  EXPECT_EQ(refusal.code, RefusalCode::kInsufficientResources);
  ASSERT_EQ(refusal.reasons.size(), 1u);
  EXPECT_EQ(refusal.reasons[0].reason, Reason::kScore);
  EXPECT_EQ(refusal.reasons[0].cells, 2u);
}

TEST_F(StrategyContractTest, ANaNCostsTheAuctionAndNoOther) {
  strategy_.score = [](const AuctionView& auction, const CellView& cell) {
    return Score{auction.guid == "bad" && cell.id == "b" ? kNaN : 1.0};
  };
  const TestRound round = Run({MakeLrp("bad"), MakeLrp("good")});
  EXPECT_EQ(round.RefusalOf("bad.0").code, RefusalCode::kStrategyFailed);
  EXPECT_EQ(round.ErrorOf("bad.0"), "strategy \"fake\" failed on cell \"b\": its score is NaN");
  EXPECT_EQ(round.CellOf("good.0"), "a");
}

TEST_F(StrategyContractTest, AnExceptionCostsTheAuctionAndNoOther) {
  strategy_.score = [](const AuctionView& auction, const CellView&) {
    if (auction.guid == "bad") throw std::runtime_error("out of luck");
    if (auction.guid == "worse") throw 7;
    return Score();
  };
  const TestRound round = Run({MakeLrp("bad"), MakeLrp("worse"), MakeLrp("good")});
  EXPECT_EQ(round.ErrorOf("bad.0"), "strategy \"fake\" failed on cell \"a\": out of luck");
  EXPECT_EQ(round.ErrorOf("worse.0"),
            "strategy \"fake\" failed on cell \"a\": it threw something that is not a "
            "std::exception");
  EXPECT_EQ(round.CellOf("good.0"), "a");
  EXPECT_EQ(round->placed_count(), 1u);
  EXPECT_EQ(round->refused_count(), 2u);
}

// Its own memory, not the library's: the round goes on.
TEST_F(StrategyContractTest, RunningOutOfMemoryCostsTheAuctionAndNoOther) {
  const auto fail = [](const AuctionView& auction) {
    if (auction.guid == "bad") throw std::bad_alloc();
  };
  strategy_.score = [&](const AuctionView& auction, const CellView&) {
    fail(auction);
    return Score();
  };
  const std::string text = "it ran out of memory (std::bad_alloc)";
  const TestRound round = Run({MakeLrp("bad"), MakeLrp("good")});
  EXPECT_EQ(round.ErrorOf("bad.0"), "strategy \"fake\" failed on cell \"a\": " + text);
  EXPECT_EQ(round.CellOf("good.0"), "a");

  strategy_.score = nullptr;
  strategy_.accepts = [&](const AuctionView& auction, const CellView&, std::string*) {
    fail(auction);
    return true;
  };
  const TestRound second = Run({MakeLrp("bad"), MakeLrp("good")});
  EXPECT_EQ(second.ErrorOf("bad.0"), "strategy \"fake\" failed on cell \"a\": " + text);
  EXPECT_EQ(second.CellOf("good.0"), "a");

  strategy_.order = AuctionOrder::kByKey;
  strategy_.order_key = [&](const AuctionView& auction) {
    fail(auction);
    return 0.0;
  };
  const TestRound third = Run({MakeLrp("bad"), MakeLrp("good")});
  EXPECT_EQ(third.ErrorOf("bad.0"), "strategy \"fake\" failed: " + text);
  EXPECT_EQ(third.CellOf("good.0"), "a");
}

TEST_F(StrategyContractTest, AnExceptionFromAcceptsIsTheSame) {
  strategy_.accepts = [](const AuctionView&, const CellView& cell, std::string*) -> bool {
    if (cell.id == "b") throw std::runtime_error("out of luck");
    return true;
  };
  EXPECT_EQ(Run({MakeLrp("p")}).ErrorOf("p.0"),
            "strategy \"fake\" failed on cell \"b\": out of luck");
}

TEST_F(StrategyContractTest, OnlyCellsOnWhichItFitsAreAskedFor) {
  cells_[0].available.memory = 0;
  strategy_.accepts = [](const AuctionView&, const CellView& cell, std::string*) {
    EXPECT_EQ(cell.id, "b");
    return true;
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
}

TEST_F(StrategyContractTest, WhatItDoesNotAcceptIsNoChoice) {
  strategy_.accepts = [](const AuctionView&, const CellView& cell, std::string*) {
    return cell.id == "b";
  };
  EXPECT_EQ(Run({MakeLrp("p")}).CellOf("p.0"), "b");
}

TEST_F(StrategyContractTest, RefusalsAreCountedByItsReasons) {
  cells_.push_back(MakeCell("c", "z1", 2));
  strategy_.accepts = [](const AuctionView&, const CellView& cell, std::string* reason) {
    if (cell.id != "a") *reason = "too far away";
    return false;
  };
  const Refusal refusal = Run({MakeLrp("p")}).RefusalOf("p.0");
  EXPECT_EQ(refusal.code, RefusalCode::kStrategyRefused);
  EXPECT_EQ(refusal.error,
            "strategy \"fake\" accepts none of the cells on which it fits (3): no reason given");
  ASSERT_EQ(refusal.reasons.size(), 2u);
  EXPECT_EQ(refusal.reasons[0].reason, Reason::kStrategy);
  EXPECT_EQ(refusal.reasons[0].subject, "too far away");
  EXPECT_EQ(refusal.reasons[0].cells, 2u);
  EXPECT_EQ(refusal.reasons[1].subject, "no reason given");
}

TEST_F(StrategyContractTest, AScoreThatChangesIsAContradiction) {
  double next = 0;
  strategy_.score = [&](const AuctionView&, const CellView&) { return Score{next++}; };
  const TestRound round = Run({MakeLrp("p")});
  EXPECT_EQ(round.RefusalOf("p.0").code, RefusalCode::kStrategyFailed);
  EXPECT_EQ(round.ErrorOf("p.0"),
            "strategy \"fake\" failed on cell \"a\": it contradicts itself: its score was 0 and is "
            "2 when asked again");
}

TEST_F(StrategyContractTest, AcceptingOnceIsAContradiction) {
  int asked = 0;
  strategy_.accepts = [&](const AuctionView&, const CellView&, std::string*) {
    return ++asked <= 2;
  };
  EXPECT_EQ(Run({MakeLrp("p")}).ErrorOf("p.0"),
            "strategy \"fake\" failed on cell \"a\": it contradicts itself: it accepted the cell "
            "and refuses it when asked again");
}

TEST_F(StrategyContractTest, ABaseScoreThatDiffersIsAContradiction) {
  strategy_.score = [](const AuctionView&, const CellView&) { return Score{1}; };
  strategy_.base_score = [](const CellView&) { return Score{2}; };
  const Refusal refusal = Run({MakeLrp("p")}).RefusalOf("p.0");
  EXPECT_EQ(refusal.code, RefusalCode::kStrategyFailed);
  EXPECT_NE(refusal.error.find("it contradicts itself"), std::string::npos) << refusal.error;
}

TEST_F(StrategyContractTest, RefusingOnceIsAContradictionAsWell) {
  int asked = 0;
  strategy_.accepts = [&](const AuctionView&, const CellView&, std::string*) {
    return ++asked > 2;
  };
  EXPECT_EQ(Run({MakeLrp("p")}).RefusalOf("p.0").code, RefusalCode::kStrategyFailed);
}

TEST_F(StrategyContractTest, InstancesOfOneProcessMayBeRefusedForDifferentReasons) {
  strategy_.limit = 10;
  strategy_.accepts = [](const AuctionView& auction, const CellView&, std::string*) {
    return auction.index == 0;
  };
  strategy_.score = [](const AuctionView&, const CellView&) { return Score{10}; };
  Auction second = MakeLrp("p", 0);
  const Auction first = second;
  second.index = 1;
  const TestRound round = Run({first, second});
  EXPECT_EQ(round.RefusalOf("p.0").code, RefusalCode::kInsufficientResources);
  EXPECT_EQ(round.RefusalOf("p.1").code, RefusalCode::kStrategyRefused);
}

TEST_F(StrategyContractTest, SeesWhatTheRoundHasPlaced) {
  strategy_.score = [](const AuctionView&, const CellView& cell) {
    return Score{
        static_cast<double>(cell.instances * 100 + cell.lrp_count * 10 + cell.starting_containers)};
  };
  const TestRound round = Run({MakeLrp("p", 0), MakeLrp("p", 1), MakeLrp("q", 2)});
  EXPECT_EQ(round.CellOf("p.0"), "a");
  EXPECT_EQ(round.CellOf("p.1"), "b");
  EXPECT_EQ(round.CellOf("q.2"), "a");
  EXPECT_EQ(round->decisions()[2].score, Score{11}) << "another process has no instances there";
}

TEST_F(StrategyContractTest, SeesTheAuctionAndTheCellAsTheyAre) {
  cells_ = {MakeCell("a", "z9", 40)};
  cells_[0].available.cpu = 500;
  cells_[0].total.cpu = 700;
  cells_[0].proxy_memory = 5;
  cells_[0].task_count = 3;
  cells_[0].tag = 77;
  Auction auction = MakeLrp("p", 2);
  auction.attempts = 4;
  auction.queue_time_ms = 99;
  bool seen = false;
  strategy_.score = [&](const AuctionView& view, const CellView& cell) {
    seen = true;
    EXPECT_EQ(view.kind, Kind::kLrp);
    EXPECT_EQ(view.guid, "p");
    EXPECT_EQ(view.index, 2);
    EXPECT_EQ(view.attempts, 4);
    EXPECT_EQ(view.queue_time_ms, 99);
    EXPECT_EQ(view.work->asked.memory, WholeAmount(100));
    EXPECT_EQ(cell.id, "a");
    EXPECT_EQ(cell.zone, "z9");
    EXPECT_EQ(cell.index, 40);
    EXPECT_EQ(cell.position, 0);
    EXPECT_EQ(cell.memory_free, WholeAmount(1000));
    EXPECT_EQ(cell.cpu_free, 500);
    EXPECT_EQ(cell.cpu_total, 700);
    EXPECT_EQ(cell.containers_free, 100);
    EXPECT_EQ(cell.proxy_memory, 5);
    EXPECT_EQ(cell.task_count, 3);
    EXPECT_EQ(cell.tag, 77u);
    return Score();
  };
  EXPECT_EQ(Run({auction}).CellOf("p.2"), "a");
  EXPECT_TRUE(seen);
}

TEST_F(StrategyContractTest, LrpsWithoutANameCountButAreNobodysInstances) {
  cells_ = {MakeCell("a")};
  cells_[0].lrps = {"p"};
  cells_[0].other_lrps = 2;
  cells_[0].first_fit_index = 12;
  strategy_.score = [&](const AuctionView&, const CellView& cell) {
    EXPECT_EQ(cell.lrp_count, 3);
    EXPECT_EQ(cell.instances, 1);
    EXPECT_EQ(cell.index, 12);
    EXPECT_EQ(cell.position, 12);
    return Score();
  };
  EXPECT_EQ(Run({MakeLrp("p", 1)}).CellOf("p.1"), "a");
}

TEST_F(StrategyContractTest, IsToldOfTheRoundBeforeItStarts) {
  Configuration configuration;
  configuration.starting_container_weight = 7;
  double weight = 0;
  uint64_t seed = 0;
  strategy_.begin_round = [&](const RoundContext& context) {
    weight = context.configuration->starting_container_weight;
    seed = context.seed;
  };
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(cells_);
  input.configuration = configuration;
  input.seed = 5;
  ASSERT_TRUE(RunRound(std::move(input), strategy_).ok());
  EXPECT_EQ(weight, 7);
  EXPECT_EQ(seed, 5u);
}

TEST_F(StrategyContractTest, IfItCannotBeginThereIsNoRoundAndTheInputIsAsItWas) {
  strategy_.begin_round = [](const RoundContext&) { throw std::runtime_error("not today"); };
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(cells_);
  input.auctions = {MakeLrp("p"), MakeTask("t")};
  input.seed = 5;
  const auto round = RunRound(std::move(input), strategy_);
  EXPECT_EQ(round.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(round.status().text(), "strategy \"fake\" could not begin the round: not today");
  EXPECT_EQ(IdentifiersOf(input.auctions), (Ids{"p.0", "t"}));
  EXPECT_NE(input.snapshot, nullptr);
  EXPECT_EQ(input.seed, 5u);
}

class OrderByKeyTest : public StrategyContractTest {
 protected:
  OrderByKeyTest() { strategy_.order = AuctionOrder::kByKey; }
};

TEST_F(OrderByKeyTest, TheSmallestKeyComesFirst) {
  strategy_.order_key = [](const AuctionView& auction) {
    return -static_cast<double>(auction.index);
  };
  EXPECT_EQ(Run({MakeLrp("p", 0), MakeTask("t"), MakeLrp("p", 7)}).Order(),
            (Ids{"p.7", "p.0", "t"}))
      << "of equal keys the first in the queue comes first";
}

TEST_F(OrderByKeyTest, InfiniteKeysAreKeys) {
  strategy_.order_key = [](const AuctionView& auction) {
    return auction.index == 1 ? double{INFINITY} : auction.index == 2 ? -double{INFINITY} : 0.0;
  };
  EXPECT_EQ(Run({MakeLrp("p", 1), MakeLrp("p", 0), MakeLrp("p", 2)}).Order(),
            (Ids{"p.2", "p.0", "p.1"}));
}

TEST_F(OrderByKeyTest, AKeyThatIsNaNOrAnExceptionRefusesTheAuction) {
  strategy_.order_key = [](const AuctionView& auction) {
    if (auction.guid == "throws") throw std::runtime_error("no idea");
    return auction.guid == "nan" ? kNaN : 0.0;
  };
  const TestRound round = Run({MakeLrp("good"), MakeLrp("nan"), MakeLrp("throws")});
  EXPECT_EQ(round.ErrorOf("nan.0"), "strategy \"fake\" failed: its order key is NaN");
  EXPECT_EQ(round.ErrorOf("throws.0"), "strategy \"fake\" failed: no idea");
  EXPECT_EQ(round.RefusalOf("nan.0").code, RefusalCode::kStrategyFailed);
  EXPECT_EQ(round.CellOf("good.0"), "a");
}

TEST_F(OrderByKeyTest, WhatCouldNotBeOrderedIsExplainedAsItWasDecided) {
  strategy_.order_key = [](const AuctionView& auction) {
    return auction.guid == "nan" ? kNaN : 0.0;
  };
  const TestRound round = Run({MakeLrp("good"), MakeLrp("nan")});
  const Explanation explanation = round.Explain(Kind::kLrp, "nan.0");
  EXPECT_FALSE(explanation.decision.placed);
  EXPECT_EQ(explanation.refusal.code, RefusalCode::kStrategyFailed);
}

TEST_F(StrategyContractTest, AnExceptionFromAnyOfItsFunctionsIsAStatus) {
  class Throwing : public FakeStrategy {
    bool BalancesZones() const override { throw std::runtime_error("not today"); }
  };
  Throwing strategy;
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(cells_);
  EXPECT_EQ(RunRound(std::move(input), strategy).status().code(), Code::kFailedPrecondition);
}

}  // namespace
}  // namespace rostrum
