// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The strategies side by side: one panel for each measure, one bar for each strategy.

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "lib/base/format.h"
#include "lib/tools/report/scale.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr double kWidth = 352;
constexpr double kRow = 26;
constexpr double kBar = 14;
constexpr double kFont = 12;

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
  Measure without{"without-cell", "Without a cell at the end",
                  Better::kLess,  "Instances and tasks that wait, or were refused for good.",
                  {},             {},
                  {},             {},
                  {},             false};
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

}  // namespace rostrum::tools
