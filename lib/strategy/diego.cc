#include "lib/strategy/builtin.h"

namespace rostrum {
namespace {

// What one instance that is there already costs, and one task that is there costs a task.
constexpr double kLocalityOffset = 1000;
// Diego looks for a score below this one.
constexpr double kStartingScore = 1e20;

double UsedFraction(int64_t free, int64_t total) {
  return 1.0 - static_cast<double>(free) / static_cast<double>(total);
}

// Diego's own strategy: the emptiest cell, away from other instances of the process, in the zone
// that has the fewest of them. Source of the formula: cloudfoundry/rep, Resources.ComputeScore and
// CellState.ComputeScore; cloudfoundry/auction, Cell.ScoreForLRP and Cell.ScoreForTask. The order
// of the floating-point operations is upstream's, so that scores are equal to the last bit.
class DiegoStrategy : public Strategy {
 public:
  std::string_view Name() const override { return "diego"; }
  AuctionOrder Order() const override { return AuctionOrder::kDiego; }
  bool BalancesZones() const override { return true; }
  std::optional<double> ScoreLimit() const override { return kStartingScore; }

  void BeginRound(const RoundContext& context) override { configuration_ = *context.configuration; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    const bool is_lrp = auction.kind == Kind::kLrp;
    const Amount proxy_memory = is_lrp ? cell.proxy_memory : 0;
    const Resources& asked = auction.work->asked;

    const double memory =
        UsedFraction(cell.memory_free - (asked.memory + proxy_memory), cell.memory_total);
    const double disk = UsedFraction(cell.disk_free - asked.disk, cell.disk_total);
    const double containers = UsedFraction(cell.containers_free - 1, cell.containers_total);
    const double starting = static_cast<double>(cell.starting_containers) *
                            configuration_.starting_container_weight;
    const double resource_score = (memory + disk + containers) / 3.0 + starting;

    if (!is_lrp) return {resource_score + kLocalityOffset * static_cast<double>(cell.task_count)};
    const double locality_score = kLocalityOffset * static_cast<double>(cell.instances);
    return {resource_score + locality_score + IndexScore(cell)};
  }

 private:
  double IndexScore(const CellView& cell) const {
    const double weight = configuration_.bin_pack_first_fit_weight;
    // Upstream numbers the cells of a zone afresh only if the weight is above zero.
    const int64_t index = weight > 0 ? cell.position : cell.index;
    return static_cast<double>(index) * weight;
  }

  Configuration configuration_;
};

}  // namespace

std::unique_ptr<Strategy> MakeDiegoStrategy() { return std::make_unique<DiegoStrategy>(); }

}  // namespace rostrum
