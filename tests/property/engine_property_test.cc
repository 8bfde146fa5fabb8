// What holds for an engine over many rounds: nothing is lost, and what is handed back is undone.

#include <gtest/gtest.h>

#include <algorithm>

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

}  // namespace
}  // namespace rostrum
