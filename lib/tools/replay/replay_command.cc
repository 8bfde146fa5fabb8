#include "lib/tools/replay/replay_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/format.h"
#include "lib/record/replay.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
#include "lib/tools/replay/replay_output.h"

namespace rostrum::tools {
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
