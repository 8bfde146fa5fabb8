#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/report/heat_plan.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
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

namespace {

constexpr size_t kMostDetailed = 2500;  // Cells with a tooltip each in one picture,
constexpr size_t kMostDetails = 10000;  // and in all of them.
constexpr size_t kTooltipRun = 10;
constexpr size_t kLongestId = 80;
constexpr double kTextSquare = 26;  // Squares from here on hold their figure.

// What occurs in any of the pictures, and so belongs in the legend.
struct Marks {
  bool empty = false;
  bool failed = false;
  bool over = false;
};

std::string CellTooltip(const ReportCell& cell) {
  const std::string id = CleanText(cell.id, kLongestId);
  if (cell.failed) return Format("{}: failed", id);
  const double used =
      static_cast<double>(cell.memory_total_mb) - static_cast<double>(cell.memory_free_mb);
  const double share =
      cell.memory_total_mb > 0 ? used / static_cast<double>(cell.memory_total_mb) : 0;
  return Format(
      "{}: memory {} full, {} of {} free; disk {} full; {}", id, FormatPercent(share),
      FormatMegabytes(cell.memory_free_mb), FormatMegabytes(cell.memory_total_mb),
      FormatPercent(cell.disk_total_mb > 0 ? 1 - ShareOf(cell.disk_free_mb, cell.disk_total_mb)
                                           : 0),
      CountOf(cell.instances, "instance", "instances"));
}

std::string SquareWord(const HeatSquare& square) {
  if (square.cells == 0) return "\u2013";
  if (square.all_failed()) return "failed";
  if (square.empty()) return "empty";
  return FormatPercent(square.share());
}

// The outline of a square as a part of a path; a failed one is crossed out.
void AppendOutline(const HeatSquare& square, double x, double y, double side, std::string* d) {
  const bool stroked = square.all_failed() || square.empty();
  const double inset = stroked ? std::min(0.6, side / 6) : 0;
  const std::string s = Coordinate(side - 2 * inset);
  const std::string left = Coordinate(x + inset);
  const std::string top = Coordinate(y + inset);
  AppendFormat(d, "M{0} {1}h{2}v{2}h-{2}z", left, top, s);
  if (!square.all_failed()) return;
  AppendFormat(d, "M{0} {1}l{2} {2}M{3} {1}l-{2} {2}", left, top, s, Coordinate(x + side - inset));
}

void AppendDot(double x, double y, double side, std::string* d) {
  const double radius = side / 5;
  AppendFormat(d, "M{0} {1}h{2}v{2}h-{2}z", Coordinate(x + side / 2 - radius),
               Coordinate(y + side / 2 - radius), Coordinate(2 * radius));
}

// A class for each look: ten levels, then empty, then failed.
constexpr size_t kEmptyLook = 10;
constexpr size_t kFailedLook = 11;
constexpr std::array<std::string_view, 12> kLooks = {"h0", "h1", "h2", "h3", "h4", "h5",
                                                     "h6", "h7", "h8", "h9", "he", "hx"};

size_t LookOf(const HeatSquare& square) {
  if (square.all_failed()) return kFailedLook;
  return square.empty() ? kEmptyLook : static_cast<size_t>(square.level());
}

std::string LookClass(size_t look, double side) {
  std::string out(kLooks[look]);
  if (look >= kEmptyLook && side < 7) out += " hs";  // A thinner stroke.
  if (look < kEmptyLook && HeatGap(side) == 0)
    out += " hc";  // No seams between squares that touch.
  return out;
}

void DrawDetailed(const HeatSquare& square, double x, double y, double side, Svg* svg) {
  std::string d;
  AppendOutline(square, x, y, side, &d);
  svg->Path(d, LookClass(LookOf(square), side), CellTooltip(*square.first));
  if (square.all_failed() || square.empty()) return;
  if (side >= kTextSquare) {
    const int level = square.level();
    const double percent = std::min(square.share() * 100, 999.0);
    svg->Text(x + side / 2, y + side / 2 + 4, Anchor::kMiddle,
              level <= 3   ? "tc lo"
              : level <= 5 ? "tc mi"
                           : "tc hi",
              // Not "100" unless it is.
              FormatDecimals(percent < 100 ? std::floor(percent) : std::round(percent), 0));
  } else if (square.over()) {
    std::string dot;
    AppendDot(x, y, side, &dot);
    svg->Path(dot, "dot");
  }
}

// All squares of a zone at once: a path for each look. Neighbours that look alike and touch are one
// rectangle.
class Mass {
 public:
  explicit Mass(const HeatPlan& plan) : side_(plan.side()), joins_(plan.gap == 0) {}

  // In the order of rows.
  void Add(const HeatSquare& square, double x, double y) {
    if (square.over() && !square.all_failed()) AppendDot(x, y, side_, &dots_);
    const size_t look = LookOf(square);
    if (look >= kEmptyLook) {
      AppendOutline(square, x, y, side_, &paths_[look]);
      return;
    }
    const bool touches = y == bar_y_ && std::fabs(bar_x_ + bar_width_ - x) < side_ / 10;
    if (joins_ && bar_width_ > 0 && look == bar_look_ && touches) {
      bar_width_ += side_;
      return;
    }
    Flush();
    bar_look_ = look;
    bar_x_ = x;
    bar_y_ = y;
    bar_width_ = side_;
  }

  void Draw(Svg* svg) {
    Flush();
    for (size_t look = 0; look < paths_.size(); ++look) {
      if (!paths_[look].empty()) svg->Path(paths_[look], LookClass(look, side_));
    }
    if (!dots_.empty()) svg->Path(dots_, "dot");
  }

 private:
  void Flush() {
    if (bar_width_ <= 0) return;
    const std::string width = Coordinate(bar_width_);
    AppendFormat(&paths_[bar_look_], "M{} {}h{}v{}h-{}z", Coordinate(bar_x_), Coordinate(bar_y_),
                 width, Coordinate(side_), width);
    bar_width_ = 0;
  }

  double side_;
  bool joins_;
  std::array<std::string, kLooks.size()> paths_;
  std::string dots_;
  // The rectangle that may still grow.
  size_t bar_look_ = 0;
  double bar_x_ = 0;
  double bar_y_ = 0;
  double bar_width_ = 0;
};

// A transparent sheet with a tooltip over every few squares.
void DrawTooltips(const std::vector<HeatSquare>& squares, const HeatPlan& plan,
                  const HeatZone& zone, Svg* svg) {
  for (size_t row = 0; row < zone.squares; row += plan.columns) {
    const size_t row_end = std::min(row + plan.columns, zone.squares);
    for (size_t start = row; start < row_end; start += kTooltipRun) {
      const size_t end = std::min(start + kTooltipRun, row_end);
      const ReportCell* first = nullptr;
      const ReportCell* last = nullptr;
      std::string words;
      for (size_t i = start; i < end; ++i) {
        const HeatSquare& square = squares[zone.first_square + i];
        if (first == nullptr) first = square.first;
        if (square.last != nullptr) last = square.last;
        words += (words.empty() ? "" : ", ") + SquareWord(square);
      }
      if (first == nullptr) continue;
      const double y = zone.y + kHeatHead + static_cast<double>(row / plan.columns) * plan.pitch;
      svg->Rect(zone.x + static_cast<double>(start - row) * plan.pitch, y,
                static_cast<double>(end - start) * plan.pitch - plan.gap, plan.side(), "hit",
                Format("{} to {}: {}", CleanText(first->id, kLongestId),
                       CleanText(last->id, kLongestId), words));
    }
  }
}

std::string ZoneName(const HeatZone& zone) {
  const std::string name = CleanText(zone.name, 200);
  return name.find_first_not_of(' ') == std::string::npos ? "(no zone)" : name;
}

void DrawHead(const HeatSquare& sum, const HeatZone& zone, const HeatPlan& plan, Svg* svg) {
  const std::string cells = CountOf(sum.cells, "cell", "cells");
  const bool none = sum.cells == 0;
  const bool dead = !none && sum.failed == sum.cells;
  const std::string full = none   ? "no cells"
                           : dead ? "failed"
                                  : FormatPercent(sum.share()) + " full";
  const std::string whole = Format("{}, {}", cells, full);
  const std::string tooltip = Format("{}: {}", ZoneName(zone), whole);
  svg->Text(zone.x, zone.y + 11, Anchor::kStart, "tb",
            FitText(ZoneName(zone), kFont * 1.08, plan.block_width), tooltip);
  const bool fits = !none && TextWidth(whole, kSmall) <= plan.block_width;
  svg->Text(zone.x, zone.y + 26, Anchor::kStart, "ta",
            FitText(fits ? whole : full, kSmall, plan.block_width), tooltip);
}

// Says in words what the picture shows.
std::string Caption(const ReportRun& run, const std::vector<HeatSquare>& squares,
                    const HeatPlan& plan) {
  if (run.cells.empty()) return "This run has no cells at the end.";
  int64_t failed = 0;
  int64_t working = 0;
  for (const ReportCell& cell : run.cells) {
    if (cell.failed) ++failed;
    if (!cell.failed && cell.instances > 0) ++working;
  }
  const auto total = static_cast<int64_t>(run.cells.size());
  std::string out = Format("{} of {} {} work", FormatCount(working),
                           CountOf(total, "cell", "cells"), working == 1 ? "holds" : "hold");
  if (failed > 0) out += Format(", {} failed", FormatCount(failed));
  struct Extreme {
    const HeatZone* zone = nullptr;
    double share = 0;
  };
  Extreme low;
  Extreme high;
  for (const HeatZone& zone : plan.zones) {
    const HeatSquare sum = SumZone(squares, zone);
    if (sum.cells == 0 || sum.all_failed()) continue;
    if (low.zone == nullptr || sum.share() < low.share) low = {&zone, sum.share()};
    if (high.zone == nullptr || sum.share() > high.share) high = {&zone, sum.share()};
  }
  if (low.zone == nullptr) return out + ".";
  if (low.zone == high.zone) {
    return out + Format(". Memory is {} full.", FormatPercent(low.share));
  }
  return out +
         Format(". The fullest zone is {} with {} of its memory used, the emptiest {} with {}.",
                ZoneName(*high.zone), FormatPercent(high.share), ZoneName(*low.zone),
                FormatPercent(low.share));
}

std::string Picture(const ReportData& data, size_t index, const HeatPlan& plan) {
  const ReportRun& run = data.runs[index];
  const std::vector<HeatSquare> squares = FillSquares(run, plan);
  const std::string caption = Caption(run, squares, plan);
  const bool detailed = plan.cells_per_square == 1 && plan.squares <= kMostDetailed &&
                        plan.squares * data.runs.size() <= kMostDetails;
  Svg svg(Format("heat-{}", index), "heat", Format("Cells by zone, {}", RunName(run)),
          Format("Heat map: one square for each cell, coloured by used memory. {}", caption));
  for (const HeatZone& zone : plan.zones) {
    DrawHead(SumZone(squares, zone), zone, plan, &svg);
    Mass mass(plan);
    for (size_t i = 0; i < zone.squares; ++i) {
      const HeatSquare& square = squares[zone.first_square + i];
      if (square.cells == 0) continue;
      const double x = zone.x + static_cast<double>(i % plan.columns) * plan.pitch;
      const double y = zone.y + kHeatHead + static_cast<double>(i / plan.columns) * plan.pitch;
      if (detailed) {
        DrawDetailed(square, x, y, plan.side(), &svg);
      } else {
        mass.Add(square, x, y);
      }
    }
    if (detailed) continue;
    mass.Draw(&svg);
    DrawTooltips(squares, plan, zone, &svg);
  }
  return Figure(RunLabel(data, index), "", svg.Finish(plan.width, plan.height), caption);
}

Marks FindMarks(const ReportData& data) {
  Marks out;
  for (const ReportRun& run : data.runs) {
    for (const ReportCell& cell : run.cells) {
      HeatSquare square;
      AddCell(cell, &square);
      out.failed = out.failed || square.all_failed();
      out.empty = out.empty || (!square.all_failed() && square.empty());
      out.over = out.over || square.over();
    }
  }
  return out;
}

std::string Legend(const Marks& marks) {
  constexpr double kSwatch = 24;
  constexpr double kWidth = 352;
  Svg svg("heat-legend", "legend", "Scale of the heat maps",
          "Ten colours, from near that of the page at 0 % of the memory used to the strongest at "
          "100 %.");
  for (int level = 0; level < 10; ++level) {
    svg.Rect(level * kSwatch, 0, kSwatch, 14, kLooks[static_cast<size_t>(level)],
             Format("{} to {} %", level * 10, level * 10 + 10));
  }
  for (int tick = 0; tick <= 10; tick += 2) {
    svg.Text(tick * kSwatch, 28, tick == 0 ? Anchor::kStart : Anchor::kMiddle, "ta",
             Format("{}\u00A0%", tick * 10));
  }
  svg.Text(10 * kSwatch + 12, 11, Anchor::kStart, "ta", "memory used");
  double x = 0;
  const auto item = [&](const HeatSquare& square, bool dot, std::string_view text) {
    std::string d;
    AppendOutline(square, x, 40, 14, &d);
    svg.Path(d, kLooks[LookOf(square)]);
    if (dot) {
      std::string inner;
      AppendDot(x, 40, 14, &inner);
      svg.Path(inner, "dot");
    }
    svg.Text(x + 20, 51, Anchor::kStart, "ta", text);
    x += 20 + TextWidth(text, kSmall) + 14;
  };
  HeatSquare square;
  square.cells = 1;
  if (marks.empty) item(square, false, "no work");
  square.failed = 1;
  if (marks.failed) item(square, false, "failed");
  square.failed = 0;
  square.memory_total = 1;
  square.memory_used = 2;
  if (marks.over) item(square, true, "over-committed");
  const bool any = marks.empty || marks.failed || marks.over;
  return "<figure class=\"legend\">\n" + svg.Finish(kWidth, any ? 56 : 34) + "</figure>\n";
}

std::string Introduction(const HeatPlan& plan) {
  std::string out = plan.cells_per_square == 1
                        ? "Each square is a cell, in the block of its zone and in the order of its "
                          "index. "
                        : Format(
                              "Each square stands for up to {} neighbouring cells of a zone, in "
                              "the order of their index. ",
                              plan.cells_per_square);
  out +=
      "The more its colour stands out from the page, the more of its memory is in use. A cell has "
      "the "
      "same place in every picture, so a square that differs is a cell that fared differently.";
  if (plan.side() >= kTextSquare) out += " The number inside is the used memory in per cent.";
  return out;
}

}  // namespace

std::string HeatMapSection(const ReportData& data) {
  const HeatPlan plan = MakeHeatPlan(data);
  if (plan.zones.empty()) {
    return Section("cells", "Cells at the end", "",
                   "<p class=\"empty\">There are no cells, so there is no map to draw.</p>\n");
  }
  std::string content = Legend(FindMarks(data));
  content += Format("<div class=\"{}\">\n", GridClass(data));
  for (size_t i = 0; i < data.runs.size(); ++i) content += Picture(data, i, plan);
  content += "</div>\n";
  return Section("cells", "Cells at the end", Introduction(plan), content);
}

}  // namespace rostrum::tools
