#include "lib/tools/place/place_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/record/round_recorder.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
#include "lib/tools/place/place_output.h"
#include "lib/wire/wire.h"
#include "rostrum/engine.h"

namespace rostrum::tools {
namespace {

const Verb& PlaceVerb() {
  static const std::string set_help = SettingsHelp("one of Diego's settings, with their defaults");
  static const Verb verb = {
      .name = "place",
      .summary =
          "Runs one auction: decides which cell each LRP instance and task goes to, exactly "
          "as Diego's auctioneer would, or by another strategy. An auction that finds no "
          "cell is a result, and the output says what would have been enough.",
      .groups =
          {{"Input, JSON as Diego's parts speak it; - is standard input",
            {{"cells", "FILE",
              "what each rep answers to GET /state: an array, one state, or states one after the "
              "other, as cfdot cell-states prints them; needed"},
             {"lrps", "FILE", "what the auctioneer takes at POST /v1/lrps, written likewise",
              "none"},
             {"tasks", "FILE", "what the auctioneer takes at POST /v1/tasks, written likewise",
              "none"}}},
           {"Placing",
            {{"strategy", "NAME",
              "diego, binpack, spread, bestfit, or the path of a plug-in (a shared object)",
              "diego"},
             {"set", "KEY=VALUE", set_help, "", true},
             {"seed", "N", "a number that plug-ins may use", "0"}}},
           {"Output",
            {{"format", "FORM",
              "text, for people; or json, with the work for each cell's "
              "POST /work",
              "text"},
             {"explain", "ID",
              "also print every cell's answer to one auction: PROCESS-GUID.INDEX or a task guid",
              "", true},
             {"record", "FILE",
              "append the round to a recording, for rostrum replay; a new one if there is no file",
              "none"}}}},
      .examples = {{"What would Diego do with this?",
                    "rostrum place --cells states.json --lrps lrps.json --tasks tasks.json"},
                   {"Why was instance 3 not placed?",
                    "rostrum place --cells states.json --lrps lrps.json --explain my-app.3"},
                   {"What if the app came to the cluster as it is now?",
                    "cfdot cell-states | rostrum place --cells - --lrps lrps.json"},
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

Status ReadOptions(const Flags& flags, PlaceInput* input) {
  const Expected<std::vector<Setting>> settings = ReadSettings(flags);
  if (!settings.ok()) return settings.status();
  if (Status s = ApplySettings(*settings, &input->configuration); !s.ok()) return s;
  const Expected<bool> as_json = ReadAsJson(flags);
  if (!as_json.ok()) return as_json.status();
  input->as_json = *as_json;
  const Expected<int64_t> seed = flags.Whole("seed", 0, 0, INT64_MAX);
  if (!seed.ok()) return seed.status();
  input->seed = static_cast<uint64_t>(*seed);
  for (const std::string_view identifier : flags.Texts("explain")) {
    input->explain.emplace_back(identifier);
  }
  Expected<std::string> record_path = ReadOutputPath(flags, "record");
  if (!record_path.ok()) return record_path.status();
  input->record_path = std::move(*record_path);
  return {};
}

Status ReadFiles(const Flags& flags, PlaceInput* input) {
  if (!flags.Has("cells")) {
    return InvalidArgument("--cells is missing, expected the file of the cells' states, or -");
  }
  constexpr std::string_view kFiles[] = {"cells", "lrps", "tasks"};
  std::vector<NamedPath> inputs;
  for (const std::string_view flag : kFiles) {
    Expected<std::string> path = ReadInputPath(flags, flag);
    if (!path.ok()) return path.status();
    inputs.push_back({flag, std::move(*path)});
  }
  if (Status s = CheckStandardInput(flags, kFiles); !s.ok()) return s;
  const NamedPath output = {"record", input->record_path};
  if (Status s = CheckOutputs(inputs, {&output, 1}); !s.ok()) return s;
  if (Status s = ReadInto(flags, "cells", wire::ReadCells, &input->cells); !s.ok()) return s;
  if (Status s = ReadInto(flags, "lrps", wire::ReadLrpStarts, &input->lrps); !s.ok()) return s;
  return ReadInto(flags, "tasks", wire::ReadTaskStarts, &input->tasks);
}

Expected<PlaceInput> ReadInput(const Flags& flags) {
  PlaceInput input;
  if (Status status = ReadOptions(flags, &input); !status.ok()) return status;
  Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(flags.Text("strategy", "diego"));
  if (!strategy.ok()) return strategy.status();
  input.strategy = std::move(*strategy);
  if (Status status = ReadFiles(flags, &input); !status.ok()) return status;
  return input;
}

// An LRP instance and a task may both have the identifier; then both are explained.
Status Explain(Engine* engine, const std::string& id, PlaceResult* result) {
  const size_t before = result->explanations.size();
  for (const Kind kind : {Kind::kLrp, Kind::kTask}) {
    Expected<Explanation> explanation = engine->Explain(*result->round, kind, id);
    if (explanation.ok()) {
      result->explanations.push_back(std::move(*explanation));
    } else if (explanation.status().code() != Code::kNotFound) {
      return explanation.status();
    }
  }
  if (result->explanations.size() > before) return {};
  return InvalidArgument(
      Format("--explain is \"{}\", expected PROCESS-GUID.INDEX of an LRP or the guid of a task",
             Shown(id)));
}

// How many instances and tasks the input names, those that are named twice included.
size_t CountWork(const PlaceInput& input) {
  size_t count = input.tasks.size();
  for (const LrpStart& lrp : input.lrps) count += lrp.indices.size();
  return count;
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
  result.duplicates = CountWork(input) - *added;
  result.round = std::move(*round);
  result.after = engine.TakeSnapshot();
  for (const std::string& id : input.explain) {
    if (Status s = Explain(&engine, id, &result); !s.ok()) return s;
  }
  return result;
}

using Recorder = std::unique_ptr<record::RoundRecorder>;

// Null if none is asked for.
Expected<Recorder> OpenRecorder(const PlaceInput& input) {
  if (input.record_path.empty()) return Recorder();
  return record::RoundRecorder::Open(input.record_path, {});
}

Status Record(const PlaceResult& result, record::RoundRecorder* recorder) {
  if (recorder == nullptr) return {};
  Status status = recorder->Append(*result.round, result.strategy_name);
  return status.ok() ? recorder->Close() : status;
}

int FailPlace(const Status& status, int exit_status, std::ostream& err) {
  return Fail("place", status, exit_status, err);
}

}  // namespace

int RunPlace(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  const Expected<Flags> flags = Flags::Parse(PlaceVerb(), arguments);
  if (!flags.ok()) return FailPlace(flags.status(), kBadInput, err);
  if (flags->help()) {
    out << HelpText(PlaceVerb());
    return 0;
  }
  const Expected<PlaceInput> input = ReadInput(*flags);
  if (!input.ok()) return FailPlace(input.status(), ExitStatusOf(input.status()), err);
  const Expected<PlaceResult> result = Place(*input);
  if (!result.ok()) return FailPlace(result.status(), ExitStatusOf(result.status()), err);
  // Opened this late, so that bad input begins no recording.
  const Expected<Recorder> recorder = OpenRecorder(*input);
  if (!recorder.ok()) return FailPlace(recorder.status(), kBadInput, err);

  // A round that cannot be recorded is no reason to keep the result back.
  out << (input->as_json ? PlaceJson(*result) : PlaceText(*result));
  const Status recorded = Record(*result, recorder->get());
  return recorded.ok() ? 0 : FailPlace(recorded, kFailed, err);
}

}  // namespace rostrum::tools
