// Cache, queue, strategy and rounds put together.

#include "rostrum/engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

class EngineTest : public testing::Test {
 protected:
  Status SetCells(std::vector<Cell> cells) {
    return engine_.UseCache([&](Cache& cache) { return cache.Replace(cells); });
  }

  void Submit(std::vector<LrpStart> lrps, std::vector<TaskStart> tasks = {}, int64_t now_ms = 0) {
    const Expected<size_t> added = engine_.Submit(lrps, tasks, now_ms);
    ASSERT_TRUE(added.ok()) << added.status().text();
  }

  std::shared_ptr<const Round> RunRound() {
    const auto round = engine_.RunRound(/*seed=*/1, /*now_ms=*/0);
    EXPECT_TRUE(round.ok()) << round.status().text();
    return round.ok() ? *round : nullptr;
  }

  Ids Waiting() const { return IdentifiersOf(engine_.WaitingAuctions()); }

  std::vector<Cell> Cells() { return engine_.TakeSnapshot()->Cells(); }

  std::shared_ptr<FakeStrategy> strategy_ = std::make_shared<FakeStrategy>();
  Engine engine_{strategy_};
};

TEST_F(EngineTest, PlacesWhatWaitsAndTakesItOffTheCells) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})}, {StartTask("t")});
  EXPECT_EQ(engine_.QueueSize(), 3u);
  const auto round = RunRound();
  EXPECT_EQ(round->placed_count(), 3u);
  EXPECT_EQ(engine_.QueueSize(), 0u);
  EXPECT_EQ(Cells()[0].available.memory, WholeAmount(700));
  EXPECT_EQ(Cells()[0].lrps, (Ids{"p", "p"}));
  EXPECT_EQ(Cells()[0].task_count, 1);
}

// Who asks for none of a resource fits where less than nothing of it is free, and is taken off the
// cell all the same.
TEST(EngineFitTest, NoneOfAResourceFitsAnywhere) {
  for (const std::string_view name : StrategyNames()) {
    Engine engine(MakeStrategy(name));
    Cell cell = CellWithMemory("a", 100);
    cell.available.cpu = -1;
    cell.available.scalars = {{"gpus", -1000}};
    cell.total.scalars = {{"gpus", 1000}};
    const std::vector<Cell> cells = {cell};
    ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
    for (int64_t i = 0; i < 5; ++i) {
      auto work = MakeWork(Kind::kTask, Numbered("t", i), 60);
      work->asked.scalars = {{"gpus", 0}, {"fpga", 0}};
      const std::vector<TaskStart> tasks = {{work, 0}};
      ASSERT_TRUE(engine.Submit({}, tasks, 0).ok());
      const auto round = engine.RunRound(1, 0);
      ASSERT_TRUE(round.ok()) << round.status().text();
      EXPECT_EQ((*round)->placed_count(), i == 0 ? 1u : 0u) << name << ", round " << i;
    }
    const Cell after = engine.TakeSnapshot()->Cells()[0];
    EXPECT_EQ(after.available.memory, WholeAmount(40)) << name;
    EXPECT_EQ(after.task_count, 1) << name;
    EXPECT_EQ(engine.QueueSize(), 4u) << name;
  }
}

// An offer without disk is a cell for work that needs none, under diego too.
TEST(EngineFitTest, OffersWithoutDiskTakeWorkThatAsksForNone) {
  for (const std::string_view name : StrategyNames()) {
    Engine engine(MakeStrategy(name));
    Offer offer = MakeOffer("o1", "agent");
    offer.resources.disk = 0;
    ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.AddOffer(offer); }).ok());
    auto work = MakeWork(Kind::kTask, "t");
    work->asked.disk = 0;
    const std::vector<TaskStart> tasks = {{work}, StartTask("with-disk")};
    ASSERT_TRUE(engine.Submit({}, tasks, 0).ok());
    const auto round = *engine.RunRound(1, 0);
    EXPECT_EQ(round->placed_count(), 1u) << name;
    ASSERT_EQ(round->refusals().size(), 1u) << name;
    EXPECT_EQ(round->refusals()[0].error, "insufficient resources: disk") << name;
  }
}

// But none of memory or disk does not fit on less than none, as in Diego.
TEST(EngineFitTest, NoneOfMemoryDoesNotFitOnLess) {
  Engine engine(MakeStrategy("diego"));
  Cell cell = MakeCell("a");
  cell.available.memory = -1;
  const std::vector<Cell> cells = {cell};
  ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
  const std::vector<TaskStart> tasks = {StartTask("t", 0)};
  ASSERT_TRUE(engine.Submit({}, tasks, 0).ok());
  const auto round = *engine.RunRound(1, 0);
  ASSERT_EQ(round->refused_count(), 1u);
  EXPECT_EQ(round->refusals()[0].error, "insufficient resources: memory");
}

TEST_F(EngineTest, WhatIsRefusedWaitsWithItsQueueTimeAndOneMoreAttempt) {
  ASSERT_TRUE(SetCells({CellWithMemory("a", 100)}).ok());
  Submit({StartLrp("p", {0, 1})}, {}, 55);
  RunRound();
  RunRound();
  const std::vector<Auction> waiting = engine_.WaitingAuctions();
  EXPECT_EQ(IdentifiersOf(waiting), Ids{"p.1"});
  EXPECT_EQ(waiting[0].attempts, 2);
  EXPECT_EQ(waiting[0].queue_time_ms, 55);
  EXPECT_EQ(engine_.OldestQueueTimeMs(), 55);
}

TEST_F(EngineTest, WhatIsRefusedLeavesIfItIsNotToBeKept) {
  engine_.SetKeepRefused(false);
  Submit({StartLrp("p")});
  EXPECT_EQ(RunRound()->refused_count(), 1u);
  EXPECT_EQ(engine_.QueueSize(), 0u);
}

TEST_F(EngineTest, WhatIsRefusedWaitsInTheOrderInWhichItCame) {
  Submit({StartLrp("p", {7, 3})}, {});
  RunRound();
  RunRound();
  Submit({StartLrp("small", {0}, 1), StartLrp("large", {0}, 2)}, {});
  ASSERT_TRUE(SetCells({CellWithMemory("a", 0)}).ok());
  RunRound();
  EXPECT_EQ(Waiting(), (Ids{"p.7", "p.3", "small.0", "large.0"}));
}

TEST_F(EngineTest, CancelledWorkIsNotPlaced) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})});
  EXPECT_TRUE(engine_.Cancel(Kind::kLrp, "p.0"));
  EXPECT_FALSE(engine_.Cancel(Kind::kLrp, "p.0"));
  const auto round = RunRound();
  EXPECT_EQ(IdentifiersOf(round->auctions()), Ids{"p.1"});
}

TEST_F(EngineTest, ARoundThatFailsLosesNothing) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})}, {StartTask("t")}, 5);
  strategy_->begin_round = [](const RoundContext&) { throw std::runtime_error("not today"); };
  const auto round = engine_.RunRound(1, 0);
  EXPECT_EQ(round.status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Waiting(), (Ids{"p.0", "p.1", "t"}));
  EXPECT_EQ(engine_.WaitingAuctions()[0].attempts, 0) << "no round has refused it";
  EXPECT_EQ(Cells(), std::vector<Cell>{MakeCell("a")});

  strategy_->begin_round = nullptr;
  EXPECT_EQ(RunRound()->placed_count(), 3u);
}

// A round that its caller does not accept has not been: neither now nor for the rounds after it.
TEST(EngineAcceptTest, ARoundThatIsNotAcceptedHasNotBeen) {
  for (const std::string_view name : StrategyNames()) {
    Engine tried(MakeStrategy(name));
    Engine other(MakeStrategy(name));
    std::vector<Cell> cells;
    for (int64_t i = 0; i < 40; ++i) {
      Cell cell = MakeCell(Numbered("c", i), Numbered("z", i % 3), i);
      cell.lrps = {Numbered("p", i % 5)};
      cell.overhead = MakeResources(10, 0, 1);
      cell.overhead.scalars = {{"gpus", 100}};
      cell.total.scalars = cell.available.scalars = {{"gpus", 900}};
      cell.started = i % 2 == 0;
      cells.push_back(cell);
    }
    for (Engine* engine : {&tried, &other}) {
      ASSERT_TRUE(engine->UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
    }
    for (int64_t round = 0; round < 6; ++round) {
      auto named = MakeWork(Kind::kTask, Numbered("named", round), 50);
      named->asked.scalars = {{"gpus", 300}};
      const std::vector<LrpStart> lrps = {StartLrp(Numbered("p", round % 5), {0, 1, 2, 3, 4}, 150),
                                          StartLrp(Numbered("huge", round), {0}, 5000)};
      const std::vector<TaskStart> tasks = {{named}};
      for (Engine* engine : {&tried, &other}) ASSERT_TRUE(engine->Submit(lrps, tasks, round).ok());
      const std::vector<Cell> before = tried.TakeSnapshot()->Cells();
      uint64_t placed = 0;
      const auto refused = tried.RunRound(1, round, [&](const Round& decided) {
        placed = decided.placed_count();
        EXPECT_EQ(tried.TakeSnapshot()->Cells(), before);
        EXPECT_EQ(tried.RunRound(1, 0).status().code(), Code::kFailedPrecondition);
        return false;
      });
      ASSERT_TRUE(refused.ok());
      EXPECT_EQ(*refused, nullptr);
      EXPECT_GE(placed, 6u);
      EXPECT_EQ(tried.TakeSnapshot()->Cells(), before);
      EXPECT_EQ(IdentifiersOf(tried.WaitingAuctions()), IdentifiersOf(other.WaitingAuctions()));
      const auto one = *tried.RunRound(1, round, [](const Round&) { return true; });
      const auto two = *other.RunRound(1, round);
      ASSERT_EQ(one->decisions().size(), two->decisions().size());
      for (size_t i = 0; i < one->decisions().size(); ++i) {
        EXPECT_EQ(one->decisions()[i].cell_id, two->decisions()[i].cell_id) << name;
        EXPECT_EQ(one->decisions()[i].score, two->decisions()[i].score) << name;
      }
      EXPECT_EQ(one->refusals()[0].reasons, two->refusals()[0].reasons);
      EXPECT_EQ(tried.WaitingAuctions()[0].attempts, other.WaitingAuctions()[0].attempts);
      EXPECT_EQ(tried.TakeSnapshot()->Cells(), other.TakeSnapshot()->Cells());
    }
  }
}

TEST_F(EngineTest, AnAcceptThatThrowsLosesNothing) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})});
  const auto fail = [](const Round&) -> bool { throw std::runtime_error("not today"); };
  EXPECT_THROW(static_cast<void>(engine_.RunRound(1, 0, fail)), std::runtime_error);
  EXPECT_EQ(Waiting(), (Ids{"p.0", "p.1"}));
  EXPECT_EQ(Cells(), std::vector<Cell>{MakeCell("a")});
  EXPECT_EQ(RunRound()->placed_count(), 2u);
}

TEST_F(EngineTest, AStrategyThatThrowsBeforeARoundLosesNothing) {
  class Throwing : public FakeStrategy {
    std::optional<double> ScoreLimit() const override { throw std::runtime_error("not today"); }
  };
  engine_.SetStrategy(std::make_shared<Throwing>());
  Submit({StartLrp("p", {0, 1})});
  EXPECT_EQ(engine_.RunRound(1, 0).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(Waiting(), (Ids{"p.0", "p.1"}));
}

TEST_F(EngineTest, WithoutAStrategyThereIsNoRound) {
  Engine engine(nullptr);
  const std::vector<LrpStart> starts = {StartLrp("p")};
  ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
  EXPECT_EQ(engine.RunRound(1, 0).status().text(), "the engine has no strategy");
  EXPECT_EQ(engine.QueueSize(), 1u);
}

TEST_F(EngineTest, KeepsItsSettings) {
  EXPECT_TRUE(engine_.SetOption("starting_container_count_maximum", "1").ok());
  EXPECT_FALSE(engine_.SetOption("starting_container_weight", "fast").ok());
  EXPECT_EQ(engine_.configuration().starting_container_count_maximum, 1);
  EXPECT_EQ(engine_.configuration().starting_container_weight, 0.25);

  Configuration bad;
  bad.starting_container_weight = NAN;
  EXPECT_EQ(engine_.SetConfiguration(bad).code(), Code::kInvalidArgument);
  EXPECT_EQ(engine_.configuration().starting_container_count_maximum, 1);

  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})});
  EXPECT_EQ(RunRound()->placed_count(), 1u);
  ASSERT_TRUE(engine_.SetConfiguration({}).ok());
  EXPECT_EQ(RunRound()->placed_count(), 1u);
}

TEST_F(EngineTest, UsesTheStrategyOfTheMoment) {
  ASSERT_TRUE(SetCells({CellWithMemory("large", 900), CellWithMemory("small", 500)}).ok());
  engine_.SetStrategy(MakeStrategy("binpack"));
  EXPECT_EQ(engine_.strategy()->Name(), "binpack");
  Submit({StartLrp("p")});
  EXPECT_EQ(RunRound()->decisions()[0].cell_id, "small");
  engine_.SetStrategy(MakeStrategy("spread"));
  Submit({StartLrp("p")});
  EXPECT_EQ(RunRound()->decisions()[0].cell_id, "large");
}

TEST_F(EngineTest, PassesOnWhatTheCacheSays) {
  EXPECT_EQ(engine_.UseCache([](Cache& cache) { return cache.Remove("a"); }).code(),
            Code::kNotFound);
}

TEST_F(EngineTest, ARoundOutlivesItsEngine) {
  std::shared_ptr<const Round> round;
  {
    Engine engine(strategy_);
    const std::vector<Cell> cells = {MakeCell("a")};
    ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
    const std::vector<LrpStart> starts = {StartLrp("p")};
    ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
    round = *engine.RunRound(1, 0);
  }
  EXPECT_EQ(round->decisions()[0].cell_id, "a");
}

TEST_F(EngineTest, ExplainsARound) {
  ASSERT_TRUE(SetCells({CellWithMemory("a", 50)}).ok());
  Submit({StartLrp("p")});
  const auto round = RunRound();
  const auto explanation = engine_.Explain(*round, Kind::kLrp, "p.0");
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(explanation->refusal.code, RefusalCode::kInsufficientResources);
  EXPECT_EQ(engine_.Explain(*round, Kind::kLrp, "q.0").status().code(), Code::kNotFound);
}

TEST_F(EngineTest, ExplainsARoundByTheStrategyThatDecidedIt) {
  ASSERT_TRUE(SetCells({CellWithMemory("large", 900), CellWithMemory("small", 500)}).ok());
  engine_.SetStrategy(MakeStrategy("binpack"));
  Submit({StartLrp("p")});
  const auto round = RunRound();
  engine_.SetStrategy(MakeStrategy("spread"));
  EXPECT_EQ(engine_.Explain(*round, Kind::kLrp, "p.0")->decision.cell_id,
            round->decisions()[0].cell_id);
}

class HandBackTest : public EngineTest {
 protected:
  // Of a decision, by identifier.
  static uint32_t PositionOf(const Round& round, std::string_view identifier) {
    for (uint32_t i = 0; i < round.decisions().size(); ++i) {
      if (round.auctions()[round.decisions()[i].auction].Identifier() == identifier) return i;
    }
    ADD_FAILURE() << identifier;
    return 0;
  }

  Expected<size_t> HandBack(const Round& round, std::vector<uint32_t> positions) {
    return engine_.HandBack(round, positions);
  }
};

TEST_F(HandBackTest, UndoesPlacementsExactly) {
  Cell cell = MakeCell("a");
  cell.overhead = MakeResources(64, 0, 1);
  cell.started = false;
  ASSERT_TRUE(SetCells({cell}).ok());
  Submit({StartLrp("p", {0, 1})}, {StartTask("t")});
  const std::vector<Cell> before = Cells();
  const auto round = RunRound();
  EXPECT_EQ(*HandBack(*round, {1}), 1u);
  EXPECT_EQ(*HandBack(*round, {2, 0}), 2u);
  EXPECT_EQ(Cells(), before);
}

TEST_F(HandBackTest, WhatIsHandedBackWaitsWithOneMoreAttempt) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})}, {}, 55);
  const auto round = RunRound();
  Submit({StartLrp("later")});
  ASSERT_TRUE(HandBack(*round, {PositionOf(*round, "p.1")}).ok());
  const std::vector<Auction> waiting = engine_.WaitingAuctions();
  EXPECT_EQ(IdentifiersOf(waiting), (Ids{"p.1", "later.0"}));
  EXPECT_EQ(waiting[0].attempts, 1);
  EXPECT_EQ(waiting[0].queue_time_ms, 55);
}

TEST_F(HandBackTest, WhatIsHandedBackLeavesIfItIsNotToBeKept) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  engine_.SetKeepRefused(false);
  Submit({StartLrp("p")});
  const auto round = RunRound();
  EXPECT_EQ(*HandBack(*round, {0}), 1u);
  EXPECT_EQ(engine_.QueueSize(), 0u);
  EXPECT_EQ(Cells(), std::vector<Cell>{MakeCell("a")});
}

TEST_F(HandBackTest, TwiceIsAnError) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0, 1})});
  const auto round = RunRound();
  ASSERT_TRUE(HandBack(*round, {0}).ok());
  const std::vector<Cell> before = Cells();

  EXPECT_EQ(HandBack(*round, {0}).status().code(), Code::kNotFound);
  EXPECT_EQ(HandBack(*round, {0}).status().text(),
            "decision 0, of lrp \"p.0\", was handed back already");
  EXPECT_EQ(HandBack(*round, {1, 0}).status().code(), Code::kNotFound);
  EXPECT_EQ(HandBack(*round, {1, 1}).status().code(), Code::kNotFound);
  EXPECT_EQ(Cells(), before) << "one bad position, and nothing is done";
  EXPECT_EQ(engine_.QueueSize(), 1u);
  EXPECT_TRUE(HandBack(*round, {1}).ok());
}

TEST_F(HandBackTest, WhatWasNotPlacedCannotBeHandedBack) {
  ASSERT_TRUE(SetCells({CellWithMemory("a", 100)}).ok());
  Submit({StartLrp("p", {0, 1})});
  const auto round = RunRound();
  EXPECT_EQ(HandBack(*round, {1}).status().text(),
            "decision 1, of lrp \"p.1\", was refused, expected one that was placed");
  EXPECT_EQ(HandBack(*round, {2}).status().text(), "there is no decision 2, the round made 2");
}

TEST_F(HandBackTest, ARoundOfAnotherEngineIsNotFound) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p")});
  const auto round = RunRound();
  Engine other(strategy_);
  EXPECT_EQ(other.HandBack(*round, std::vector<uint32_t>{0}).status().text(),
            "the round belongs to another engine");
}

TEST_F(HandBackTest, OfNothingIsNothing) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  const auto round = RunRound();
  EXPECT_EQ(*HandBack(*round, {}), 0u);
}

TEST_F(HandBackTest, AfterANewStateThereIsNothingToUndo) {
  ASSERT_TRUE(SetCells({MakeCell("a"), MakeCell("b", "z2")}).ok());
  strategy_->score = [](const AuctionView&, const CellView& cell) {
    return Score{static_cast<double>(cell.instances)};
  };
  Submit({StartLrp("p", {0, 1})});
  const auto round = RunRound();
  const std::vector<Cell> newer = {MakeCell("a")};
  ASSERT_TRUE(engine_.UseCache([&](Cache& cache) { return cache.Update(newer); }).ok());
  EXPECT_EQ(*HandBack(*round, {0, 1}), 1u) << "only what was placed on b is still on it";
  EXPECT_EQ(Cells(), (std::vector<Cell>{MakeCell("a"), MakeCell("b", "z2")}));
  EXPECT_EQ(Waiting(), (Ids{"p.0", "p.1"})) << "both wait all the same";
}

TEST_F(HandBackTest, AfterTheCellWentThereIsNothingToUndo) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p")});
  const auto round = RunRound();
  ASSERT_TRUE(SetCells({}).ok());
  EXPECT_EQ(*HandBack(*round, {0}), 0u);
  EXPECT_EQ(Waiting(), Ids{"p.0"});
}

TEST_F(HandBackTest, DoesNotUndoALaterPlacementOfTheSameInstance) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p")});
  const auto first = RunRound();
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p")});
  const auto second = RunRound();
  EXPECT_EQ(*HandBack(*first, {0}), 0u);
  EXPECT_EQ(Cells()[0].lrps, Ids{"p"});
  EXPECT_EQ(*HandBack(*second, {0}), 1u);
}

TEST_F(HandBackTest, OfTwoPlacementsOfOneInstanceTheOlderWaitsWhicheverComesFirst) {
  for (const bool older_first : {true, false}) {
    Engine engine(strategy_);
    ASSERT_TRUE(engine
                    .UseCache([](Cache& cache) {
                      const std::vector<Cell> cells = {MakeCell("a")};
                      return cache.Update(cells);
                    })
                    .ok());
    std::vector<std::shared_ptr<const Round>> rounds;
    for (const uint64_t tag : {1, 2}) {
      LrpStart start = StartLrp("p");
      start.tag = tag;
      ASSERT_TRUE(engine.Submit({&start, 1}, {}, /*now_ms=*/7).ok());
      rounds.push_back(*engine.RunRound(1, 7));
    }
    const std::vector<uint32_t> first = {0};
    EXPECT_EQ(*engine.HandBack(*rounds[older_first ? 0 : 1], first), 1u);
    EXPECT_EQ(*engine.HandBack(*rounds[older_first ? 1 : 0], first), 1u);
    ASSERT_EQ(engine.QueueSize(), 1u);
    EXPECT_EQ(engine.WaitingAuctions()[0].tag, 1u);
  }
}

TEST_F(HandBackTest, OlderRoundsCanStillBeHandedBack) {
  ASSERT_TRUE(SetCells({MakeCell("a")}).ok());
  Submit({StartLrp("p", {0})});
  const auto first = RunRound();
  Submit({StartLrp("p", {1})});
  const auto second = RunRound();
  EXPECT_EQ(*HandBack(*first, {0}), 1u);
  EXPECT_EQ(*HandBack(*second, {0}), 1u);
  EXPECT_EQ(Cells(), std::vector<Cell>{MakeCell("a")});
}

// What was handed back waits again, and says so.
TEST(EngineHandBackTest, IsReportedOnTheWaitingAuction) {
  Engine engine(MakeStrategy("diego"));
  const std::vector<Cell> cells = {CellWithMemory("a", 150)};
  ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
  const std::vector<LrpStart> starts = {StartLrp("p", {0}), StartLrp("huge", {0}, 5000)};
  ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
  for (const Auction& auction : engine.WaitingAuctions()) {
    EXPECT_EQ(auction.last_refusal, RefusalCode::kNone);
  }
  const auto round = *engine.RunRound(1, 0);
  ASSERT_EQ(round->placed_count(), 1u);
  std::vector<uint32_t> placed;
  for (uint32_t i = 0; i < 2; ++i) {
    if (round->decisions()[i].placed) placed.push_back(i);
  }
  ASSERT_TRUE(engine.HandBack(*round, placed).ok());
  const std::vector<Auction> waiting = engine.WaitingAuctions();
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].Identifier(), "p.0");
  EXPECT_EQ(waiting[0].last_refusal, RefusalCode::kHandedBack);
  EXPECT_EQ(waiting[0].attempts, 1);
  EXPECT_EQ(waiting[1].last_refusal, RefusalCode::kInsufficientResources);
}

// A strategy that asks its engine something when it goes, as a user's may.
class AskingStrategy : public Strategy {
 public:
  explicit AskingStrategy(Engine** engine) : engine_(engine) {}
  ~AskingStrategy() override {
    if (*engine_ != nullptr) (*engine_)->QueueSize();
  }
  std::string_view Name() const override { return "asking"; }
  Score ScoreCell(const AuctionView&, const CellView&) override { return {}; }

 private:
  Engine** engine_;
};

TEST(EngineSetStrategyTest, DropsTheOldOneWithoutALock) {
  Engine* address = nullptr;
  Engine engine(std::make_shared<AskingStrategy>(&address));
  address = &engine;
  engine.SetStrategy(std::make_shared<AskingStrategy>(&address));
  // The round is the last that has the strategy of before.
  auto round = *engine.RunRound(1, 0);
  engine.SetStrategy(MakeStrategy("diego"));
  round.reset();
  ASSERT_TRUE(engine.RunRound(2, 0).ok());
  address = nullptr;
}

}  // namespace
}  // namespace rostrum
