// What holds for an engine over many rounds: nothing is lost, and what is handed back is undone.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "rostrum/engine.h"
#include "tests/property/cases.h"
#include "tests/property/random_input.h"

namespace rostrum {
namespace {

// An engine with random cells of both kinds.
class RandomEngine {
 public:
  explicit RandomEngine(Random& random) : engine_(RandomStrategy(random)) {
    EXPECT_TRUE(engine_.SetConfiguration(RandomConfiguration(random)).ok());
    const Status status = engine_.UseCache([&](Cache& cache) {
      const int32_t offers = random.Small(6);
      for (int32_t i = 0; i < offers; ++i) {
        const std::string agent = std::string("agent-").append(std::to_string(random.Small(3)));
        const Offer offer =
            RandomOffer(random, std::string("offer-").append(std::to_string(i)), agent);
        EXPECT_TRUE(cache.AddOffer(offer).ok());
      }
      return cache.Update(RandomCells(random));
    });
    EXPECT_TRUE(status.ok()) << status.text();
  }

  Engine* operator->() { return &engine_; }

  std::shared_ptr<const Round> RunRound() {
    const auto round = engine_.RunRound(1, 0);
    EXPECT_TRUE(round.ok()) << round.status().text();
    return *round;
  }

  size_t Submit(const Starts& starts) {
    const auto added = engine_.Submit(starts.lrps, starts.tasks, 0);
    EXPECT_TRUE(added.ok()) << added.status().text();
    return *added;
  }

 private:
  Engine engine_;
};

struct Placement {
  std::shared_ptr<const Round> round;
  uint32_t position = 0;
};

std::vector<Placement> PlacementsOf(const std::shared_ptr<const Round>& round) {
  std::vector<Placement> placements;
  for (uint32_t i = 0; i < round->decisions().size(); ++i) {
    if (round->decisions()[i].placed) placements.push_back({round, i});
  }
  return placements;
}

TEST(EnginePropertyTest, HandingAllBackInAnyOrderRestoresTheCells) {
  ForEachCase(4000, [](Random& random) {
    RandomEngine engine(random);
    engine->SetKeepRefused(random.Percent(50));
    const std::vector<Cell> before = engine->TakeSnapshot()->Cells();
    std::vector<Placement> placements;
    for (const char* prefix : {"", "x-", "y-"}) {
      engine.Submit(RandomStarts(random, prefix));
      for (Placement& placement : PlacementsOf(engine.RunRound())) {
        placements.push_back(std::move(placement));
      }
    }
    random.Shuffle(&placements);
    for (const Placement& placement : placements) {
      const std::vector<uint32_t> positions = {placement.position};
      const auto undone = engine->HandBack(*placement.round, positions);
      ASSERT_TRUE(undone.ok()) << undone.status().text();
      EXPECT_EQ(*undone, 1u);
      EXPECT_FALSE(engine->HandBack(*placement.round, positions).ok()) << "twice";
    }
    EXPECT_EQ(engine->TakeSnapshot()->Cells(), before);
  });
}

TEST(EnginePropertyTest, EveryAuctionIsPlacedOnceOrWaits) {
  ForEachCase(3000, [](Random& random) {
    RandomEngine engine(random);
    size_t submitted = 0;
    size_t placed = 0;
    for (const char* prefix : {"", "x-", "y-"}) {
      submitted += engine.Submit(RandomStarts(random, prefix));
      const auto round = engine.RunRound();
      placed += round->placed_count();
      EXPECT_EQ(placed + engine->QueueSize(), submitted);
      std::vector<Placement> placements = PlacementsOf(round);
      random.Shuffle(&placements);
      placements.resize(placements.size() / 2);
      std::vector<uint32_t> positions;
      for (const Placement& placement : placements) positions.push_back(placement.position);
      EXPECT_EQ(*engine->HandBack(*round, positions), positions.size());
      placed -= positions.size();
      EXPECT_EQ(placed + engine->QueueSize(), submitted);
    }
  });
}

// A round only takes what its own snapshot has, so the cells show what was placed and no more.
TEST(EnginePropertyTest, TheCellsShowWhatWasPlaced) {
  ForEachCase(3000, [](Random& random) {
    RandomEngine engine(random);
    const std::vector<Cell> before = engine->TakeSnapshot()->Cells();
    engine.Submit(RandomStarts(random));
    const auto round = engine.RunRound();
    const std::vector<Cell> after = engine->TakeSnapshot()->Cells();
    ASSERT_EQ(after.size(), before.size());
    for (size_t i = 0; i < after.size(); ++i) {
      size_t lrps = before[i].lrps.size();
      int64_t tasks = before[i].task_count;
      int64_t starting = before[i].starting_containers;
      for (const Placement& placement : PlacementsOf(round)) {
        const Decision& decision = round->decisions()[placement.position];
        if (decision.cell_id != after[i].id) continue;
        const bool is_lrp = round->auctions()[decision.auction].kind() == Kind::kLrp;
        lrps += is_lrp;
        tasks += !is_lrp;
        ++starting;
      }
      EXPECT_EQ(after[i].lrps.size(), lrps);
      EXPECT_EQ(after[i].task_count, tasks);
      EXPECT_EQ(after[i].starting_containers, starting);
      EXPECT_EQ(after[i].total, before[i].total);
    }
  });
}

// What may happen to the cells between two rounds.
void ChangeSomething(Random& random, Engine* engine, const std::shared_ptr<const Round>& round) {
  const auto some_id = [&] {
    return std::string("cell-").append(std::to_string(random.Small(12)));
  };
  const int64_t what = random.Between(0, 10);
  const Status status = engine->UseCache([&](Cache& cache) -> Status {
    if (what == 0) return cache.Update(RandomCells(random, 3));
    if (what == 1) return cache.Replace(RandomCells(random));
    if (what == 2) static_cast<void>(cache.Remove(some_id()));
    if (what == 3) static_cast<void>(cache.SetDisabled(some_id(), random.Percent(50)));
    if (what == 4) static_cast<void>(cache.Drain(some_id()));
    if (what == 5) static_cast<void>(cache.AddOffer(RandomOffer(random, some_id(), "agent-1")));
    if (what == 6) static_cast<void>(cache.AcceptOffers("agent-1"));
    // Work that the embedder itself puts on a cell.
    if (what == 10) {
      for (const Auction& auction : RandomAuctions(random)) {
        static_cast<void>(cache.Take(some_id(), auction, /*placed_by=*/1'000'000));
      }
    }
    // As a rep would tell it: the same cell, with what was placed on it.
    if (what == 7) return cache.Update(cache.TakeSnapshot()->Cells());
    return {};
  });
  EXPECT_TRUE(status.ok() || what == 7) << status.text();
  if (what == 8 || what == 9) {
    for (const Placement& placement : PlacementsOf(round)) {
      const std::vector<uint32_t> positions = {placement.position};
      if (random.Percent(50)) static_cast<void>(engine->HandBack(*round, positions));
    }
  }
}

// An engine keeps from round to round what it has worked out. That must not show.
TEST(EnginePropertyTest, ManyRoundsDecideAsEachByItself) {
  ForEachCase(2000, [](Random& random) {
    Engine engine(RandomStrategy(random));
    ASSERT_TRUE(engine.SetConfiguration(RandomConfiguration(random)).ok());
    ASSERT_TRUE(
        engine.UseCache([&](Cache& cache) { return cache.Update(RandomCells(random)); }).ok());
    for (int round_number = 0; round_number < 8; ++round_number) {
      const Starts starts = RandomStarts(random, std::to_string(round_number));
      ASSERT_TRUE(engine.Submit(starts.lrps, starts.tasks, 0).ok());
      if (random.Percent(10)) engine.SetStrategy(RandomStrategy(random));
      if (random.Percent(30)) {
        ASSERT_EQ(*engine.RunRound(1, 0, [](const Round&) { return false; }), nullptr);
      }
      const auto round = *engine.RunRound(1, 0);
      // The cells as they are now, worked out by themselves.
      const auto snapshot = *Snapshot::FromCells(round->input().snapshot->Cells());
      RoundInput input = round->input();
      input.snapshot = snapshot;
      const auto again = *RunRound(std::move(input), *engine.strategy());
      ASSERT_EQ(round->decisions().size(), again->decisions().size());
      for (size_t i = 0; i < round->decisions().size(); ++i) {
        const Decision& one = round->decisions()[i];
        const Decision& other = again->decisions()[i];
        ASSERT_EQ(one.auction, other.auction);
        ASSERT_EQ(one.cell_id, other.cell_id) << "round " << round_number << ", decision " << i;
        ASSERT_EQ(std::bit_cast<uint64_t>(one.score.value),
                  std::bit_cast<uint64_t>(other.score.value));
        ASSERT_EQ(one.score.tier, other.score.tier);
        if (one.placed) continue;
        ASSERT_EQ(round->refusals()[one.refusal].error, again->refusals()[other.refusal].error);
        ASSERT_EQ(round->refusals()[one.refusal].reasons, again->refusals()[other.refusal].reasons);
      }
      if (random.Percent(60)) ChangeSomething(random, &engine, round);
    }
  });
}

}  // namespace
}  // namespace rostrum
