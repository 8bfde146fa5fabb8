#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

Score ScoreOf(bool has_work, Amount memory_free) {
  return {static_cast<double>(memory_free), has_work ? 0 : 1};
}

// Fills cells one after the other: cells that run work come first, then the one with the least free
// memory. Source of the rule: mesos/cloudfoundry-mesos, BinPackScheduler.
class BinpackStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "binpack"; }

  Score ScoreCell(const AuctionView&, const CellView& cell) override { return BaseScore(cell); }

  bool HasBaseScore() const override { return true; }

  Score BaseScore(const CellView& cell) override {
    return ScoreOf(cell.lrp_count + cell.task_count > 0, cell.memory_free);
  }

  void ScoreRows(const Work&, const ScoreColumns& columns, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t row = rows[i];
      scores[i] =
          ScoreOf(columns.lrp_count[row] + columns.task_count[row] > 0, columns.memory_free[row]);
    }
  }

  // Instances make no difference.
  bool MayBeat(const Score& without, const ScoreColumns&, uint32_t, int64_t,
               const Score& best) const override {
    return !Better(best, without);
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeBinpackStrategy() { return std::make_unique<BinpackStrategy>(); }

}  // namespace rostrum
