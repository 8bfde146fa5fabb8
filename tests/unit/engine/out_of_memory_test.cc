// An engine whose memory runs out. Every allocation of a call fails in turn; after each failure the
// engine must go on as if the call had not been made, or as if it had, and must have lost nothing.
//
// This is a program of its own, because allocations.cc replaces the operators new and delete.

#include <gtest/gtest.h>

#include <functional>
#include <new>

#include "rostrum/engine.h"
#include "tests/allocations/allocations.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

// Runs `call` and lets all its allocations after the first `count` fail. Returns whether it
// succeeded.
template <typename Call>
bool SucceedsWith(int64_t count, Call call) {
  LimitAllocations(count);
  try {
    call();
    LimitAllocations(-1);
    return true;
  } catch (const std::bad_alloc&) {
    LimitAllocations(-1);
    return false;
  }
}

// More than any call below needs.
constexpr int64_t kEnough = 2000;

class OutOfMemoryTest : public testing::Test {
 protected:
  // An engine with two cells, one of offers, and with work that waits: two instances that fit and
  // one that does not.
  std::unique_ptr<Engine> MakeEngine() {
    auto engine = std::make_unique<Engine>(MakeStrategy("diego"));
    const std::vector<Cell> cells = {CellWithMemory("a", 150)};
    EXPECT_TRUE(engine
                    ->UseCache([&](Cache& cache) {
                      return cache.Update(cells).ok() ? cache.AddOffer(MakeOffer("o1", "agent"))
                                                      : InvalidArgument("the cell was refused");
                    })
                    .ok());
    const std::vector<LrpStart> starts = {StartLrp("p", {0, 1}), StartLrp("huge", {0}, 5000)};
    EXPECT_TRUE(engine->Submit(starts, {}, 0).ok());
    return engine;
  }

  size_t PlacedOn(Engine& engine) {
    size_t placed = 0;
    for (const Cell& cell : engine.TakeSnapshot()->Cells()) placed += cell.lrps.size();
    return placed;
  }
};

TEST_F(OutOfMemoryTest, ARoundLosesNoAuction) {
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngine();
    const bool succeeded = SucceedsWith(count, [&] { static_cast<void>(engine->RunRound(1, 0)); });
    ASSERT_EQ(engine->QueueSize() + PlacedOn(*engine), 3u) << "after " << count << " allocations";
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

TEST_F(OutOfMemoryTest, ASubmitThatFailsAddsAllOrNothing) {
  std::vector<int32_t> indices(100);
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<int32_t>(i);
  const std::vector<LrpStart> starts = {StartLrp("q", indices)};
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngine();
    const bool succeeded =
        SucceedsWith(count, [&] { static_cast<void>(engine->Submit(starts, {}, 0)); });
    ASSERT_EQ(engine->QueueSize(), succeeded ? 103u : 3u) << "after " << count << " allocations";
    EXPECT_TRUE(engine->Cancel(Kind::kLrp, "p.1"));
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

TEST_F(OutOfMemoryTest, AnUpdateThatFailsLeavesCellsThatCanBeUsed) {
  std::vector<Cell> cells;
  for (int i = 0; i < 20; ++i) cells.push_back(MakeCell(Numbered("new-", i)));
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngine();
    const bool succeeded = SucceedsWith(count, [&] {
      static_cast<void>(engine->UseCache([&](Cache& cache) { return cache.Update(cells); }));
      static_cast<void>(engine->TakeSnapshot());
    });
    const std::vector<Cell> after = engine->TakeSnapshot()->Cells();
    ASSERT_TRUE(after.size() == 2 || after.size() == 22) << "after " << count << " allocations";
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

TEST_F(OutOfMemoryTest, AHandBackThatFailsCanBeRepeated) {
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngine();
    const auto round = *engine->RunRound(1, 0);
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < round->decisions().size(); ++i) {
      if (round->decisions()[i].placed) positions.push_back(i);
    }
    ASSERT_EQ(positions.size(), 2u);
    const bool succeeded =
        SucceedsWith(count, [&] { static_cast<void>(engine->HandBack(*round, positions)); });
    if (!succeeded) static_cast<void>(engine->HandBack(*round, positions));
    ASSERT_EQ(engine->QueueSize(), 3u) << "after " << count << " allocations";
    ASSERT_EQ(PlacedOn(*engine), 0u) << "after " << count << " allocations";
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

// Under each strategy, with named amounts, with cells that have to be started, and with more work
// on a cell than it has room for: what a failed call leaves behind is what was there before, so
// that a call that succeeds comes to what it would have come to at once.
class OutOfMemoryRoundTest : public OutOfMemoryTest,
                             public testing::WithParamInterface<std::string_view> {
 protected:
  static std::unique_ptr<Engine> MakeEngineOf(std::string_view strategy) {
    auto engine = std::make_unique<Engine>(MakeStrategy(strategy));
    std::vector<Cell> cells = {CellWithMemory("a", 700), CellWithMemory("b", 500)};
    for (Cell& cell : cells) {
      cell.total.scalars = cell.available.scalars = {{"gpus", 3000}, {"a-rather-long-name", 2000}};
      cell.overhead.scalars = {{"gpus", 1000}};
      cell.started = false;
    }
    Offer offer = MakeOffer("o1", "agent");
    offer.resources.scalars = {{"gpus", 2000}};
    offer.started = false;
    offer.overhead = MakeResources(50, 10, 1);
    offer.overhead.scalars = {{"gpus", 1000}};
    EXPECT_TRUE(engine
                    ->UseCache([&](Cache& cache) {
                      const Status status = cache.Update(cells);
                      return status.ok() ? cache.AddOffer(offer) : status;
                    })
                    .ok());
    LrpStart plain = StartLrp("p", {0, 1, 2, 3, 4, 5, 6, 7});
    auto asking = MakeWork(Kind::kLrp, "named");
    asking->asked.scalars = {{"gpus", 500}, {"a-rather-long-name", 1000}};
    auto task = MakeWork(Kind::kTask, "task");
    task->asked.scalars = {{"gpus", 1000}};
    const std::vector<LrpStart> starts = {plain, {asking, {0, 1, 2}}, StartLrp("huge", {0}, 5000)};
    const std::vector<TaskStart> tasks = {{task}};
    EXPECT_TRUE(engine->Submit(starts, tasks, 0).ok());
    return engine;
  }

  static std::vector<std::string> WaitingIn(const Engine& engine) {
    return IdentifiersOf(engine.WaitingAuctions());
  }

  static std::vector<uint32_t> PlacedBy(const Round& round) {
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < round.decisions().size(); ++i) {
      if (round.decisions()[i].placed) positions.push_back(i);
    }
    return positions;
  }
};

TEST_P(OutOfMemoryRoundTest, ARoundThatFailedCanBeRepeated) {
  const std::unique_ptr<Engine> reference = MakeEngineOf(GetParam());
  const std::vector<Cell> before = reference->TakeSnapshot()->Cells();
  const std::vector<std::string> waiting_before = WaitingIn(*reference);
  const auto expected = *reference->RunRound(1, 0);
  ASSERT_GT(expected->placed_count(), 8u);
  const std::vector<Cell> after = reference->TakeSnapshot()->Cells();
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngineOf(GetParam());
    std::shared_ptr<const Round> round;
    const bool succeeded = SucceedsWith(count, [&] { round = *engine->RunRound(1, 0); });
    if (!succeeded) {
      ASSERT_EQ(engine->TakeSnapshot()->Cells(), before) << "after " << count << " allocations";
      ASSERT_EQ(WaitingIn(*engine), waiting_before) << "after " << count << " allocations";
      round = *engine->RunRound(1, 0);
    }
    ASSERT_EQ(round->placed_count(), expected->placed_count());
    ASSERT_EQ(engine->TakeSnapshot()->Cells(), after) << "after " << count << " allocations";
    ASSERT_EQ(WaitingIn(*engine), WaitingIn(*reference));
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

// Nor is anything lost where the memory runs out of a round that is not accepted.
TEST_P(OutOfMemoryRoundTest, ARoundThatIsNotAcceptedLosesNothing) {
  const std::vector<Cell> before = MakeEngineOf(GetParam())->TakeSnapshot()->Cells();
  const std::vector<std::string> waiting = WaitingIn(*MakeEngineOf(GetParam()));
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngineOf(GetParam());
    const bool succeeded = SucceedsWith(count, [&] {
      static_cast<void>(engine->RunRound(1, 0, [](const Round&) { return false; }));
    });
    ASSERT_EQ(engine->TakeSnapshot()->Cells(), before) << "after " << count << " allocations";
    ASSERT_EQ(WaitingIn(*engine), waiting) << "after " << count << " allocations";
    ASSERT_GT((*engine->RunRound(1, 0))->placed_count(), 8u);
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

TEST_P(OutOfMemoryRoundTest, AHandBackIsAllOrNothing) {
  const std::vector<Cell> untouched = MakeEngineOf(GetParam())->TakeSnapshot()->Cells();
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngineOf(GetParam());
    const auto round = *engine->RunRound(1, 0);
    const std::vector<Cell> placed = engine->TakeSnapshot()->Cells();
    const std::vector<uint32_t> positions = PlacedBy(*round);
    size_t undone = 0;
    const bool succeeded =
        SucceedsWith(count, [&] { undone = *engine->HandBack(*round, positions); });
    if (!succeeded) {
      ASSERT_EQ(engine->TakeSnapshot()->Cells(), placed) << "after " << count << " allocations";
      undone = *engine->HandBack(*round, positions);
    }
    ASSERT_EQ(undone, positions.size());
    ASSERT_EQ(engine->TakeSnapshot()->Cells(), untouched) << "after " << count << " allocations";
    ASSERT_EQ(engine->QueueSize(), round->decisions().size());
    if (succeeded) return;
  }
  FAIL() << "it never succeeded";
}

INSTANTIATE_TEST_SUITE_P(Strategies, OutOfMemoryRoundTest, testing::ValuesIn(StrategyNames()),
                         [](const auto& test) { return std::string(test.param); });

TEST_F(OutOfMemoryTest, AnExpiryThatFailsExpiresNothing) {
  for (int64_t count = 0; count < kEnough; ++count) {
    const std::unique_ptr<Engine> engine = MakeEngine();
    const auto use = [&](const std::function<void(Cache&)>& body) {
      static_cast<void>(engine->UseCache([&](Cache& cache) {
        body(cache);
        return Status();
      }));
    };
    use([](Cache& cache) {
      EXPECT_TRUE(cache.AddOffer(MakeOffer("o2", "agent")).ok());
      EXPECT_TRUE(cache.AddOffer(MakeOffer("o3", "other")).ok());
    });
    size_t expired = 0;
    const bool succeeded =
        SucceedsWith(count, [&] { use([&](Cache& c) { expired = c.ExpireOffers(1).size(); }); });
    use([&](Cache& cache) {
      EXPECT_EQ(cache.CountOffers().held, succeeded ? 0u : 3u) << "after " << count;
      EXPECT_TRUE(cache.CheckOffers().ok());
    });
    if (succeeded) {
      EXPECT_EQ(expired, 3u);
      return;
    }
  }
  FAIL() << "it never succeeded";
}

}  // namespace
}  // namespace rostrum
