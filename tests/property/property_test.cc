// What holds for every round, whatever the cells, the work and the strategy.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "rostrum/round.h"
#include "tests/property/cases.h"
#include "tests/property/random_input.h"

namespace rostrum {
namespace {

struct Input {
  std::vector<Cell> cells;
  std::vector<Auction> auctions;
  Configuration configuration;
};

Input RandomInput(Random& random) {
  Input input;
  input.cells = RandomCells(random);
  input.auctions = RandomAuctions(random);
  input.configuration = RandomConfiguration(random);
  return input;
}

std::shared_ptr<const Round> RunOn(const Input& input, Strategy& strategy) {
  const auto snapshot = Snapshot::FromCells(input.cells);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status().text();
  RoundInput round_input;
  round_input.snapshot = *snapshot;
  round_input.auctions = input.auctions;
  round_input.configuration = input.configuration;
  const auto round = RunRound(std::move(round_input), strategy);
  EXPECT_TRUE(round.ok()) << round.status().text();
  return *round;
}

// All that was decided of one auction, to compare rounds by.
struct Outcome {
  bool placed = false;
  std::string cell_id;
  Score score;
  RefusalCode code = RefusalCode::kNone;
  std::string error;
  std::vector<ReasonCount> reasons;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    if (outcome.placed) {
      return out << outcome.cell_id << " at " << outcome.score.tier << "/" << outcome.score.value;
    }
    out << RefusalCodeName(outcome.code) << ": " << outcome.error;
    for (const ReasonCount& reason : outcome.reasons) {
      out << "; " << reason.cells << " " << ReasonName(reason.reason) << " " << reason.subject
          << (reason.is_static ? " for ever" : "") << " " << FormatAmount(reason.free) << " of "
          << FormatAmount(reason.asked) << " on " << reason.cell_id;
    }
    return out;
  }
};

std::string NameOf(const Auction& auction) {
  return std::string(KindName(auction.kind())) + " " + auction.Identifier();
}

Outcome OutcomeOf(const Round& round, const Decision& decision) {
  if (decision.placed) return {true, std::string(decision.cell_id), decision.score, {}, {}, {}};
  const Refusal& refusal = round.refusals()[decision.refusal];
  return {false, {}, {}, decision.code, refusal.error, refusal.reasons};
}

using Outcomes = std::vector<std::pair<std::string, Outcome>>;

// In the order of the decisions.
Outcomes OutcomesOf(const Round& round) {
  Outcomes outcomes;
  for (const Decision& decision : round.decisions()) {
    outcomes.emplace_back(NameOf(round.auctions()[decision.auction]), OutcomeOf(round, decision));
  }
  return outcomes;
}

TEST(RoundPropertyTest, EveryAuctionIsDecidedOnce) {
  ForEachCase(4000, [](Random& random) {
    const Input input = RandomInput(random);
    const auto round = RunOn(input, *RandomStrategy(random));
    std::set<uint32_t> decided;
    uint64_t placed = 0;
    for (const Decision& decision : round->decisions()) {
      EXPECT_TRUE(decided.insert(decision.auction).second) << "decided twice";
      EXPECT_LT(decision.auction, round->auctions().size());
      placed += decision.placed;
      EXPECT_EQ(decision.placed, decision.code == RefusalCode::kNone);
      if (decision.placed) continue;
      ASSERT_LT(decision.refusal, round->refusals().size());
      EXPECT_EQ(round->refusals()[decision.refusal].code, decision.code);
      EXPECT_NE(round->refusals()[decision.refusal].error, "");
    }
    EXPECT_EQ(decided.size(), round->auctions().size());
    EXPECT_EQ(round->placed_count(), placed);
  });
}

// A cell's resources by name, to take placements off without the library's own arithmetic.
std::map<std::string, int64_t> AmountsOf(const Resources& resources) {
  std::map<std::string, int64_t> amounts = {{"memory", resources.memory},
                                            {"disk", resources.disk},
                                            {"cpu", resources.cpu},
                                            {"containers", resources.containers}};
  for (const NamedAmount& scalar : resources.scalars) amounts["/" + scalar.name] = scalar.amount;
  return amounts;
}

void TakeOff(const Resources& asked, std::map<std::string, int64_t>* amounts) {
  for (const auto& [name, amount] : AmountsOf(asked)) (*amounts)[name] -= amount;
}

TEST(RoundPropertyTest, NoCellIsOverCommitted) {
  ForEachCase(4000, [](Random& random) {
    const Input input = RandomInput(random);
    const auto round = RunOn(input, *RandomStrategy(random));
    for (const Cell& cell : input.cells) {
      std::map<std::string, int64_t> left = AmountsOf(cell.available);
      int64_t placed = 0;
      for (const Decision& decision : round->decisions()) {
        if (decision.cell_id != cell.id) continue;
        Resources asked = round->auctions()[decision.auction].work->asked;
        asked.containers = 1;
        TakeOff(asked, &left);
        ++placed;
      }
      if (placed == 0) continue;
      if (!cell.started) TakeOff(cell.overhead, &left);
      // Work that asks for no cpu or GPU may run where less than nothing of it is free.
      std::map<std::string, int64_t> before = AmountsOf(cell.available);
      for (const auto& [name, amount] : left) {
        const bool needs_some = name == "memory" || name == "disk" || amount != before[name];
        EXPECT_TRUE(amount >= 0 || !needs_some) << cell.id << " " << name;
      }
    }
  });
}

TEST(RoundPropertyTest, PlacementsAreOnCompatibleOpenCells) {
  ForEachCase(4000, [](Random& random) {
    const Input input = RandomInput(random);
    const auto round = RunOn(input, *RandomStrategy(random));
    for (const Decision& decision : round->decisions()) {
      if (!decision.placed) continue;
      const auto cell = std::find_if(input.cells.begin(), input.cells.end(),
                                     [&](const Cell& c) { return c.id == decision.cell_id; });
      ASSERT_NE(cell, input.cells.end());
      EXPECT_TRUE(cell->open());
      EXPECT_EQ(decision.cell_tag, cell->tag);
      Signature signature = cell->signature;
      signature.Normalize();
      const Work& work = *round->auctions()[decision.auction].work;
      EXPECT_EQ(Match(work.constraint, signature), MatchLevel::kMatch);
    }
  });
}

TEST(RoundPropertyTest, NoMoreContainersStartThanTheLimitAllows) {
  ForEachCase(4000, [](Random& random) {
    Input input = RandomInput(random);
    input.configuration.starting_container_count_maximum = random.Between(1, 10);
    const auto round = RunOn(input, *RandomStrategy(random));
    int64_t starting = 0;
    for (const Cell& cell : input.cells) starting += cell.open() ? cell.starting_containers : 0;
    const int64_t room = input.configuration.starting_container_count_maximum - starting;
    EXPECT_LE(static_cast<int64_t>(round->placed_count()), std::max<int64_t>(room, 0));
  });
}

TEST(RoundPropertyTest, TheSameInputGivesTheSameOutcomes) {
  ForEachCase(4000, [](Random& random) {
    const Input input = RandomInput(random);
    const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
    EXPECT_EQ(OutcomesOf(*RunOn(input, *strategy)), OutcomesOf(*RunOn(input, *strategy)));
  });
}

TEST(RoundPropertyTest, TheOrderOfTheCellsDoesNotMatter) {
  ForEachCase(4000, [](Random& random) {
    Input input = RandomInput(random);
    const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
    const Outcomes expected = OutcomesOf(*RunOn(input, *strategy));
    random.Shuffle(&input.cells);
    EXPECT_EQ(OutcomesOf(*RunOn(input, *strategy)), expected);
  });
}

// Whatever is a set may be listed in any order.
TEST(RoundPropertyTest, TheOrderOfListsDoesNotMatter) {
  ForEachCase(4000, [](Random& random) {
    Input input = RandomInput(random);
    const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
    const Outcomes expected = OutcomesOf(*RunOn(input, *strategy));
    random.Shuffle(&input.cells);
    for (Cell& cell : input.cells) {
      for (Resources* resources : {&cell.total, &cell.available, &cell.overhead}) {
        random.Shuffle(&resources->scalars);
      }
      random.Shuffle(&cell.lrps);
      random.Shuffle(&cell.signature.rootfs_providers);
      for (RootfsProvider& provider : cell.signature.rootfs_providers)
        random.Shuffle(&provider.set);
      random.Shuffle(&cell.signature.volume_drivers);
      random.Shuffle(&cell.signature.placement_tags);
      random.Shuffle(&cell.signature.optional_placement_tags);
    }
    for (Auction& auction : input.auctions) {
      auto work = std::make_shared<Work>(*auction.work);
      random.Shuffle(&work->asked.scalars);
      if (random.Percent(50)) work->asked.scalars.push_back({"none", 0});
      random.Shuffle(&work->constraint.placement_tags);
      random.Shuffle(&work->constraint.volume_drivers);
      auction.work = std::move(work);
    }
    Outcomes actual = OutcomesOf(*RunOn(input, *strategy));
    // Diego's text lists the tags as they came.
    for (auto& [name, outcome] : actual) {
      if (outcome.code != RefusalCode::kPlacementTagMismatch) continue;
      const auto at = std::find_if(expected.begin(), expected.end(),
                                   [&](const auto& other) { return other.first == name; });
      ASSERT_NE(at, expected.end());
      outcome.error = at->second.error;
    }
    EXPECT_EQ(actual, expected);
  });
}

TEST(RoundPropertyTest, TheOrderOfAuctionsWithoutTiesDoesNotMatter) {
  ForEachCase(4000, [](Random& random) {
    Input input = RandomInput(random);
    RemoveTies(random, &input.auctions);
    const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
    Outcomes expected = OutcomesOf(*RunOn(input, *strategy));
    random.Shuffle(&input.auctions);
    Outcomes actual = OutcomesOf(*RunOn(input, *strategy));
    // Where there is no cell, refusals are in the order of the queue.
    const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(expected.begin(), expected.end(), by_name);
    std::sort(actual.begin(), actual.end(), by_name);
    EXPECT_EQ(actual, expected);
  });
}

void ExpectSearchFindsWhatScanFinds(const Input& input, Random& random) {
  const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
  PlainStrategy plain(strategy);
  EXPECT_EQ(OutcomesOf(*RunOn(input, *strategy)), OutcomesOf(*RunOn(input, plain)))
      << "strategy " << strategy->Name();
}

TEST(RoundPropertyTest, SearchingFindsWhatLookingAtEveryCellFinds) {
  ForEachCase(4000, [](Random& random) {
    const Input input = RandomInput(random);
    ExpectSearchFindsWhatScanFinds(input, random);
  });
}

TEST(RoundPropertyTest, SearchingFindsTheSameOnLargerClusters) {
  ForEachCase(300, [](Random& random) {
    Input input;
    input.cells = RandomCells(random, /*most=*/200);
    input.auctions = RandomAuctions(random, /*most_instances=*/60);
    input.configuration = RandomConfiguration(random);
    ExpectSearchFindsWhatScanFinds(input, random);
  });
}

// More trees than may be held at once, so that some are let go and asked for again.
TEST(RoundPropertyTest, SearchingFindsTheSameForManySizesOfWork) {
  constexpr int kCount = 2'900;
  Input input;
  for (int i = 0; i < kCount; ++i) {
    Cell cell;
    cell.id = "cell-" + std::to_string(i);
    cell.total.memory = WholeAmount(100'000 + i % 7);
    cell.total.disk = WholeAmount(1'000);
    cell.total.containers = 20;
    cell.available = cell.total;
    cell.signature.rootfs_providers = {{"preloaded", RootfsProvider::Type::kFixedSet, {"stack"}}};
    input.cells.push_back(cell);
    auto work = std::make_shared<Work>();
    work->guid = "p" + std::to_string(i);
    work->asked.memory = i;
    work->constraint.rootfs = "preloaded:stack";
    for (const int32_t index : {0, 1}) input.auctions.push_back({work, index});
  }
  const std::shared_ptr<Strategy> diego = MakeStrategy("diego");
  PlainStrategy plain(diego);
  EXPECT_EQ(OutcomesOf(*RunOn(input, *diego)), OutcomesOf(*RunOn(input, plain)));
}

// Cells that differ in amounts alone, which are refused by counting in the index.
void MakeUniform(Random& random, std::vector<Cell>* cells) {
  const Amount proxy_memory = WholeAmount(random.Between(-1, 16));
  for (Cell& cell : *cells) {
    cell.started = true;
    cell.proxy_memory = proxy_memory;
    if (random.Percent(70)) cell.available.memory = WholeAmount(random.Between(0, 8) * 16);
    if (random.Percent(30)) cell.available.disk = WholeAmount(random.Between(0, 4) * 64);
  }
}

TEST(RoundPropertyTest, CountingFindsWhatLookingAtEveryCellFinds) {
  ForEachCase(2000, [](Random& random) {
    Input input = RandomInput(random);
    if (random.Percent(20)) input.cells = RandomCells(random, /*most=*/100);
    MakeUniform(random, &input.cells);
    ExpectSearchFindsWhatScanFinds(input, random);
  });
}

// One auction of a round, explained.
void ExpectExplained(const Round& round, const Decision& decision, Strategy& strategy) {
  const Auction& auction = round.auctions()[decision.auction];
  const auto explained = round.Explain(strategy, auction.kind(), auction.Identifier());
  ASSERT_TRUE(explained.ok()) << explained.status().text();
  const Explanation& explanation = *explained;
  EXPECT_EQ(NameOf(explanation.auction), NameOf(auction));
  EXPECT_EQ(explanation.decision.auction, decision.auction);
  EXPECT_EQ(explanation.decision.placed, decision.placed);
  EXPECT_EQ(explanation.decision.cell_id, decision.cell_id);
  EXPECT_EQ(explanation.decision.score, decision.score);
  EXPECT_EQ(explanation.decision.refusal, decision.refusal);
  EXPECT_EQ(explanation.answers.size(), round.input().snapshot->size());
  if (!decision.placed) {
    EXPECT_EQ(explanation.refusal.error, round.refusals()[decision.refusal].error);
    EXPECT_EQ(explanation.refusal.reasons, round.refusals()[decision.refusal].reasons);
  }
  int winners = 0;
  for (const CellAnswer& answer : explanation.answers) {
    EXPECT_EQ(answer.fits, answer.reasons.empty());
    if (!answer.winner) continue;
    ++winners;
    EXPECT_TRUE(answer.fits);
    EXPECT_EQ(answer.cell_id, decision.cell_id);
    EXPECT_EQ(answer.score, decision.score);
  }
  EXPECT_EQ(winners, decision.placed ? 1 : 0);
}

TEST(ExplainPropertyTest, AgreesWithTheDecisionOnEveryAuction) {
  ForEachCase(3000, [](Random& random) {
    const Input input = RandomInput(random);
    const std::shared_ptr<Strategy> strategy = RandomStrategy(random);
    const auto round = RunOn(input, *strategy);
    for (const Decision& decision : round->decisions()) {
      ExpectExplained(*round, decision, *strategy);
    }
  });
}

// A HashStrategy that goes wrong at some auctions, each in a way of its own.
class FaultyStrategy : public HashStrategy {
 public:
  explicit FaultyStrategy(Random& random) : HashStrategy(random), salt_(random.Next()) {
    // Diego's order may change with the auctions that are in the batch.
    if (Order() == AuctionOrder::kDiego) set_order(AuctionOrder::kLargerFirst);
    // Below a limit NaN is an answer like any other.
    set_limit(std::nullopt);
  }

  enum class Fault { kNone, kThrow, kThrowNumber, kNaN, kUnsteady, kRefuseLater, kKeyNaN };
  static constexpr uint64_t kFaults = 7;

  Fault FaultOf(std::string_view guid, int32_t index) const {
    const uint64_t hash = Mix(Mix(salt_ ^ static_cast<uint64_t>(index)), guid);
    return hash % 3 != 0 ? Fault::kNone : static_cast<Fault>(hash / 3 % kFaults);
  }

  double OrderKey(const AuctionView& auction) override {
    if (FaultOf(auction.guid, auction.index) == Fault::kKeyNaN) return std::nan("");
    return HashStrategy::OrderKey(auction);
  }

  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    const Fault fault = FaultOf(auction.guid, auction.index);
    if (fault == Fault::kThrowNumber) throw 7;
    if (fault != Fault::kRefuseLater) return HashStrategy::Accepts(auction, cell, reason);
    const std::string asked = std::string(cell.id).append(" ").append(auction.guid);
    return asked_.insert(asked + Suffix(auction)).second;
  }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    switch (FaultOf(auction.guid, auction.index)) {
      case Fault::kThrow:
        throw std::runtime_error("fault");
      case Fault::kNaN:
      case Fault::kKeyNaN:
        return {std::nan("")};
      case Fault::kUnsteady:
        return {static_cast<double>(++calls_)};
      default:
        return HashStrategy::ScoreCell(auction, cell);
    }
  }

  bool HasBaseScore() const override { return false; }

 private:
  static std::string Suffix(const AuctionView& auction) {
    return std::string(KindName(auction.kind)).append(std::to_string(auction.index));
  }

  uint64_t salt_;
  uint64_t calls_ = 0;
  std::set<std::string> asked_;
};

TEST(FaultyStrategyPropertyTest, CostsNoMoreThanItsOwnAuctions) {
  ForEachCase(4000, [](Random& random) {
    Input input = RandomInput(random);
    FaultyStrategy strategy(random);
    const auto is_good = [&](const Auction& auction) {
      return strategy.FaultOf(auction.work->guid, auction.index) == FaultyStrategy::Fault::kNone;
    };
    Outcomes good_ones;
    const auto round = RunOn(input, strategy);
    for (const Decision& decision : round->decisions()) {
      const Auction& auction = round->auctions()[decision.auction];
      if (is_good(auction)) {
        good_ones.emplace_back(NameOf(auction), OutcomeOf(*round, decision));
      } else {
        EXPECT_FALSE(decision.placed) << NameOf(auction);
      }
    }
    std::erase_if(input.auctions, [&](const Auction& auction) { return !is_good(auction); });
    EXPECT_EQ(good_ones, OutcomesOf(*RunOn(input, strategy)));
  });
}

}  // namespace
}  // namespace rostrum
