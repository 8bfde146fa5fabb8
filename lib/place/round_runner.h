// Runs a round, auction by auction.

#ifndef ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_
#define ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/place/auction_order.h"
#include "lib/place/board.h"
#include "lib/place/instances.h"
#include "lib/place/matcher.h"
#include "lib/place/shape_index.h"
#include "rostrum/round.h"

namespace rostrum {

// Order, filter, score, reserve: one pass over the auctions in the strategy's order, one decision
// each. Nothing in here looks at a clock, a thread or the order of a hash map.
class RoundRunner {
 public:
  // `round` has its input set; decisions and refusals are written into it.
  RoundRunner(Round* round, Strategy& strategy);

  // Checks the configuration and lets the strategy begin. An error means that there is no round.
  Status Begin();

  // Decides the next auctions in order, up to but not including `stop` if it is given.
  void Run(std::optional<uint32_t> stop = std::nullopt);

  // Every cell's answer to an auction at this point of the round, and what would have placed it.
  Explanation Explain(uint32_t auction);

  static Expected<std::shared_ptr<Round>> RunAll(RoundInput&& input, Strategy& strategy);

  // Takes the input out of a round that nobody else has.
  static RoundInput Dissolve(Round* round);

 private:
  // What the instances of one work have in common in this round.
  struct Plan {
    Ask ask;
    const ConstraintMatch* match = nullptr;
    uint32_t process = Instances::kNone;
    uint32_t shape = 0;  // If there is an index.
    // The last refusal, and the board's version then: instances are refused alike as long as
    // nothing was placed between them.
    std::optional<uint32_t> refusal;
    uint64_t refusal_version = 0;
  };
  // An auction on its way through.
  struct Candidate {
    const Auction* auction = nullptr;
    AuctionView view;
    Plan* plan = nullptr;
  };

  // The decision for an auction that could not be ordered; null for any other.
  const Decision* OrderFailureOf(uint32_t auction) const;
  Plan* PlanOf(const Work& work);
  Candidate Prepare(uint32_t auction);
  Decision Decide(uint32_t auction);
  Decision Place(const Candidate& candidate, const RankedRow& winner);

  std::optional<RankedRow> Search(const Candidate& candidate);
  // The best of the compatible cells in the zones with so many instances of the process, or in all
  // zones.
  std::optional<RankedRow> SearchZones(const Candidate& candidate, std::optional<int64_t> instances);
  // Looks at all of a zone's compatible cells and keeps the best.
  void ScanZone(const Candidate& candidate, uint32_t zone, std::optional<RankedRow>* best);
  // Asks the index for the best of a zone's compatible cells, but for those with instances of the
  // process; and scores those.
  void AskIndex(const Candidate& candidate, const MatchingZone& zone,
                std::optional<RankedRow>* best);
  void ScoreInstances(const Candidate& candidate, std::optional<int64_t> instances,
                      std::optional<RankedRow>* best);
  // Scores a cell by the strategy itself. Throws if that fails.
  Score ScoreOf(const Candidate& candidate, uint32_t row);
  static void Keep(const RankedRow& ranked, std::optional<RankedRow>* best);
  // Whether the score can win at all. Throws if it is NaN where that is an error.
  bool IsScore(const Score& score) const;
  // Asks the strategy again, to catch one that contradicts itself. Throws if it does.
  void Verify(const Candidate& candidate, const RankedRow& winner);
  CellView ViewOf(uint32_t row) const;

  Decision Refuse(RefusalCode code, std::string error, std::vector<ReasonCount> reasons);
  Decision RefuseMismatch(const Candidate& candidate);
  Decision RefuseReserve(const Candidate& candidate, uint32_t row);
  Decision RefuseAll(const Candidate& candidate);
  Decision RefuseFailure(const std::string& text);

  // One row's reasons to refuse a candidate; none if it could take it. `problems` may be null.
  std::vector<ReasonCount> ReasonsOf(const Candidate& candidate, uint32_t row, Score* score);
  CellAnswer AnswerOf(const Candidate& candidate, uint32_t row);
  void CountClosed(class ReasonCounter* counter) const;

  Round* const round_;
  const CellTable& table_;
  const CellLayout& layout_;
  Strategy& strategy_;
  // Null unless the strategy is one of the library's own; those are trusted.
  const SeparableStrategy* const separable_;
  const bool counts_instances_;
  const bool balances_zones_;
  const std::optional<double> score_limit_;
  Board board_;
  Matcher matcher_;
  Instances instances_;
  std::optional<ShapeIndex> index_;  // None if every cell has to be looked at.
  OrderedAuctions ordered_;
  size_t next_ = 0;  // In ordered_.order.

  // The cell that the strategy is looking at, for the text of a failure.
  std::optional<uint32_t> current_row_;
  std::unordered_map<const Work*, Plan*> plan_of_;
  std::deque<Plan> plans_;
  std::optional<uint32_t> inflight_refusal_;
  std::optional<uint32_t> no_cells_refusal_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_ROUND_RUNNER_H_
