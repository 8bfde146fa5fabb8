// `rostrum replay`: what it finds out, and how that is printed.

#ifndef ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/record/recording.h"

namespace rostrum::tools {

// What `rostrum replay` found out, and its two forms of output.
//
// One decision, as it was or as it is now.
struct ReplaySide {
  Kind kind = Kind::kLrp;
  std::string identifier;
  bool placed = false;
  std::string cell_id;
  Score score;
  RefusalCode code = RefusalCode::kNone;
  std::string error;
};

struct ReplayChange {
  uint64_t round = 0;  // In the file, from 1.
  record::Change change = record::Change::kMoved;
  ReplaySide before;
  ReplaySide now;
};

// The first decision of a file that came out differently.
struct ReplayDeparture {
  uint64_t round = 0;     // In the file, from 1.
  uint64_t decision = 0;  // In the round, from 1.
  uint64_t decisions = 0;
  ReplaySide before;
  ReplaySide now;
};

struct ReplayOutcome {
  std::string path;
  uint64_t rounds = 0;
  uint64_t decisions = 0;
  uint64_t rounds_that_differ = 0;
  uint64_t placed_before = 0;
  uint64_t placed_now = 0;
  record::ChangeCounts counts;
  std::optional<ReplayDeparture> first;
  // All of them, or the first that are shown; then without those of the score alone.
  std::vector<ReplayChange> changes;
  // Why the file could not be read to its end.
  Status failed;
};

struct ReplayOutput {
  // What was asked for in place of what was recorded, such as `strategy "spread"`; empty: nothing.
  std::string what_if;
  std::vector<ReplayOutcome> files;
};

// How many changes the text lists of each file.
inline constexpr size_t kChangesListed = 20;

// For people.
std::string ReplayText(const ReplayOutput& output);

// For programs:
//   {"what_if": TEXT or null, "files": [{"file", "rounds", "decisions", "identical",
//    "rounds_that_differ", "placed_before", "placed_now",
//    "changes": {"now_refused", "now_placed", "moved", "other_refusal", "score_only"},
//    "first_difference": {"round", "decision", "before": SIDE, "now": SIDE} or null,
//    "differences": [{"round", "change", "before": SIDE, "now": SIDE}], "error": TEXT or null}]}
// "identical" is null if no decision differs, but the file could not be read to its end, or has no
// round. Rounds and decisions count from 1. A SIDE has "kind", "identifier" and "placed", then
// "cell_id", "score" and "tier" or "code" and "error".
std::string ReplayJson(const ReplayOutput& output);

// `rostrum replay`: recorded rounds, run again.
//
// Runs the verb with what follows it on the command line. Returns the exit status: 0; 1 if a round
// came out differently with the strategy and settings that it was recorded with, or for a failure;
// 2 for bad input, with one line on `err` that says what was wrong.
int RunReplay(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_
