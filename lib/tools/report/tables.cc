// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// All the figures as tables, which are also the pictures' text for those who cannot see them.

#include <algorithm>
#include <functional>
#include <map>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
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

}  // namespace rostrum::tools
