#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

Score ScoreOf(Kind kind, const CellView& cell, int64_t instances) {
  const double most_memory_first = -static_cast<double>(cell.memory_free);
  const bool has_work = cell.lrp_count + cell.task_count > 0;
  if (kind == Kind::kTask) return {most_memory_first, has_work ? 0 : 1};
  return {most_memory_first, has_work ? 1 + instances : 0};
}

// Uses as many cells as it can. An LRP goes to an empty cell with the most memory; where none is
// left, to the cell with the fewest instances of its process, then the most memory. A task goes to
// a cell that runs work already, the one with the most memory. Source of the rule:
// mesos/cloudfoundry-mesos, SpreadScheduler.
class SpreadStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "spread"; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return ScoreOf(auction.kind, cell, cell.instances);
  }

  void ScoreRows(const Work& work, std::span<const CellRow> cells, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) scores[i] = ScoreOf(work.kind, cells[rows[i]], 0);
  }

  bool MayBeat(const Score& without, const CellView&, int64_t instances,
               const Score& best) const override {
    return !Better(best, {without.value, without.tier + instances});
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeSpreadStrategy() { return std::make_unique<SpreadStrategy>(); }

}  // namespace rostrum
