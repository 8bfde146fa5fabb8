#include "lib/tools/replay/replay_output.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"
#include "lib/tools/text.h"
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

namespace {

constexpr size_t kTextMaximum = 200;

std::string AuctionText(const ReplaySide& side) {
  return Format("{} {}", KindName(side.kind), CleanText(side.identifier, kTextMaximum));
}

std::string ResultText(const ReplaySide& side) {
  if (!side.placed) {
    return Format(
        "refused ({})",
        CleanText(side.error.empty() ? RefusalCodeName(side.code) : side.error, kTextMaximum));
  }
  return Format("{} ({})", CleanText(side.cell_id, kTextMaximum), ScoreText(side.score));
}

// How much was replayed. What lies behind the place where it ended is not known, so no word that
// praises a whole recording may stand on a line that this is part of.
std::string RoundsReplayed(const ReplayOutcome& file) {
  const std::string rounds = Counted(file.rounds, "round");
  if (file.failed.ok()) return rounds;
  return rounds +
         (file.failed.code() == Code::kCorrupt ? " before the damage" : " before the failure");
}

std::string Same(const ReplayOutcome& file) {
  const std::string name = CleanText(file.path);
  const std::string decisions = Counted(file.decisions, "decision");
  if (!file.failed.ok()) {
    return Format("{}: {} ({}), without a difference\n", name, RoundsReplayed(file),
                       decisions);
  }
  return Format("{}: identical ({}, {})\n", name, RoundsReplayed(file), decisions);
}

std::string SameOrFirst(const ReplayOutcome& file) {
  if (!file.first.has_value()) return Same(file);
  const ReplayDeparture& first = *file.first;
  return Format(
      "{}: differs in {} of {} ({})\n"
      "  first in round {}, decision {} of {}\n"
      "    recorded  {}: {}\n"
      "    now       {}: {}\n",
      CleanText(file.path), FormatCount(file.rounds_that_differ), RoundsReplayed(file),
      Counted(file.decisions, "decision"), FormatCount(first.round), FormatCount(first.decision),
      FormatCount(first.decisions), AuctionText(first.before), ResultText(first.before),
      AuctionText(first.now), ResultText(first.now));
}

void AppendChanges(const ReplayOutcome& file, std::string* text) {
  const size_t listed = std::min(file.changes.size(), kChangesListed);
  for (size_t i = 0; i < listed; ++i) {
    const ReplayChange& change = file.changes[i];
    AppendFormat(text, "  round {}  {}: {} -> {}\n", FormatCount(change.round),
                   AuctionText(change.before), ResultText(change.before), ResultText(change.now));
  }
  const uint64_t more = file.counts.sum() - file.counts.score_only - listed;
  if (more > 0) AppendFormat(text, "  and {} more\n", FormatCount(more));
}

void AppendCount(std::string_view name, uint64_t count, std::string* text) {
  AppendFormat(text, "  {:<27}{:>12}\n", name, FormatCount(count));
}

std::string WhatIf(const ReplayOutcome& file, std::string_view what_if) {
  std::string text =
      Format("{}, with {} ({}, {})\n", CleanText(file.path), CleanText(what_if),
                  RoundsReplayed(file), Counted(file.decisions, "decision"));
  if (!file.first.has_value()) {
    return text + (file.failed.ok() ? "  all of it would have been the same\n"
                                    : "  none of these would have been different\n");
  }
  if (file.counts.sum() == 0) {
    return text + "  only the order of the decisions would have been different\n";
  }
  AppendChanges(file, &text);
  AppendCount("placed then, refused now", file.counts.now_refused, &text);
  AppendCount("refused then, placed now", file.counts.now_placed, &text);
  AppendCount("placed on another cell", file.counts.moved, &text);
  AppendCount("refused for another reason", file.counts.other_refusal, &text);
  AppendCount("only another score", file.counts.score_only, &text);
  AppendCount("placed in all, then", file.placed_before, &text);
  AppendCount("placed in all, now", file.placed_now, &text);
  return text;
}

}  // namespace

std::string ReplayText(const ReplayOutput& output) {
  std::string text;
  for (const ReplayOutcome& file : output.files) {
    if (file.rounds == 0) {
      // An error says it all; and nothing is compared where nothing was recorded.
      if (file.failed.ok()) text += CleanText(file.path) + ": no rounds\n";
      continue;
    }
    text += output.what_if.empty() ? SameOrFirst(file) : WhatIf(file, output.what_if);
  }
  return text;
}

}  // namespace rostrum::tools
