// Short ways to say "a cell", "an LRP" or "a round" in a test. Everything has an unobtrusive
// default, so that a test names only what it is about.

#ifndef ROSTRUM_TESTS_UNIT_BUILDERS_H_
#define ROSTRUM_TESTS_UNIT_BUILDERS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/round.h"
#include "rostrum/snapshot.h"
#include "rostrum/strategy.h"

namespace rostrum {

inline constexpr const char* kRootfs = "preloaded:cflinuxfs4";

// "p" and 3: "p3".
inline std::string Numbered(std::string prefix, int64_t number) {
  return prefix.append(std::to_string(number));
}

inline Resources MakeResources(int64_t memory_mb, int64_t disk_mb, int64_t containers) {
  Resources resources;
  resources.memory = WholeAmount(memory_mb);
  resources.disk = WholeAmount(disk_mb);
  resources.containers = containers;
  return resources;
}

inline Signature PlainSignature() {
  Signature signature;
  signature.rootfs_providers = {{"preloaded", RootfsProvider::Type::kFixedSet, {"cflinuxfs4"}}};
  return signature;
}

// An empty cell of 1000 MB of memory, 1000 MB of disk and 100 containers, with the usual root file
// system and nothing odd about it.
inline Cell MakeCell(std::string id, std::string zone = "z1", int64_t index = 0) {
  Cell cell;
  cell.id = std::move(id);
  cell.zone = std::move(zone);
  cell.index = index;
  cell.total = MakeResources(1000, 1000, 100);
  cell.available = cell.total;
  cell.signature = PlainSignature();
  return cell;
}

// The same cell with as much memory in all, all of it free.
inline Cell CellWithMemory(std::string id, int64_t memory_mb) {
  Cell cell = MakeCell(std::move(id));
  cell.total.memory = cell.available.memory = WholeAmount(memory_mb);
  return cell;
}

// Work that may still be changed before it is shared.
inline std::shared_ptr<Work> MakeWork(Kind kind, std::string guid, int64_t memory_mb = 100) {
  auto work = std::make_shared<Work>();
  work->kind = kind;
  work->guid = std::move(guid);
  work->domain = "domain";
  work->asked.memory = WholeAmount(memory_mb);
  work->asked.disk = WholeAmount(10);
  work->constraint.rootfs = kRootfs;
  return work;
}

inline Auction MakeLrp(std::string guid, int32_t index = 0, int64_t memory_mb = 100) {
  return {MakeWork(Kind::kLrp, std::move(guid), memory_mb), index, 0, 0, 0};
}

inline Auction MakeTask(std::string guid, int64_t memory_mb = 100) {
  return {MakeWork(Kind::kTask, std::move(guid), memory_mb), 0, 0, 0, 0};
}

inline LrpStart StartLrp(std::string guid, std::vector<int32_t> indices = {0},
                         int64_t memory_mb = 100) {
  return {MakeWork(Kind::kLrp, std::move(guid), memory_mb), std::move(indices), 0};
}

inline TaskStart StartTask(std::string guid, int64_t memory_mb = 100) {
  return {MakeWork(Kind::kTask, std::move(guid), memory_mb), 0};
}

// An offer of 1000 MB of memory, 1000 MB of disk, 4 cores and 100 containers.
inline Offer MakeOffer(std::string id, std::string agent_id) {
  Offer offer;
  offer.id = std::move(id);
  offer.agent_id = std::move(agent_id);
  offer.resources = MakeResources(1000, 1000, 100);
  offer.resources.cpu = WholeAmount(4);
  offer.zone = "z1";
  offer.signature = PlainSignature();
  offer.started = true;
  return offer;
}

inline std::vector<std::string> IdentifiersOf(const std::vector<Auction>& auctions) {
  std::vector<std::string> identifiers;
  for (const Auction& auction : auctions) identifiers.push_back(auction.Identifier());
  return identifiers;
}

// A strategy made of functions, so that a test can say in place how it behaves. Without any it
// takes the cell that is first by zone, index and id.
class FakeStrategy : public Strategy {
 public:
  std::string name = "fake";
  AuctionOrder order = AuctionOrder::kLargerFirst;
  bool balances_zones = false;
  std::optional<double> limit;
  std::function<void(const RoundContext&)> begin_round;
  std::function<double(const AuctionView&)> order_key;
  std::function<bool(const AuctionView&, const CellView&, std::string*)> accepts;
  std::function<Score(const AuctionView&, const CellView&)> score;
  std::function<Score(const CellView&)> base_score;

  std::string_view Name() const override { return name; }
  AuctionOrder Order() const override { return order; }
  bool BalancesZones() const override { return balances_zones; }
  std::optional<double> ScoreLimit() const override { return limit; }
  void BeginRound(const RoundContext& context) override {
    if (begin_round) begin_round(context);
  }
  double OrderKey(const AuctionView& auction) override {
    return order_key ? order_key(auction) : 0;
  }
  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    return accepts ? accepts(auction, cell, reason) : true;
  }
  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return score ? score(auction, cell) : Score();
  }
  bool HasBaseScore() const override { return base_score != nullptr; }
  Score BaseScore(const CellView& cell) override { return base_score(cell); }
};

// A round over a snapshot of the cells, with the outcome by identifier.
class TestRound {
 public:
  TestRound(const std::vector<Cell>& cells, std::vector<Auction> auctions, Strategy& strategy,
            const Configuration& configuration = {})
      : strategy_(strategy) {
    Expected<std::shared_ptr<const Snapshot>> snapshot = Snapshot::FromCells(cells);
    if (!snapshot.ok()) {
      ADD_FAILURE() << snapshot.status().text();
      return;
    }
    RoundInput input;
    input.snapshot = *snapshot;
    input.auctions = std::move(auctions);
    input.configuration = configuration;
    Expected<std::shared_ptr<const Round>> round = RunRound(std::move(input), strategy);
    if (!round.ok()) {
      ADD_FAILURE() << round.status().text();
      return;
    }
    round_ = *round;
  }

  const Round& operator*() const { return *round_; }
  const Round* operator->() const { return round_.get(); }

  // The cell of an auction; "" if it was refused.
  std::string CellOf(std::string_view identifier) const {
    const Decision* decision = Find(identifier);
    return decision == nullptr ? "" : std::string(decision->cell_id);
  }

  // The refusal of an auction; one without a code if it was placed.
  Refusal RefusalOf(std::string_view identifier) const {
    const Decision* decision = Find(identifier);
    if (decision == nullptr || decision->placed) return {};
    return round_->refusals()[decision->refusal];
  }

  std::string ErrorOf(std::string_view identifier) const { return RefusalOf(identifier).error; }

  // What was decided first comes first.
  std::vector<std::string> Order() const {
    std::vector<std::string> order;
    for (const Decision& decision : round_->decisions()) {
      order.push_back(round_->auctions()[decision.auction].Identifier());
    }
    return order;
  }

  Explanation Explain(Kind kind, std::string_view identifier) const {
    Expected<Explanation> explanation = round_->Explain(strategy_, kind, identifier);
    if (explanation.ok()) return *explanation;
    ADD_FAILURE() << explanation.status().text();
    return {};
  }

 private:
  const Decision* Find(std::string_view identifier) const {
    for (const Decision& decision : round_->decisions()) {
      if (round_->auctions()[decision.auction].Identifier() == identifier) return &decision;
    }
    ADD_FAILURE() << "the round decided nothing for \"" << identifier << "\"";
    return nullptr;
  }

  Strategy& strategy_;
  std::shared_ptr<const Round> round_;
};

}  // namespace rostrum

#endif  // ROSTRUM_TESTS_UNIT_BUILDERS_H_
