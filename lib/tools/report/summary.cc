// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What an operator reads first: a card for each strategy, and the differences in words.

#include <algorithm>
#include <functional>
#include <optional>

#include "lib/base/format.h"
#include "lib/tools/report/sections.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

std::string Row(std::string_view name, std::string_view value, std::string_view css = "") {
  return Format("<div{}><dt>{}</dt><dd>{}</dd></div>\n",
                     css.empty() ? "" : Format(" class=\"{}\"", css), name, EscapeHtml(value));
}

std::string Card(const ReportData& data, size_t index) {
  const ReportRun& run = data.runs[index];
  std::string out = Format("<div class=\"card\">\n<h3>{}</h3>\n<dl>\n", RunLabel(data, index));
  out += Row("Running at the end", FormatCount(run.running), "big");
  out += Row("Waiting at the end", FormatCount(run.waiting));
  if (run.lost != 0) out += Row("Lost", FormatCount(run.lost));
  out += Row("Cells used",
             Format("{} of {}", FormatCount(run.cells_used), FormatCount(run.cells_total)));
  out += Row("Memory used", FormatPercent(ShareOf(run.memory_used_mb, run.memory_total_mb)));
  out += Row("Stranded memory", FormatMegabytes(run.memory_stranded_mb));
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

}  // namespace rostrum::tools
