#include <algorithm>
#include <cmath>

#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

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

}  // namespace

std::unique_ptr<Strategy> MakeBestfitStrategy() { return std::make_unique<BestfitStrategy>(); }

}  // namespace rostrum
