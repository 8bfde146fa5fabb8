#include <algorithm>
#include <cmath>

#include "lib/strategy/kinds.h"

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

// Weights, chosen by measurement: see bench/quality.md.
constexpr double kFullnessWeight = 2;
constexpr double kDirectionWeight = 30;
constexpr double kUnevennessWeight = 8;
// A resource of which work asks a smaller share of the cell than this is left out.
constexpr double kLeastShare = 1e-4;

// What a cell has and what is asked of it, each resource a share of the cell's total. The order of
// the operations is fixed, so that scores are equal to the last bit everywhere.
class Fit {
 public:
  void Add(int64_t asked, int64_t free, int64_t total) {
    if (total <= 0) return;
    const double asked_share = static_cast<double>(asked) / static_cast<double>(total);
    if (asked_share > kLeastShare) Count(asked_share, asked, free, total);
  }

  // A named resource counts where the cell has it, asked for or not.
  void AddNamed(int64_t asked, int64_t free, int64_t total) {
    if (total <= 0) return;
    if (asked == 0 && free > 0) strands_named_ = true;
    Count(static_cast<double>(asked) / static_cast<double>(total), asked, free, total);
  }

  Score Value() const {
    const int32_t tier = strands_named_ ? 1 : 0;
    if (count_ == 0) return {0, tier};
    const double lengths = std::sqrt(asked_square_ * free_square_);
    const double cosine = lengths > 0 ? product_ / lengths : 0;
    return {kFullnessWeight * (left_ / count_) - kDirectionWeight * cosine +
                kUnevennessWeight * (most_left_ - least_left_),
            tier};
  }

 private:
  void Count(double asked_share, int64_t asked, int64_t free, int64_t total) {
    const double free_share = static_cast<double>(free) / static_cast<double>(total);
    const double left_share = static_cast<double>(free - asked) / static_cast<double>(total);
    least_left_ = count_ == 0 ? left_share : std::min(least_left_, left_share);
    most_left_ = count_ == 0 ? left_share : std::max(most_left_, left_share);
    left_ += left_share;
    product_ += asked_share * free_share;
    asked_square_ += asked_share * asked_share;
    free_square_ += free_share * free_share;
    ++count_;
  }

  int count_ = 0;
  double left_ = 0;
  double least_left_ = 0;
  double most_left_ = 0;
  double product_ = 0;
  double asked_square_ = 0;
  double free_square_ = 0;
  bool strands_named_ = false;
};

Score ScoreOf(const Work& work, const CellView& cell) {
  Fit fit;
  fit.Add(work.asked.memory, cell.memory_free, cell.memory_total);
  fit.Add(work.asked.disk, cell.disk_free, cell.disk_total);
  fit.Add(work.asked.cpu, cell.cpu_free, cell.cpu_total);
  fit.Add(1, cell.containers_free, cell.containers_total);
  for (const ScalarView& scalar : cell.scalars) {
    fit.AddNamed(work.asked.Scalar(scalar.name), scalar.free, scalar.total);
  }
  return fit.Value();
}

// Places as much as it can, whatever runs out first. Cells with a named resource free for which the
// work does not ask, such as a GPU, come last. Then the lowest
//     2 x the mean of the shares that stay free
//   - 30 x the cosine of the angle between the shares that are asked and those that are free
//   + 8 x the largest less the smallest share that stays free
// wins: work goes to a cell that has free what it asks, in these proportions, of such cells to a
// fuller one, and not to one that it would leave used up in one resource while another stays free.
// A resource counts of which the cell has some and the work asks more than a ten-thousandth of it,
// and each named one that the cell has. The cosine is the dot product of Panigrahy, Talwar, Uyeda
// and Wieder, "Heuristics for Vector Bin Packing", 2011, without the lengths.
class BestfitStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "bestfit"; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return ScoreOf(*auction.work, cell);
  }

  void ScoreRows(const Work& work, std::span<const CellRow> cells, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) scores[i] = ScoreOf(work, cells[rows[i]]);
  }
};

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

std::unique_ptr<Strategy> MakeStrategy(std::string_view name) {
  if (name == "diego") return std::make_unique<DiegoStrategy>();
  if (name == "binpack") return std::make_unique<BinpackStrategy>();
  if (name == "spread") return std::make_unique<SpreadStrategy>();
  if (name == "bestfit") return std::make_unique<BestfitStrategy>();
  return nullptr;
}

std::vector<std::string_view> StrategyNames() { return {"diego", "binpack", "spread", "bestfit"}; }

}  // namespace rostrum
