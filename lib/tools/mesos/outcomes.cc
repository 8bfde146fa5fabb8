#include "lib/tools/mesos/outcomes.h"

#include <cerrno>
#include <chrono>
#include <streambuf>
#include <string_view>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/flags.h"
#include "lib/tools/text.h"
#include "lib/wire/json_writer.h"
#include "lib/wire/text.h"

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

namespace {

std::string LostText(uint64_t count) {
  return Format("{} {} lost, since standard output could not be written to", count,
                     count == 1 ? "line was" : "lines were");
}

}  // namespace

OutcomePrinter::OutcomePrinter(bool as_json, std::ostream& out, std::ostream& err)
    : as_json_(as_json), out_(out), err_(err) {}

void OutcomePrinter::Print(const std::vector<mesos::Outcome>& outcomes) {
  is_stalled_ = false;
  CatchUp();
  for (const mesos::Outcome& outcome : outcomes) PrintLine(LineOf(outcome));
}

void OutcomePrinter::Finish(const std::function<bool()>& is_urgent) {
  do {
    is_stalled_ = false;
    if (CatchUp()) return;
  } while (is_stalled_ && !is_urgent());
  err_.clear();
  // A line that was begun is lost too, unless it is the one that tells of the others.
  const bool is_torn = !unwritten_.empty() && lost_in_line_ == 0;
  Warn("mesos", LostText(lost_ + held_.size() + (is_torn ? 1 : 0)), err_);
}

void OutcomePrinter::PrintLine(std::string line) {
  if (CatchUp() && Begin(line)) return;
  // Behind lines that are lost none is held, so that they are told of in their place.
  if (is_stalled_ && lost_ == lost_in_line_ && held_.size() < kHeldMaximum) {
    held_.push_back(std::move(line));
    return;
  }
  if (is_stalled_) TellLoss(EAGAIN);
  ++lost_;
}

// Writes what waits. Whether nothing is left.
bool OutcomePrinter::CatchUp() {
  if (is_stalled_) return false;
  while (Write()) {
    lost_ -= std::exchange(lost_in_line_, 0);
    if (held_.empty() && lost_ == 0) return true;
    if (!(held_.empty() ? BeginLoss() : BeginHeld())) return false;
  }
  return false;
}

bool OutcomePrinter::BeginHeld() {
  if (!Begin(held_.front())) return false;
  held_.pop_front();
  return true;
}

// The number may grow until it can be said.
bool OutcomePrinter::BeginLoss() {
  mesos::Outcome outcome;
  outcome.kind = mesos::OutcomeKind::kProblem;
  outcome.text = LostText(lost_);
  if (!Begin(LineOf(outcome))) return false;
  lost_in_line_ = lost_;
  return true;
}

// Begins a line; false if nothing of it could be written.
bool OutcomePrinter::Begin(const std::string& line) {
  unwritten_ = line;
  if (Write() || unwritten_.size() < line.size()) return true;
  unwritten_.clear();
  return false;
}

// Writes as much as can be written; whether that is all.
bool OutcomePrinter::Write() {
  if (unwritten_.empty()) return true;
  errno = 0;
  const std::streamsize written =
      out_.rdbuf()->sputn(unwritten_.data(), static_cast<std::streamsize>(unwritten_.size()));
  const int error = errno;
  unwritten_.erase(0, static_cast<size_t>(written));
  if (unwritten_.empty()) {
    is_failing_ = false;
    return true;
  }
  is_stalled_ = error == EAGAIN;
  if (!is_stalled_) TellLoss(error);
  return false;
}

void OutcomePrinter::TellLoss(int error) {
  if (std::exchange(is_failing_, true)) return;
  std::string reason;
  if (error == EAGAIN) {
    reason = " (its reader does not read)";
  } else if (error != 0) {
    reason = Format(" ({})", std::generic_category().message(error));
  }
  // It may have failed as well, a while ago.
  err_.clear();
  Warn("mesos",
       Format("standard output cannot be written to{}; the framework goes on, and lines are "
                   "lost until it can be",
                   reason),
       err_);
}

std::string OutcomePrinter::LineOf(const mesos::Outcome& outcome) const {
  const auto now = std::chrono::system_clock::now();
  return (as_json_ ? OutcomeJson(outcome, now) : OutcomeText(outcome, now)) + "\n";
}

}  // namespace rostrum::tools
