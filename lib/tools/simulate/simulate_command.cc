#include "lib/tools/simulate/simulate_command.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iostream>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
#include "lib/tools/report/report.h"
#include "lib/tools/simulate/csv.h"
#include "lib/tools/simulate/results.h"
#include "lib/tools/simulate/simulation.h"
#include "lib/tools/text.h"
#include "lib/wire/text.h"

namespace rostrum::tools {
namespace {

// A million apps take some 2 GB of memory. Unless --apps says otherwise, a cell has some 40.
constexpr int64_t kMostCells = 200'000;
constexpr int64_t kMostFilledCells = 25'000;
constexpr int64_t kMostZones = 1000;
constexpr int64_t kMostApps = 1'000'000;
constexpr int64_t kMostPodsAtOnce = 1'000'000;
constexpr int64_t kYearMs = 366LL * 24 * 3600 * 1000;

// Flags that belong to one kind of input only.
enum class Input : uint8_t { kMade, kFileOrder, kByTime };

struct Restriction {
  std::string_view flag;
  bool made = false;
  bool file_order = false;
  bool by_time = false;
};

constexpr std::array<Restriction, 9> kRestrictions = {{
    {"cells", true, false, false},
    {"zones", true, false, false},
    {"apps", true, false, false},
    {"duration", true, false, false},
    {"round-every", true, false, true},
    {"start-seconds", true, false, true},
    {"batch", false, true, false},
    {"fill", false, true, false},
    {"by-time", false, false, true},
}};

Status CheckRestrictions(const Flags& flags, Input input) {
  for (const Restriction& restriction : kRestrictions) {
    const bool allowed = input == Input::kMade        ? restriction.made
                         : input == Input::kFileOrder ? restriction.file_order
                                                      : restriction.by_time;
    if (!flags.Has(restriction.flag) || allowed) continue;
    const std::string_view what = input == Input::kMade        ? "without --nodes and --pods"
                                  : input == Input::kFileOrder ? "with --nodes and --pods"
                                                               : "with --by-time";
    return InvalidArgument(Format("--{} cannot be used {}", restriction.flag, what));
  }
  return {};
}

// Milliseconds of a flag in seconds.
Expected<int64_t> ReadSeconds(const Flags& flags, std::string_view name, int64_t fallback_ms,
                              int64_t minimum_ms) {
  if (!flags.Has(name)) return fallback_ms;
  const std::optional<int64_t> time_ms = ParseDecimal(flags.Text(name), 3, minimum_ms, kYearMs);
  if (!time_ms) {
    return InvalidArgument(Format("--{} is \"{}\", expected seconds from {} to {}", name,
                                  Shown(flags.Text(name)), FormatAmount(minimum_ms),
                                  FormatAmount(kYearMs)));
  }
  return *time_ms;
}

// Puts a value where it belongs, or keeps the first error.
class Collector {
 public:
  template <typename Value, typename Target>
  void Put(Expected<Value> value, Target* target) {
    if (!status_.ok()) return;
    if (value.ok()) {
      *target = static_cast<Target>(std::move(*value));
    } else {
      status_ = value.status();
    }
  }

  const Status& status() const { return status_; }

 private:
  Status status_;
};

Status ReadInput(const Flags& flags, SimulateOptions* options) {
  if (flags.Has("nodes") != flags.Has("pods")) {
    const bool nodes = flags.Has("nodes");
    return InvalidArgument(Format("--{} is given without --{}, expected both or neither",
                                  nodes ? "nodes" : "pods", nodes ? "pods" : "nodes"));
  }
  Collector collector;
  collector.Put(ReadInputPath(flags, "nodes"), &options->nodes_path);
  collector.Put(ReadInputPath(flags, "pods"), &options->pods_path);
  if (!collector.status().ok()) return collector.status();
  constexpr std::string_view kFiles[] = {"nodes", "pods"};
  if (Status status = CheckStandardInput(flags, kFiles); !status.ok()) return status;

  const bool by_time = flags.Has("by-time");
  const Input input = !options->has_trace() ? Input::kMade
                      : by_time             ? Input::kByTime
                                            : Input::kFileOrder;
  if (Status status = CheckRestrictions(flags, input); !status.ok()) return status;
  MadeClusterOptions& made = options->made;
  TraceOptions& trace = options->trace;
  trace.order = by_time             ? TraceOrder::kByTime
                : flags.Has("fill") ? TraceOrder::kFill
                                    : TraceOrder::kInFileOrder;
  collector.Put(flags.Whole("batch", 1, 1, kMostPodsAtOnce), &trace.batch);
  collector.Put(flags.Whole("cells", made.cells, 1, kMostCells), &made.cells);
  const int64_t most_zones = std::min(kMostZones, made.cells);
  collector.Put(flags.Whole("zones", std::min(made.zones, most_zones), 1, most_zones), &made.zones);
  if (flags.Has("apps")) collector.Put(flags.Whole("apps", 1, 1, kMostApps), &made.apps);
  if (!made.apps && made.cells > kMostFilledCells && collector.status().ok()) {
    return InvalidArgument(
        Format("--cells is \"{}\", expected at most {} without --apps, since so many cells are "
               "filled by more than {} apps",
               made.cells, kMostFilledCells, kMostApps));
  }
  collector.Put(ReadSeconds(flags, "duration", made.duration_ms, 1000), &made.duration_ms);
  collector.Put(ReadSeconds(flags, "round-every", made.round_every_ms, 100), &made.round_every_ms);
  const int64_t start_ms = options->has_trace() ? trace.start_ms : made.start_ms;
  collector.Put(ReadSeconds(flags, "start-seconds", start_ms, 0), &made.start_ms);
  trace.round_every_ms = made.round_every_ms;
  trace.start_ms = made.start_ms;
  return collector.status();
}

Status ReadIncidents(const Flags& flags, IncidentOptions* incidents) {
  Collector collector;
  collector.Put(flags.Whole("fail-cells", 0, 1, kMostCells), &incidents->fail_cells);
  incidents->fail_zone = flags.Text("fail-zone");
  incidents->rolling_update = flags.Has("rolling-update");
  if (!collector.status().ok()) return collector.status();
  if (flags.Has("fail-zone") && incidents->fail_zone.empty()) {
    return InvalidArgument("--fail-zone is \"\", expected the name of a zone");
  }
  for (const std::string_view flag : {"fail-cells", "fail-zone", "rolling-update"}) {
    if (!flags.Has(flag) || !flags.Has("fill")) continue;
    return InvalidArgument(Format(
        "--{} cannot be used with --fill, the middle of which is not known in advance", flag));
  }
  return {};
}

// The names in all values of --strategy, "all" taken apart.
std::vector<std::string_view> StrategyNamesOf(const Flags& flags) {
  if (!flags.Has("strategy")) return {"diego"};
  std::vector<std::string_view> names;
  for (std::string_view list : flags.Texts("strategy")) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string_view name = list.substr(0, comma);
      if (name == "all") {
        const std::vector<std::string_view> all = StrategyNames();
        names.insert(names.end(), all.begin(), all.end());
      } else {
        names.push_back(name);
      }
      if (comma == std::string_view::npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return names;
}

Status ReadStrategies(const Flags& flags, std::vector<NamedStrategy>* strategies) {
  const std::vector<std::string_view> names = StrategyNamesOf(flags);
  for (size_t i = 0; i < names.size(); ++i) {
    const auto end = names.begin() + static_cast<ptrdiff_t>(i);
    if (std::find(names.begin(), end, names[i]) != end) {
      return InvalidArgument(
          Format("--strategy names \"{}\" twice, expected each once", Shown(names[i])));
    }
    Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(names[i]);
    if (!strategy.ok()) {
      return Status(strategy.status().code(), "--strategy: " + strategy.status().text());
    }
    // A plug-in may call itself what another strategy is called; its path is its own.
    std::string name((*strategy)->Name());
    const bool is_taken =
        std::any_of(strategies->begin(), strategies->end(),
                    [&](const NamedStrategy& other) { return other.name == name; });
    strategies->push_back({is_taken ? std::string(names[i]) : name, std::move(*strategy)});
  }
  return {};
}

Status ReadOutput(const Flags& flags, SimulateOptions* options) {
  options->with_time = !flags.Has("no-time");
  Collector collector;
  collector.Put(ReadAsJson(flags), &options->as_json);
  collector.Put(ReadOutputPath(flags, "report"), &options->report_path);
  collector.Put(ReadOutputPath(flags, "record"), &options->record_path);
  return collector.status();
}

// Whether a strategy is named by its path.
bool IsPath(std::string_view name) {
  return name.find('/') != std::string_view::npos || name.ends_with(".so");
}

// No output may be written over an input, plug-ins included, or over another output.
Status CheckFiles(const Flags& flags, const SimulateOptions& options) {
  std::vector<NamedPath> inputs = {{"nodes", options.nodes_path}, {"pods", options.pods_path}};
  for (const std::string_view name : StrategyNamesOf(flags)) {
    if (IsPath(name)) inputs.push_back({"strategy", std::string(name)});
  }
  const std::array<NamedPath, 2> outputs = {
      {{"record", options.record_path}, {"report", options.report_path}}};
  if (Status status = CheckOutputs(inputs, outputs); !status.ok()) return status;
  // Not at the end of a long run. The recording is opened at its begin.
  return options.report_path.empty() ? Status() : CheckCanWrite(options.report_path);
}

}  // namespace

Expected<SimulateOptions> ReadSimulateOptions(const Flags& flags) {
  SimulateOptions options;
  Collector collector;
  collector.Put(flags.Whole("seed", 1, 0, std::numeric_limits<int64_t>::max()), &options.made.seed);
  if (!collector.status().ok()) return collector.status();
  options.incidents.seed = options.made.seed;
  if (Status s = ReadInput(flags, &options); !s.ok()) return s;
  if (Status s = ReadIncidents(flags, &options.incidents); !s.ok()) return s;
  if (Status s = ReadStrategies(flags, &options.strategies); !s.ok()) return s;
  const Expected<std::vector<Setting>> settings = ReadSettings(flags);
  if (!settings.ok()) return settings.status();
  if (Status s = ApplySettings(*settings, &options.configuration); !s.ok()) return s;
  if (Status s = ReadOutput(flags, &options); !s.ok()) return s;
  if (Status s = CheckFiles(flags, options); !s.ok()) return s;
  return options;
}

namespace {

int FailSimulate(const Status& status, int exit_status, std::ostream& err) {
  return Fail("simulate", status, exit_status, err);
}

Expected<Scenario> MakeScenario(const SimulateOptions& options) {
  Expected<Scenario> scenario = Status(Code::kInternal, "no scenario");
  if (options.has_trace()) {
    const Expected<CsvTable> nodes = CsvTable::Read(options.nodes_path);
    if (!nodes.ok()) return nodes.status();
    const Expected<CsvTable> pods = CsvTable::Read(options.pods_path);
    if (!pods.ok()) return pods.status();
    scenario = ReadTrace(*nodes, *pods, options.trace);
  } else {
    scenario = MakeCluster(options.made);
  }
  if (!scenario.ok()) return scenario;
  if (Status status = AddIncidents(options.incidents, &*scenario); !status.ok()) return status;
  return scenario;
}

Expected<std::vector<RunResult>> RunAll(const SimulateOptions& options, const Scenario& scenario,
                                        const RoundSink& sink, Progress* progress) {
  std::vector<RunResult> results;
  for (const NamedStrategy& named : options.strategies) {
    RunOptions run;
    run.name = named.name;
    run.strategy = named.strategy;
    run.configuration = options.configuration;
    run.seed = options.made.seed;
    if (sink) run.record = [&](const Round& round) { return sink(round, named.name); };
    run.progress = [&](double share) { progress->Show(named.name, share); };
    Expected<RunResult> result = Simulate(scenario, run);
    if (!result.ok()) return result.status();
    results.push_back(std::move(*result));
  }
  return results;
}

Status WriteReport(const SimulateOptions& options, const Scenario& scenario,
                   const std::vector<RunResult>& results,
                   std::span<const std::string_view> arguments) {
  ReportData data = ResultsAsReport(scenario, results, options.with_time);
  data.command_line = "rostrum simulate";
  for (const std::string_view argument : arguments) data.command_line += Format(" {}", argument);
  data.seed = options.made.seed;
  if (options.with_time) {
    data.date = TimeText(std::time(nullptr), "%Y-%m-%d %H:%M UTC");
  }
  return WriteFile(options.report_path, RenderReport(data));
}

}  // namespace

int RunSimulate(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err,
                const SimulateHooks& hooks) {
  const Expected<Flags> flags = Flags::Parse(SimulateVerb(), arguments);
  if (!flags.ok()) return FailSimulate(flags.status(), kBadInput, err);
  if (flags->help()) {
    out << HelpText(SimulateVerb());
    return 0;
  }
  const Expected<SimulateOptions> options = ReadSimulateOptions(*flags);
  if (!options.ok()) return FailSimulate(options.status(), kBadInput, err);
  const Expected<Scenario> scenario = MakeScenario(*options);
  if (!scenario.ok()) return FailSimulate(scenario.status(), kBadInput, err);

  Expected<RoundSink> sink = RoundSink();
  if (!options->record_path.empty()) {
    sink = hooks.open_recorder ? hooks.open_recorder(options->record_path)
                               : FailedPrecondition("--record: this build cannot record");
    if (!sink.ok()) return FailSimulate(sink.status(), kBadInput, err);
  }
  for (const std::string& line : scenario->warnings) Warn("simulate", WithPlainSpaces(line), err);
  Expected<std::vector<RunResult>> results = std::vector<RunResult>();
  {
    const bool is_terminal = &err == &std::cerr && isatty(STDERR_FILENO) == 1;
    Progress progress(is_terminal ? &err : nullptr);
    results = RunAll(*options, *scenario, *sink, &progress);
  }
  if (!results.ok()) return FailSimulate(results.status(), kFailed, err);

  // A page that cannot be written is no reason to keep the results back.
  Status reported;
  if (!options->report_path.empty())
    reported = WriteReport(*options, *scenario, *results, arguments);
  const std::string report_path = reported.ok() ? options->report_path : "";
  if (options->as_json) {
    out << ResultsAsJson(*scenario, *results, options->made.seed, options->with_time, report_path);
  } else {
    out << ResultsAsText(*scenario, *results, options->with_time);
    if (!report_path.empty()) out << "\nReport: " << wire::Escape(report_path) << "\n";
  }
  return reported.ok() ? 0 : FailSimulate(reported, kFailed, err);
}

namespace {

std::vector<FlagGroup> FlagGroups() {
  static const std::string set_help = SettingsHelp("one of Diego's settings, with their defaults");
  return {
      {"A made cluster",
       {{"cells", "N", "how many cells", "1000"},
        {"zones", "Z", "how many zones they are spread over", "3, or as many as there are cells"},
        {"apps", "N", "how many apps and tasks come", "as many as fill 75 % of all memory"},
        {"duration", "SECONDS", "how long it runs", "3600"},
        {"round-every", "SECONDS", "how much time there is between two rounds", "10"},
        {"start-seconds", "SECONDS", "how long a container takes to start", "10"}}},
      {"A cluster and its work from CSV files, one of them may be - for standard input",
       {{"nodes", "FILE",
         "nodes: columns sn (or name), cpu_milli, memory_mib; it may have disk_mib, containers, "
         "gpu (or num_gpu), model (or gpu_model), zone"},
        {"pods", "FILE",
         "pods: columns name, cpu_milli, memory_mib; it may have disk_mib, num_gpu (or gpu), "
         "gpu_milli, gpu_spec (models, parted by |), creation_time, deletion_time. A node's GPUs "
         "count as one "
         "sum"},
        {"batch", "N", "how many pods come at once, in the order of the file", "1"},
        {"fill", "", "let the pods come again and again, until the first refusal"},
        {"by-time", "",
         "let the pods come and go by creation_time (below zero: before the trace began) and "
         "deletion_time; takes --round-every and --start-seconds (default: 0)"}}},
      {"What goes wrong",
       {{"fail-cells", "N",
         "this many cells fail in the middle of the run; their work is placed again"},
        {"fail-zone", "NAME", "all cells of a zone fail in the middle of the run"},
        {"rolling-update", "",
         "from a quarter of the time on, a tenth of the cells at a time are evacuated, restarted "
         "and come back empty"}}},
      {"Placing",
       {{"strategy", "NAMES",
         "diego, binpack, spread, bestfit, all, or the path of a plug-in (a shared object); "
         "several with commas between, side by side on the same work",
         "diego", true},
        {"set", "KEY=VALUE", set_help, "", true},
        {"seed", "S", "what all random draws follow from", "1"}}},
      {"Output",
       {{"format", "FORM", "text, for people; or json", "text"},
        {"report", "FILE", "also write an HTML page with charts"},
        {"record", "FILE",
         "also append every round to a recording, for rostrum replay; a new one if there is no "
         "file"},
        {"no-time", "",
         "leave out times and the date, so that the same command gives the same bytes"}}},
  };
}

constexpr std::string_view kSummary =
    "Runs a cluster over time with no cluster at all: work comes and goes, cells fail or are "
    "updated, and at regular rounds the strategy places what waits. At the end a table says how "
    "each strategy did.\n"
    "By default cells and work are made from the seed: cells of 32, 64 and 128 GiB, small apps of "
    "which most run one or two instances and a few very many, tasks, an isolation segment and a "
    "second stack.";

}  // namespace

const Verb& SimulateVerb() {
  static const Verb verb = {
      .name = "simulate",
      .operands = "",
      .summary = kSummary,
      .groups = FlagGroups(),
      .examples = {{"Do bin packing and spreading use fewer cells than Diego? With charts.",
                    "rostrum simulate --cells 500 --strategy all --report report.html"},
                   {"Is there room for everything if a zone fails?",
                    "rostrum simulate --cells 300 --fail-zone z2 --duration 7200"},
                   {"How many pods of this mix fit on these nodes?",
                    "rostrum simulate --nodes nodes.csv --pods pods.csv --fill --strategy all"}},
  };
  return verb;
}

}  // namespace rostrum::tools
