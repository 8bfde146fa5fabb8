#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

Score ScoreOf(Kind kind, bool has_work, int64_t instances, Amount memory_free) {
  const double most_memory_first = -static_cast<double>(memory_free);
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
    return ScoreOf(auction.kind, cell.lrp_count + cell.task_count > 0, cell.instances,
                   cell.memory_free);
  }

  void ScoreRows(const Work& work, const ScoreColumns& columns, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) {
      const uint32_t row = rows[i];
      scores[i] = ScoreOf(work.kind, columns.lrp_count[row] + columns.task_count[row] > 0, 0,
                          columns.memory_free[row]);
    }
  }

  bool MayBeat(const Score& without, const ScoreColumns&, uint32_t, int64_t instances,
               const Score& best) const override {
    return !Better(best, {without.value, without.tier + instances});
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeSpreadStrategy() { return std::make_unique<SpreadStrategy>(); }

}  // namespace rostrum
