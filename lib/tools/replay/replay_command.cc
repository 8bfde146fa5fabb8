#include "lib/tools/replay/replay_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/format.h"
#include "lib/record/recording.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
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
    return Format("{}: {} ({}), without a difference\n", name, RoundsReplayed(file), decisions);
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
  std::string text = Format("{}, with {} ({}, {})\n", CleanText(file.path), CleanText(what_if),
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

namespace {

using record::Change;
using record::Difference;
using record::RecordedDecision;
using record::RecordedRound;
using record::ReplayResult;
using record::RoundReader;

const Verb& ReplayVerb() {
  static const std::string set_help =
      SettingsHelp("a setting in place of the recorded one, with the defaults of others");
  static const Verb verb = {
      .name = "replay",
      .operands = "FILE...",
      .summary =
          "Runs the rounds of a recording again and compares every decision, down to the last bit "
          "of the score: \"identical\", or the first decision that differs.\n"
          "With --strategy or --set it says what would have been different.\n"
          "Exit status: 0 identical, or a what-if; 1 a round differs; 2 bad input, such as a file "
          "that is damaged: then only the rounds before the damage are reported.",
      .groups =
          {{"What if",
            {{"strategy", "NAME",
              "diego, binpack, spread, bestfit, or the path of a plug-in (a shared object), for "
              "all rounds",
              "the one that was recorded"},
             {"set", "KEY=VALUE", set_help, "", true}}},
           {"As recorded",
            {{"plugin", "PATH",
              "a plug-in (a shared object) for the rounds that it decided, known by the name "
              "or the path that is recorded; rounds of other strategies keep theirs",
              "", true}}},
           {"Output", {{"format", "FORM", "text, for people; or json", "text"}}}},
      .examples = {{"Does this version decide as the one that recorded did?",
                    "rostrum replay rounds.rec"},
                   {"The same for rounds of diego and of a plug-in.",
                    "rostrum replay rounds.rec --plugin ./mine.so"},
                   {"What would packing have done?",
                    "rostrum replay rounds.rec --strategy binpack"}},
  };
  return verb;
}

// Everything that the command line asks for.
struct ReplayOptions {
  std::vector<std::string> paths;
  std::shared_ptr<Strategy> strategy;                        // Null: each round's own.
  std::map<std::string, std::shared_ptr<Strategy>> plugins;  // By the name that is recorded.
  std::vector<Setting> settings;
  bool as_json = false;
  std::string what_if;
};

Expected<std::vector<std::string>> ReadPaths(const Flags& flags) {
  std::vector<std::string> paths;
  for (const std::string_view path : flags.operands()) {
    if (path.empty()) return InvalidArgument("FILE is \"\", expected a recording");
    if (path == "-") {
      return InvalidArgument("FILE is \"-\", expected a recording (a file of that name is ./-)");
    }
    paths.emplace_back(path);
  }
  if (paths.empty()) return InvalidArgument("no file is given, expected a recording");
  return paths;
}

// The strategy and the settings in place of the recorded ones.
Status ReadWhatIf(const Flags& flags, ReplayOptions* options) {
  if (flags.Has("strategy")) {
    Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(flags.Text("strategy"));
    if (!strategy.ok()) {
      return Status(strategy.status().code(), "--strategy: " + strategy.status().text());
    }
    options->strategy = std::move(*strategy);
    options->what_if = Format("strategy {}", flags.Text("strategy"));
  }
  Expected<std::vector<Setting>> settings = ReadSettings(flags);
  if (!settings.ok()) return settings.status();
  options->settings = std::move(*settings);
  for (const auto& [key, value] : options->settings) {
    options->what_if += Format("{}{}={}", options->what_if.empty() ? "" : ", ", key, value);
  }
  return {};
}

// Plug-ins for the rounds that they decided. One that calls itself as a strategy of Rostrum is
// known by its path alone, as simulate records it.
Status ReadPlugins(const Flags& flags, ReplayOptions* options) {
  for (const std::string_view path : flags.Texts("plugin")) {
    if (options->strategy != nullptr) {
      return InvalidArgument("--plugin cannot be used with --strategy, which decides all rounds");
    }
    if (MakeStrategy(path) != nullptr) {
      return InvalidArgument(
          Format("--plugin is \"{}\", expected the path of a shared object", path));
    }
    const Expected<std::shared_ptr<Strategy>> plugin = LoadStrategy(path);
    if (!plugin.ok()) {
      return Status(plugin.status().code(), "--plugin: " + plugin.status().text());
    }
    options->plugins[std::string(path)] = *plugin;
    const std::string_view name = (*plugin)->Name();
    if (MakeStrategy(name) == nullptr) options->plugins[std::string(name)] = *plugin;
  }
  return {};
}

Expected<ReplayOptions> ReadOptions(const Flags& flags) {
  ReplayOptions options;
  Expected<std::vector<std::string>> paths = ReadPaths(flags);
  if (!paths.ok()) return paths.status();
  options.paths = std::move(*paths);
  const Expected<bool> as_json = ReadAsJson(flags);
  if (!as_json.ok()) return as_json.status();
  options.as_json = *as_json;
  if (Status status = ReadWhatIf(flags, &options); !status.ok()) return status;
  if (Status status = ReadPlugins(flags, &options); !status.ok()) return status;
  return options;
}

// Replays one file, round by round, so that only one is in memory.
class FileReplay {
 public:
  explicit FileReplay(const ReplayOptions& options)
      : options_(options), strategies_(options.plugins) {}

  ReplayOutcome Run(const std::string& path) {
    outcome_.path = path;
    Expected<std::unique_ptr<RoundReader>> reader = RoundReader::Open(path);
    if (!reader.ok()) return Fail(reader.status());
    for (;;) {
      const Expected<std::optional<RecordedRound>> round = (*reader)->Next();
      if (!round.ok()) return Fail(round.status());
      if (!round->has_value()) return std::move(outcome_);
      if (Status status = Replay(**round); !status.ok()) {
        return Fail(Status(status.code(),
                           Format("{}, round {}: {}", path, outcome_.rounds + 1, status.text())));
      }
    }
  }

 private:
  ReplayOutcome Fail(Status status) {
    outcome_.failed = std::move(status);
    return std::move(outcome_);
  }

  // The strategy that is asked for, or the round's own. A recording is not trusted: what it names
  // is never loaded from a file.
  Expected<std::shared_ptr<Strategy>> StrategyOf(const RecordedRound& round) {
    if (options_.strategy != nullptr) return options_.strategy;
    std::shared_ptr<Strategy>& strategy = strategies_[round.strategy_name];
    if (strategy == nullptr) strategy = MakeStrategy(round.strategy_name);
    if (strategy != nullptr) return strategy;
    return InvalidArgument(
        Format("it was decided by the strategy \"{}\", which does not come "
               "with Rostrum: name its plug-in with --plugin",
               round.strategy_name));
  }

  Status Replay(const RecordedRound& round) {
    const Expected<std::shared_ptr<Strategy>> strategy = StrategyOf(round);
    if (!strategy.ok()) return strategy.status();
    Configuration configuration = round.input.configuration;
    if (Status s = ApplySettings(options_.settings, &configuration); !s.ok()) return s;
    const Expected<ReplayResult> result = ReplayRound(round, **strategy, &configuration);
    if (!result.ok()) return result.status();
    ++outcome_.rounds;
    Add(round, *result);
    return {};
  }

  void Add(const RecordedRound& round, const ReplayResult& result) {
    outcome_.decisions += result.decisions;
    outcome_.rounds_that_differ += !result.identical();
    outcome_.placed_before += result.placed_before;
    outcome_.placed_now += result.placed_now;
    outcome_.counts.now_refused += result.counts.now_refused;
    outcome_.counts.now_placed += result.counts.now_placed;
    outcome_.counts.moved += result.counts.moved;
    outcome_.counts.other_refusal += result.counts.other_refusal;
    outcome_.counts.score_only += result.counts.score_only;
    if (!result.identical() && !outcome_.first.has_value()) {
      outcome_.first =
          ReplayDeparture{outcome_.rounds, result.first->position + 1, result.decisions,
                          SideOf(round, result.first->before), SideOf(round, result.first->now)};
    }
    for (const Difference& difference : result.differences) {
      if (!options_.as_json &&
          (outcome_.changes.size() == kChangesListed || difference.change == Change::kScoreOnly)) {
        continue;
      }
      outcome_.changes.push_back({outcome_.rounds, difference.change,
                                  SideOf(round, difference.before), SideOf(round, difference.now)});
    }
  }

  static ReplaySide SideOf(const RecordedRound& round, const RecordedDecision& decision) {
    const Auction& auction = round.input.auctions[decision.auction];
    return {auction.kind(),
            auction.Identifier(),
            decision.placed,
            std::string(decision.cell_id),
            decision.score,
            decision.code,
            std::string(decision.error)};
  }

  const ReplayOptions& options_;
  std::map<std::string, std::shared_ptr<Strategy>> strategies_;  // By name, as recorded.
  ReplayOutcome outcome_;
};

int FailReplay(const Status& status, std::ostream& err) {
  return Fail("replay", status, ExitStatusOf(status), err);
}

}  // namespace

int RunReplay(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  const Expected<Flags> flags = Flags::Parse(ReplayVerb(), arguments);
  if (!flags.ok()) return FailReplay(flags.status(), err);
  if (flags->help()) {
    out << HelpText(ReplayVerb());
    return 0;
  }
  const Expected<ReplayOptions> options = ReadOptions(*flags);
  if (!options.ok()) return FailReplay(options.status(), err);

  ReplayOutput output;
  output.what_if = options->what_if;
  for (const std::string& path : options->paths) {
    output.files.push_back(FileReplay(*options).Run(path));
  }
  out << (options->as_json ? ReplayJson(output) : ReplayText(output));

  int exit_status = 0;
  for (const ReplayOutcome& file : output.files) {
    const bool differs = output.what_if.empty() && file.first.has_value();
    exit_status = std::max(exit_status, differs ? kFailed : 0);
    if (!file.failed.ok()) exit_status = std::max(exit_status, FailReplay(file.failed, err));
  }
  return exit_status;
}

}  // namespace rostrum::tools
