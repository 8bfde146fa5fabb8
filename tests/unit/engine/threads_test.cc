// An engine that many threads use at once. A strategy that waits on a latch stops a round where the
// test wants it.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <thread>

#include "lib/base/engine_lock.h"
#include "lib/cache/internals.h"
#include "rostrum/engine.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

// Runs a round in a thread of its own and stops it in BeginRound until it is told to go on.
class StoppedRound {
 public:
  StoppedRound(Engine* engine, FakeStrategy* strategy) {
    strategy->begin_round = [this](const RoundContext&) {
      has_begun_.count_down();
      may_go_on_.wait();
    };
    thread_ = std::thread([this, engine] {
      const auto round = engine->RunRound(1, 0);
      if (round.ok()) round_ = *round;
    });
    has_begun_.wait();
  }

  // What the round came to; null if it failed.
  std::shared_ptr<const Round> Finish() {
    may_go_on_.count_down();
    thread_.join();
    return round_;
  }

 private:
  std::latch has_begun_{1};
  std::latch may_go_on_{1};
  std::shared_ptr<const Round> round_;
  std::thread thread_;
};

class EngineThreadsTest : public testing::Test {
 protected:
  EngineThreadsTest() { SetCells({MakeCell("a")}); }

  void SetCells(std::vector<Cell> cells) {
    const Status status = engine_.UseCache([&](Cache& cache) { return cache.Replace(cells); });
    EXPECT_TRUE(status.ok()) << status.text();
  }
  void Submit(std::string guid, std::vector<int32_t> indices) {
    const std::vector<LrpStart> starts = {StartLrp(std::move(guid), std::move(indices))};
    EXPECT_TRUE(engine_.Submit(starts, {}, 0).ok());
  }
  Ids Waiting() const { return IdentifiersOf(engine_.WaitingAuctions()); }

  std::shared_ptr<FakeStrategy> strategy_ = std::make_shared<FakeStrategy>();
  Engine engine_{strategy_};
};

TEST_F(EngineThreadsTest, WorkThatComesInDuringARoundWaitsForTheNext) {
  Submit("first", {0});
  StoppedRound stopped(&engine_, strategy_.get());
  EXPECT_EQ(engine_.QueueSize(), 0u) << "what is in the round does not wait";
  Submit("second", {0});
  EXPECT_EQ(engine_.QueueSize(), 1u);
  const auto round = stopped.Finish();
  EXPECT_EQ(IdentifiersOf(round->auctions()), Ids{"first.0"});
  EXPECT_EQ(Waiting(), Ids{"second.0"});
}

TEST_F(EngineThreadsTest, WhatIsInARoundCannotBeCancelled) {
  Submit("p", {0});
  StoppedRound stopped(&engine_, strategy_.get());
  EXPECT_FALSE(engine_.Cancel(Kind::kLrp, "p.0"));
  EXPECT_EQ(stopped.Finish()->placed_count(), 1u);
}

TEST_F(EngineThreadsTest, WhatIsRefusedWaitsBeforeWhatCameInMeanwhile) {
  SetCells({CellWithMemory("a", 50)});
  Submit("first", {0});
  StoppedRound stopped(&engine_, strategy_.get());
  Submit("second", {0});
  Submit("first", {0});  // Once more, while it is in the round.
  stopped.Finish();
  EXPECT_EQ(Waiting(), (Ids{"first.0", "second.0"}));
  EXPECT_EQ(engine_.WaitingAuctions()[0].attempts, 1);
}

TEST_F(EngineThreadsTest, ARoundSeesTheCellsOfItsStart) {
  Submit("p", {0});
  StoppedRound stopped(&engine_, strategy_.get());
  SetCells({MakeCell("b")});
  const auto round = stopped.Finish();
  EXPECT_EQ(round->decisions()[0].cell_id, "a");
  EXPECT_EQ(engine_.TakeSnapshot()->Cells(), std::vector<Cell>{MakeCell("b")});
  EXPECT_EQ(*engine_.HandBack(*round, std::vector<uint32_t>{0}), 0u) << "the cell is gone";
}

TEST_F(EngineThreadsTest, APlacementStandsThoughItsCellHasNoRoomAnyMore) {
  Submit("p", {0});
  StoppedRound stopped(&engine_, strategy_.get());
  Cell full = MakeCell("a");
  full.available.memory = 0;
  SetCells({full});
  const auto round = stopped.Finish();
  EXPECT_TRUE(round->decisions()[0].placed);
  EXPECT_EQ(engine_.TakeSnapshot()->Cells(), std::vector<Cell>{full});
}

TEST_F(EngineThreadsTest, SettingsChangedDuringARoundCountFromTheNext) {
  Submit("p", {0, 1});
  StoppedRound stopped(&engine_, strategy_.get());
  EXPECT_TRUE(engine_.SetOption("starting_container_count_maximum", "1").ok());
  engine_.SetStrategy(MakeStrategy("spread"));
  const auto round = stopped.Finish();
  EXPECT_EQ(round->placed_count(), 2u);
  EXPECT_EQ(round->input().configuration, Configuration());
}

TEST_F(EngineThreadsTest, RoundsRunOneAfterTheOther) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  strategy_->begin_round = [&](const RoundContext&) {
    most = std::max<int>(most, ++running);
    std::this_thread::yield();
    --running;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 25; ++j) EXPECT_TRUE(engine_.RunRound(1, 0).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

// Every auction that was submitted is placed once or waits, whatever goes on at the same time.
TEST_F(EngineThreadsTest, NothingIsLostAmongManyThreads) {
  constexpr int kProcesses = 40;
  constexpr int kInstances = 10;
  SetCells({CellWithMemory("a", 20'000), CellWithMemory("b", 5'000)});
  std::atomic<bool> submitting{true};
  std::vector<std::thread> threads;
  for (int part = 0; part < 2; ++part) {
    threads.emplace_back([&, part] {
      for (int i = part; i < kProcesses; i += 2) {
        std::vector<int32_t> indices(kInstances);
        for (int32_t k = 0; k < kInstances; ++k) indices[static_cast<size_t>(k)] = k;
        Submit(Numbered("p", i), indices);
      }
    });
  }
  std::thread reader([&] {
    while (submitting) {
      static_cast<void>(engine_.TakeSnapshot()->Cells());
      static_cast<void>(engine_.QueueSize());
      static_cast<void>(engine_.OldestQueueTimeMs());
    }
  });
  uint64_t placed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto round = *engine_.RunRound(1, i);
    placed += round->placed_count();
    if (i % 3 == 0 && round->placed_count() > 0) {
      uint32_t position = 0;
      while (!round->decisions()[position].placed) ++position;
      EXPECT_EQ(*engine_.HandBack(*round, std::vector<uint32_t>{position}), 1u);
      --placed;
    }
  }
  for (std::thread& thread : threads) thread.join();
  submitting = false;
  reader.join();
  placed += (*engine_.RunRound(1, 99))->placed_count();

  EXPECT_EQ(placed + engine_.QueueSize(), uint64_t{kProcesses * kInstances});
  size_t on_cells = 0;
  for (const Cell& cell : engine_.TakeSnapshot()->Cells()) on_cells += cell.lrps.size();
  EXPECT_EQ(on_cells, placed);
}

// A child has no thread that could end the round, and must not wait for it.
TEST(EngineForkTest, AnEngineInUseIsLostToTheChild) {
  auto strategy = std::make_shared<FakeStrategy>();
  auto engine = std::make_unique<Engine>(strategy);
  const std::vector<Cell> cells = {MakeCell("a")};
  ASSERT_TRUE(engine->UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
  const std::vector<LrpStart> starts = {StartLrp("p")};
  ASSERT_TRUE(engine->Submit(starts, {}, 0).ok());
  StoppedRound round(engine.get(), strategy.get());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);
    const auto lost = engine->RunRound(1, 0);
    const bool says_so = lost.status().code() == Code::kFailedPrecondition &&
                         lost.status().text().find("forked") != std::string::npos;
    engine.reset();
    Engine own(MakeStrategy("diego"));
    const bool works = own.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok() &&
                       own.Submit(starts, {}, 0).ok() && (*own.RunRound(1, 0))->placed_count() == 1;
    _exit(says_so && works ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(round.Finish()->placed_count(), 1u);
}

// Nor for one that was looking into a snapshot.
TEST(EngineForkTest, CellsThatWereBeingReadAreLostToTheChild) {
  Engine engine(MakeStrategy("diego"));
  const std::vector<Cell> cells = {MakeCell("a")};
  CellStore* store = nullptr;
  const auto update = [&](Cache& cache) {
    store = &Internals::StoreOf(cache);
    return cache.Update(cells);
  };
  ASSERT_TRUE(engine.UseCache(update).ok());
  const std::vector<LrpStart> starts = {StartLrp("p")};
  ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
  const auto snapshot = engine.TakeSnapshot();
  std::latch has_lock{1};
  std::latch may_go_on{1};
  std::thread reader([&] {
    const Locked lock(store->mutex);
    has_lock.count_down();
    may_go_on.wait();
  });
  has_lock.wait();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);
    const bool says_so =
        engine.UseCache(update).text().find("forked") != std::string::npos &&
        engine.RunRound(1, 0).status().text().find("forked") != std::string::npos &&
        snapshot->Cells().empty();
    _exit(says_so ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  may_go_on.count_down();
  reader.join();
  EXPECT_EQ((*engine.RunRound(1, 0))->placed_count(), 1u);
}

// Unless nobody used it.
TEST(EngineForkTest, AnEngineAtRestIsTheChildsToo) {
  Engine engine(MakeStrategy("diego"));
  const std::vector<Cell> cells = {MakeCell("a")};
  ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20);
    const std::vector<LrpStart> starts = {StartLrp("p")};
    _exit(engine.Submit(starts, {}, 0).ok() && (*engine.RunRound(1, 0))->placed_count() == 1 ? 0
                                                                                             : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(EngineReentryTest, AStrategyThatCallsItsOwnEngineIsToldSo) {
  auto strategy = std::make_shared<FakeStrategy>();
  Engine engine(strategy);
  const std::vector<Cell> cells = {MakeCell("a")};
  ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
  const std::vector<LrpStart> starts = {StartLrp("p")};
  ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
  Status inner;
  strategy->score = [&](const AuctionView&, const CellView&) {
    inner = engine.RunRound(1, 0).status();
    return Score();
  };
  EXPECT_EQ((*engine.RunRound(1, 0))->placed_count(), 1u);
  EXPECT_EQ(inner.code(), Code::kFailedPrecondition);
  EXPECT_EQ(inner.text(),
            "the engine was called from a function that it is calling, and would wait for itself");
}

}  // namespace
}  // namespace rostrum
