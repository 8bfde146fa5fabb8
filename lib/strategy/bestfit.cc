#include <cmath>

#include "lib/strategy/builtin.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

// How much it weighs that what is asked and what is free point the same way. Chosen by measurement:
// see bench/quality.md.
constexpr double kDirectionWeight = 3;

// What a cell has and what is asked of it as two vectors, each resource a share of the cell's
// total. The order of the operations is fixed, so that scores are equal to the last bit everywhere.
class Fit {
 public:
  void Add(int64_t asked, int64_t free, int64_t total) {
    if (total <= 0) return;
    const double asked_share = static_cast<double>(asked) / static_cast<double>(total);
    const double free_share = static_cast<double>(free) / static_cast<double>(total);
    left_ += free_share - asked_share;
    product_ += asked_share * free_share;
    asked_square_ += asked_share * asked_share;
    free_square_ += free_share * free_share;
  }

  double Value() const {
    const double lengths = std::sqrt(asked_square_ * free_square_);
    return lengths > 0 ? left_ - kDirectionWeight * (product_ / lengths) : left_;
  }

 private:
  double left_ = 0;
  double product_ = 0;
  double asked_square_ = 0;
  double free_square_ = 0;
};

Score ScoreOf(const Work& work, const CellView& cell) {
  Fit fit;
  fit.Add(work.asked.memory, cell.memory_free, cell.memory_total);
  fit.Add(work.asked.disk, cell.disk_free, cell.disk_total);
  fit.Add(work.asked.cpu, cell.cpu_free, cell.cpu_total);
  fit.Add(1, cell.containers_free, cell.containers_total);
  for (const ScalarView& scalar : cell.scalars) {
    fit.Add(work.asked.Scalar(scalar.name), scalar.free, scalar.total);
  }
  const bool has_work = cell.lrp_count + cell.task_count > 0;
  return {fit.Value(), has_work ? 0 : 1};
}

// Fills cells by all their resources: cells that run work come first, then the one on which little
// stays free and of which the work asks in the proportions in which it is free. That is, the lowest
//   sum of the shares that stay free - 3 x cosine of the angle between the asked and free shares.
// The cosine keeps work off cells where it would use up one resource and strand the others; it is
// the dot product of Panigrahy, Talwar, Uyeda and Wieder, "Heuristics for Vector Bin Packing",
// 2011, without the lengths. A resource of which a cell has none in all is left out.
class BestfitStrategy : public SeparableStrategy {
 public:
  std::string_view Name() const override { return "bestfit"; }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    return ScoreOf(*auction.work, cell);
  }

  void ScoreRows(const Work& work, std::span<const CellView> cells, std::span<const uint32_t> rows,
                 Score* scores) const override {
    for (size_t i = 0; i < rows.size(); ++i) scores[i] = ScoreOf(work, cells[rows[i]]);
  }
};

}  // namespace

std::unique_ptr<Strategy> MakeBestfitStrategy() { return std::make_unique<BestfitStrategy>(); }

}  // namespace rostrum
