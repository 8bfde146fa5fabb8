#include "lib/tools/place/place_command.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "lib/record/round_recorder.h"
#include "lib/tools/flags.h"
#include "lib/tools/load_strategy.h"
#include "lib/tools/place/place_result.h"
#include "lib/wire/read_file.h"
#include "lib/wire/wire.h"
#include "rostrum/engine.h"

namespace rostrum::tools {
namespace {

const Verb& PlaceVerb() {
  static const Verb verb = {
      .name = "place",
      .summary = "Runs one auction: decides which cell each LRP instance and task goes to, exactly "
                 "as Diego's auctioneer would, or by another strategy. An auction that finds no "
                 "cell is a result, and the output says what would have been enough.",
      .groups =
          {{"Input, as Diego's parts speak it; - is standard input",
            {{"cells", "FILE", "JSON array of what each rep answers to GET /state; needed"},
             {"lrps", "FILE", "JSON array of what the auctioneer takes at POST /v1/lrps", "none"},
             {"tasks", "FILE", "JSON array of what the auctioneer takes at POST /v1/tasks",
              "none"}}},
           {"Placing",
            {{"strategy", "NAME",
              "diego, binpack, spread, or the path of a plug-in (a shared object)", "diego"},
             {"set", "KEY=VALUE",
              "one of Diego's settings: bin_pack_first_fit_weight (default 0), "
              "starting_container_weight (0.25), starting_container_count_maximum (0: no limit)",
              "", true},
             {"seed", "N", "a number that plug-ins may use", "0"}}},
           {"Output",
            {{"format", "FORM", "text, for people; or json, with the work for each cell's "
                                "POST /work", "text"},
             {"explain", "ID",
              "also print every cell's answer to one auction: PROCESS-GUID.INDEX or a task guid",
              "", true},
             {"record", "FILE", "write the round to a recording, for rostrum replay", "none"}}}},
      .examples = {{"What would Diego do with this?",
                    "rostrum place --cells states.json --lrps lrps.json --tasks tasks.json"},
                   {"Why was instance 3 not placed?",
                    "rostrum place --cells states.json --lrps lrps.json --explain my-app.3"},
                   {"Pack instead, for a program to read",
                    "rostrum place --cells - --lrps lrps.json --strategy binpack --format json"}},
  };
  return verb;
}

// Everything that the command line asks for.
struct PlaceInput {
  std::vector<Cell> cells;
  std::vector<LrpStart> lrps;
  std::vector<TaskStart> tasks;
  std::shared_ptr<Strategy> strategy;
  Configuration configuration;
  uint64_t seed = 0;
  bool as_json = false;
  std::vector<std::string> explain;
  std::string record_path;
};

Status ReadSettings(const Flags& flags, PlaceInput* input) {
  for (const std::string_view setting : flags.Texts("set")) {
    const size_t equals = setting.find('=');
    if (equals == std::string_view::npos) {
      return InvalidArgument(fmt::format("--set is \"{}\", expected KEY=VALUE", setting));
    }
    Status status = SetOption(&input->configuration, setting.substr(0, equals),
                              setting.substr(equals + 1));
    if (!status.ok()) return InvalidArgument("--set: " + status.text());
  }
  const std::string_view format = flags.Text("format", "text");
  if (format != "text" && format != "json") {
    return InvalidArgument(fmt::format("--format is \"{}\", expected text or json", format));
  }
  input->as_json = format == "json";
  const Expected<int64_t> seed = flags.Whole("seed", 0, 0, INT64_MAX);
  if (!seed.ok()) return seed.status();
  input->seed = static_cast<uint64_t>(*seed);
  for (const std::string_view identifier : flags.Texts("explain")) {
    input->explain.emplace_back(identifier);
  }
  input->record_path = flags.Text("record");
  return {};
}

// Reads the file that a flag names, if it names one, and what is in it.
template <typename Value>
Status ReadInto(const Flags& flags, std::string_view flag,
                Expected<std::vector<Value>> (*read)(std::string_view, std::string_view),
                std::vector<Value>* values) {
  if (!flags.Has(flag)) return {};
  const std::string path(flags.Text(flag));
  std::string text;
  if (Status status = wire::ReadFile(path, &text); !status.ok()) return status;
  Expected<std::vector<Value>> result = read(text, path == "-" ? "standard input" : path);
  if (!result.ok()) return result.status();
  *values = std::move(*result);
  return {};
}

Status ReadFiles(const Flags& flags, PlaceInput* input) {
  if (!flags.Has("cells")) {
    return InvalidArgument("--cells is missing, expected the file of the cells' states, or -");
  }
  int from_standard_input = 0;
  for (const std::string_view flag : {"cells", "lrps", "tasks"}) {
    from_standard_input += flags.Text(flag) == "-";
  }
  if (from_standard_input > 1) {
    return InvalidArgument("standard input (-) can be read for one of --cells, --lrps and --tasks");
  }
  if (Status s = ReadInto(flags, "cells", wire::ReadCells, &input->cells); !s.ok()) return s;
  if (Status s = ReadInto(flags, "lrps", wire::ReadLrpStarts, &input->lrps); !s.ok()) return s;
  return ReadInto(flags, "tasks", wire::ReadTaskStarts, &input->tasks);
}

Expected<PlaceInput> ReadInput(const Flags& flags) {
  if (!flags.operands().empty()) {
    return InvalidArgument(
        fmt::format("\"{}\" is not understood, expected flags only", flags.operands()[0]));
  }
  PlaceInput input;
  if (Status status = ReadSettings(flags, &input); !status.ok()) return status;
  Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(flags.Text("strategy", "diego"));
  if (!strategy.ok()) return strategy.status();
  input.strategy = std::move(*strategy);
  if (Status status = ReadFiles(flags, &input); !status.ok()) return status;
  return input;
}

Expected<Explanation> ExplainOne(Engine* engine, const Round& round, const std::string& id) {
  Expected<Explanation> explanation = engine->Explain(round, Kind::kLrp, id);
  if (!explanation.ok() && explanation.status().code() == Code::kNotFound) {
    explanation = engine->Explain(round, Kind::kTask, id);
  }
  if (!explanation.ok() && explanation.status().code() == Code::kNotFound) {
    return InvalidArgument(fmt::format(
        "--explain is \"{}\", expected PROCESS-GUID.INDEX of an LRP or the guid of a task", id));
  }
  return explanation;
}

Expected<PlaceResult> Place(const PlaceInput& input) {
  Engine engine(input.strategy);
  engine.SetKeepRefused(false);
  if (Status s = engine.SetConfiguration(input.configuration); !s.ok()) return s;
  Status fed = engine.UseCache([&](Cache& cache) { return cache.Update(input.cells); });
  if (!fed.ok()) return fed;
  // There is no clock in here, so that the same files give the same output; waits are all zero.
  const Expected<size_t> added = engine.Submit(input.lrps, input.tasks, /*now_ms=*/0);
  if (!added.ok()) return added.status();
  Expected<std::shared_ptr<const Round>> round = engine.RunRound(input.seed, /*now_ms=*/0);
  if (!round.ok()) return round.status();

  PlaceResult result;
  result.strategy_name = input.strategy->Name();
  result.round = std::move(*round);
  result.after = engine.TakeSnapshot();
  for (const std::string& id : input.explain) {
    Expected<Explanation> explanation = ExplainOne(&engine, *result.round, id);
    if (!explanation.ok()) return explanation.status();
    result.explanations.push_back(std::move(*explanation));
  }
  return result;
}

Status Record(const PlaceInput& input, const PlaceResult& result) {
  if (input.record_path.empty()) return {};
  Expected<std::unique_ptr<record::RoundRecorder>> recorder =
      record::RoundRecorder::Open(input.record_path, {});
  if (!recorder.ok()) return recorder.status();
  Status status = (*recorder)->Append(*result.round, result.strategy_name);
  return status.ok() ? (*recorder)->Close() : status;
}

// Errors of what the user gave end with 2, all others with 1.
int ExitStatusOf(const Status& status) {
  return status.code() == Code::kInvalidArgument || status.code() == Code::kNotFound ||
                 status.code() == Code::kCorrupt || status.code() == Code::kUnavailable
             ? 2
             : 1;
}

int Fail(const Status& status, std::ostream& err) {
  err << "rostrum place: " << status.text() << "\n";
  return ExitStatusOf(status);
}

}  // namespace

int RunPlace(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  const Expected<Flags> flags = Flags::Parse(PlaceVerb(), arguments);
  if (!flags.ok()) return Fail(flags.status(), err);
  if (flags->help()) {
    out << HelpText(PlaceVerb());
    return 0;
  }
  const Expected<PlaceInput> input = ReadInput(*flags);
  if (!input.ok()) return Fail(input.status(), err);
  const Expected<PlaceResult> result = Place(*input);
  if (!result.ok()) return Fail(result.status(), err);
  if (Status status = Record(*input, *result); !status.ok()) return Fail(status, err);
  out << (input->as_json ? PlaceJson(*result) : PlaceText(*result));
  return 0;
}

}  // namespace rostrum::tools
