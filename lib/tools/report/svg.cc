#include "lib/tools/report/svg.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
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
    AppendFormat(&out, "{}{} {}", out.empty() ? "M" : "L", Coordinate(x + it[0] * radius),
                 Coordinate(y + it[1] * radius));
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
  AppendFormat(&body_, "><title>{}</title></{}>\n", EscapeHtml(tooltip), element);
}

void Svg::Rect(double x, double y, double width, double height, std::string_view css,
               std::string_view tooltip) {
  AppendFormat(&body_, R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}")", css,
               Coordinate(x), Coordinate(y), Coordinate(std::max(width, 0.0)),
               Coordinate(std::max(height, 0.0)));
  Close("rect", tooltip);
}

void Svg::Line(double x1, double y1, double x2, double y2, std::string_view css) {
  AppendFormat(&body_, R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)", css, Coordinate(x1),
               Coordinate(y1), Coordinate(x2), Coordinate(y2));
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

std::string LineClass(size_t run) { return Format("l{} d{}", ColourSlot(run), ShapeSlot(run)); }

// The shapes are those of the glyphs in MarkerHtml, in the same order.
std::string MarkerPath(size_t run, double x, double y, double radius) {
  const double r = radius;
  switch (ShapeSlot(run)) {
    case 0: {
      const std::string size = Coordinate(r * 0.95);
      return Format("M{0} {1}a{2} {2} 0 1 0 {3} 0a{2} {2} 0 1 0 -{3} 0Z", Coordinate(x - r * 0.95),
                    Coordinate(y), size, Coordinate(r * 1.9));
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

namespace {

constexpr char kStyle[] = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --panel: #ffffff; --text: #1b222c; --muted: #55606e; --rule: #d9dee5;
  --grid: #e4e8ed; --axis: #7d8896; --link: #0a5c9c; --bad: #b3261e; --code: #eceff3;
  --s0: #0067a8; --s1: #d95f02; --s2: #2d3142; --s3: #14a08c;
  --s4: #a0397a; --s5: #6b3a00; --s6: #008cb8; --s7: #807b6e;
  --h0: #e6f1dd; --h1: #bee4ca; --h2: #95d3c1; --h3: #68bdc1; --h4: #3da4be;
  --h5: #2e87b5; --h6: #226bab; --h7: #1a5092; --h8: #153877; --h9: #0f1f5c;
  --on-low: #04090f; --on-high: #ffffff; --none: #98a2ae;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #11151b; --panel: #181d25; --text: #e6e9ee; --muted: #a5afbc; --rule: #2c3440;
    --grid: #29313c; --axis: #778392; --link: #7cc0f5; --bad: #ff8a80; --code: #222935;
    --s0: #4ea8ec; --s1: #f58a43; --s2: #e3e7d3; --s3: #2f9e87;
    --s4: #d873ac; --s5: #ffd24d; --s6: #6d97f2; --s7: #aab5a9;
    --h0: #26323f; --h1: #24415e; --h2: #1f517b; --h3: #226b8c; --h4: #27849a;
    --h5: #409f9c; --h6: #58ba9c; --h7: #8fcfa0; --h8: #c2e1a3; --h9: #f3f2a6;
    --on-low: #f2f5f8; --on-high: #04090f; --none: #697585;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 40px 24px 48px; max-width: 1184px; background: var(--page);
  color: var(--text); line-height: 1.5; font-size: 16px; overflow-wrap: anywhere;
  font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans",
    sans-serif;
  font-variant-numeric: tabular-nums;
}
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  font-size: 0.875em; background: var(--code); padding: 1px 5px; border-radius: 4px;
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
}
h1, h2, h3 { line-height: 1.25; font-weight: 650; margin: 0; text-wrap: balance; }
h1 { font-size: 32px; letter-spacing: -0.015em; }
h2 { font-size: 22px; letter-spacing: -0.01em; }
h3 { font-size: 16px; }
p { margin: 0; }
.kicker { color: var(--muted); font-size: 14px; margin-bottom: 4px; }
.about { color: var(--muted); max-width: 72ch; }
h1 + .about { margin-top: 8px; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 16px 0 0; font-size: 14px; }
.facts div { display: flex; gap: 8px; align-items: baseline; }
.facts dt { color: var(--muted); flex: none; }
.facts dd { margin: 0; }
nav { margin: 24px 0 0; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 24px; margin: 0; padding: 6px 0; }
nav a { display: inline-block; padding: 4px 0; font-size: 14px; text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin-top: 48px; scroll-margin-top: 16px; }
.lead { color: var(--muted); max-width: 76ch; margin-top: 6px; }
.lead + *, h2 + .grid, h2 + .cards { margin-top: 20px; }
.grid, .cards { display: grid; gap: 20px; align-items: stretch; }
.grid { row-gap: 0; margin-bottom: -20px; }
.grid > figure { margin-bottom: 20px; }
.grid.three { grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); }
.grid.two { grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.grid.one, .cards.one { grid-template-columns: minmax(0, 560px); }
.legend + .grid { margin-top: 20px; }
.events { margin-top: 40px; }
figure, .card {
  margin: 0; padding: 18px 18px 16px; background: var(--panel); border: 1px solid var(--rule);
  border-radius: 10px; min-width: 0;
}
figure { display: flex; flex-direction: column; }
figure h3 { display: flex; align-items: baseline; gap: 8px; }
/* Pictures and their texts line up across a row of panels. */
@supports (grid-template-rows: subgrid) {
  .grid > figure { display: grid; grid-row: span 4; grid-template-rows: subgrid;
    grid-template-columns: minmax(0, 1fr); align-content: start; }
  .grid h3 { grid-row: 1; } .grid .note { grid-row: 2; } .grid .chart { grid-row: 3; }
  .grid figcaption { grid-row: 4; }
}
.note { color: var(--muted); font-size: 14px; }
.chart { display: block; width: 100%; height: auto; margin-top: 12px; }
figcaption { color: var(--muted); font-size: 14px; line-height: 1.45; margin-top: 12px; }
.legend { background: none; border: 0; padding: 0; max-width: 384px; }
.legend .chart { margin: 0; }
.cards { grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); }
.card h3 { display: flex; align-items: baseline; gap: 8px; padding-bottom: 10px; }
.card { display: flex; flex-direction: column; }
.card dl { margin: auto 0 0; }
.card dl div {
  display: flex; justify-content: space-between; align-items: baseline; gap: 12px;
  padding: 5px 0; border-top: 1px solid var(--grid); font-size: 14px;
}
.card dl div:first-child { border-top: 0; padding-top: 0; }
.card dt { color: var(--muted); }
.card dd { margin: 0; text-align: right; }
.card .big dd { font-size: 28px; line-height: 1.1; font-weight: 650; letter-spacing: -0.015em; }
.findings { margin: 20px 0 0; padding-left: 20px; max-width: 84ch; }
.findings li { margin: 4px 0; }
.empty {
  color: var(--muted); margin-top: 16px; padding: 20px; background: var(--panel);
  border: 1px dashed var(--axis); border-radius: 10px; max-width: 76ch;
}
.events { font-size: 14px; }
.events ol { margin: 6px 0 0; padding-left: 28px; columns: 2 320px; column-gap: 40px; }
.events li { break-inside: avoid; }
.scroll { overflow-x: auto; margin-top: 20px; background: var(--panel);
  border: 1px solid var(--rule); border-radius: 10px; padding: 4px 18px 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
caption { text-align: left; font-weight: 650; font-size: 16px; padding: 12px 0 8px; }
th, td { padding: 6px 0 6px 24px; text-align: right; vertical-align: baseline;
  border-top: 1px solid var(--grid); overflow-wrap: normal; }
tbody th, thead tr:first-child th:first-child { text-align: left; padding-left: 0; }
.zones .start { border-left: 1px solid var(--rule); padding-left: 16px; }
.zones td, .zones th { padding-left: 16px; padding-right: 16px; }
.zones tr > :last-child { padding-right: 0; }
.zones tbody th, .zones thead tr:first-child th:first-child { padding-left: 0; }
td { white-space: nowrap; }
td.words { white-space: normal; overflow-wrap: anywhere; min-width: 19ch; }
tbody th { font-weight: 400; min-width: 14ch; overflow-wrap: anywhere; }
thead th { font-weight: 650; border-top: 0; vertical-align: bottom; min-width: 11ch; }
thead .long { overflow-wrap: anywhere; } thead th:has(.long) { min-width: 20ch; }
.scroll + .lead { margin-top: 20px; }
thead tr + tr th { font-weight: 400; color: var(--muted); }
tbody tr.group th { color: var(--muted); font-size: 13px; padding-top: 16px; }
.key { font-size: 13px; line-height: 1; font-weight: 400; font-style: normal; margin-right: 6px;
  font-family: "DejaVu Sans", "Segoe UI Symbol", "Apple Symbols", sans-serif; }
h3 .key { margin-right: 0; }
.m0::before { content: "\25CF"; } .m1::before { content: "\25A0"; }
.m2::before { content: "\25B2"; } .m3::before { content: "\25C6"; }
.m4::before { content: "\25BC"; } .m5::before { content: "\271A"; }
.m6::before { content: "\25B6\FE0E"; } .m7::before { content: "\25C0\FE0E"; }
.c0 { color: var(--s0); } .c1 { color: var(--s1); } .c2 { color: var(--s2); }
.c3 { color: var(--s3); } .c4 { color: var(--s4); } .c5 { color: var(--s5); }
.c6 { color: var(--s6); } .c7 { color: var(--s7); }
footer { margin-top: 48px; padding-top: 16px; border-top: 1px solid var(--rule);
  color: var(--muted); font-size: 14px; }
svg text { font-size: 12px; fill: var(--text); font-family: inherit; }
svg .ta { font-size: 11px; fill: var(--muted); }
svg .tb { font-weight: 650; }
svg .tc { font-size: 11px; pointer-events: none; }
svg .lo { fill: var(--on-low); } svg .mi { fill: #04090f; } svg .hi { fill: var(--on-high); }
svg .gl { stroke: var(--grid); stroke-width: 1; fill: none; }
svg .axis { stroke: var(--axis); stroke-width: 1; fill: none; }
svg .event { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; fill: none; }
svg .bubble { fill: var(--panel); stroke: var(--muted); stroke-width: 1; }
svg .track { fill: var(--grid); }
svg .halo { stroke: var(--panel); stroke-width: 6; fill: none; }
svg .limit { stroke: var(--text); stroke-width: 2; fill: none; }
svg .median { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; fill: none; }
svg .f0 { fill: var(--s0); } svg .f1 { fill: var(--s1); } svg .f2 { fill: var(--s2); }
svg .f3 { fill: var(--s3); } svg .f4 { fill: var(--s4); } svg .f5 { fill: var(--s5); }
svg .f6 { fill: var(--s6); } svg .f7 { fill: var(--s7); }
svg .l0, svg .l1, svg .l2, svg .l3, svg .l4, svg .l5, svg .l6, svg .l7 {
  fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: butt; }
svg .l0 { stroke: var(--s0); } svg .l1 { stroke: var(--s1); } svg .l2 { stroke: var(--s2); }
svg .l3 { stroke: var(--s3); } svg .l4 { stroke: var(--s4); } svg .l5 { stroke: var(--s5); }
svg .l6 { stroke: var(--s6); } svg .l7 { stroke: var(--s7); }
svg .d0 { stroke-width: 3.5; } svg .d1 { stroke-dasharray: 8 4; }
svg .d2 { stroke-dasharray: 2 3; } svg .d3 { stroke-dasharray: 10 3 2 3; }
svg .d4 { stroke-dasharray: 5 3; stroke-width: 1.5; } svg .d5 { stroke-dasharray: 14 4; }
svg .d6 { stroke-dasharray: 4 2 1 2; } svg .d7 { stroke-dasharray: 1 2; }
svg .h0 { fill: var(--h0); } svg .h1 { fill: var(--h1); } svg .h2 { fill: var(--h2); }
svg .h3 { fill: var(--h3); } svg .h4 { fill: var(--h4); } svg .h5 { fill: var(--h5); }
svg .h6 { fill: var(--h6); } svg .h7 { fill: var(--h7); } svg .h8 { fill: var(--h8); }
svg .h9 { fill: var(--h9); }
svg .he { fill: var(--panel); stroke: var(--none); stroke-width: 1; }
svg .hx { fill: var(--panel); stroke: var(--bad); stroke-width: 1.25; }
svg .hs { stroke-width: 0.6; } svg .hc { shape-rendering: crispEdges; }
svg .dot { fill: var(--on-high); stroke: none; pointer-events: none; }
svg .hit { fill: transparent; }
@media (max-width: 480px) {
  body { padding: 24px 14px 32px; }
  h1 { font-size: 26px; }
  figure, .card { padding: 14px 12px; }
  .scroll { padding: 4px 12px 8px; }
  section { margin-top: 36px; }
}
@media print {
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; background: none; font-size: 10.5pt; }
  nav { display: none; }
  section { margin-top: 24px; }
  h2, h3, .lead, caption { break-after: avoid; }
  figure, .card, .legend, tr, .findings li { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; border: 0; padding: 0; }
  .grid.three, .grid.two { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 10px; }
  .cards { grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 10px; }
  figure, .card { padding: 10px; }
  .note, figcaption, .card dl div, table { font-size: 9pt; }
  th, td, .zones th, .zones td { padding-left: 6px; padding-right: 6px; }
  .zones th, .zones td { padding-left: 4px; padding-right: 4px; font-size: 8pt; }
  thead th, tbody th, td.words { min-width: 0; }
  .legend { max-width: 300px; }
}
)css";

}  // namespace

std::string_view StyleSheet() { return kStyle; }

}  // namespace rostrum::tools
