// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The cluster over time: one panel a measure, one line a strategy, all on the same time axis.

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

constexpr double kWidth = 400;
constexpr double kLeastPlot = 180;
constexpr double kLabelStep = 15;  // Between the names at the ends of the lines.
constexpr double kMarkRow = 12;
constexpr double kMarkBin = 10;
constexpr size_t kMostPoints = 600;
constexpr size_t kMostEvents = 60;

struct Point {
  double time = 0;
  double value = 0;
};

using Series = std::vector<ReportSample>;  // In order of time, finite times only.

struct Event {
  double seconds = 0;
  std::string label;
  std::vector<size_t> runs;
};

// What the panels share.
struct Frame {
  std::vector<Series> series;  // One a run.
  std::vector<Event> events;
  double low = 0;
  double high = 1;
  bool any_refused = false;
};

struct Panel {
  std::string_view id;
  std::string_view heading;
  std::string_view note;
  bool percent = false;
  bool marks = false;  // Shows the refused auctions beneath.
  std::function<double(const ReportSample&)> value;
};

std::vector<Panel> Panels(bool any_refused) {
  return {
      {"memory", "Memory in use",
       any_refused ? "Share of the cluster's memory in use. Each mark beneath stands for refused "
                     "auctions at that time, larger for more."
                   : "Share of the cluster's memory in use.",
       true, true, [](const ReportSample& s) { return s.memory_used_share; }},
      {"disk", "Disk in use", "Share of the cluster's disk in use.", true, false,
       [](const ReportSample& s) { return s.disk_used_share; }},
      {"cells", "Cells in use", "Cells that hold any work. A lower line leaves more cells free.",
       false, false, [](const ReportSample& s) { return static_cast<double>(s.cells_used); }},
      {"refused", "Refused so far",
       "Auctions refused since the start. Where the line rises, the cluster turns work away.",
       false, false, [](const ReportSample& s) { return static_cast<double>(s.refused_so_far); }},
  };
}

Series SortedSamples(const ReportRun& run) {
  Series out;
  std::copy_if(run.samples.begin(), run.samples.end(), std::back_inserter(out),
               [](const ReportSample& sample) { return std::isfinite(sample.seconds); });
  std::stable_sort(out.begin(), out.end(), [](const ReportSample& a, const ReportSample& b) {
    return a.seconds < b.seconds;
  });
  return out;
}

std::vector<Event> CollectEvents(const ReportData& data) {
  std::map<std::pair<double, std::string>, std::vector<size_t>> found;
  for (size_t i = 0; i < data.runs.size(); ++i) {
    for (const ReportEvent& event : data.runs[i].events) {
      if (!std::isfinite(event.seconds)) continue;
      std::vector<size_t>& runs = found[{event.seconds, event.label}];
      if (runs.empty() || runs.back() != i) runs.push_back(i);
    }
  }
  std::vector<Event> out;
  for (const auto& [key, runs] : found) out.push_back({key.first, key.second, runs});
  return out;
}

Frame MakeFrame(const ReportData& data) {
  Frame frame;
  frame.events = CollectEvents(data);
  bool first = true;
  const auto include = [&](double seconds) {
    frame.low = first ? seconds : std::min(frame.low, seconds);
    frame.high = first ? seconds : std::max(frame.high, seconds);
    first = false;
  };
  for (const ReportRun& run : data.runs) {
    frame.series.push_back(SortedSamples(run));
    if (frame.series.back().empty()) continue;
    include(frame.series.back().front().seconds);
    include(frame.series.back().back().seconds);
    for (const ReportSample& sample : frame.series.back()) {
      frame.any_refused = frame.any_refused || sample.refused_so_far > 0;
    }
  }
  for (const Event& event : frame.events) include(event.seconds);
  if (!(frame.high > frame.low)) frame.high = frame.low + 1;
  return frame;
}

// At most kMostPoints of them: the lowest and the highest of every stretch stay, so that no spike
// is lost.
std::vector<Point> Thin(const std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<Point> out = {points.front()};
  const size_t stretches = kMostPoints / 2 - 1;
  const size_t inner = points.size() - 2;
  for (size_t i = 0; i < stretches; ++i) {
    const auto from = points.begin() + 1 + static_cast<std::ptrdiff_t>(inner * i / stretches);
    const auto to = points.begin() + 1 + static_cast<std::ptrdiff_t>(inner * (i + 1) / stretches);
    const auto less = [](const Point& a, const Point& b) { return a.value < b.value; };
    auto [low, high] = std::minmax_element(from, to, less);
    if (high < low) std::swap(low, high);
    out.push_back(*low);
    if (low != high) out.push_back(*high);
  }
  out.push_back(points.back());
  return out;
}

std::vector<Point> PointsOf(const Series& series, const Panel& panel) {
  std::vector<Point> out;
  for (const ReportSample& sample : series) {
    const double value = panel.value(sample);
    if (std::isfinite(value)) out.push_back({sample.seconds, value});
  }
  return Thin(out);
}

// Everything about one panel's geometry.
struct Plot {
  std::vector<std::vector<Point>> lines;
  UpwardTicks ticks;
  Scale x;
  Scale y;
  double marks_top = 0;
  double axis_y = 0;  // Of the labels of the time axis.
  double height = 0;
};

// The width that the names at the right need.
double NamesWidth(const ReportData& data) {
  if (data.runs.size() < 2) return 0;
  double width = 0;
  for (const ReportRun& run : data.runs) width = std::max(width, TextWidth(RunName(run), kFont));
  return std::min(width, 104.0) + 18;
}

Plot MakePlot(const ReportData& data, const Frame& frame, const Panel& panel) {
  Plot plot;
  double high = 0;
  for (const Series& series : frame.series) {
    plot.lines.push_back(PointsOf(series, panel));
    for (const Point& point : plot.lines.back()) high = std::max(high, point.value);
  }
  plot.ticks = panel.percent ? PercentTicks(high > 0 ? high : 1, 4) : CountTicks(high, 4);
  double left = panel.marks && frame.any_refused ? TextWidth("refused", kSmall) : 0;
  for (const Tick& tick : plot.ticks.ticks) left = std::max(left, TextWidth(tick.label, kSmall));
  left += 8;
  const double names = NamesWidth(data);
  const double right = kWidth - (names > 0 ? names + 10 : 20);
  const double top = frame.events.empty() ? 10 : 28;
  const auto runs = static_cast<double>(data.runs.size());
  const double bottom = top + std::max(kLeastPlot, runs * kLabelStep + 8);
  plot.x = {frame.low, frame.high, left, right};
  plot.y = {0, plot.ticks.end, bottom, top};
  plot.marks_top = bottom + 8;
  plot.axis_y = bottom + (panel.marks && frame.any_refused ? 10 + runs * kMarkRow : 0);
  plot.height = plot.axis_y + 38;
  return plot;
}

void DrawAxes(const Frame& frame, const Plot& plot, Svg* svg) {
  for (const Tick& tick : plot.ticks.ticks) {
    const double y = plot.y(tick.value);
    svg->Line(plot.x.from, y, plot.x.to, y, tick.value == 0 ? "axis" : "gl");
    svg->Text(plot.x.from - 6, y + 4, Anchor::kEnd, "ta", tick.label);
  }
  const double room = plot.x.to - plot.x.from;
  TimeTicks ticks;
  for (int wanted = 7; wanted >= 1; --wanted) {  // As many as do not touch.
    ticks = MakeTimeTicks(frame.low, frame.high, wanted);
    double widest = 0;
    for (const Tick& tick : ticks.ticks) widest = std::max(widest, TextWidth(tick.label, kSmall));
    if (ticks.ticks.size() < 2) break;
    const double apart = plot.x(ticks.ticks[1].value) - plot.x(ticks.ticks[0].value);
    if (widest + 10 <= apart && room > 0) break;
  }
  for (const Tick& tick : ticks.ticks) {
    const double x = plot.x(tick.value);
    svg->Line(x, plot.axis_y, x, plot.axis_y + 4, "axis");
    svg->Text(x, plot.axis_y + 16, Anchor::kMiddle, "ta", tick.label);
  }
  svg->Text(plot.x.to, plot.axis_y + 32, Anchor::kEnd, "ta", Format("time in {}", ticks.unit));
}

// Numbers in bubbles at the top, joined where they would touch.
void DrawEvents(const Frame& frame, const Plot& plot, Svg* svg) {
  struct Bubble {
    size_t first = 0;
    size_t last = 0;
    double x = 0;
    std::string text() const {
      return first == last ? Format("{}", first + 1) : Format("{}\u2013{}", first + 1, last + 1);
    }
    double half() const { return std::max(8.0, TextWidth(text(), kSmall) / 2 + 4); }
  };
  std::vector<Bubble> bubbles;
  const size_t shown = std::min(frame.events.size(), kMostEvents);
  for (size_t i = 0; i < shown; ++i) {
    const double x = plot.x(frame.events[i].seconds);
    svg->Line(x, 18, x, plot.y.from, "event");
    Bubble bubble{i, i, x};
    while (!bubbles.empty() &&
           bubbles.back().x + bubbles.back().half() + 3 > bubble.x - bubble.half()) {
      const Bubble& before = bubbles.back();
      bubble = {before.first, bubble.last, (plot.x(frame.events[before.first].seconds) + x) / 2};
      bubbles.pop_back();
    }
    bubbles.push_back(bubble);
  }
  for (const Bubble& bubble : bubbles) {
    const double half = bubble.half();
    const double x = std::clamp(bubble.x, half + 1, kWidth - half - 1);
    std::string tooltip;
    for (size_t i = bubble.first; i <= bubble.last; ++i) {
      tooltip +=
          Format("{}{}: {}", tooltip.empty() ? "" : "; ", FormatSeconds(frame.events[i].seconds),
                 CleanText(frame.events[i].label, 80));
    }
    svg->Rect(x - half, 2, 2 * half, 16, "bubble", tooltip);
    svg->Text(x, 14, Anchor::kMiddle, "tc", bubble.text());
  }
}

void DrawLines(const Plot& plot, Svg* svg) {
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    const std::vector<Point>& line = plot.lines[i];
    if (line.empty()) continue;
    if (line.size() > 1) {
      std::string d;
      for (const Point& point : line) {
        AppendFormat(&d, "{}{} {}", d.empty() ? "M" : "L", Coordinate(plot.x(point.time)),
                     Coordinate(plot.y(point.value)));
      }
      svg->Path(d, LineClass(i));
    }
  }
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    if (plot.lines[i].empty()) continue;
    const Point& last = plot.lines[i].back();
    svg->Path(MarkerPath(i, plot.x(last.time), plot.y(last.value), 4), FillClass(i));
  }
}

// The names at the right, as near to the ends of their lines as they can be without touching.
void DrawNames(const ReportData& data, const Plot& plot, Svg* svg) {
  if (data.runs.size() < 2) return;
  struct Name {
    size_t run;
    double y;
  };
  std::vector<Name> names;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    if (!plot.lines[i].empty()) names.push_back({i, plot.y(plot.lines[i].back().value)});
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const Name& a, const Name& b) { return a.y < b.y; });
  for (size_t i = 1; i < names.size(); ++i) {
    names[i].y = std::max(names[i].y, names[i - 1].y + kLabelStep);
  }
  double limit = plot.y.from;
  for (size_t i = names.size(); i-- > 0; limit -= kLabelStep)
    names[i].y = std::min(names[i].y, limit);
  const double x = plot.x.to + 14;
  for (const Name& name : names) {
    const std::string text = RunName(data.runs[name.run]);
    svg->Path(MarkerPath(name.run, x, name.y, 4), FillClass(name.run));
    svg->Text(x + 9, name.y + 4, Anchor::kStart, "", FitText(text, kFont, kWidth - x - 9), text);
  }
}

void DrawMarks(const ReportData& data, const Frame& frame, const Plot& plot, Svg* svg) {
  const auto bins = static_cast<size_t>(std::ceil((plot.x.to - plot.x.from) / kMarkBin));
  std::vector<std::vector<int64_t>> counts(data.runs.size(), std::vector<int64_t>(bins));
  int64_t most = 1;
  for (size_t i = 0; i < data.runs.size(); ++i) {
    int64_t before = 0;
    for (const ReportSample& sample : frame.series[i]) {
      const double at = (plot.x(sample.seconds) - plot.x.from) / kMarkBin;
      int64_t& count = counts[i][std::min(static_cast<size_t>(at), bins - 1)];
      if (sample.refused_so_far > before) count += sample.refused_so_far - before;
      before = std::max(before, sample.refused_so_far);
      most = std::max(most, count);
    }
  }
  const double bin_seconds = (frame.high - frame.low) * kMarkBin / (plot.x.to - plot.x.from);
  svg->Text(plot.x.from - 6,
            plot.marks_top + static_cast<double>(data.runs.size()) * kMarkRow / 2 + 4, Anchor::kEnd,
            "ta", "refused");
  for (size_t i = 0; i < data.runs.size(); ++i) {
    const double y = plot.marks_top + (static_cast<double>(i) + 0.5) * kMarkRow;
    svg->Line(plot.x.from, y, plot.x.to, y, "gl");
    for (size_t bin = 0; bin < bins; ++bin) {
      const int64_t count = counts[i][bin];
      if (count == 0) continue;
      const double radius =
          2 + 2.6 * std::sqrt(static_cast<double>(count) / static_cast<double>(most));
      const double x =
          std::min(plot.x.from + (static_cast<double>(bin) + 0.5) * kMarkBin, plot.x.to);
      const double start = frame.low + static_cast<double>(bin) * bin_seconds;
      svg->Path(MarkerPath(i, x, y, radius), FillClass(i),
                Format("{}: {} refused, {} to {}", RunName(data.runs[i]), FormatCount(count),
                       FormatSeconds(start), FormatSeconds(start + bin_seconds)));
    }
  }
}

std::string ValueText(const Panel& panel, double value) {
  return panel.percent ? FormatPercent(value) : FormatDecimals(value, 0);
}

// The values at the end, and whether lines hide each other.
std::string Caption(const ReportData& data, const Plot& plot, const Panel& panel) {
  std::vector<std::string> parts;
  std::map<std::string, int> texts;
  std::vector<double> values;
  for (size_t i = 0; i < plot.lines.size(); ++i) {
    if (plot.lines[i].empty()) continue;
    values.push_back(plot.lines[i].back().value);
    const std::string text = ValueText(panel, values.back());
    parts.push_back(Format("{} {}", RunName(data.runs[i]), text));
    ++texts[text];
  }
  if (parts.empty()) return "";
  if (texts.size() == 1) {
    return Format(
        "At the end: {}{}.", texts.begin()->first,
        parts.size() > 1 ? " with every strategy, so the lines may lie on each other" : "");
  }
  if (parts.size() > 6) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return Format("At the end: from {} to {}.", ValueText(panel, *low), ValueText(panel, *high));
  }
  return Format("At the end: {}.", JoinNames(parts));
}

std::string Picture(const ReportData& data, const Frame& frame, const Panel& panel) {
  const Plot plot = MakePlot(data, frame, panel);
  const std::string caption = Caption(data, plot, panel);
  Svg svg(Format("time-{}", panel.id), "time", panel.heading,
          Format("Line chart over time. {} {}", panel.note, caption));
  DrawAxes(frame, plot, &svg);
  DrawEvents(frame, plot, &svg);
  DrawLines(plot, &svg);
  DrawNames(data, plot, &svg);
  if (panel.marks && frame.any_refused) DrawMarks(data, frame, plot, &svg);
  return Figure(EscapeHtml(panel.heading), panel.note, svg.Finish(kWidth, plot.height), caption);
}

std::string EventList(const ReportData& data, const Frame& frame) {
  if (frame.events.empty()) return "";
  std::string out = "<div class=\"events\">\n<h3>What happened</h3>\n<ol>\n";
  const size_t shown = std::min(frame.events.size(), kMostEvents);
  for (size_t i = 0; i < shown; ++i) {
    const Event& event = frame.events[i];
    std::string who;
    if (event.runs.size() < data.runs.size()) {
      std::vector<std::string> names;
      for (const size_t run : event.runs) names.push_back(RunLabel(data, run));
      who = names.size() > 4 ? Format(" ({} of {} strategies)", names.size(), data.runs.size())
                             : Format(" ({} only)", JoinNames(names));
    }
    AppendFormat(&out, "<li>{}: <bdi>{}</bdi>{}</li>\n", FormatSeconds(event.seconds),
                 EscapeHtml(CleanText(event.label, 200)), who);
  }
  out += "</ol>\n";
  if (frame.events.size() > shown) {
    AppendFormat(&out, "<p class=\"note\">And {} later, not shown.</p>\n",
                 CountOf(static_cast<int64_t>(frame.events.size() - shown), "event", "events"));
  }
  return out + "</div>\n";
}

}  // namespace

std::string TimeSection(const ReportData& data) {
  const Frame frame = MakeFrame(data);
  const bool any = std::any_of(frame.series.begin(), frame.series.end(),
                               [](const Series& series) { return !series.empty(); });
  if (!any) {
    return Section("time", "Use over time", "",
                   "<p class=\"empty\">The simulation recorded no moments in time, so there is no "
                   "course to show; the figures at the end stand below.</p>\n" +
                       EventList(data, frame));
  }
  std::string content = "<div class=\"grid two\">\n";
  for (const Panel& panel : Panels(frame.any_refused)) content += Picture(data, frame, panel);
  content += "</div>\n" + EventList(data, frame);
  std::string introduction =
      "How the cluster filled and emptied, from left to right; the panels have the same time axis.";
  if (data.runs.size() > 1) {
    introduction += " Each strategy has its own colour, dash and marker, and its name at the end.";
  }
  if (!frame.events.empty()) {
    introduction += " A dotted upright line with a number is an event from the list below.";
  }
  return Section("time", "Use over time", introduction, content);
}

}  // namespace rostrum::tools
