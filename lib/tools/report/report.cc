// Copyright the Rostrum authors. Licensed under the Apache License 2.0.

#include "lib/tools/report/report.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
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
