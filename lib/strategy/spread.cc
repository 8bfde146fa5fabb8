#include "lib/strategy/builtin.h"

namespace rostrum {
namespace {

// Uses as many cells as it can. An LRP goes to an empty cell with the most memory; where none is
// left, to the cell with the fewest instances of its process, then the most memory. A task goes to
// a cell that runs work already, the one with the most memory. Source of the rule:
// mesos/cloudfoundry-mesos, SpreadScheduler.
class SpreadStrategy : public Strategy {
 public:
  std::string_view Name() const override { return "spread"; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    const bool has_work = cell.lrp_count + cell.task_count > 0;
    const double most_memory_first = -static_cast<double>(cell.memory_free);
    if (auction.kind == Kind::kTask) return {most_memory_first, has_work ? 0 : 1};
    return {most_memory_first, has_work ? 1 + cell.instances : 0};
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeSpreadStrategy() { return std::make_unique<SpreadStrategy>(); }

}  // namespace rostrum
