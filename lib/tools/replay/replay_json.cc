#include "lib/tools/replay/replay_outcome.h"
#include "lib/tools/score.h"
#include "lib/wire/json_writer.h"

namespace rostrum::tools {
namespace {

using record::Change;
using wire::JsonWriter;

const char* ChangeName(Change change) {
  switch (change) {
    case Change::kNowRefused:
      return "now_refused";
    case Change::kNowPlaced:
      return "now_placed";
    case Change::kMoved:
      return "moved";
    case Change::kOtherRefusal:
      return "other_refusal";
    case Change::kScoreOnly:
      break;
  }
  return "score_only";
}

void WriteUint(std::string_view key, uint64_t value, JsonWriter* json) {
  json->Key(key);
  json->Uint(value);
}

void WriteString(std::string_view key, std::string_view value, JsonWriter* json) {
  json->Key(key);
  json->String(value);
}

void WriteStringOrNull(std::string_view key, std::string_view value, JsonWriter* json) {
  json->Key(key);
  if (value.empty()) {
    json->Null();
  } else {
    json->String(value);
  }
}

void WriteSide(std::string_view key, const ReplaySide& side, JsonWriter* json) {
  json->Key(key);
  json->BeginObject();
  WriteString("kind", KindName(side.kind), json);
  WriteString("identifier", side.identifier, json);
  json->Key("placed");
  json->Bool(side.placed);
  if (side.placed) {
    WriteString("cell_id", side.cell_id, json);
    WriteScore(side.score, json);
  } else {
    WriteString("code", RefusalCodeName(side.code), json);
    WriteString("error", side.error, json);
  }
  json->EndObject();
}

void WriteFirst(const ReplayOutcome& file, JsonWriter* json) {
  json->Key("first_difference");
  if (!file.first.has_value()) return json->Null();
  json->BeginObject();
  WriteUint("round", file.first->round, json);
  WriteUint("decision", file.first->decision, json);
  WriteSide("before", file.first->before, json);
  WriteSide("now", file.first->now, json);
  json->EndObject();
}

void WriteChanges(const ReplayOutcome& file, JsonWriter* json) {
  json->Key("changes");
  json->BeginObject();
  WriteUint("now_refused", file.counts.now_refused, json);
  WriteUint("now_placed", file.counts.now_placed, json);
  WriteUint("moved", file.counts.moved, json);
  WriteUint("other_refusal", file.counts.other_refusal, json);
  WriteUint("score_only", file.counts.score_only, json);
  json->EndObject();
}

void WriteDifferences(const ReplayOutcome& file, JsonWriter* json) {
  json->Key("differences");
  json->BeginArray();
  for (const ReplayChange& change : file.changes) {
    json->BeginObject();
    WriteUint("round", change.round, json);
    WriteString("change", ChangeName(change.change), json);
    WriteSide("before", change.before, json);
    WriteSide("now", change.now, json);
    json->EndObject();
  }
  json->EndArray();
}

// What was not read may have been different.
void WriteIdentical(const ReplayOutcome& file, JsonWriter* json) {
  json->Key("identical");
  const bool nothing_to_say = !file.failed.ok() || file.rounds == 0;
  if (!file.first.has_value() && nothing_to_say) return json->Null();
  json->Bool(!file.first.has_value());
}

void WriteFile(const ReplayOutcome& file, JsonWriter* json) {
  json->BeginObject();
  WriteString("file", file.path, json);
  WriteUint("rounds", file.rounds, json);
  WriteUint("decisions", file.decisions, json);
  WriteIdentical(file, json);
  WriteUint("rounds_that_differ", file.rounds_that_differ, json);
  WriteUint("placed_before", file.placed_before, json);
  WriteUint("placed_now", file.placed_now, json);
  WriteChanges(file, json);
  WriteFirst(file, json);
  WriteDifferences(file, json);
  WriteStringOrNull("error", file.failed.text(), json);
  json->EndObject();
}

}  // namespace

std::string ReplayJson(const ReplayOutput& output) {
  JsonWriter json(JsonWriter::Layout::kPretty);
  json.BeginObject();
  WriteStringOrNull("what_if", output.what_if, &json);
  json.Key("files");
  json.BeginArray();
  for (const ReplayOutcome& file : output.files) WriteFile(file, &json);
  json.EndArray();
  json.EndObject();
  return json.TakeText() + "\n";
}

}  // namespace rostrum::tools
