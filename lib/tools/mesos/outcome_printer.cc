#include "lib/tools/mesos/outcome_printer.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <streambuf>
#include <system_error>
#include <utility>

#include "lib/tools/failure.h"
#include "lib/tools/mesos/outcome_writer.h"

namespace rostrum::tools {
namespace {

std::string LostText(uint64_t count) {
  return fmt::format("{} {} lost, since standard output could not be written to", count,
                     count == 1 ? "line was" : "lines were");
}

}  // namespace

OutcomePrinter::OutcomePrinter(bool as_json, std::ostream& out, std::ostream& err)
    : as_json_(as_json), out_(out), err_(err) {}

void OutcomePrinter::Print(const std::vector<mesos::Outcome>& outcomes) {
  CatchUp();
  for (const mesos::Outcome& outcome : outcomes) PrintLine(LineOf(outcome));
}

void OutcomePrinter::Finish() {
  if (CatchUp()) return;
  err_.clear();
  // A line that was begun is lost too, unless it is the one that tells of the others.
  const bool is_torn = !unwritten_.empty() && lost_in_line_ == 0;
  Warn("mesos", LostText(lost_ + (is_torn ? 1 : 0)), err_);
}

void OutcomePrinter::PrintLine(std::string line) {
  if (!CatchUp() || !Begin(std::move(line))) ++lost_;
}

// Ends the line that was begun, then says what was lost. Whether there is nothing left to say.
bool OutcomePrinter::CatchUp() {
  while (Write()) {
    lost_ -= std::exchange(lost_in_line_, 0);
    if (lost_ == 0) return true;
    mesos::Outcome outcome;
    outcome.kind = mesos::OutcomeKind::kProblem;
    outcome.text = LostText(lost_);
    lost_in_line_ = lost_;
    if (!Begin(LineOf(outcome))) {
      // The number may grow until it can be said.
      lost_in_line_ = 0;
      return false;
    }
  }
  return false;
}

// Begins a line; false if nothing of it could be written.
bool OutcomePrinter::Begin(std::string line) {
  const size_t size = line.size();
  unwritten_ = std::move(line);
  if (Write() || unwritten_.size() < size) return true;
  unwritten_.clear();
  return false;
}

// Writes as much as can be written; whether that is all.
bool OutcomePrinter::Write() {
  if (unwritten_.empty()) return true;
  errno = 0;
  const std::streamsize written =
      out_.rdbuf()->sputn(unwritten_.data(), static_cast<std::streamsize>(unwritten_.size()));
  unwritten_.erase(0, static_cast<size_t>(written));
  if (!unwritten_.empty()) {
    TellLoss();
    return false;
  }
  is_failing_ = false;
  return true;
}

void OutcomePrinter::TellLoss() {
  if (std::exchange(is_failing_, true)) return;
  const std::string reason =
      errno == 0 ? "" : fmt::format(" ({})", std::generic_category().message(errno));
  // It may have failed as well, a while ago.
  err_.clear();
  Warn("mesos",
       fmt::format("standard output cannot be written to{}; the framework goes on, and lines are "
                   "lost until it can be",
                   reason),
       err_);
}

std::string OutcomePrinter::LineOf(const mesos::Outcome& outcome) const {
  const auto now = std::chrono::system_clock::now();
  return (as_json_ ? OutcomeJson(outcome, now) : OutcomeText(outcome, now)) + "\n";
}

}  // namespace rostrum::tools
