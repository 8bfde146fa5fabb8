
#include <algorithm>

#include "lib/base/format.h"
#include "lib/tools/replay/replay_outcome.h"
#include "lib/tools/report/text.h"
#include "lib/tools/score.h"

namespace rostrum::tools {
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

std::string Count(uint64_t count) { return FormatCount(static_cast<int64_t>(count)); }

std::string Counted(uint64_t count, std::string_view what) {
  return Format("{} {}{}", Count(count), what, count == 1 ? "" : "s");
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
      CleanText(file.path), Count(file.rounds_that_differ), RoundsReplayed(file),
      Counted(file.decisions, "decision"), Count(first.round), Count(first.decision),
      Count(first.decisions), AuctionText(first.before), ResultText(first.before),
      AuctionText(first.now), ResultText(first.now));
}

void AppendChanges(const ReplayOutcome& file, std::string* text) {
  const size_t listed = std::min(file.changes.size(), kChangesListed);
  for (size_t i = 0; i < listed; ++i) {
    const ReplayChange& change = file.changes[i];
    AppendFormat(text, "  round {}  {}: {} -> {}\n", Count(change.round),
                   AuctionText(change.before), ResultText(change.before), ResultText(change.now));
  }
  const uint64_t more = file.counts.sum() - file.counts.score_only - listed;
  if (more > 0) AppendFormat(text, "  and {} more\n", Count(more));
}

void AppendCount(std::string_view name, uint64_t count, std::string* text) {
  AppendFormat(text, "  {:<27}{:>12}\n", name, Count(count));
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
