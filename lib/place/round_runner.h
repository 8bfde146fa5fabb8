// Runs a round, auction by auction.

#ifndef ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_
#define ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/place/auction_order.h"
#include "lib/place/layout.h"
#include "lib/place/workspace.h"
#include "rostrum/round.h"

namespace rostrum {

// Order, filter, score, reserve: one pass over the auctions in the strategy's order, one decision
// each. Nothing in here looks at a clock, a thread or the order of a hash map.
class RoundRunner {
 public:
  // `round` has its input set; decisions and refusals are written into it. `workspace` is of the
  // cells of the round's snapshot, and of the strategy that decides.
  RoundRunner(Round* round, Workspace& workspace);

  // Checks the configuration and lets the strategy begin. An error means that there is no round.
  Status Begin();

  // Decides the next auctions in order, up to but not including `stop` if it is given.
  void Run(std::optional<uint32_t> stop = std::nullopt);

  // Every cell's answer to an auction at this point of the round, and what would have placed it.
  Explanation Explain(uint32_t auction);

  // As rostrum::RunRound, in a workspace; after a failure that is of no more use. The auctions come
  // from a queue, which has validated and normalized their work.
  static Expected<std::shared_ptr<Round>> RunAll(RoundInput&& input, Workspace& workspace);

  // What an engine needs of a round beside what users do: the row of each decision that placed, and
  // the input back from a round that nobody else has.
  static const std::vector<uint32_t>& RowsOf(const Round& round) { return round.rows_; }
  static RoundInput Dissolve(Round* round);

 private:
  // What the instances of one work have in common in this round.
  struct Plan {
    const Work* work = nullptr;  // Or any that asks the same.
    const ConstraintMatch* match = nullptr;
    uint32_t process = Instances::kNone;
    uint32_t shape = 0;                // If there is an index.
    std::optional<uint32_t> mismatch;  // The refusal, if no cell meets the constraint.
  };
  // A refusal for want of resources, and the version of the rows then. As long as nothing is
  // placed, all work of the same shape and constraint is refused alike.
  struct SharedRefusal {
    uint32_t refusal = 0;
    uint64_t version = 0;
  };
  using RefusalKey = std::pair<const ConstraintMatch*, uint32_t>;
  // An auction on its way through.
  struct Candidate {
    const Auction* auction = nullptr;
    AuctionView view;
    Plan* plan = nullptr;
  };

  // The decision for an auction that could not be ordered; null for any other.
  const Decision* OrderFailureOf(uint32_t auction) const;
  void MakePlans();
  Plan MakePlan(const std::shared_ptr<const Work>& work);
  Candidate Prepare(uint32_t auction);
  // Brings into the cache what auctions a few turns ahead will look at.
  void Prefetch(size_t turn) const;
  Decision Decide(uint32_t auction);
  Decision Place(const Candidate& candidate, const RankedRow& winner);

  std::optional<RankedRow> Search(const Candidate& candidate);
  // The best of the compatible cells in the zones with so many instances of the process, or in all
  // zones.
  std::optional<RankedRow> SearchZones(const Candidate& candidate,
                                       std::optional<int64_t> instances);
  // Looks at all of a zone's compatible cells and keeps the best.
  void ScanZone(const Candidate& candidate, const MatchingZone& zone,
                std::optional<RankedRow>* best);
  // Asks the index for the best of a zone's compatible cells, but for those with instances of the
  // process; and scores those.
  void AskIndex(const Candidate& candidate, const MatchingZone& zone,
                std::optional<RankedRow>* best);
  void ScoreInstances(const Candidate& candidate, std::optional<int64_t> instances,
                      std::optional<RankedRow>* best);
  // Scores a cell by the strategy itself. Throws if that fails.
  Score ScoreOf(const Candidate& candidate, uint32_t row);
  void Keep(const RankedRow& ranked, std::optional<RankedRow>* best) const {
    const bool wins =
        !*best || Better(ranked.score, (*best)->score) ||
        (!Better((*best)->score, ranked.score) && layout_.Before(ranked.row, (*best)->row));
    if (wins) *best = ranked;
  }
  // Whether the score can win at all. Throws if it is none, and that is an error.
  bool IsScore(const Score& score) const {
    if (score_limit_) return score.value < *score_limit_;
    RequireScore(score);
    return true;
  }
  void RequireScore(const Score& score) const {
    if (score_limit_) return;
    if (score.value != score.value || !ShapeIndex::IsTier(score.tier)) ThrowBadScore(score);
  }
  [[noreturn]] static void ThrowBadScore(const Score& score);
  // Asks the strategy again, to catch one that contradicts itself. Throws if it does.
  void Verify(const Candidate& candidate, const RankedRow& winner);
  CellView ViewOf(uint32_t row) const;

  Decision Refuse(RefusalCode code, std::string error, std::vector<ReasonCount> reasons);
  Decision RefuseMismatch(const Candidate& candidate);
  Decision RefuseReserve(const Candidate& candidate, uint32_t row);
  Decision RefuseAll(const Candidate& candidate);
  // The same refusal as of other work that asks the same; nothing if there is none yet.
  std::optional<Decision> RefuseAsBefore(const Candidate& candidate) const;
  // Counts by the index, where that says all. The result is what RefuseAll comes to.
  std::optional<Decision> RefuseByIndex(const Candidate& candidate);
  Decision RefuseByScan(const Candidate& candidate);
  Decision RefuseFailure(const std::string& text);

  // One row's reasons to refuse a candidate; none if it could take it.
  std::vector<ReasonCount> ReasonsOf(const Candidate& candidate, uint32_t row, Score* score);
  CellAnswer AnswerOf(const Candidate& candidate, uint32_t row);
  void CountClosed(class ReasonCounter* counter) const;

  Round* const round_;
  Workspace& workspace_;
  const Rows& rows_;
  const Layout& layout_;
  Strategy& strategy_;
  // Null unless the strategy is one of the library's own; those are trusted.
  const SeparableStrategy* const separable_;
  class ScanningStrategy* const scanning_;  // Null unless it wants to be told of auctions.
  const bool counts_instances_;
  const bool balances_zones_;
  const std::optional<double> score_limit_;
  Matcher matcher_;
  Instances& instances_;
  ShapeIndex* index_ = nullptr;  // Null if every cell has to be looked at.
  OrderedAuctions ordered_;
  size_t next_ = 0;               // In ordered_.order.
  uint32_t placed_row_ = kNoRow;  // Where the last placement went.

  // The cell that the strategy is looking at, for the text of a failure.
  std::optional<uint32_t> current_row_;
  std::vector<Plan> plans_;
  std::vector<uint32_t> plan_of_;  // By auction: the position in `plans_`.
  std::map<RefusalKey, SharedRefusal> shared_refusals_;
  std::optional<uint32_t> inflight_refusal_;
  std::optional<uint32_t> no_cells_refusal_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_
