// Random sequences of calls to a cache, beside a model of what they should come to.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "rostrum/cache.h"
#include "tests/property/cases.h"
#include "tests/property/random_input.h"

namespace rostrum {
namespace {

std::string Named(const char* prefix, int64_t number) {
  return std::string(prefix).append(std::to_string(number));
}

// The cache, and beside it: the state of every offer, and what is free on every agent. Agents have
// no overhead here; hand-backs with overhead are in engine_property_test.cc.
class ModelledCache {
 public:
  explicit ModelledCache(Random& random) : random_(random) {}

  void RunOneCall() {
    using Call = void (ModelledCache::*)();
    static const std::vector<Call> calls = {
        &ModelledCache::AddOffer, &ModelledCache::AddOffer,     &ModelledCache::TakeOut,
        &ModelledCache::TakeOut,  &ModelledCache::Accept,       &ModelledCache::Expire,
        &ModelledCache::Lose,     &ModelledCache::UpdateStates, &ModelledCache::Flag,
        &ModelledCache::Take,     &ModelledCache::Take,         &ModelledCache::GiveBack,
        &ModelledCache::Snap};
    (this->*random_.Pick(calls))();
    ForgetAgentsThatWent();
  }

  void Check() {
    CheckCounts();
    CheckCells();
  }

  // No snapshot that was ever taken has changed.
  void CheckSnapshots() const {
    for (const auto& [snapshot, cells] : snapshots_) EXPECT_EQ(snapshot->Cells(), cells);
  }

 private:
  struct KnownOffer {
    std::string agent_id;
    Resources resources;
    int64_t received_ms = 0;
    OfferState state = OfferState::kHeld;
  };

  std::string AnyAgent() { return Named("agent-", random_.Small(3)); }
  std::string AnyState() { return Named("cell-", random_.Small(4) * 7); }
  // Of an offer that was added, or of none.
  std::string AnyOffer() { return Named("offer-", random_.Small(added_ + 1)); }

  void AddOffer() {
    Offer offer = RandomOffer(random_, Named("offer-", added_), AnyAgent());
    offer.overhead = {};
    ASSERT_TRUE(cache_.AddOffer(offer).ok());
    ++added_;
    free_[offer.agent_id].Add(offer.resources);
    offers_[offer.id] = {offer.agent_id, offer.resources, offer.received_ms, OfferState::kHeld};
    EXPECT_EQ(cache_.AddOffer(offer).code(), Code::kInvalidArgument) << "twice";
  }

  void Withdraw(KnownOffer* offer, OfferState state) {
    offer->state = state;
    free_[offer->agent_id].Subtract(offer->resources);
  }

  void TakeOut() {
    const bool rescind = random_.Percent(50);
    const std::string id = AnyOffer();
    const Status status = rescind ? cache_.RescindOffer(id) : cache_.DeclineOffer(id);
    const auto at = offers_.find(id);
    if (at == offers_.end()) {
      EXPECT_EQ(status.code(), Code::kNotFound);
    } else if (at->second.state != OfferState::kHeld) {
      EXPECT_EQ(status.code(), Code::kFailedPrecondition);
    } else {
      EXPECT_TRUE(status.ok()) << status.text();
      Withdraw(&at->second, rescind ? OfferState::kRescinded : OfferState::kDeclined);
    }
  }

  void Accept() {
    const std::string agent = AnyAgent();
    const auto ids = cache_.AcceptOffers(agent);
    size_t held = 0;
    for (auto& [id, offer] : offers_) {
      if (offer.agent_id != agent || offer.state != OfferState::kHeld) continue;
      offer.state = OfferState::kAccepted;
      ++held;
    }
    EXPECT_EQ(ids.ok() ? ids->size() : 0, held);
    free_[agent] = {};
    placed_.erase(agent);
  }

  void Expire() {
    const int64_t oldest_ms = random_.Between(0, 60);
    std::vector<std::string> expected;
    for (auto& [id, offer] : offers_) {
      if (offer.state != OfferState::kHeld || offer.received_ms >= oldest_ms) continue;
      Withdraw(&offer, OfferState::kExpired);
      expected.push_back(id);
    }
    std::vector<std::string> ids = cache_.ExpireOffers(oldest_ms);
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, expected);
  }

  void Lose() {
    const std::string agent = AnyAgent();
    const bool known = cache_.Find(agent).ok();
    EXPECT_EQ(cache_.LoseAgent(agent).ok(), known);
  }

  void UpdateStates() {
    std::vector<Cell> cells = RandomCells(random_);
    if (cells.size() > 5) cells.resize(5);
    if (random_.Percent(20) && !cells.empty()) {
      cells.push_back(cells[0]);
      const std::vector<Cell> before = cache_.TakeSnapshot()->Cells();
      EXPECT_FALSE(cache_.Update(cells).ok()) << "an id twice";
      EXPECT_EQ(cache_.TakeSnapshot()->Cells(), before);
      return;
    }
    const bool replace = random_.Percent(40);
    const Status status = replace ? cache_.Replace(cells) : cache_.Update(cells);
    EXPECT_TRUE(status.ok()) << status.text();
    for (const Cell& cell : cells) placed_.erase(cell.id);
  }

  void Flag() {
    const std::string id = random_.Percent(50) ? AnyAgent() : AnyState();
    if (random_.Percent(30)) {
      const bool known = cache_.Find(id).ok();
      EXPECT_EQ(cache_.Drain(id).ok(), known);
    } else {
      static_cast<void>(cache_.SetDisabled(id, random_.Percent(40)));
    }
  }

  void Take() {
    const std::string id = random_.Percent(50) ? AnyAgent() : AnyState();
    const std::vector<Auction> auctions = RandomAuctions(random_);
    if (auctions.empty()) return;
    const Auction& auction = random_.Pick(auctions);
    if (!cache_.Take(id, auction).ok()) return;
    placed_[id].push_back(auction);
    if (id.starts_with("agent")) free_[id].Subtract(CostOf(auction));
  }

  void GiveBack() {
    const std::string id = random_.Percent(50) ? AnyAgent() : AnyState();
    std::vector<Auction>& placed = placed_[id];
    if (placed.empty()) {
      EXPECT_FALSE(cache_.GiveBack(id, {RandomTask(), 0, 0, 0, 0}).ok());
      return;
    }
    // Of two placements of one identifier the cache gives the newer back, so the model does too.
    const auto at = placed.end() - 1;
    EXPECT_TRUE(cache_.GiveBack(id, *at).ok());
    if (id.starts_with("agent")) free_[id].Add(CostOf(*at));
    placed.erase(at);
  }

  void Snap() {
    const auto snapshot = cache_.TakeSnapshot();
    snapshots_.emplace_back(snapshot, snapshot->Cells());
  }

  static Resources CostOf(const Auction& auction) {
    Resources cost = auction.work->asked;
    cost.containers = 1;
    return cost;
  }

  static std::shared_ptr<const Work> RandomTask() {
    auto work = std::make_shared<Work>();
    work->kind = Kind::kTask;
    work->guid = "unknown";
    return work;
  }

  // A cell that is lost, or drained and empty, takes its offers and its work with it.
  void ForgetAgentsThatWent() {
    const auto snapshot = cache_.TakeSnapshot();
    std::map<std::string, Cell> cells;
    for (Cell& cell : snapshot->Cells()) cells.emplace(cell.id, std::move(cell));
    std::erase_if(placed_, [&](const auto& entry) { return !cells.contains(entry.first); });
    std::erase_if(free_, [&](const auto& entry) { return !cells.contains(entry.first); });
    for (auto& [id, offer] : offers_) {
      if (offer.state == OfferState::kHeld && !cells.contains(offer.agent_id)) {
        offer.state = OfferState::kExpired;
      }
    }
  }

  void CheckCounts() {
    EXPECT_TRUE(cache_.CheckOffers().ok()) << cache_.CheckOffers().text();
    std::map<OfferState, uint64_t> expected;
    for (const auto& [id, offer] : offers_) {
      EXPECT_EQ(*cache_.StateOfOffer(id), offer.state) << id;
      ++expected[offer.state];
    }
    const OfferCounts counts = cache_.CountOffers();
    EXPECT_EQ(counts.added, static_cast<uint64_t>(added_));
    EXPECT_EQ(counts.held, expected[OfferState::kHeld]);
    EXPECT_EQ(counts.accepted, expected[OfferState::kAccepted]);
    EXPECT_EQ(counts.declined, expected[OfferState::kDeclined]);
    EXPECT_EQ(counts.rescinded, expected[OfferState::kRescinded]);
    EXPECT_EQ(counts.expired, expected[OfferState::kExpired]);
  }

  void CheckCells() {
    const std::vector<Cell> cells = cache_.TakeSnapshot()->Cells();
    EXPECT_EQ(cells.size(), cache_.size());
    for (size_t i = 0; i < cells.size(); ++i) {
      const Cell& cell = cells[i];
      const auto key = [](const Cell& c) { return std::tie(c.zone, c.index, c.id); };
      EXPECT_TRUE(i == 0 || key(cells[i - 1]) < key(cell)) << cell.id;
      EXPECT_EQ(*cache_.Find(cell.id), cell);
      EXPECT_TRUE(!cell.id.starts_with("agent") || cell.available == free_[cell.id]) << cell.id;
      EXPECT_FALSE(cell.draining && cell.lrps.empty() && cell.task_count == 0) << cell.id;
    }
  }

  Random& random_;
  Cache cache_;
  int32_t added_ = 0;
  std::map<std::string, KnownOffer> offers_;
  std::map<std::string, Resources> free_;
  std::map<std::string, std::vector<Auction>> placed_;
  std::vector<std::pair<std::shared_ptr<const Snapshot>, std::vector<Cell>>> snapshots_;
};

TEST(CachePropertyTest, OffersAndCellsAddUpAfterEveryCall) {
  ForEachCase(2000, [](Random& random) {
    ModelledCache cache(random);
    for (int i = 0; i < 60 && !testing::Test::HasFailure(); ++i) {
      cache.RunOneCall();
      cache.Check();
    }
    cache.CheckSnapshots();
  });
}

}  // namespace
}  // namespace rostrum
