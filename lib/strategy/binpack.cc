#include "lib/strategy/builtin.h"

namespace rostrum {
namespace {

// Fills cells one after the other: cells that run work come first, then the one with the least free
// memory. Source of the rule: mesos/cloudfoundry-mesos, BinPackScheduler.
class BinpackStrategy : public Strategy {
 public:
  std::string_view Name() const override { return "binpack"; }

  Score ScoreCell(const AuctionView&, const CellView& cell) override { return BaseScore(cell); }

  bool HasBaseScore() const override { return true; }

  Score BaseScore(const CellView& cell) override {
    const bool has_work = cell.lrp_count + cell.task_count > 0;
    return {static_cast<double>(cell.memory_free), has_work ? 0 : 1};
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeBinpackStrategy() { return std::make_unique<BinpackStrategy>(); }

}  // namespace rostrum
