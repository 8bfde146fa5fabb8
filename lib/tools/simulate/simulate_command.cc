#include "lib/tools/simulate/simulate_command.h"

#include <unistd.h>

#include <ctime>
#include <iostream>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/failure.h"
#include "lib/tools/flags.h"
#include "lib/tools/report/report.h"
#include "lib/tools/simulate/csv.h"
#include "lib/tools/simulate/plain_spaces.h"
#include "lib/tools/simulate/progress.h"
#include "lib/tools/simulate/results_json.h"
#include "lib/tools/simulate/results_report.h"
#include "lib/tools/simulate/results_text.h"
#include "lib/tools/simulate/simulate_options.h"
#include "lib/tools/simulate/simulate_verb.h"
#include "lib/tools/simulate/simulation.h"
#include "lib/tools/simulate/write_file.h"
#include "lib/tools/time_text.h"
#include "lib/wire/excerpt.h"

namespace rostrum::tools {
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
  for (const std::string_view argument : arguments)
    data.command_line += Format(" {}", argument);
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

}  // namespace rostrum::tools
