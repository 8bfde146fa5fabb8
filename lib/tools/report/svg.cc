#include "lib/tools/report/svg.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

// The smallest of 1, 2 and 5 times a power of ten that covers `span` in at most `wanted` steps.
double RoundStep(double span, int wanted) {
  const double least = span / std::max(wanted, 1);
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

int DecimalsOf(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

}  // namespace

double Scale::operator()(double value) const {
  if (!(high > low)) return from;
  const double share = (value - low) / (high - low);
  if (!(share > 0)) return from;  // Not a number, too.
  return from + std::min(share, 1.0) * (to - from);
}

UpwardTicks CountTicks(double high, int wanted) {
  UpwardTicks out;
  high = std::isfinite(high) ? std::clamp(high, 1.0, 1e18) : 1.0;
  const double step = std::max(RoundStep(high, wanted), 1.0);
  const int steps = static_cast<int>(std::ceil(high / step - 1e-9));
  out.end = steps * step;
  for (int i = 0; i <= steps; ++i) out.ticks.push_back({i * step, FormatCompact(i * step)});
  return out;
}

UpwardTicks PercentTicks(double high, int wanted) {
  UpwardTicks out;
  const double percent = std::isfinite(high) ? std::clamp(high * 100, 0.01, 1e6) : 100.0;
  const double step = RoundStep(percent, wanted);
  const int steps = static_cast<int>(std::ceil(percent / step - 1e-9));
  out.end = steps * step / 100;
  for (int i = 0; i <= steps; ++i) {
    out.ticks.push_back({i * step / 100, FormatDecimals(i * step, DecimalsOf(step)) + "\u00A0%"});
  }
  return out;
}

TimeTicks MakeTimeTicks(double low, double high, int wanted) {
  struct Unit {
    const char* name;
    double seconds;
    std::vector<double> steps;  // Between these, in the unit; decimal steps outside them.
  };
  static const std::array<Unit, 4> kUnits = {{{"seconds", 1, {1, 2, 5, 10, 15, 20, 30, 60}},
                                              {"minutes", 60, {0.5, 1, 2, 5, 10, 15, 20, 30, 60}},
                                              {"hours", 3600, {0.5, 1, 2, 3, 4, 6, 12, 24}},
                                              {"days", 86400, {0.5, 1, 2, 5, 7, 14, 28}}}};
  const double span = high - low;
  TimeTicks out;
  const Unit& unit = kUnits[span <= 120 ? 0 : span <= 7200 ? 1 : span <= 172800 ? 2 : 3];
  out.unit = unit.name;
  if (!(span > 0) || !std::isfinite(span)) return out;
  const double least = span / unit.seconds / std::max(wanted, 1);
  double step = RoundStep(span / unit.seconds, wanted);
  if (least > unit.steps.front() / 2 && least <= unit.steps.back()) {
    step = *std::lower_bound(unit.steps.begin(), unit.steps.end(), least);
  }
  const double first = std::ceil(low / unit.seconds / step - 1e-9) * step;
  for (int i = 0; i <= wanted + 1; ++i) {
    const double value = first + i * step;
    if (value * unit.seconds > high + span * 1e-9) break;
    out.ticks.push_back({value * unit.seconds, FormatDecimals(value, DecimalsOf(step))});
  }
  return out;
}

int64_t MemoryBin(int64_t high, int most) {
  int64_t bin = 1;
  while (bin < (int64_t{1} << 56) && high / bin >= most) bin *= 2;
  return bin;
}

namespace {

constexpr size_t kSlots = 8;

std::string_view AnchorName(Anchor anchor) {
  switch (anchor) {
    case Anchor::kStart:
      return "start";
    case Anchor::kMiddle:
      return "middle";
    case Anchor::kEnd:
      return "end";
  }
  return "start";
}

// A closed polygon around (x, y), its corners in units of the radius.
std::string Polygon(double x, double y, double radius, std::initializer_list<double> corners) {
  std::string out;
  for (auto it = corners.begin(); it != corners.end(); it += 2) {
    AppendFormat(&out, "{}{} {}", out.empty() ? "M" : "L",
                   Coordinate(x + it[0] * radius), Coordinate(y + it[1] * radius));
  }
  return out + "Z";
}

}  // namespace

std::string Coordinate(double value) {
  if (!std::isfinite(value)) return "0";
  std::string out = Format("{:.2f}", std::clamp(value, -1e7, 1e7));
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

Svg::Svg(std::string_view id, std::string_view kind, std::string_view title,
         std::string_view description)
    : id_(id), kind_(kind), title_(title), description_(description) {}

void Svg::Close(std::string_view element, std::string_view tooltip) {
  if (tooltip.empty()) {
    body_ += "/>\n";
    return;
  }
  AppendFormat(&body_, "><title>{}</title></{}>\n", EscapeHtml(tooltip),
                 element);
}

void Svg::Rect(double x, double y, double width, double height, std::string_view css,
               std::string_view tooltip) {
  AppendFormat(&body_, R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}")", css, Coordinate(x),
                 Coordinate(y), Coordinate(std::max(width, 0.0)),
                 Coordinate(std::max(height, 0.0)));
  Close("rect", tooltip);
}

void Svg::Line(double x1, double y1, double x2, double y2, std::string_view css) {
  AppendFormat(&body_, R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)",
                 css, Coordinate(x1), Coordinate(y1), Coordinate(x2), Coordinate(y2));
  body_ += '\n';
}

void Svg::Path(std::string_view d, std::string_view css, std::string_view tooltip) {
  AppendFormat(&body_, R"(<path class="{}" d="{}")", css, d);
  Close("path", tooltip);
}

void Svg::Text(double x, double y, Anchor anchor, std::string_view css, std::string_view text,
               std::string_view tooltip) {
  body_ += "<text";
  if (!css.empty()) AppendFormat(&body_, R"( class="{}")", css);
  AppendFormat(&body_, R"( x="{}" y="{}")", Coordinate(x), Coordinate(y));
  if (anchor != Anchor::kStart) {
    AppendFormat(&body_, R"( text-anchor="{}")", AnchorName(anchor));
  }
  body_ += '>';
  if (!tooltip.empty()) {
    AppendFormat(&body_, "<title>{}</title>", EscapeHtml(tooltip));
  }
  AppendFormat(&body_, "{}</text>\n", EscapeHtml(text));
}

std::string Svg::Finish(double width, double height) const {
  return Format(
      R"(<svg id="{0}" class="chart" data-picture="{1}" role="img" aria-labelledby="{0}-t {0}-d" )"
      R"(viewBox="0 0 {2} {3}" width="{2}" height="{3}" xmlns="http://www.w3.org/2000/svg">)"
      "\n<title id=\"{0}-t\">{4}</title>\n<desc id=\"{0}-d\">{5}</desc>\n{6}</svg>\n",
      id_, kind_, Coordinate(width), Coordinate(height), EscapeHtml(title_),
      EscapeHtml(description_), body_);
}

size_t ColourSlot(size_t run) { return run % kSlots; }

size_t ShapeSlot(size_t run) { return (run + run / kSlots) % kSlots; }

std::string FillClass(size_t run) { return Format("f{}", ColourSlot(run)); }

std::string LineClass(size_t run) {
  return Format("l{} d{}", ColourSlot(run), ShapeSlot(run));
}

// The shapes are those of the glyphs in MarkerHtml, in the same order.
std::string MarkerPath(size_t run, double x, double y, double radius) {
  const double r = radius;
  switch (ShapeSlot(run)) {
    case 0: {
      const std::string size = Coordinate(r * 0.95);
      return Format("M{0} {1}a{2} {2} 0 1 0 {3} 0a{2} {2} 0 1 0 -{3} 0Z",
                         Coordinate(x - r * 0.95), Coordinate(y), size, Coordinate(r * 1.9));
    }
    case 1:
      return Polygon(x, y, r, {-.85, -.85, .85, -.85, .85, .85, -.85, .85});
    case 2:
      return Polygon(x, y, r, {0, -1.05, 1.05, .8, -1.05, .8});
    case 3:
      return Polygon(x, y, r, {0, -1.15, 1.15, 0, 0, 1.15, -1.15, 0});
    case 4:
      return Polygon(x, y, r, {-1.05, -.8, 1.05, -.8, 0, 1.05});
    case 5:
      return Polygon(x, y, r, {-.3, -1, .3, -1, .3, -.3, 1,   -.3, 1, .3, .3, .3, .3, 1, -.3, 1,  //
                               -.3, .3, -1, .3, -1, -.3, -.3, -.3});
    case 6:
      return Polygon(x, y, r, {-.8, -1.05, 1.05, 0, -.8, 1.05});
    default:
      return Polygon(x, y, r, {.8, -1.05, -1.05, 0, .8, 1.05});
  }
}

std::string MarkerHtml(size_t run) {
  return Format(R"(<span class="key c{} m{}" aria-hidden="true"></span>)", ColourSlot(run),
                     ShapeSlot(run));
}

}  // namespace rostrum::tools
