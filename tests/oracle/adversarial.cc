#include "tests/oracle/adversarial.h"

#include <limits>
#include <random>
#include <vector>

namespace rostrum::oracle {
namespace {

class Shaper {
 public:
  Shaper(uint64_t seed, Case* round) : random_(seed), round_(*round) {}

  void AllCellsEqual() {
    if (round_.cells.empty()) return;
    const Cell model = round_.cells.front();
    for (Cell& cell : round_.cells) {
      Cell copy = model;
      copy.id = cell.id;
      copy.zone = cell.zone;
      if (Below(2) == 0) copy.index = cell.index;
      cell = std::move(copy);
    }
  }

  void AllWorkEqual() {
    for (Lrp& lrp : round_.lrps) SetSize(&lrp, 128, 256);
    for (Task& task : round_.tasks) SetSize(&task, 128, 256);
  }

  void OneFreeContainer() {
    const bool on_one_alone = Below(2) == 0;
    const size_t chosen = round_.cells.empty() ? 0 : Below(round_.cells.size());
    for (size_t i = 0; i < round_.cells.size(); ++i) {
      round_.cells[i].available.containers = on_one_alone && i != chosen ? 0 : 1;
    }
  }

  void TotalsOfZero() {
    const bool on_all = Below(3) == 0;
    for (Cell& cell : round_.cells) {
      if (!on_all && Below(2) == 0) continue;
      int64_t* const totals[] = {&cell.total.memory_mb, &cell.total.disk_mb,
                                 &cell.total.containers};
      *totals[Below(3)] = 0;
    }
  }

  void ScoresThatDifferInTheLastBit() {
    for (Cell& cell : round_.cells) {
      cell.total = {int64_t{1} << 41, int64_t{1} << 41, 1'000'000, cell.total.cpu_milli};
      cell.available = cell.total;
      cell.available.memory_mb -= static_cast<int64_t>(Below(4));
      cell.available.disk_mb -= static_cast<int64_t>(Below(4));
    }
  }

  void StrangeWeights() {
    const double weights[] = {0.0, -0.0, std::numeric_limits<double>::denorm_min(), 1e-300, 1e19,
                              1e20, -1e20, 0.1};
    round_.config.bin_pack_first_fit_weight = weights[Below(8)];
    round_.config.starting_container_weight = weights[Below(8)];
  }

  void ExactFits() {
    for (Cell& cell : round_.cells) {
      const auto times = static_cast<int64_t>(Below(5));
      cell.available.memory_mb = 128 * times;
      cell.available.disk_mb = 256 * (times + static_cast<int64_t>(Below(2)));
      cell.available.containers = static_cast<int64_t>(Below(6));
      cell.proxy_memory_mb = 0;
    }
    for (Lrp& lrp : round_.lrps) SetSize(&lrp, 128 << Below(2), 256);
  }

  uint64_t Below(uint64_t bound) { return random_() % bound; }

 private:
  static void SetSize(Work* work, int64_t memory_mb, int64_t disk_mb) {
    work->memory_mb = memory_mb;
    work->disk_mb = disk_mb;
  }

  std::mt19937_64 random_;
  Case& round_;
};

}  // namespace

Case AdversarialCase(uint64_t seed) {
  constexpr uint64_t kShapes = 8;
  Shape shape;
  if (seed % kShapes == 7) {
    // Enough for trees of several levels, and for some of them to be made anew on the way.
    shape.max_cells = 700;
    shape.max_lrps = 900;
  }
  Case round = RandomCase(seed, shape);
  Shaper shaper(seed, &round);
  switch (seed % kShapes) {
    case 0:
      shaper.AllCellsEqual();
      break;
    case 1:
      shaper.AllCellsEqual();
      shaper.AllWorkEqual();
      break;
    case 2:
      shaper.OneFreeContainer();
      break;
    case 3:
      shaper.TotalsOfZero();
      break;
    case 4:
      shaper.ScoresThatDifferInTheLastBit();
      break;
    case 5:
      shaper.StrangeWeights();
      break;
    case 6:
      shaper.ExactFits();
      break;
    default:
      if (shaper.Below(2) == 0) shaper.AllCellsEqual();
      shaper.AllWorkEqual();
      break;
  }
  return round;
}

}  // namespace rostrum::oracle
