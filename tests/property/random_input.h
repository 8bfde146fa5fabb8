// Random clusters, batches and strategies. Small, and drawn from few values, so that ties, exact
// fits and refusals are common.

#ifndef ROSTRUM_TESTS_PROPERTY_RANDOM_INPUT_H_
#define ROSTRUM_TESTS_PROPERTY_RANDOM_INPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/configuration.h"
#include "rostrum/engine.h"
#include "rostrum/strategy.h"
#include "tests/property/random.h"

namespace rostrum {

// Cells of states, some of them closed, over-committed, without a total, or not started yet.
std::vector<Cell> RandomCells(Random& random, int64_t most = 12);

// An offer of the same kind.
Offer RandomOffer(Random& random, std::string id, std::string agent_id);

// Requests whose identifiers are unique. Each guid starts with `prefix`.
struct Starts {
  std::vector<LrpStart> lrps;
  std::vector<TaskStart> tasks;
};
Starts RandomStarts(Random& random, const std::string& prefix = "", int32_t most_instances = 6);

// The auctions of such requests, in the order of a queue.
std::vector<Auction> RandomAuctions(Random& random, int32_t most_instances = 6);

// Makes index and memory of no two auctions equal, and shuffles them.
void RemoveTies(Random& random, std::vector<Auction>* auctions);

Configuration RandomConfiguration(Random& random);

// A strategy as a user might write it: arbitrary, but true to its contract.
class HashStrategy : public Strategy {
 public:
  explicit HashStrategy(Random& random);

  std::string_view Name() const override { return "hash"; }
  AuctionOrder Order() const override { return order_; }
  bool BalancesZones() const override { return balances_zones_; }
  std::optional<double> ScoreLimit() const override { return limit_; }
  double OrderKey(const AuctionView& auction) override;
  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override;
  Score ScoreCell(const AuctionView& auction, const CellView& cell) override;
  bool HasBaseScore() const override { return has_base_; }
  Score BaseScore(const CellView& cell) override;

  void set_order(AuctionOrder order) { order_ = order; }
  void set_limit(std::optional<double> limit) { limit_ = limit; }

 private:
  uint64_t salt_;
  AuctionOrder order_;
  bool balances_zones_;
  bool has_base_;
  std::optional<double> limit_;
};

// One of the library's strategies, or a HashStrategy.
std::shared_ptr<Strategy> RandomStrategy(Random& random);

// Does as another strategy does, but is unknown to the library and names no base score, so that a
// round has to look at every cell.
class PlainStrategy : public Strategy {
 public:
  explicit PlainStrategy(std::shared_ptr<Strategy> other) : other_(std::move(other)) {}

  std::string_view Name() const override { return other_->Name(); }
  AuctionOrder Order() const override { return other_->Order(); }
  bool BalancesZones() const override { return other_->BalancesZones(); }
  std::optional<double> ScoreLimit() const override { return other_->ScoreLimit(); }
  void BeginRound(const RoundContext& context) override { other_->BeginRound(context); }
  double OrderKey(const AuctionView& auction) override { return other_->OrderKey(auction); }
  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    return other_->Accepts(auction, cell, reason);
  }
  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return other_->ScoreCell(auction, cell);
  }

 private:
  std::shared_ptr<Strategy> other_;
};

}  // namespace rostrum

#endif  // ROSTRUM_TESTS_PROPERTY_RANDOM_INPUT_H_
