#include "lib/tools/simulate/rolling_update.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr size_t kBatches = 10;

// All cells, zone by zone.
std::vector<uint32_t> CellsByZone(const std::vector<Cell>& cells) {
  std::vector<uint32_t> order(cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return NaturalLess(cells[a].zone, cells[b].zone);
  });
  return order;
}

}  // namespace

RollingUpdate::RollingUpdate(const Scenario& scenario) {
  next_ms_ = scenario.duration_ms / 4;
  if (scenario.rolling_update) {
    const std::vector<uint32_t> order = CellsByZone(scenario.cells);
    const size_t size = (order.size() + kBatches - 1) / kBatches;
    for (size_t begin = 0; begin < order.size(); begin += size) {
      const size_t end = std::min(begin + size, order.size());
      batches_.emplace_back(order.begin() + static_cast<ptrdiff_t>(begin),
                            order.begin() + static_cast<ptrdiff_t>(end));
    }
  }
  if (batches_.empty()) phase_ = Phase::kDone;
}

RollingUpdate::Step RollingUpdate::Advance(int64_t now_ms, bool batch_is_empty) {
  const bool due = now_ms >= next_ms_;
  switch (phase_) {
    case Phase::kWaiting:
      if (!due) return Step::kNone;
      current_ = done_;
      phase_ = Phase::kEvacuating;
      next_ms_ = now_ms + kEvacuationMs;
      return Step::kEvacuate;
    case Phase::kEvacuating:
      if (!batch_is_empty && !due) return Step::kNone;
      if (!batch_is_empty) {
        phase_ = Phase::kStopping;
        return Step::kStopRest;
      }
      [[fallthrough]];
    case Phase::kStopping:
      phase_ = Phase::kRestarting;
      next_ms_ = now_ms + kRestartMs;
      return Step::kRestart;
    case Phase::kRestarting:
      if (!due) return Step::kNone;
      ++done_;
      phase_ = done_ == batches_.size() ? Phase::kDone : Phase::kWaiting;
      return Step::kReturn;
    case Phase::kDone:
      return Step::kNone;
  }
  return Step::kNone;
}

const std::vector<uint32_t>& RollingUpdate::batch() const {
  static const std::vector<uint32_t> kNoCells;
  return current_ ? batches_[*current_] : kNoCells;
}

std::optional<int64_t> RollingUpdate::NextTime() const {
  if (phase_ == Phase::kDone) return std::nullopt;
  return next_ms_;
}

}  // namespace rostrum::tools
