// Copyright the Rostrum authors. Licensed under the Apache License 2.0.

#include "lib/tools/report/heat_plan.h"

#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "lib/tools/report/sections.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr size_t kMostSquares = 20000;  // Beyond, a square stands for several cells.
constexpr double kBlockGap = 16;
constexpr double kRowGap = 14;

bool Before(const ReportCell* a, const ReportCell* b) {
  if (a->zone != b->zone) return NaturalLess(a->zone, b->zone);
  if (a->index != b->index) return a->index < b->index;
  return a->id < b->id;
}

bool Same(const ReportCell* a, const ReportCell* b) { return !Before(a, b) && !Before(b, a); }

std::vector<const ReportCell*> Sorted(const ReportRun& run) {
  std::vector<const ReportCell*> out;
  out.reserve(run.cells.size());
  for (const ReportCell& cell : run.cells) out.push_back(&cell);
  std::stable_sort(out.begin(), out.end(), Before);
  return out;
}

void OrderCells(const ReportData& data, HeatPlan* plan) {
  for (const ReportRun& run : data.runs) {
    const std::vector<const ReportCell*> cells = Sorted(run);
    std::vector<const ReportCell*> merged;
    merged.reserve(std::max(plan->order.size(), cells.size()));
    std::set_union(plan->order.begin(), plan->order.end(), cells.begin(), cells.end(),
                   std::back_inserter(merged), Before);
    plan->order = std::move(merged);
  }
  plan->order.erase(std::unique(plan->order.begin(), plan->order.end(), Same), plan->order.end());
  plan->cells_per_square =
      std::max<size_t>((plan->order.size() + kMostSquares - 1) / kMostSquares, 1);
}

void NumberSquares(HeatPlan* plan) {
  plan->square.reserve(plan->order.size());
  for (const ReportCell* cell : plan->order) {
    if (plan->zones.empty() || plan->zones.back().name != cell->zone) {
      HeatZone zone;
      zone.name = cell->zone;
      zone.first_square = plan->squares;
      plan->zones.push_back(zone);
    }
    HeatZone& zone = plan->zones.back();
    if (zone.cells % plan->cells_per_square == 0) {
      ++zone.squares;
      ++plan->squares;
    }
    ++zone.cells;
    plan->square.push_back(plan->squares - 1);
  }
}

// Places the blocks, `across` of them in a row, and returns the height of it all.
double PlaceBlocks(size_t across, double pitch, HeatPlan* plan) {
  const double gaps = static_cast<double>(across - 1) * kBlockGap;
  plan->pitch = pitch;
  plan->gap = HeatGap(pitch);
  plan->block_width = (plan->width - gaps) / static_cast<double>(across);
  plan->columns =
      static_cast<size_t>(std::max(1.0, std::floor((plan->block_width + plan->gap) / pitch)));
  double y = 0;
  double row_height = 0;
  for (size_t i = 0; i < plan->zones.size(); ++i) {
    if (i > 0 && i % across == 0) {
      y += row_height + kRowGap;
      row_height = 0;
    }
    HeatZone& zone = plan->zones[i];
    zone.x = static_cast<double>(i % across) * (plan->block_width + kBlockGap);
    zone.y = y;
    const size_t rows = (zone.squares + plan->columns - 1) / plan->columns;
    row_height = std::max(row_height, kHeatHead + static_cast<double>(rows) * pitch);
  }
  plan->height = y + row_height;
  return plan->height;
}

// The largest squares that keep the picture about as high as wide.
void ChooseLayout(HeatPlan* plan) {
  constexpr std::array<double, 25> kPitches = {44, 40,  36, 32,  28, 24,  22, 20, 18,
                                               16, 14,  12, 11,  10, 9,   8,  7,  6.5,
                                               6,  5.5, 5,  4.5, 4,  3.5, 3};
  const double target = plan->width * 1.25;
  const size_t most_across = std::min<size_t>(plan->zones.size(), 4);
  for (const double pitch : kPitches) {
    size_t best = 0;
    double best_height = target;
    for (size_t across = most_across; across >= 1; --across) {
      const double height = PlaceBlocks(across, pitch, plan);
      if (height > best_height) continue;
      if (best == 0 || height < best_height) best = across;
      best_height = height;
    }
    if (best == 0) continue;
    PlaceBlocks(best, pitch, plan);
    return;
  }
  PlaceBlocks(most_across, kPitches.back(), plan);  // Very many zones: high, but all of them.
}

}  // namespace

int HeatSquare::level() const {
  return std::clamp(static_cast<int>(std::floor(std::min(share(), 1.0) * 10)), 0, 9);
}

double HeatGap(double pitch) { return pitch >= 20 ? 3 : pitch >= 10 ? 2 : pitch >= 6 ? 1 : 0; }

HeatPlan MakeHeatPlan(const ReportData& data) {
  HeatPlan plan;
  plan.width = PanelWidth(data);
  OrderCells(data, &plan);
  NumberSquares(&plan);
  if (!plan.zones.empty()) ChooseLayout(&plan);
  return plan;
}

void AddCell(const ReportCell& cell, HeatSquare* square) {
  if (square->first == nullptr) square->first = &cell;
  square->last = &cell;
  ++square->cells;
  if (cell.failed) {
    ++square->failed;
    return;
  }
  square->instances = AddCounts(square->instances, cell.instances);
  const auto total = static_cast<double>(cell.memory_total_mb);
  square->memory_total += total;
  square->memory_used += total - static_cast<double>(cell.memory_free_mb);
}

std::vector<HeatSquare> FillSquares(const ReportRun& run, const HeatPlan& plan) {
  std::vector<HeatSquare> out(plan.squares);
  size_t at = 0;
  for (const ReportCell* cell : Sorted(run)) {
    while (Before(plan.order[at], cell)) ++at;
    AddCell(*cell, &out[plan.square[at]]);
  }
  return out;
}

HeatSquare SumZone(const std::vector<HeatSquare>& squares, const HeatZone& zone) {
  HeatSquare out;
  for (size_t i = zone.first_square; i < zone.first_square + zone.squares; ++i) {
    const HeatSquare& square = squares[i];
    out.cells += square.cells;
    out.failed += square.failed;
    out.instances = AddCounts(out.instances, square.instances);
    out.memory_total += square.memory_total;
    out.memory_used += square.memory_used;
  }
  return out;
}

}  // namespace rostrum::tools
