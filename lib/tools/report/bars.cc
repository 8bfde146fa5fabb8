#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr double kWidth = 352;
constexpr double kRow = 26;
constexpr double kBar = 14;

enum class Better { kMore, kLess, kNeither, kUnknown };

struct Measure {
  std::string_view id;
  std::string_view heading;
  Better better = Better::kNeither;
  std::string_view meaning;
  std::function<double(const ReportRun&)> value;
  std::function<std::string(const ReportRun&)> label;
  // A line across the bar, at the least that is possible.
  std::function<std::optional<double>(const ReportRun&)> limit;
  // Where the scale ends at the least.
  std::function<double(const ReportRun&)> reach;
  // What the bar is a part of, drawn as a track behind it.
  std::function<double(const ReportRun&)> whole;
  // Whether it says who is better only among strategies that run the same work.
  bool needs_same_work = false;
};

double Finite(double value) { return std::isfinite(value) ? std::max(value, 0.0) : 0; }

std::string_view BetterWords(Better better) {
  switch (better) {
    case Better::kMore:
      return "More is better.";
    case Better::kLess:
      return "Less is better.";
    case Better::kNeither:
      return "Neither more nor less is better as such.";
    case Better::kUnknown:
      return "Not to be compared, since the strategies run different work.";
  }
  return "";
}

// A measure that is a plain number of the run.
Measure CountMeasure(std::string_view id, std::string_view heading, Better better,
                     std::string_view meaning, int64_t ReportRun::*field) {
  Measure measure{id, heading, better, meaning, {}, {}, {}, {}, {}, false};
  measure.value = [field](const ReportRun& run) { return static_cast<double>(run.*field); };
  measure.label = [field](const ReportRun& run) { return FormatCount(run.*field); };
  return measure;
}

Measure ShareMeasure(std::string_view id, std::string_view heading, Better better,
                     std::string_view meaning, std::function<double(const ReportRun&)> share) {
  Measure measure{id, heading, better, meaning, share, {}, {}, {}, {}, true};
  measure.whole = [](const ReportRun&) { return 1.0; };
  measure.label = [share](const ReportRun& run) { return FormatPercent(share(run)); };
  return measure;
}

int64_t WithoutCell(const ReportRun& run) { return AddCounts(run.waiting, run.lost); }

// A strategy that is `alone` is measured against the whole where there is one.
std::vector<Measure> WorkMeasures(bool alone) {
  std::vector<Measure> out;
  out.push_back(CountMeasure("running", "Running at the end", Better::kNeither,
                             "Instances and tasks that came and have a cell at the end.",
                             &ReportRun::running));
  Measure without{"without-cell",
                  "Without a cell at the end",
                  Better::kLess,
                  "Instances and tasks that wait, or were refused for good.",
                  {},
                  {},
                  {},
                  {},
                  {},
                  false};
  without.value = [](const ReportRun& run) { return static_cast<double>(WithoutCell(run)); };
  without.label = [](const ReportRun& run) { return FormatCount(WithoutCell(run)); };
  out.push_back(std::move(without));
  if (alone) {
    for (Measure& measure : out) {
      measure.reach = [](const ReportRun& run) {
        return static_cast<double>(std::max(run.running, WithoutCell(run)));
      };
    }
  }
  Measure used = CountMeasure("cells-used", "Cells used", Better::kLess,
                              "Cells that hold work at the end: the rest could be switched off.",
                              &ReportRun::cells_used);
  used.limit = [](const ReportRun& run) -> std::optional<double> {
    if (!run.cells_lower_bound) return std::nullopt;
    return static_cast<double>(*run.cells_lower_bound);
  };
  used.whole = [](const ReportRun& run) { return static_cast<double>(run.cells_total); };
  used.needs_same_work = true;
  out.push_back(std::move(used));
  return out;
}

std::vector<Measure> ResourceMeasures(bool alone) {
  std::vector<Measure> out;
  out.push_back(ShareMeasure(
      "memory-used", "Memory used", Better::kMore,
      "Share of the cluster's memory in use at the end.",
      [](const ReportRun& run) { return ShareOf(run.memory_used_mb, run.memory_total_mb); }));
  Measure stranded{"memory-stranded",
                   "Stranded memory",
                   Better::kLess,
                   "Free memory that is of no use where it lies.",
                   {},
                   {},
                   {},
                   {},
                   {},
                   true};
  stranded.value = [](const ReportRun& run) { return static_cast<double>(run.memory_stranded_mb); };
  stranded.label = [](const ReportRun& run) { return FormatMegabytes(run.memory_stranded_mb); };
  if (alone) {
    stranded.whole = [](const ReportRun& run) { return static_cast<double>(run.memory_total_mb); };
  }
  out.push_back(std::move(stranded));
  out.push_back(ShareMeasure("concentration", "Worst concentration", Better::kLess,
                             "The largest share of one app that a single cell holds.",
                             [](const ReportRun& run) { return run.concentration.share; }));
  return out;
}

std::vector<Measure> EffortMeasures(const ReportData& data) {
  std::vector<Measure> out;
  const auto any = [&](auto has) { return std::any_of(data.runs.begin(), data.runs.end(), has); };
  out.push_back(ShareMeasure(
      "disk-used", "Disk used", Better::kNeither, "Share of the cluster's disk in use at the end.",
      [](const ReportRun& run) { return ShareOf(run.disk_used_mb, run.disk_total_mb); }));
  if (data.runs.size() < 2) return out;  // A bar alone would say nothing of these.
  if (any([](const ReportRun& run) { return run.rounds > 0; })) {
    out.push_back(CountMeasure("rounds", "Rounds", Better::kNeither,
                               "Auction rounds until the end of the simulation.",
                               &ReportRun::rounds));
  }
  if (any([](const ReportRun& run) { return run.nanoseconds_per_auction > 0; })) {
    Measure time{"time-per-auction",
                 "Time per auction",
                 Better::kLess,
                 "Computing time for each auction, on the machine that ran the simulation.",
                 {},
                 {},
                 {},
                 {},
                 {},
                 false};
    time.value = [](const ReportRun& run) { return run.nanoseconds_per_auction; };
    time.label = [](const ReportRun& run) {
      return run.nanoseconds_per_auction > 0 ? FormatNanoseconds(run.nanoseconds_per_auction)
                                             : std::string("\u2013");
    };
    out.push_back(std::move(time));
  }
  return out;
}

// What the best strategies show, or nothing where all show the same: a difference too small to be
// printed is none.
std::optional<std::string> BestLabel(const ReportData& data, const Measure& measure) {
  const bool has_best = measure.better == Better::kMore || measure.better == Better::kLess;
  if (!has_best || data.runs.size() < 2) return std::nullopt;
  const auto less = [&](const ReportRun& a, const ReportRun& b) {
    return Finite(measure.value(a)) < Finite(measure.value(b));
  };
  const auto [low, high] = std::minmax_element(data.runs.begin(), data.runs.end(), less);
  if (measure.label(*low) == measure.label(*high)) return std::nullopt;
  return measure.label(measure.better == Better::kMore ? *high : *low);
}

std::string Describe(const ReportData& data, const Measure& measure) {
  std::vector<std::string> parts;
  for (const ReportRun& run : data.runs) {
    parts.push_back(Format("{} {}", RunName(run), measure.label(run)));
  }
  return Format("Bars. {} {}.", measure.meaning, JoinNames(parts));
}

struct BarLayout {
  double name_width = 0;
  double label_width = 0;
  double high = 1;
};

BarLayout Layout(const ReportData& data, const Measure& measure) {
  BarLayout out;
  double high = 0;
  for (const ReportRun& run : data.runs) {
    out.name_width = std::max(out.name_width, TextWidth(RunName(run), kFont));
    // Bold, for the best of them.
    out.label_width = std::max(out.label_width, TextWidth(measure.label(run), kFont) * 1.08);
    high = std::max(high, Finite(measure.value(run)));
    if (measure.limit) high = std::max(high, Finite(measure.limit(run).value_or(0)));
    if (measure.reach) high = std::max(high, Finite(measure.reach(run)));
    if (measure.whole) high = std::max(high, Finite(measure.whole(run)));
  }
  out.name_width = std::min(out.name_width, 110.0);
  if (high > 0) out.high = high;
  return out;
}

std::string Picture(const ReportData& data, const Measure& measure) {
  const BarLayout layout = Layout(data, measure);
  const double left = 18 + layout.name_width + 8;
  const Scale scale{0, layout.high, left, kWidth - layout.label_width - 8};
  const std::optional<std::string> best = BestLabel(data, measure);
  const double height = static_cast<double>(data.runs.size()) * kRow + 4;
  Svg svg(Format("bars-{}", measure.id), "bars", measure.heading, Describe(data, measure));
  bool limited = false;
  for (size_t i = 0; i < data.runs.size(); ++i) {
    const ReportRun& run = data.runs[i];
    const double middle = 2 + (static_cast<double>(i) + 0.5) * kRow;
    const double value = Finite(measure.value(run));
    const std::string tooltip = Format("{}: {}", RunName(run), measure.label(run));
    svg.Path(MarkerPath(i, 7, middle, 5), FillClass(i));
    svg.Text(18, middle + 4, Anchor::kStart, "", FitText(RunName(run), kFont, layout.name_width),
             RunName(run));
    if (measure.whole) {
      svg.Rect(left, middle - kBar / 2, scale(Finite(measure.whole(run))) - left, kBar, "track",
               tooltip);
    }
    if (value > 0) {
      svg.Rect(left, middle - kBar / 2, std::max(scale(value) - left, 1.0), kBar, FillClass(i),
               tooltip);
    }
    const bool is_best = best && measure.label(run) == *best;
    double label_x = scale(measure.whole ? std::max(value, Finite(measure.whole(run))) : value) + 6;
    if (measure.limit && measure.limit(run)) {
      const double x = scale(Finite(*measure.limit(run)));
      svg.Line(x, middle - kRow / 2 + 2, x, middle + kRow / 2 - 2, "halo");
      svg.Line(x, middle - kRow / 2 + 2, x, middle + kRow / 2 - 2, "limit");
      label_x = std::max(label_x, x + 6);
      limited = true;
    }
    svg.Text(label_x, middle + 4, Anchor::kStart, is_best ? "tb" : "", measure.label(run));
  }
  svg.Line(left, 0, left, height, "axis");
  const std::string caption =
      limited ? "The upright line is the lower bound: no placement can do with fewer cells." : "";
  return Figure(EscapeHtml(measure.heading),
                Format("{} {}", measure.meaning, BetterWords(measure.better)),
                svg.Finish(kWidth, height), caption);
}

std::string StrandedSentence(const ReportData& data) {
  const std::string meaning = CleanText(data.stranded_meaning);
  return meaning.empty()
             ? "Stranded is memory that stays free because the cell it lies on is short of "
               "something "
               "else, or because too little of it is left there for the work at hand."
             : Format("Stranded is {}", meaning) + (meaning.ends_with('.') ? "" : ".");
}

}  // namespace

std::string BarsSection(const ReportData& data) {
  if (data.runs.empty()) {
    return Section("side-by-side", "Strategies side by side", "",
                   "<p class=\"empty\">No strategy was run, so there is nothing to compare.</p>\n");
  }
  const bool alone = data.runs.size() == 1;
  std::string content = "<div class=\"grid three\">\n";
  const bool is_same_work = RunTheSameWork(data);
  for (std::vector<Measure> measures :
       {WorkMeasures(alone), ResourceMeasures(alone), EffortMeasures(data)}) {
    for (Measure& measure : measures) {
      if (measure.needs_same_work && !is_same_work) measure.better = Better::kUnknown;
      content += Picture(data, measure);
    }
  }
  content += "</div>\n";
  std::string introduction =
      alone
          ? "Each panel shows one measure from zero; the figure stands at the end of the bar, and "
            "a pale track is the whole. "
          : "Each panel shows one measure, each bar one strategy, from zero; the figure stands at "
            "the "
            "end of the bar, and the best is in bold. A pale track behind the bars is the whole: "
            "all "
            "cells, or 100\u00A0%. ";
  introduction += EscapeHtml(StrandedSentence(data));
  return Section("side-by-side", alone ? "The main figures" : "Strategies side by side",
                 introduction, content);
}

namespace {

constexpr int kMostBins = 18;
constexpr double kTop = 26;
constexpr double kPlot = 150;
constexpr double kBottom = 42;

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
    out += Format(" {} over-committed and counted as full.",
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
    svg.Rect(from + 0.75, top, x(static_cast<double>(i + 1)) - from - 1.5, kTop + kPlot - top,
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
      Format("How many cells have how much memory left: each bar spans {} and its height is the "
             "number of cells. Much on the left means that cells are packed full, a tail on the "
             "right that whole cells are free for large work; the dashed line is the median. "
             "All panels have the same axes.",
             EscapeHtml(FormatMegabytes(axes.bin))),
      content);
}

}  // namespace rostrum::tools
