#include "lib/tools/simulate/results.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/csv.h"
#include "lib/tools/text.h"
#include "lib/wire/json_writer.h"

namespace rostrum::tools {
namespace {

using wire::JsonWriter;

void WriteInt(std::string_view key, int64_t value, JsonWriter* writer) {
  writer->Key(key);
  writer->Int(value);
}

void WriteString(std::string_view key, std::string_view value, JsonWriter* writer) {
  writer->Key(key);
  writer->String(value);
}

void WriteLines(std::string_view key, std::span<const std::string> lines, JsonWriter* writer) {
  writer->Key(key);
  writer->BeginArray();
  for (const std::string& line : lines) writer->String(WithPlainSpaces(line));
  writer->EndArray();
}

// In the resource's unit.
void WriteAmount(std::string_view key, Amount amount, JsonWriter* writer) {
  writer->Key(key);
  writer->Double(static_cast<double>(amount) / static_cast<double>(kAmountOne));
}

void WriteCounts(const RunResult& run, JsonWriter* writer) {
  const RunCounts& counts = run.counts;
  WriteInt("arrived", counts.came, writer);
  WriteInt("auctioned_again", counts.again, writer);
  WriteInt("placed", counts.placed, writer);
  WriteInt("refused", counts.refused, writer);
  WriteInt("refused_for_good", counts.refused_for_good, writer);
  WriteInt("cancelled", counts.cancelled, writer);
  WriteInt("ended", counts.ended, writer);
  WriteInt("running", counts.running, writer);
  WriteInt("waiting", counts.waiting, writer);
  WriteInt("waiting_without_cell", counts.waiting, writer);  // Kept: the former name.
  WriteInt("given_up", counts.lost, writer);                 // Likewise.
  WriteInt("left_before_round", counts.left_before_round, writer);
  WriteInt("lost", counts.lost, writer);
  WriteInt("waiting_to_move", counts.waiting_to_move, writer);
  WriteInt("ended_without_running", counts.ended_without_running, writer);
  writer->Key("refused_by_reason");
  writer->BeginArray();
  for (const ReportReason& reason : run.reasons) {
    writer->BeginObject();
    WriteString("reason", reason.text, writer);
    WriteInt("count", reason.count, writer);
    writer->EndObject();
  }
  writer->EndArray();
}

void WriteResources(const Figures& figures, JsonWriter* writer) {
  writer->Key("resources");
  writer->BeginArray();
  for (const ResourceUse& use : figures.resources) {
    writer->BeginObject();
    WriteString("name", use.name, writer);
    WriteString("unit", use.unit, writer);
    WriteAmount("total", use.total, writer);
    WriteAmount("used", use.used, writer);
    WriteAmount("stranded", use.stranded, writer);
    writer->EndObject();
  }
  writer->EndArray();
}

void WriteFigures(const Figures& figures, JsonWriter* writer) {
  WriteInt("cells", figures.cells, writer);
  WriteInt("cells_used", figures.cells_used, writer);
  WriteInt("cells_lower_bound", figures.cells_lower_bound, writer);
  writer->Key("lower_bound_gap");
  writer->Double(GapOf(figures));
  WriteResources(figures, writer);
  writer->Key("zones");
  writer->BeginArray();
  for (const ReportZone& zone : figures.zones) {
    writer->BeginObject();
    WriteString("name", zone.name, writer);
    WriteInt("instances", zone.instances, writer);
    writer->EndObject();
  }
  writer->EndArray();

  writer->Key("worst_concentration");
  const ReportConcentration& worst = figures.concentration;
  if (worst.app.empty()) return writer->Null();
  writer->BeginObject();
  WriteString("app", worst.app, writer);
  WriteInt("instances", worst.instances, writer);
  writer->Key("share");
  writer->Double(worst.share);
  writer->EndObject();
}

}  // namespace

std::string ResultsAsJson(const Scenario& scenario, std::span<const RunResult> runs, uint64_t seed,
                          bool with_time, std::string_view report_path) {
  JsonWriter writer(JsonWriter::Layout::kPretty);
  writer.BeginObject();
  WriteLines("description", scenario.description, &writer);
  WriteLines("warnings", scenario.warnings, &writer);
  writer.Key("seed");
  writer.Uint(seed);
  writer.Key("runs");
  writer.BeginArray();
  for (const RunResult& run : runs) {
    writer.BeginObject();
    WriteString("strategy", run.strategy, &writer);
    WriteCounts(run, &writer);
    WriteFigures(run.figures, &writer);
    WriteInt("most_cells_used", run.most_cells_used, &writer);
    writer.Key("most_memory_used_share");
    writer.Double(run.most_memory_used_share);
    WriteInt("rounds", run.rounds, &writer);
    if (with_time) {
      writer.Key("nanoseconds_per_auction");
      writer.Double(run.nanoseconds_per_auction);
    }
    writer.EndObject();
  }
  writer.EndArray();
  WriteString("stranded_meaning", kStrandedMeaning, &writer);
  if (!report_path.empty()) WriteString("report", report_path, &writer);
  writer.EndObject();
  return writer.TakeText() + "\n";
}

namespace {

// Zeros where the run has no such resource.
ResourceUse FindResource(const RunResult& run, std::string_view name) {
  const auto& resources = run.figures.resources;
  const auto at = std::find_if(resources.begin(), resources.end(),
                               [&](const ResourceUse& use) { return use.name == name; });
  return at == resources.end() ? ResourceUse() : *at;
}

ReportRun AsReportRun(const RunResult& run, bool with_time) {
  ReportRun out;
  out.name = run.strategy;
  out.came = run.counts.came;
  out.running = run.counts.running;
  out.waiting = run.counts.waiting;
  out.ended = run.counts.ended;
  out.left_before_round = run.counts.left_before_round;
  out.lost = run.counts.lost;
  out.work_running = run.work_running;
  out.auctioned_again = run.counts.again;
  out.placed = run.counts.placed;
  out.refused = run.counts.refused;
  out.refused_by_reason = run.reasons;
  out.rounds = run.rounds;
  if (with_time) out.nanoseconds_per_auction = run.nanoseconds_per_auction;
  out.cells_total = run.figures.cells;
  out.cells_used = run.figures.cells_used;
  out.cells_lower_bound = run.figures.cells_lower_bound;
  if (run.figures.cells_lower_bound > 0) out.lower_bound_gap = GapOf(run.figures);

  const ResourceUse memory = FindResource(run, "memory");
  out.memory_total_mb = memory.total / kAmountOne;
  out.memory_used_mb = memory.used / kAmountOne;
  out.memory_stranded_mb = memory.stranded / kAmountOne;
  const ResourceUse disk = FindResource(run, "disk");
  out.disk_total_mb = disk.total / kAmountOne;
  out.disk_used_mb = disk.used / kAmountOne;
  out.disk_stranded_mb = disk.stranded / kAmountOne;

  out.zones = run.figures.zones;
  out.concentration = run.figures.concentration;
  out.cells = run.cells;
  out.samples = run.samples;
  out.events = run.events;
  return out;
}

}  // namespace

ReportData ResultsAsReport(const Scenario& scenario, std::span<const RunResult> runs,
                           bool with_time) {
  ReportData data;
  data.description = scenario.description;
  for (const std::string& line : scenario.warnings) data.description.push_back("Warning: " + line);
  data.stranded_meaning = kStrandedMeaning;
  for (const RunResult& run : runs) data.runs.push_back(AsReportRun(run, with_time));
  return data;
}

namespace {

// Adds lines of at most so many columns, the second and later ones indented.
void AppendWrapped(std::string_view text, std::string* out) {
  constexpr size_t kColumns = 96;
  constexpr std::string_view kIndent = "  ";
  while (text.size() > kColumns) {
    const size_t space = text.substr(0, kColumns + 1).rfind(' ');
    if (space == std::string_view::npos || space == 0) break;
    out->append(text.substr(0, space)).append("\n").append(kIndent);
    text.remove_prefix(space + 1);
  }
  out->append(text).append("\n");
}

// Rows of a label and one text a run.
class RunTable {
 public:
  using Cell = std::function<std::string(const RunResult&)>;

  explicit RunTable(std::span<const RunResult> runs) : runs_(runs), table_(ColumnsOf(runs)) {}

  void AddRow(std::string label, const Cell& cell) {
    std::vector<std::string> row = {WithPlainSpaces(label)};
    for (const RunResult& run : runs_) row.push_back(WithPlainSpaces(cell(run)));
    table_.AddRow(std::move(row));
  }

  void AddCount(std::string label, const std::function<int64_t(const RunResult&)>& count) {
    AddRow(std::move(label), [&](const RunResult& run) { return FormatCount(count(run)); });
  }

  void AddGap() { table_.AddRow(std::vector<std::string>(runs_.size() + 1)); }

  std::string Text() const { return table_.Text(); }

 private:
  static std::vector<TextTable::Column> ColumnsOf(std::span<const RunResult> runs) {
    std::vector<TextTable::Column> columns = {{"", TextTable::Align::kLeft}};
    for (const RunResult& run : runs) {
      columns.push_back({CleanText(run.strategy, 24), TextTable::Align::kRight});
    }
    return columns;
  }

  std::span<const RunResult> runs_;
  TextTable table_;
};

// A row that most simulations would have zeros in.
void AddCountIfAny(std::string label, std::span<const RunResult> runs, RunTable* table,
                   const std::function<int64_t(const RunResult&)>& count) {
  if (std::any_of(runs.begin(), runs.end(), [&](const RunResult& run) { return count(run) > 0; })) {
    table->AddCount(std::move(label), count);
  }
}

// What came is in one of the rows below it, sub-rows aside.
void AddWork(std::span<const RunResult> runs, RunTable* table) {
  table->AddCount("Instances and tasks that came",
                  [](const RunResult& run) { return run.counts.came; });
  table->AddCount("Running at the end", [](const RunResult& run) { return run.counts.running; });
  AddCountIfAny("  and waiting for another cell", runs, table,
                [](const RunResult& run) { return run.counts.waiting_to_move; });
  table->AddCount("Waiting at the end", [](const RunResult& run) { return run.counts.waiting; });
  table->AddCount("Ended", [](const RunResult& run) { return run.counts.ended; });
  AddCountIfAny("  without having run", runs, table,
                [](const RunResult& run) { return run.counts.ended_without_running; });
  AddCountIfAny("Left before a round", runs, table,
                [](const RunResult& run) { return run.counts.left_before_round; });
  AddCountIfAny("Lost", runs, table, [](const RunResult& run) { return run.counts.lost; });
}

void AddAuctions(std::span<const RunResult> runs, RunTable* table) {
  AddCountIfAny("Auctioned again", runs, table,
                [](const RunResult& run) { return run.counts.again; });
  table->AddCount("Auctions placed", [](const RunResult& run) { return run.counts.placed; });
  table->AddCount("Auctions refused", [](const RunResult& run) { return run.counts.refused; });
  for (const std::string& reason : AllReasons(runs)) {
    table->AddCount("  " + CleanText(reason, 60), [&](const RunResult& run) {
      for (const ReportReason& own : run.reasons) {
        if (own.text == reason) return own.count;
      }
      return int64_t{0};
    });
  }
}

void AddCells(RunTable* table) {
  table->AddCount("Cells", [](const RunResult& run) { return run.figures.cells; });
  table->AddCount("Cells used", [](const RunResult& run) { return run.figures.cells_used; });
  table->AddCount("  at most at once", [](const RunResult& run) { return run.most_cells_used; });
  table->AddCount("Cells needed at least",
                  [](const RunResult& run) { return run.figures.cells_lower_bound; });
  table->AddRow("Cells used above that", [](const RunResult& run) {
    if (run.figures.cells_lower_bound == 0) return std::string("-");
    return FormatPercent(GapOf(run.figures));
  });
}

std::string AmountText(const ResourceUse& use, Amount amount) {
  if (use.unit == "MB") return FormatMegabytes(amount / kAmountOne);
  return FormatDecimals(static_cast<double>(amount) / kAmountOne, 0) +
         (use.unit.empty() ? "" : Format(" {}", use.unit));
}

std::string ShareText(const ResourceUse& use, Amount amount) {
  if (use.total <= 0) return "-";
  return FormatPercent(static_cast<double>(amount) / static_cast<double>(use.total));
}

std::string Capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

// All runs have the same resources, since these follow from the scenario.
void AddResources(std::span<const RunResult> runs, RunTable* table) {
  for (size_t i = 0; i < runs.front().figures.resources.size(); ++i) {
    const std::string name = runs.front().figures.resources[i].name;
    const auto use = [i](const RunResult& run) -> const ResourceUse& {
      return run.figures.resources[i];
    };
    table->AddRow(Capitalized(name),
                  [&](const RunResult& run) { return AmountText(use(run), use(run).total); });
    table->AddRow("  used",
                  [&](const RunResult& run) { return ShareText(use(run), use(run).used); });
    if (name == "memory") {
      table->AddRow("  used at most at once",
                    [](const RunResult& run) { return FormatPercent(run.most_memory_used_share); });
    }
    table->AddRow("  stranded",
                  [&](const RunResult& run) { return ShareText(use(run), use(run).stranded); });
  }
}

// Of the zones with the fewest and the most.
std::string InstancesPerZone(const RunResult& run) {
  const auto& zones = run.figures.zones;
  if (zones.empty()) return "-";
  const auto [fewest, most] = std::ranges::minmax_element(zones, {}, &ReportZone::instances);
  if (fewest->instances == most->instances) return FormatCount(most->instances);
  return Format("{} to {}", FormatCount(fewest->instances), FormatCount(most->instances));
}

// All runs have the same zones, since these follow from the scenario.
void AddZones(std::span<const RunResult> runs, RunTable* table) {
  constexpr size_t kZonesListed = 8;
  table->AddRow("Instances per zone", InstancesPerZone);
  const auto& zones = runs.front().figures.zones;
  if (zones.size() > kZonesListed) return;
  for (size_t i = 0; i < zones.size(); ++i) {
    const std::string name = CleanText(zones[i].name, 40);
    table->AddCount(name.empty() ? "  in no zone" : "  in " + name,
                    [i](const RunResult& run) { return run.figures.zones[i].instances; });
  }
}

void AddConcentration(RunTable* table) {
  table->AddRow("Worst concentration", [](const RunResult& run) {
    const ReportConcentration& worst = run.figures.concentration;
    if (worst.app.empty()) return std::string("-");
    return FormatPercent(worst.share);
  });
  table->AddRow("  instances on one cell", [](const RunResult& run) {
    const ReportConcentration& worst = run.figures.concentration;
    if (worst.app.empty()) return std::string("-");
    return Format("{} of {}", FormatCount(worst.instances), CleanText(worst.app, 24));
  });
}

// What the less plain rows mean.
std::string Meanings(std::span<const RunResult> runs) {
  std::string out;
  const auto add = [&](std::string_view text) { AppendWrapped(text, &out); };
  const auto any = [&](int64_t RunCounts::*count) {
    return std::any_of(runs.begin(), runs.end(),
                       [&](const RunResult& run) { return run.counts.*count > 0; });
  };
  if (any(&RunCounts::left_before_round)) {
    add("Left before a round is what had gone again before any round saw it.");
  }
  if (any(&RunCounts::lost)) {
    add("Lost is what was refused for good: it does not run, and nothing waits for it.");
  }
  if (any(&RunCounts::again)) {
    add("Work that lost its cell, or has to leave it, is auctioned again, and placed again.");
  }
  add("An auction is counted as refused once, by the reason of its first refusal, however long it "
      "waits.");
  add("Cells needed at least are the fewest cells that have what runs at the end, if work could be "
      "parted at will; no placement can do with fewer.");
  add(Format("Stranded is {}.", kStrandedMeaning));
  add("Worst concentration is the largest share of an app's running instances that is on one cell, "
      "of apps that run two at least.");
  return out;
}

}  // namespace

std::vector<std::string> AllReasons(std::span<const RunResult> runs) {
  std::map<std::string, int64_t> counts;
  for (const RunResult& run : runs) {
    for (const ReportReason& reason : run.reasons) counts[reason.text] += reason.count;
  }
  std::vector<std::string> reasons;
  for (const auto& [text, count] : counts) reasons.push_back(text);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [&](const auto& a, const auto& b) { return counts.at(a) > counts.at(b); });
  return reasons;
}

std::string ResultsAsText(const Scenario& scenario, std::span<const RunResult> runs,
                          bool with_time) {
  std::string out;
  for (const std::string& line : scenario.description) {
    AppendWrapped(WithPlainSpaces(CleanText(line)) + ".", &out);
  }
  if (runs.empty()) return out;

  RunTable table(runs);
  AddWork(runs, &table);
  table.AddGap();
  AddAuctions(runs, &table);
  table.AddGap();
  AddCells(&table);
  table.AddGap();
  AddResources(runs, &table);
  table.AddGap();
  AddZones(runs, &table);
  AddConcentration(&table);
  table.AddGap();
  table.AddCount("Rounds", [](const RunResult& run) { return run.rounds; });
  if (with_time) {
    table.AddRow("Time per auction", [](const RunResult& run) {
      return FormatNanoseconds(run.nanoseconds_per_auction);
    });
  }
  table.AddGap();
  out += "\n" + table.Text();
  out += Meanings(runs);
  return out;
}

}  // namespace rostrum::tools
