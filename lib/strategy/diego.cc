#include <cmath>

#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

// What one instance that is there already costs, and one task that is there costs a task.
constexpr double kLocalityOffset = 1000;
// Diego looks for a score below this one.
constexpr double kStartingScore = 1e20;
// Below this size of a score, rounding cannot eat up the difference that an instance makes.
constexpr double kExactLocality = 1e9;

double UsedFraction(int64_t free, int64_t total) {
  return 1.0 - static_cast<double>(free) / static_cast<double>(total);
}

// The mean of the fractions that are used after placing. What the cell has none of, and nothing is
// asked of, is 0 / 0 in Diego; a cell that ignores it has the mean of the others.
double MeanUsed(const CellView& cell, Amount memory, Amount disk) {
  const double used_memory = UsedFraction(cell.memory_free - memory, cell.memory_total);
  const double used_disk = UsedFraction(cell.disk_free - disk, cell.disk_total);
  const double used_containers = UsedFraction(cell.containers_free - 1, cell.containers_total);
  const bool no_memory = cell.ignore_absent && cell.memory_total == 0 && memory == 0;
  const bool no_disk = cell.ignore_absent && cell.disk_total == 0 && disk == 0;
  if (no_memory && no_disk) return used_containers;
  if (no_memory) return (used_disk + used_containers) / 2.0;
  if (no_disk) return (used_memory + used_containers) / 2.0;
  return (used_memory + used_disk + used_containers) / 3.0;
}

// The part of a score that is the same for LRPs and tasks.
double ResourceScore(double mean_used, int64_t starting, double starting_weight) {
  return mean_used + static_cast<double>(starting) * starting_weight;
}

// Diego's own strategy: the emptiest cell, away from other instances of the process, in the zone
// that has the fewest of them. Source of the formula: cloudfoundry/rep, Resources.ComputeScore and
// CellState.ComputeScore; cloudfoundry/auction, Cell.ScoreForLRP and Cell.ScoreForTask. The order
// of the floating-point operations is upstream's, so that scores are equal to the last bit.
class DiegoStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "diego"; }
  AuctionOrder Order() const override { return AuctionOrder::kDiego; }
  bool BalancesZones() const override { return true; }
  std::optional<double> ScoreLimit() const override { return kStartingScore; }

  void BeginRound(const RoundContext& context) override { configuration_ = *context.configuration; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return ScoreOf(*auction.work, cell, cell.instances);
  }

  void ScoreRows(const Work& work, std::span<const CellRow> cells, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) scores[i] = ScoreOf(work, cells[rows[i]], 0);
  }

  bool MayBeat(const Score& without, const CellView& cell, int64_t instances,
               const Score& best) const override {
    // Parts that are huge and cancel out would lose what an instance adds.
    const double starting =
        static_cast<double>(cell.starting_containers) * configuration_.starting_container_weight;
    const double index =
        static_cast<double>(IndexOf(cell)) * configuration_.bin_pack_first_fit_weight;
    const double size = std::abs(without.value) + std::abs(starting) + std::abs(index);
    if (!(size < kExactLocality)) return true;
    const double nearly = (kLocalityOffset - 1) * static_cast<double>(instances);
    return !(best.value < without.value + nearly);
  }

 private:
  Score ScoreOf(const Work& work, const CellView& cell, int64_t instances) const {
    const bool is_lrp = work.kind == Kind::kLrp;
    const Amount memory = work.asked.memory + (is_lrp ? cell.proxy_memory : 0);
    const double resource_score =
        ResourceScore(MeanUsed(cell, memory, work.asked.disk), cell.starting_containers,
                      configuration_.starting_container_weight);
    if (!is_lrp) return {TaskScore(resource_score, cell.task_count)};
    return {LrpScore(resource_score, instances, IndexOf(cell))};
  }

  static double TaskScore(double resource_score, int64_t task_count) {
    return resource_score + kLocalityOffset * static_cast<double>(task_count);
  }

  double LrpScore(double resource_score, int64_t instances, int64_t index) const {
    return resource_score + kLocalityOffset * static_cast<double>(instances) +
           static_cast<double>(index) * configuration_.bin_pack_first_fit_weight;
  }

  // Upstream numbers the cells of a zone afresh only if the weight is above zero.
  int64_t IndexOf(const CellView& cell) const {
    return configuration_.bin_pack_first_fit_weight > 0 ? cell.position : cell.index;
  }

  Configuration configuration_;
};

}  // namespace

std::unique_ptr<Strategy> MakeDiegoStrategy() { return std::make_unique<DiegoStrategy>(); }

}  // namespace rostrum
