// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The report of `rostrum simulate --report FILE.html`: one HTML page that needs nothing but itself.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_REPORT_H_
#define ROSTRUM_LIB_TOOLS_REPORT_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rostrum::tools {

// Every text below is taken as it comes, bytes that are not UTF-8 included: the page escapes it.
// Shares are fractions: 0.431 shows as 43.1 %. Amounts of memory and disk are in MB of 1,048,576
// bytes, as Diego counts. A share or time that is not finite shows as a dash, or is left out of a
// picture.

// How many auctions were refused for one reason.
struct ReportReason {
  std::string text;
  int64_t count = 0;
};

// How many instances one zone holds at the end.
struct ReportZone {
  std::string name;
  int64_t instances = 0;
};

// The app that depends most on a single cell.
struct ReportConcentration {
  std::string app;        // Empty: there is none, and the figure shows as a dash.
  int64_t instances = 0;  // On the app's fullest cell.
  double share = 0;       // The same as a share of all instances of the app.
};

// One cell at the end of a run.
struct ReportCell {
  std::string id;
  std::string zone;
  int64_t index = 0;
  int64_t memory_total_mb = 0;
  int64_t memory_free_mb = 0;  // Negative on a cell that is over-committed.
  int64_t disk_total_mb = 0;
  int64_t disk_free_mb = 0;
  int64_t containers_free = 0;
  int64_t instances = 0;  // LRP instances and tasks.
  bool failed = false;    // Gone at the end: it offers nothing, whatever the numbers above say.
};

// The state of the cluster at one moment of a run.
struct ReportSample {
  double seconds = 0;  // Since the start of the simulation.
  double memory_used_share = 0;
  double disk_used_share = 0;
  int64_t cells_used = 0;
  int64_t running = 0;
  int64_t refused_so_far = 0;
  int64_t placed_so_far = 0;
};

// Something that happened to the cluster, such as "zone z2 fails".
struct ReportEvent {
  double seconds = 0;
  std::string label;
};

// One strategy and what it made of the input. Its colour, marker and dash follow from its place in
// ReportData::runs.
struct ReportRun {
  std::string name;

  // Instances and tasks. Those that came are the sum of the five below.
  int64_t came = 0;
  int64_t running = 0;            // At the end.
  int64_t waiting = 0;            // At the end, on no cell.
  int64_t ended = 0;              // After a round had decided on them.
  int64_t left_before_round = 0;  // Gone before any round saw them.
  int64_t lost = 0;               // Refused for good.
  // The same number where the very same work runs at the end.
  uint64_t work_running = 0;

  // Auctions: work that loses its cell is auctioned, and placed, again.
  int64_t auctioned_again = 0;
  int64_t placed = 0;
  int64_t refused = 0;
  std::vector<ReportReason>
      refused_by_reason;  // Shown in the order of the first run that has each.
  int64_t rounds = 0;
  double nanoseconds_per_auction = 0;  // 0 leaves it out.

  int64_t cells_total = 0;
  int64_t cells_used = 0;                    // Cells that hold work at the end.
  std::optional<int64_t> cells_lower_bound;  // No placement can do with fewer cells.
  std::optional<double> lower_bound_gap;     // How far cells_used is above it, as a share.

  int64_t memory_total_mb = 0;
  int64_t memory_used_mb = 0;
  int64_t memory_stranded_mb = 0;  // See ReportData::stranded_meaning.
  int64_t disk_total_mb = 0;
  int64_t disk_used_mb = 0;
  int64_t disk_stranded_mb = 0;

  std::vector<ReportZone> zones;
  ReportConcentration concentration;

  std::vector<ReportCell> cells;      // In any order.
  std::vector<ReportSample> samples;  // In any order, as many as there are; the page thins them.
  std::vector<ReportEvent> events;    // The same event in several runs shows once.
};

struct ReportData {
  std::string title;  // Empty: "Placement simulation".
  std::string command_line;
  uint64_t seed = 0;
  std::string date;                      // As it is to be shown; empty leaves it out.
  std::vector<std::string> description;  // Lines about the cluster and the work.
  // What "stranded" means in this simulation, as the rest of a sentence that starts "Stranded is".
  // Empty: a general wording.
  std::string stranded_meaning;
  std::vector<ReportRun> runs;
};

// The page, as UTF-8. It reads no clock, file or environment: the same data give the same bytes.
// Thread safe.
std::string RenderReport(const ReportData& data);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_REPORT_H_
