#include "lib/tools/report/report.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

std::string SummaryRow(std::string_view name, std::string_view value, std::string_view css = "") {
  return Format("<div{}><dt>{}</dt><dd>{}</dd></div>\n",
                     css.empty() ? "" : Format(" class=\"{}\"", css), name, EscapeHtml(value));
}

std::string Card(const ReportData& data, size_t index) {
  const ReportRun& run = data.runs[index];
  std::string out = Format("<div class=\"card\">\n<h3>{}</h3>\n<dl>\n", RunLabel(data, index));
  out += SummaryRow("Running at the end", FormatCount(run.running), "big");
  out += SummaryRow("Waiting at the end", FormatCount(run.waiting));
  if (run.lost != 0) out += SummaryRow("Lost", FormatCount(run.lost));
  out += SummaryRow("Cells used",
             Format("{} of {}", FormatCount(run.cells_used), FormatCount(run.cells_total)));
  out += SummaryRow("Memory used", FormatPercent(ShareOf(run.memory_used_mb, run.memory_total_mb)));
  out += SummaryRow("Stranded memory", FormatMegabytes(run.memory_stranded_mb));
  return out + "</dl>\n</div>\n";
}

// One sentence about a measure of which less is better: who does best and who worst, or that all
// are equal. In the texts {0} stands for the strategies and {1} for their figure.
struct Finding {
  std::function<double(const ReportRun&)> value;
  std::function<std::string(const ReportRun&)> label;
  std::string_view best;
  std::string_view worst;
  std::string_view equal;
};

std::vector<Finding> Measures() {
  return {
      {[](const ReportRun& run) { return static_cast<double>(run.cells_used); },
       [](const ReportRun& run) {
         return Format("{} of {}", FormatCount(run.cells_used), FormatCount(run.cells_total));
       },
       "{0} used the fewest cells, {1}", "{0} the most, {1}",
       "All strategies used {1} cells"},
      {[](const ReportRun& run) { return static_cast<double>(run.memory_stranded_mb); },
       [](const ReportRun& run) { return FormatMegabytes(run.memory_stranded_mb); },
       "{0} left the least memory stranded, {1}", "{0} the most, {1}",
       "All strategies left {1} of memory stranded"},
      {[](const ReportRun& run) { return run.concentration.share; },
       [](const ReportRun& run) { return FormatPercent(run.concentration.share); },
       "{0} put at most {1} of one app on a single cell", "{0} as much as {1}",
       "All strategies put up to {1} of one app on a single cell"},
  };
}

// Strategies whose figures print alike are alike.
std::string NamesWith(const ReportData& data, const Finding& finding, const std::string& label) {
  std::vector<std::string> names;
  for (size_t i = 0; i < data.runs.size(); ++i) {
    if (finding.label(data.runs[i]) == label) names.push_back(RunLabel(data, i));
  }
  if (names.size() > 4) return Format("{} strategies", names.size());
  return JoinNames(names);
}

std::string Sentence(const ReportData& data, const Finding& finding) {
  const auto less = [&](const ReportRun& a, const ReportRun& b) {
    return finding.value(a) < finding.value(b);
  };
  const auto [low, high] = std::minmax_element(data.runs.begin(), data.runs.end(), less);
  const std::string best = finding.label(*low);
  const std::string worst = finding.label(*high);
  const auto fill = [](std::string_view text, std::string_view names, const std::string& figure) {
    return Format(fmt::runtime(text), names,
                       Format("<strong>{}</strong>", EscapeHtml(figure)));
  };
  if (best == worst) return Format("<li>{}.</li>\n", fill(finding.equal, "", best));
  return Format("<li>{}; {}.</li>\n", fill(finding.best, NamesWith(data, finding, best), best),
                     fill(finding.worst, NamesWith(data, finding, worst), worst));
}

// How near a strategy comes to the number of cells that its work needs at least; of several that
// run the same work, the nearest.
std::string BoundSentence(const ReportData& data) {
  std::optional<size_t> nearest;
  for (size_t i = 0; i < data.runs.size(); ++i) {
    const ReportRun& run = data.runs[i];
    if (!run.cells_lower_bound || *run.cells_lower_bound <= 0) continue;
    if (!nearest || run.cells_used < data.runs[*nearest].cells_used) nearest = i;
  }
  if (!nearest) return "";
  const ReportRun& run = data.runs[*nearest];
  return Format(
      "<li>{} {}: it uses <strong>{}</strong>, and the work that it runs cannot do with fewer than "
      "{}.</li>\n",
      RunLabel(data, *nearest),
      data.runs.size() > 1 ? "comes nearest to the least number of cells"
                           : "against the least number",
      CountOf(run.cells_used, "cell", "cells"), FormatCount(*run.cells_lower_bound));
}

// Only what the same work comes to can be compared: whoever runs less needs less, and a strategy is
// not the better for it.
std::string Findings(const ReportData& data) {
  if (!RunTheSameWork(data)) {
    return "<li>The strategies do not run the same work at the end, so neither the cells that they "
           "use nor what they leave free can be compared.</li>\n";
  }
  std::string out;
  if (data.runs.size() > 1) {
    for (const Finding& finding : Measures()) out += Sentence(data, finding);
  }
  return out + BoundSentence(data);
}

}  // namespace

std::string SummarySection(const ReportData& data) {
  if (data.runs.empty()) {
    return Section("summary", "At a glance", "",
                   "<p class=\"empty\">No strategy was run: this report has no figures.</p>\n");
  }
  std::string content =
      Format("<div class=\"cards{}\">\n", data.runs.size() == 1 ? " one" : "");
  for (size_t i = 0; i < data.runs.size(); ++i) content += Card(data, i);
  content += "</div>\n";
  const std::string findings = Findings(data);
  if (!findings.empty()) {
    content += Format("<ul class=\"findings\">\n{}</ul>\n", findings);
  }
  const std::string introduction =
      data.runs.size() > 1
          ? Format(
                "{} strategies were given the same work and the same cells. Each keeps its "
                "colour and its marker through the whole page.",
                data.runs.size())
          : std::string("One strategy was run on these cells.");
  return Section("summary", "At a glance", introduction, content);
}

namespace {

constexpr std::string_view kDash = "\u2013";

struct Row {
  std::string_view name;
  std::function<std::string(const ReportRun&)> cell;
  bool words = false;  // May be broken into lines.
};

struct Group {
  std::string_view name;
  std::vector<Row> rows;
};

Row CountRow(std::string_view name, int64_t ReportRun::*field) {
  return {name, [field](const ReportRun& run) { return FormatCount(run.*field); }};
}

Row SizeRow(std::string_view name, int64_t ReportRun::*field) {
  return {name, [field](const ReportRun& run) { return FormatMegabytes(run.*field); }};
}

Row ShareRow(std::string_view name, int64_t ReportRun::*part, int64_t ReportRun::*whole) {
  return {name, [part, whole](const ReportRun& run) {
            return run.*whole > 0 ? FormatPercent(ShareOf(run.*part, run.*whole))
                                  : std::string(kDash);
          }};
}

std::string LowerBound(const ReportRun& run) {
  return run.cells_lower_bound ? FormatCount(*run.cells_lower_bound) : std::string(kDash);
}

std::string Gap(const ReportRun& run) {
  return run.lower_bound_gap ? FormatPercent(*run.lower_bound_gap) : std::string(kDash);
}

std::string TimePerAuction(const ReportRun& run) {
  return run.nanoseconds_per_auction > 0 ? FormatNanoseconds(run.nanoseconds_per_auction)
                                         : std::string(kDash);
}

std::string ConcentrationText(const ReportRun& run) {
  if (run.concentration.app.empty()) return std::string(kDash);
  return Format("{}, {} ({})", CleanText(run.concentration.app, 80),
                     CountOf(run.concentration.instances, "instance", "instances"),
                     FormatPercent(run.concentration.share));
}

std::vector<Group> Groups() {
  return {
      {"Instances and tasks",
       {CountRow("Came", &ReportRun::came), CountRow("Running at the end", &ReportRun::running),
        CountRow("Waiting at the end", &ReportRun::waiting), CountRow("Ended", &ReportRun::ended),
        CountRow("Left before a round", &ReportRun::left_before_round),
        CountRow("Lost (refused for good)", &ReportRun::lost)}},
      {"Auctions",
       {CountRow("Again, of work that lost its cell", &ReportRun::auctioned_again),
        CountRow("Placed, those again included", &ReportRun::placed),
        CountRow("Refused", &ReportRun::refused),
        CountRow("Rounds", &ReportRun::rounds),
        {"Time per auction", TimePerAuction}}},
      {"Cells",
       {CountRow("Cells", &ReportRun::cells_total),
        CountRow("Cells used", &ReportRun::cells_used),
        {"Lower bound of cells needed", LowerBound},
        {"Above the lower bound", Gap}}},
      {"Memory",
       {SizeRow("Total", &ReportRun::memory_total_mb), SizeRow("Used", &ReportRun::memory_used_mb),
        ShareRow("Used, share", &ReportRun::memory_used_mb, &ReportRun::memory_total_mb),
        SizeRow("Stranded", &ReportRun::memory_stranded_mb),
        ShareRow("Stranded, share", &ReportRun::memory_stranded_mb, &ReportRun::memory_total_mb)}},
      {"Disk",
       {SizeRow("Total", &ReportRun::disk_total_mb), SizeRow("Used", &ReportRun::disk_used_mb),
        ShareRow("Used, share", &ReportRun::disk_used_mb, &ReportRun::disk_total_mb),
        SizeRow("Stranded", &ReportRun::disk_stranded_mb),
        ShareRow("Stranded, share", &ReportRun::disk_stranded_mb, &ReportRun::disk_total_mb)}},
      {"Concentration", {{"App that depends most on one cell", ConcentrationText, true}}},
  };
}

// The start of a table with a column for each strategy.
std::string TableHead(const ReportData& data, std::string_view caption, std::string_view first,
                      std::string_view label) {
  std::string out = Format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table>\n"
      "<caption>{}</caption>\n<thead>\n<tr><th scope=\"col\">{}</th>",
      label, caption, first);
  for (size_t i = 0; i < data.runs.size(); ++i) {
    AppendFormat(&out, "<th scope=\"col\">{}</th>", RunLabel(data, i));
  }
  return out + "</tr>\n</thead>\n";
}

std::string TableRow(const ReportData& data, std::string_view name, bool words,
                     const std::function<std::string(const ReportRun&)>& cell) {
  std::string out = Format("<tr><th scope=\"row\">{}</th>", EscapeHtml(name));
  for (const ReportRun& run : data.runs) {
    AppendFormat(&out, "<td{}>{}</td>", words ? " class=\"words\"" : "",
                   EscapeHtml(cell(run)));
  }
  return out + "</tr>\n";
}

std::string FiguresTable(const ReportData& data) {
  std::string out = TableHead(data, "Figures by strategy", "Figure", "Figures by strategy");
  for (const Group& group : Groups()) {
    AppendFormat(&out, "<tbody>\n<tr class=\"group\"><th colspan=\"{}\" scope=\"rowgroup\">{}</th></tr>\n",
        data.runs.size() + 1, group.name);
    for (const Row& row : group.rows) out += TableRow(data, row.name, row.words, row.cell);
    out += "</tbody>\n";
  }
  return out + "</table>\n</div>\n";
}

std::string ReasonsTable(const ReportData& data) {
  std::vector<std::string> reasons;
  for (const ReportRun& run : data.runs) {
    for (const ReportReason& reason : run.refused_by_reason) {
      if (std::find(reasons.begin(), reasons.end(), reason.text) == reasons.end()) {
        reasons.push_back(reason.text);
      }
    }
  }
  if (reasons.empty()) {
    return "<p class=\"lead\">No auction was refused, so there are no reasons to list.</p>\n";
  }
  std::string out =
      TableHead(data, "Refused auctions by reason", "Reason", "Refused auctions by reason");
  out += "<tbody>\n";
  for (const std::string& text : reasons) {
    out += TableRow(data, text.empty() ? "(no reason given)" : CleanText(text, 300), false,
                    [&](const ReportRun& run) {
                      int64_t count = 0;
                      for (const ReportReason& reason : run.refused_by_reason) {
                        if (reason.text == text) count = AddCounts(count, reason.count);
                      }
                      return FormatCount(count);
                    });
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

// What one run holds in one zone. The instances are those the caller counted; the cells give the
// rest.
struct ZoneFigures {
  int64_t instances = 0;
  int64_t cells = 0;
  double memory_used = 0;
  double memory_total = 0;
};

struct NaturalOrder {
  bool operator()(const std::string& a, const std::string& b) const { return NaturalLess(a, b); }
};
using ZoneTable = std::map<std::string, std::vector<ZoneFigures>, NaturalOrder>;

ZoneTable CollectZones(const ReportData& data) {
  ZoneTable table;
  const auto entry = [&](const std::string& zone, size_t run) -> ZoneFigures& {
    std::vector<ZoneFigures>& row = table[zone];
    row.resize(data.runs.size());
    return row[run];
  };
  for (size_t i = 0; i < data.runs.size(); ++i) {
    for (const ReportZone& zone : data.runs[i].zones) {
      ZoneFigures& figures = entry(zone.name, i);
      figures.instances = AddCounts(figures.instances, zone.instances);
    }
    for (const ReportCell& cell : data.runs[i].cells) {
      ZoneFigures& figures = entry(cell.zone, i);
      if (cell.failed) continue;
      ++figures.cells;
      const auto total = static_cast<double>(cell.memory_total_mb);
      figures.memory_total += total;
      figures.memory_used += total - static_cast<double>(cell.memory_free_mb);
    }
  }
  return table;
}

std::string ZonesTable(const ReportData& data) {
  const ZoneTable table = CollectZones(data);
  if (table.empty()) return "";
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Zones at the end\">\n"
      "<table class=\"zones\">\n<caption>Zones at the end</caption>\n<thead>\n"
      "<tr><th scope=\"col\" rowspan=\"2\">Zone</th>";
  for (size_t i = 0; i < data.runs.size(); ++i) {
    AppendFormat(&out, "<th scope=\"colgroup\" class=\"start\" colspan=\"3\">{}</th>",
                   RunLabel(data, i));
  }
  out += "</tr>\n<tr>";
  for (size_t i = 0; i < data.runs.size(); ++i) {
    out +=
        "<th scope=\"col\" class=\"start\">Instances</th><th scope=\"col\">Cells</th>"
        "<th scope=\"col\">Memory used</th>";
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& [zone, row] : table) {
    AppendFormat(&out, "<tr><th scope=\"row\"><bdi>{}</bdi></th>",
                   zone.empty() ? "(no zone)" : EscapeHtml(CleanText(zone, 200)));
    for (const ZoneFigures& figures : row) {
      AppendFormat(&out, "<td class=\"start\">{}</td><td>{}</td><td>{}</td>",
                     FormatCount(figures.instances), FormatCount(figures.cells),
                     figures.memory_total > 0
                         ? EscapeHtml(FormatPercent(figures.memory_used / figures.memory_total))
                         : std::string(kDash));
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

}  // namespace

std::string TablesSection(const ReportData& data) {
  if (data.runs.empty()) {
    return Section("figures", "All figures", "", "<p class=\"empty\">There are no figures.</p>\n");
  }
  return Section("figures", "All figures",
                 "The figures behind the pictures, and those that have none. A dash stands for "
                 "what was not measured or does not apply.",
                 FiguresTable(data) + ReasonsTable(data) + ZonesTable(data));
}

namespace {

constexpr size_t kLongestName = 200;

std::string Title(const ReportData& data) {
  const std::string title = CleanText(data.title, kLongestName);
  return title.find_first_not_of(' ') == std::string::npos ? "Placement simulation" : title;
}

// The policy is the net under the escaping: even if markup slipped in, nothing would be loaded or
// run.
std::string Head(const ReportData& data) {
  return Format(
      "<!DOCTYPE html>\n"
      "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
      "<meta name=\"generator\" content=\"rostrum simulate\"/>\n"
      "<link rel=\"icon\" href=\"data:,\"/>\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n",
      EscapeHtml(Title(data)), StyleSheet());
}

std::string Fact(std::string_view name, std::string_view html) {
  return Format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, html);
}

std::string Header(const ReportData& data) {
  std::string out = "<header>\n<p class=\"kicker\">rostrum simulate</p>\n";
  AppendFormat(&out, "<h1>{}</h1>\n", EscapeHtml(Title(data)));
  for (const std::string& line : data.description) {
    AppendFormat(&out, "<p class=\"about\">{}</p>\n",
                   EscapeHtml(CleanText(line)));
  }
  out += "<dl class=\"facts\">\n";
  if (!data.command_line.empty()) {
    out +=
        Fact("Command", Format("<code>{}</code>", EscapeHtml(CleanText(data.command_line))));
  }
  out += Fact("Seed", Format("<code>{}</code>", data.seed));
  if (!data.date.empty()) out += Fact("Date", EscapeHtml(CleanText(data.date, kLongestName)));
  out += "</dl>\n</header>\n";
  return out;
}

constexpr std::string_view kContents =
    "<nav aria-label=\"Contents\">\n<ul>\n"
    "<li><a href=\"#summary\">At a glance</a></li>\n"
    "<li><a href=\"#side-by-side\">Main figures</a></li>\n"
    "<li><a href=\"#cells\">Cells</a></li>\n"
    "<li><a href=\"#time\">Over time</a></li>\n"
    "<li><a href=\"#free\">Free memory</a></li>\n"
    "<li><a href=\"#figures\">All figures</a></li>\n"
    "</ul>\n</nav>\n";

constexpr std::string_view kFooter =
    "<footer>\n<p>Made by <code>rostrum simulate</code>. The same input with the same seed is "
    "placed the same. A GiB is 1,024 MB, as Diego counts. Hold the pointer over a square, bar or "
    "mark to "
    "see its figures.</p>\n</footer>\n";

}  // namespace

bool RunTheSameWork(const ReportData& data) {
  return std::all_of(data.runs.begin(), data.runs.end(), [&](const ReportRun& run) {
    const ReportRun& first = data.runs.front();
    return run.work_running == first.work_running && run.running == first.running;
  });
}

std::string RunName(const ReportRun& run) {
  std::string name = CleanText(run.name, kLongestName);
  return name.find_first_not_of(' ') == std::string::npos ? "(no name)" : name;
}

std::string RunLabel(const ReportData& data, size_t run) {
  constexpr size_t kLong = 20;  // Bytes; such a name may be broken anywhere to fit a column.
  const std::string name = RunName(data.runs[run]);
  return Format("{}<bdi{}>{}</bdi>", MarkerHtml(run),
                     name.size() > kLong ? " class=\"long\"" : "", EscapeHtml(name));
}

double PanelWidth(const ReportData& data) {
  return data.runs.size() <= 2 || data.runs.size() == 4 ? 400 : 352;
}

std::string_view GridClass(const ReportData& data) {
  if (data.runs.size() == 1) return "grid one";
  return data.runs.size() <= 2 || data.runs.size() == 4 ? "grid two" : "grid three";
}

std::string Section(std::string_view id, std::string_view heading, std::string_view introduction,
                    std::string_view content) {
  return Format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n{2}{3}"
      "</section>\n",
      id, EscapeHtml(heading),
      introduction.empty() ? "" : Format("<p class=\"lead\">{}</p>\n", introduction), content);
}

std::string Figure(std::string_view heading, std::string_view note, std::string_view svg,
                   std::string_view caption) {
  std::string out = Format("<figure>\n<h3>{}</h3>\n", heading);
  if (!note.empty())
    AppendFormat(&out, "<p class=\"note\">{}</p>\n", EscapeHtml(note));
  out += svg;
  if (!caption.empty()) {
    AppendFormat(&out, "<figcaption>{}</figcaption>\n", EscapeHtml(caption));
  }
  return out + "</figure>\n";
}

std::string RenderReport(const ReportData& data) {
  std::string out = Head(data);
  out += "<body>\n";
  out += Header(data);
  out += kContents;
  out += "<main>\n";
  out += SummarySection(data);
  out += BarsSection(data);
  out += HeatMapSection(data);
  out += TimeSection(data);
  out += HistogramSection(data);
  out += TablesSection(data);
  out += "</main>\n";
  out += kFooter;
  out += "</body>\n</html>\n";
  return out;
}

}  // namespace rostrum::tools
