// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The parts of the page, each in a file of its own. Every function gives HTML, and gives something
// sensible for no runs, no cells and no samples.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_SECTIONS_H_
#define ROSTRUM_LIB_TOOLS_REPORT_SECTIONS_H_

#include <string>
#include <string_view>

#include "lib/tools/report/report.h"

namespace rostrum::tools {

// The content of the page's one <style> element.
std::string_view StyleSheet();

std::string SummarySection(const ReportData& data);    // summary.cc: cards and findings.
std::string BarsSection(const ReportData& data);       // bars.cc: one panel a measure.
std::string HeatMapSection(const ReportData& data);    // heat_map.cc: one panel a strategy.
std::string TimeSection(const ReportData& data);       // time_chart.cc: one panel a measure.
std::string HistogramSection(const ReportData& data);  // histogram.cc: one panel a strategy.
std::string TablesSection(const ReportData& data);     // tables.cc

// Small things they share.

// Whether all strategies end with the same work on their cells. If not, how many cells they use and
// what they leave free says nothing about who is better.
bool RunTheSameWork(const ReportData& data);
// The name of a strategy as plain text, never empty.
std::string RunName(const ReportRun& run);
// Its marker and its name, as HTML.
std::string RunLabel(const ReportData& data, size_t run);
// The width of a picture of which there is one for every strategy, and the class of its grid: three
// in a row, or two where that leaves no gap.
double PanelWidth(const ReportData& data);
std::string_view GridClass(const ReportData& data);
// <section> with its heading, an introduction (HTML) and its content (HTML).
std::string Section(std::string_view id, std::string_view heading, std::string_view introduction,
                    std::string_view content);
// <figure> with a heading (HTML), its picture and what it shows (plain text; may be empty).
std::string Figure(std::string_view heading, std::string_view note, std::string_view svg,
                   std::string_view caption);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_SECTIONS_H_
