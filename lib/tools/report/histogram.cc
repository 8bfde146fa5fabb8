// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// How much memory each cell has left: a histogram for each strategy, on the same axes.

#include <algorithm>

#include "lib/base/format.h"
#include "lib/tools/report/scale.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr int kMostBins = 18;
constexpr double kTop = 26;
constexpr double kPlot = 150;
constexpr double kBottom = 42;
constexpr double kSmall = 11;

struct Histogram {
  std::vector<int64_t> bins;
  std::vector<int64_t> sorted;  // Free memory of every cell counted.
  int64_t failed = 0;
  int64_t over = 0;  // Over-committed, counted as having nothing free.

  int64_t median() const { return sorted[(sorted.size() - 1) / 2]; }
};

// What all strategies share.
struct Axes {
  int64_t bin = 1;
  size_t bins = 1;
  UpwardTicks counts;
};

// Far above any cell, and small enough to count bins with.
constexpr int64_t kMostMemory = int64_t{1} << 50;

int64_t FreeMemory(const ReportCell& cell) {
  return std::clamp<int64_t>(cell.memory_free_mb, 0, kMostMemory);
}

Histogram Count(const ReportRun& run, const Axes& axes) {
  Histogram out;
  out.bins.resize(axes.bins);
  for (const ReportCell& cell : run.cells) {
    if (cell.failed) {
      ++out.failed;
      continue;
    }
    if (cell.memory_free_mb < 0) ++out.over;
    const int64_t free = FreeMemory(cell);
    out.sorted.push_back(free);
    ++out.bins[std::min(static_cast<size_t>(free / axes.bin), axes.bins - 1)];
  }
  std::sort(out.sorted.begin(), out.sorted.end());
  return out;
}

Axes MakeAxes(const ReportData& data) {
  Axes axes;
  int64_t high = 0;
  for (const ReportRun& run : data.runs) {
    for (const ReportCell& cell : run.cells) {
      if (cell.failed) continue;
      high = std::max({high, FreeMemory(cell), std::min(cell.memory_total_mb, kMostMemory)});
    }
  }
  axes.bin = MemoryBin(high, kMostBins);
  // A wholly free cell belongs to the last bin, not to one of its own.
  axes.bins = std::max<size_t>(static_cast<size_t>((high + axes.bin - 1) / axes.bin), 1);
  int64_t most = 0;
  for (const ReportRun& run : data.runs) {
    for (const int64_t count : Count(run, axes).bins) most = std::max(most, count);
  }
  axes.counts = CountTicks(static_cast<double>(most), 4);
  return axes;
}

std::string Caption(const Histogram& histogram) {
  if (histogram.sorted.empty()) return "No cell of this run is alive at the end.";
  std::string out =
      Format("Half of the {} have at most {} free; the fullest has {}, the emptiest {}.",
                  CountOf(static_cast<int64_t>(histogram.sorted.size()), "cell", "cells"),
                  FormatMegabytes(histogram.median()), FormatMegabytes(histogram.sorted.front()),
                  FormatMegabytes(histogram.sorted.back()));
  if (histogram.sorted.size() == 1) {
    out = Format("The one cell has {} free.", FormatMegabytes(histogram.sorted.front()));
  }
  if (histogram.failed > 0) {
    out += Format(" {} left out.", histogram.failed == 1
                                            ? "One failed cell is"
                                            : CountOf(histogram.failed, "", "failed cells are"));
  }
  if (histogram.over > 0) {
    out +=
        Format(" {} over-committed and counted as full.",
                    histogram.over == 1 ? "One cell is" : CountOf(histogram.over, "", "cells are"));
  }
  return out;
}

void DrawAxes(const Axes& axes, double left, double right, Svg* svg) {
  const double bottom = kTop + kPlot;
  const Scale y{0, axes.counts.end, bottom, kTop};
  for (const Tick& tick : axes.counts.ticks) {
    svg->Line(left, y(tick.value), right, y(tick.value), tick.value == 0 ? "axis" : "gl");
    svg->Text(left - 6, y(tick.value) + 4, Anchor::kEnd, "ta", tick.label);
  }
  // Labels at every power-of-two number of bins that leaves room for them.
  double widest = 0;
  for (size_t i = 0; i <= axes.bins; ++i) {
    widest =
        std::max(widest, TextWidth(FormatMegabytes(static_cast<int64_t>(i) * axes.bin), kSmall));
  }
  const double bin_width = (right - left) / static_cast<double>(axes.bins);
  size_t every = 1;
  while (bin_width * static_cast<double>(every) < widest + 12) every *= 2;
  for (size_t i = 0; i <= axes.bins; i += every) {
    const double x = left + bin_width * static_cast<double>(i);
    svg->Line(x, bottom, x, bottom + 4, "axis");
    svg->Text(x, bottom + 16, Anchor::kMiddle, "ta",
              FormatMegabytes(static_cast<int64_t>(i) * axes.bin));
  }
  svg->Text(right, bottom + 33, Anchor::kEnd, "ta", "free memory on a cell");
  svg->Text(0, 14, Anchor::kStart, "ta", "cells");
}

void DrawMedian(const Histogram& histogram, const Axes& axes, const Scale& x, Svg* svg) {
  const double at = x(static_cast<double>(histogram.median()) / static_cast<double>(axes.bin));
  const std::string label = Format("median {}", FormatMegabytes(histogram.median()));
  const double width = TextWidth(label, kSmall);
  svg->Line(at, kTop - 6, at, kTop + kPlot, "median");
  // Beside the line, on the side that has room.
  const bool on_right = at + 5 + width <= x.to;
  svg->Text(on_right ? at + 5 : at - 5, 15, on_right ? Anchor::kStart : Anchor::kEnd, "ta", label);
}

std::string Picture(const ReportData& data, size_t index, const Axes& axes) {
  const ReportRun& run = data.runs[index];
  const Histogram histogram = Count(run, axes);
  const double width = PanelWidth(data);
  double left = TextWidth("cells", kSmall) - 10;
  for (const Tick& tick : axes.counts.ticks) left = std::max(left, TextWidth(tick.label, kSmall));
  left += 8;
  const double right = width - 26;
  const Scale x{0, static_cast<double>(axes.bins), left, right};
  const Scale y{0, axes.counts.end, kTop + kPlot, kTop};
  const std::string caption = Caption(histogram);
  Svg svg(Format("histogram-{}", index), "histogram",
          Format("Free memory on the cells, {}", RunName(run)),
          Format("Histogram: how many cells have how much memory left. {}", caption));
  DrawAxes(axes, left, right, &svg);
  for (size_t i = 0; i < histogram.bins.size(); ++i) {
    const int64_t count = histogram.bins[i];
    if (count == 0) continue;
    const double from = x(static_cast<double>(i));
    // A single cell among thousands still shows.
    const double top = std::min(y(static_cast<double>(count)), kTop + kPlot - 1.5);
    const auto start = static_cast<int64_t>(i) * axes.bin;
    svg.Rect(
        from + 0.75, top, x(static_cast<double>(i + 1)) - from - 1.5, kTop + kPlot - top,
        FillClass(index),
        Format("{} to {} free: {} ({})", FormatMegabytes(start),
                    FormatMegabytes(start + axes.bin), CountOf(count, "cell", "cells"),
                    FormatPercent(ShareOf(count, static_cast<int64_t>(histogram.sorted.size())))));
  }
  if (!histogram.sorted.empty()) DrawMedian(histogram, axes, x, &svg);
  return Figure(RunLabel(data, index), "", svg.Finish(width, kTop + kPlot + kBottom), caption);
}

}  // namespace

std::string HistogramSection(const ReportData& data) {
  const bool any = std::any_of(data.runs.begin(), data.runs.end(),
                               [](const ReportRun& run) { return !run.cells.empty(); });
  if (!any) {
    return Section(
        "free", "Free memory left on the cells", "",
        "<p class=\"empty\">There are no cells, so there is no free memory to show.</p>\n");
  }
  const Axes axes = MakeAxes(data);
  std::string content = Format("<div class=\"{}\">\n", GridClass(data));
  for (size_t i = 0; i < data.runs.size(); ++i) content += Picture(data, i, axes);
  content += "</div>\n";
  return Section(
      "free", "Free memory left on the cells",
      Format(
          "How many cells have how much memory left: each bar spans {} and its height is the "
          "number of cells. Much on the left means that cells are packed full, a tail on the "
          "right that whole cells are free for large work; the dashed line is the median. "
          "All panels have the same axes.",
          EscapeHtml(FormatMegabytes(axes.bin))),
      content);
}

}  // namespace rostrum::tools
