#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lib/tools/replay/replay_outcome.h"
#include "lib/tools/report/text.h"
#include "lib/tools/score.h"

namespace rostrum::tools {
namespace {

constexpr size_t kTextMaximum = 200;

std::string AuctionText(const ReplaySide& side) {
  return fmt::format("{} {}", KindName(side.kind), CleanText(side.identifier, kTextMaximum));
}

std::string ResultText(const ReplaySide& side) {
  if (!side.placed) {
    return fmt::format(
        "refused ({})",
        CleanText(side.error.empty() ? RefusalCodeName(side.code) : side.error, kTextMaximum));
  }
  return fmt::format("{} ({})", CleanText(side.cell_id, kTextMaximum), ScoreText(side.score));
}

std::string Count(uint64_t count) { return FormatCount(static_cast<int64_t>(count)); }

std::string Counted(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", Count(count), what, count == 1 ? "" : "s");
}

// Said of all that follows where a file could not be read to its end.
std::string Readable(const ReplayOutcome& file) {
  return file.failed.ok() ? "" : " as far as it can be read";
}

std::string SameOrFirst(const ReplayOutcome& file) {
  const std::string name = CleanText(file.path);
  const std::string rounds = Counted(file.rounds, "round");
  const std::string decisions = Counted(file.decisions, "decision");
  if (!file.first.has_value()) {
    return fmt::format("{}: identical{} ({}, {})\n", name, Readable(file), rounds, decisions);
  }
  const ReplayDeparture& first = *file.first;
  return fmt::format(
      "{}: differs in {} of {}{} ({})\n"
      "  first in round {}, decision {} of {}\n"
      "    recorded  {}: {}\n"
      "    now       {}: {}\n",
      name, Count(file.rounds_that_differ), rounds, Readable(file), decisions, Count(first.round),
      Count(first.decision), Count(first.decisions), AuctionText(first.before),
      ResultText(first.before), AuctionText(first.now), ResultText(first.now));
}

void AppendChanges(const ReplayOutcome& file, std::string* text) {
  const size_t listed = std::min(file.changes.size(), kChangesListed);
  for (size_t i = 0; i < listed; ++i) {
    const ReplayChange& change = file.changes[i];
    fmt::format_to(std::back_inserter(*text), "  round {}  {}: {} -> {}\n", Count(change.round),
                   AuctionText(change.before), ResultText(change.before), ResultText(change.now));
  }
  const uint64_t more = file.counts.sum() - file.counts.score_only - listed;
  if (more > 0) fmt::format_to(std::back_inserter(*text), "  and {} more\n", Count(more));
}

void AppendCount(std::string_view name, uint64_t count, std::string* text) {
  fmt::format_to(std::back_inserter(*text), "  {:<27}{:>12}\n", name, Count(count));
}

std::string WhatIf(const ReplayOutcome& file, std::string_view what_if) {
  std::string text = fmt::format("{}, with {}{} ({}, {})\n", CleanText(file.path),
                                 CleanText(what_if), Readable(file), Counted(file.rounds, "round"),
                                 Counted(file.decisions, "decision"));
  if (!file.first.has_value()) return text + "  all of it would have been the same\n";
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
    if (file.rounds == 0 && !file.failed.ok()) continue;  // The error says it all.
    text += output.what_if.empty() ? SameOrFirst(file) : WhatIf(file, output.what_if);
  }
  return text;
}

}  // namespace rostrum::tools
