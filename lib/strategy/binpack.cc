#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

Score ScoreOf(const CellView& cell) {
  const bool has_work = cell.lrp_count + cell.task_count > 0;
  return {static_cast<double>(cell.memory_free), has_work ? 0 : 1};
}

// Fills cells one after the other: cells that run work come first, then the one with the least free
// memory. Source of the rule: mesos/cloudfoundry-mesos, BinPackScheduler.
class BinpackStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "binpack"; }

  Score ScoreCell(const AuctionView&, const CellView& cell) override { return ScoreOf(cell); }

  bool HasBaseScore() const override { return true; }

  Score BaseScore(const CellView& cell) override { return ScoreOf(cell); }

  void ScoreRows(const Work&, std::span<const CellRow> cells, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) scores[i] = ScoreOf(cells[rows[i]]);
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeBinpackStrategy() { return std::make_unique<BinpackStrategy>(); }

}  // namespace rostrum
