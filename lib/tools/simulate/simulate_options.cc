#include "lib/tools/simulate/simulate_options.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/base/format.h"
#include "lib/tools/failure.h"
#include "lib/tools/input_files.h"
#include "lib/tools/load_strategy.h"
#include "lib/tools/paths.h"
#include "lib/tools/settings.h"
#include "lib/tools/simulate/decimal.h"
#include "lib/tools/simulate/write_file.h"

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
    return InvalidArgument(
        Format("--{} is \"{}\", expected seconds from {} to {}", name,
                    Shown(flags.Text(name)), FormatAmount(minimum_ms), FormatAmount(kYearMs)));
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
    return InvalidArgument(Format(
        "--cells is \"{}\", expected at most {} without --apps, since so many cells are "
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

}  // namespace rostrum::tools
