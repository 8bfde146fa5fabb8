#include "lib/tools/simulate/results_json.h"

#include "lib/tools/simulate/plain_spaces.h"
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

}  // namespace rostrum::tools
