// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Where every cell is in the heat maps. A cell has the same place in the picture of every strategy,
// so that the pictures can be compared by eye.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_HEAT_PLAN_H_
#define ROSTRUM_LIB_TOOLS_REPORT_HEAT_PLAN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/tools/report/report.h"

namespace rostrum::tools {

// The height of a block's head: the name of the zone and how full it is.
inline constexpr double kHeatHead = 34;

// A block of squares.
struct HeatZone {
  std::string_view name;
  size_t cells = 0;
  size_t first_square = 0;
  size_t squares = 0;
  double x = 0;
  double y = 0;
};

// Where everything is, for all strategies alike.
struct HeatPlan {
  std::vector<const ReportCell*> order;  // One of every (zone, index, id), sorted.
  std::vector<size_t> square;            // Of each entry of `order`.
  std::vector<HeatZone> zones;
  size_t squares = 0;
  size_t cells_per_square = 1;
  double pitch = 0;
  double gap = 0;
  size_t columns = 1;
  double block_width = 0;
  double width = 0;
  double height = 0;

  double side() const { return pitch - gap; }
};

// What one square shows: a cell, or several.
struct HeatSquare {
  int64_t cells = 0;
  int64_t failed = 0;
  int64_t instances = 0;
  double memory_total = 0;
  double memory_used = 0;
  const ReportCell* first = nullptr;
  const ReportCell* last = nullptr;

  bool all_failed() const { return failed == cells; }
  bool empty() const { return instances == 0 && memory_used <= 0; }
  double share() const { return memory_total > 0 ? std::max(memory_used / memory_total, 0.0) : 0; }
  bool over() const { return share() > 1; }
  int level() const;  // 0 to 9.
};

// The gap between squares of that pitch. Those too small for a clean gap touch: a gap of part of a
// pixel would show as a pattern.
double HeatGap(double pitch);

// The places of all cells of all runs. Views and pointers are into `data`.
HeatPlan MakeHeatPlan(const ReportData& data);

// Adds a cell to what a square shows.
void AddCell(const ReportCell& cell, HeatSquare* square);

// What the squares of the plan show of one run. A square without a cell has none in that run.
std::vector<HeatSquare> FillSquares(const ReportRun& run, const HeatPlan& plan);

// The squares of a zone taken together.
HeatSquare SumZone(const std::vector<HeatSquare>& squares, const HeatZone& zone);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_HEAT_PLAN_H_
