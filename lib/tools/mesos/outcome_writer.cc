#include "lib/tools/mesos/outcome_writer.h"

#include <string_view>

#include "lib/base/format.h"
#include "lib/tools/time_text.h"
#include "lib/wire/excerpt.h"
#include "lib/wire/json_writer.h"

namespace rostrum::tools {
namespace {

using mesos::Outcome;
using mesos::OutcomeKind;

std::string Where(const Outcome& outcome) {
  const std::string& host = outcome.hostname.empty() ? outcome.agent_id : outcome.hostname;
  return outcome.zone.empty() ? host : Format("{} ({})", host, outcome.zone);
}

std::string WhatHappened(const Outcome& outcome) {
  switch (outcome.kind) {
    case OutcomeKind::kPlaced:
      return Format("placed on {} after {} ms as {}", Where(outcome), outcome.wait_ms,
                         outcome.task_id);
    case OutcomeKind::kRefused:
      return Format("refused: {}", outcome.error);
    case OutcomeKind::kStatus:
    case OutcomeKind::kEnded:
    case OutcomeKind::kUnclear:
      return Format("{} {} on {}", mesos::OutcomeKindName(outcome.kind),
                         mesos::TaskStateName(outcome.state), Where(outcome));
    default:
      return mesos::OutcomeKindName(outcome.kind);
  }
}

std::string ReasonText(const ReasonCount& reason) {
  std::string text = Format("{} of {} cells", ReasonName(reason.reason), reason.cells);
  if (reason.reason != Reason::kResource) return text;
  return Format("{} is short by {} on {} cells", reason.subject, FormatAmount(reason.short_by),
                     reason.cells);
}

void WriteText(std::string_view key, std::string_view text, wire::JsonWriter* writer) {
  if (text.empty()) return;
  writer->Key(key);
  writer->String(text);
}

void WriteWork(const Outcome& outcome, wire::JsonWriter* writer) {
  WriteText("kind", outcome.service ? "service" : KindName(outcome.work_kind), writer);
  WriteText("identifier", outcome.Identifier(), writer);
  WriteText("domain", outcome.domain, writer);
  WriteText("task_id", outcome.task_id, writer);
  WriteText("agent_id", outcome.agent_id, writer);
  WriteText("hostname", outcome.hostname, writer);
  WriteText("zone", outcome.zone, writer);
  if (!outcome.task_id.empty()) WriteText("state", mesos::TaskStateName(outcome.state), writer);
  WriteText("error", outcome.error, writer);
  if (outcome.kind != OutcomeKind::kPlaced && outcome.kind != OutcomeKind::kRefused) return;
  writer->Key("wait_ms");
  writer->Int(outcome.wait_ms);
}

void WriteReasons(const Outcome& outcome, wire::JsonWriter* writer) {
  if (outcome.reasons.empty()) return;
  writer->Key("reasons");
  writer->BeginArray();
  for (const ReasonCount& reason : outcome.reasons) {
    writer->BeginObject();
    WriteText("reason", ReasonName(reason.reason), writer);
    WriteText("subject", reason.subject, writer);
    writer->Key("cells");
    writer->Uint(reason.cells);
    if (reason.reason == Reason::kResource) {
      WriteText("short_by", FormatAmount(reason.short_by), writer);
    }
    writer->EndObject();
  }
  writer->EndArray();
}

}  // namespace

std::string OutcomeText(const Outcome& outcome, std::chrono::system_clock::time_point when) {
  std::string text = TimeText(when);
  if (outcome.IsOfWork()) {
    text += Format(" {} {}", outcome.service ? "service" : KindName(outcome.work_kind),
                        outcome.Identifier());
  }
  text += " " + WhatHappened(outcome);
  if (!outcome.text.empty()) text += ": " + outcome.text;
  std::string reasons;
  for (const ReasonCount& reason : outcome.reasons) {
    reasons += (reasons.empty() ? "" : ", ") + ReasonText(reason);
  }
  if (!reasons.empty()) text += " (" + reasons + ")";
  // Messages come from executors and may hold anything.
  return wire::Escape(text);
}

std::string OutcomeJson(const Outcome& outcome, std::chrono::system_clock::time_point when) {
  wire::JsonWriter writer;
  writer.BeginObject();
  WriteText("time", TimeText(when), &writer);
  WriteText("event", mesos::OutcomeKindName(outcome.kind), &writer);
  if (outcome.IsOfWork()) WriteWork(outcome, &writer);
  WriteText("text", outcome.text, &writer);
  WriteReasons(outcome, &writer);
  writer.EndObject();
  return writer.TakeText();
}

}  // namespace rostrum::tools
