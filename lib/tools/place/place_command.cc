#include "lib/tools/place/place_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/record/recording.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
#include "lib/tools/report/text.h"
#include "lib/tools/text.h"
#include "lib/wire/json_writer.h"
#include "lib/wire/text.h"
#include "lib/wire/wire.h"
#include "rostrum/engine.h"

namespace rostrum::tools {

std::vector<CellPlacements> GroupByCell(const Round& round, const std::vector<Cell>& cells) {
  std::vector<CellPlacements> all(cells.size());
  StringViewMap<size_t> position;
  for (size_t i = 0; i < cells.size(); ++i) {
    all[i].cell = &cells[i];
    position.emplace(cells[i].id, i);
  }
  for (const Decision& decision : round.decisions()) {
    if (decision.placed) all[position[decision.cell_id]].decisions.push_back(&decision);
  }
  std::erase_if(all, [](const CellPlacements& placements) { return placements.decisions.empty(); });
  return all;
}

namespace {

using wire::JsonWriter;

// Amounts in their units: MB, cores, pieces.
void WriteAmount(JsonWriter* json, const char* key, Amount amount) {
  json->Key(key);
  if (amount % kAmountOne == 0) {
    json->Int(amount / kAmountOne);
  } else {
    json->Double(static_cast<double>(amount) / static_cast<double>(kAmountOne));
  }
}

void WriteReasons(JsonWriter* json, const std::vector<ReasonCount>& reasons) {
  json->Key("reasons");
  json->BeginArray();
  for (const ReasonCount& reason : reasons) {
    json->BeginObject();
    json->Key("reason");
    json->String(ReasonName(reason.reason));
    if (!reason.subject.empty()) {
      json->Key("subject");
      json->String(reason.subject);
    }
    json->Key("static");
    json->Bool(reason.is_static);
    json->Key("cells");
    json->Uint(reason.cells);
    if (reason.reason == Reason::kResource) {
      WriteAmount(json, "asked", reason.asked);
      WriteAmount(json, "free", reason.free);
      WriteAmount(json, "short_by", reason.short_by);
      json->Key("nearest_cell_id");
      json->String(reason.cell_id);
    }
    json->EndObject();
  }
  json->EndArray();
}

void WriteAuction(JsonWriter* json, const Auction& auction) {
  json->Key("kind");
  json->String(KindName(auction.kind()));
  json->Key("identifier");
  json->String(auction.Identifier());
}

std::string Placements(const Round& round) {
  JsonWriter json;
  json.BeginArray();
  for (const Decision& decision : round.decisions()) {
    if (!decision.placed) continue;
    json.BeginObject();
    WriteAuction(&json, round.auctions()[decision.auction]);
    json.Key("cell_id");
    json.String(decision.cell_id);
    WriteScore(decision.score, &json);
    json.EndObject();
  }
  json.EndArray();
  return json.TakeText();
}

void WriteRefusal(JsonWriter* json, const Refusal& refusal) {
  json->Key("error");
  json->String(refusal.error);
  json->Key("code");
  json->String(RefusalCodeName(refusal.code));
  WriteReasons(json, refusal.reasons);
}

std::string Failures(const Round& round) {
  JsonWriter json;
  json.BeginArray();
  for (const Decision& decision : round.decisions()) {
    if (decision.placed) continue;
    json.BeginObject();
    WriteAuction(&json, round.auctions()[decision.auction]);
    WriteRefusal(&json, round.refusals()[decision.refusal]);
    json.EndObject();
  }
  json.EndArray();
  return json.TakeText();
}

std::string WorkOf(const Round& round, const CellPlacements& placements) {
  std::vector<const Auction*> lrps;
  std::vector<const Auction*> tasks;
  for (const Decision* decision : placements.decisions) {
    const Auction& auction = round.auctions()[decision->auction];
    (auction.kind() == Kind::kLrp ? lrps : tasks).push_back(&auction);
  }
  return wire::WriteWork(placements.cell->id, lrps, tasks);
}

std::string AllWork(const PlaceResult& result) {
  const std::vector<Cell> cells = result.round->input().snapshot->Cells();
  std::string work;
  for (const CellPlacements& placements : GroupByCell(*result.round, cells)) {
    work += (work.empty() ? "" : ",") + WorkOf(*result.round, placements);
  }
  return "[" + work + "]";
}

std::string Explanations(const std::vector<Explanation>& explanations) {
  JsonWriter json;
  json.BeginArray();
  for (const Explanation& explanation : explanations) {
    json.BeginObject();
    WriteAuction(&json, explanation.auction);
    json.Key("placed");
    json.Bool(explanation.decision.placed);
    if (!explanation.decision.placed) WriteRefusal(&json, explanation.refusal);
    json.Key("remedy");
    json.String(explanation.remedy);
    json.Key("answers");
    json.BeginArray();
    for (const CellAnswer& answer : explanation.answers) {
      json.BeginObject();
      json.Key("cell_id");
      json.String(answer.cell_id);
      json.Key("zone");
      json.String(answer.zone);
      json.Key("fits");
      json.Bool(answer.fits);
      json.Key("winner");
      json.Bool(answer.winner);
      if (answer.fits) WriteScore(answer.score, &json);
      WriteReasons(&json, answer.reasons);
      json.EndObject();
    }
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  return json.TakeText();
}

}  // namespace

std::string PlaceJson(const PlaceResult& result) {
  std::string text = "{\"placements\":" + Placements(*result.round) +
                     ",\"failures\":" + Failures(*result.round) + ",\"work\":" + AllWork(result);
  if (result.duplicates > 0) text += Format(",\"duplicates\":{}", result.duplicates);
  if (!result.explanations.empty()) {
    text += ",\"explanations\":" + Explanations(result.explanations);
  }
  return text + "}\n";
}

namespace {

// How many identifiers a line lists before it only counts.
constexpr size_t kListed = 4;

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kListed); ++i) {
    text += (i == 0 ? "" : ", ") + wire::Escape(names[i]);
  }
  if (names.size() > kListed) text += Format(" and {} more", FormatCount(names.size() - kListed));
  return text;
}

std::string FreeOf(Amount free, Amount total) {
  return Format("{} of {}", FormatAmount(free), FormatAmount(total));
}

std::string DuplicatesText(size_t duplicates) {
  return Format("{} an instance or a task that is named before; the first one counts\n",
                duplicates == 1 ? "1 entry names" : FormatCount(duplicates) + " entries name");
}

std::string CellTableText(const PlaceResult& result) {
  const std::vector<Cell> cells = result.after->Cells();
  TextTable table({{"cell"},
                   {"zone"},
                   {"LRPs", TextTable::Align::kRight},
                   {"tasks", TextTable::Align::kRight},
                   {"memory free, MB", TextTable::Align::kRight},
                   {"disk free, MB", TextTable::Align::kRight},
                   {"placed here"}});
  for (const CellPlacements& placements : GroupByCell(*result.round, cells)) {
    const Cell& cell = *placements.cell;
    size_t lrps = 0;
    std::vector<std::string> names;
    for (const Decision* decision : placements.decisions) {
      const Auction& auction = result.round->auctions()[decision->auction];
      lrps += auction.kind() == Kind::kLrp;
      names.push_back(auction.Identifier());
    }
    table.AddRow({cell.id, cell.zone, "+" + FormatCount(lrps),
                  "+" + FormatCount(placements.decisions.size() - lrps),
                  FreeOf(cell.available.memory, cell.total.memory),
                  FreeOf(cell.available.disk, cell.total.disk), Listed(names)});
  }
  return table.Text();
}

std::string Unit(std::string_view resource) {
  return resource == "memory" || resource == "disk" ? " MB" : "";
}

// What is counted in pieces is few, all else is little.
std::string_view LittleOrFew(std::string_view resource) {
  return resource == "memory" || resource == "disk" || resource == "cpu" ? "little" : "few";
}

// A reason without its amounts.
std::string PlainReasonText(const ReasonCount& reason) {
  if (reason.reason == Reason::kScore) {
    return reason.cells == 1 ? "its score is not a number" : "their scores are not numbers";
  }
  std::string text = ReasonName(reason.reason);
  if (!reason.subject.empty()) text += ": " + wire::Escape(reason.subject);
  return text;
}

std::string ReasonText(const ReasonCount& reason) {
  std::string text = Counted(reason.cells, "cell") + ": ";
  if (reason.reason != Reason::kResource) return text + PlainReasonText(reason);
  const std::string unit = Unit(reason.subject);
  text += Format("too {} {}; nearest is {}: asked {}{}, free {}{}, short by {}{}",
                 LittleOrFew(reason.subject), wire::Escape(reason.subject),
                 wire::Escape(reason.cell_id), FormatAmount(reason.asked), unit,
                 FormatAmount(reason.free), unit, FormatAmount(reason.short_by), unit);
  if (reason.is_static) {
    text +=
        Format(" (more than {} in all)", reason.cells == 1 ? "this cell has" : "these cells have");
  }
  return text;
}

// Refusals with one text, and the auctions that met them. Of their details the first one's are
// shown: they differ only by what was placed between.
struct RefusalGroup {
  const Refusal* refusal = nullptr;
  std::vector<std::string> auctions;
};

std::vector<RefusalGroup> GroupByError(const Round& round) {
  std::vector<RefusalGroup> groups;
  for (const Decision& decision : round.decisions()) {
    if (decision.placed) continue;
    const Refusal& refusal = round.refusals()[decision.refusal];
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const RefusalGroup& group) {
      return group.refusal->error == refusal.error;
    });
    RefusalGroup& group = same == groups.end() ? groups.emplace_back() : *same;
    if (group.refusal == nullptr) group.refusal = &refusal;
    group.auctions.push_back(round.auctions()[decision.auction].Identifier());
  }
  return groups;
}

std::string RefusalsText(const Round& round) {
  std::string text = "\nRefused\n";
  for (const RefusalGroup& group : GroupByError(round)) {
    AppendFormat(&text, "  {}\n    {}: {}\n", wire::Escape(group.refusal->error),
                 Counted(group.auctions.size(), "auction"), Listed(group.auctions));
    if (!group.refusal->reasons.empty()) {
      AppendFormat(&text, "    why {} was refused:\n", wire::Escape(group.auctions[0]));
    }
    for (const ReasonCount& reason : group.refusal->reasons) {
      AppendFormat(&text, "      {}\n", ReasonText(reason));
    }
  }
  return text;
}

std::string AnswerText(const CellAnswer& answer) {
  if (answer.fits) {
    const std::string text = ScoreText(answer.score);
    return answer.winner ? text + ", the winner" : text;
  }
  std::string text;
  for (const ReasonCount& reason : answer.reasons) {
    if (!text.empty()) text += "; ";
    if (reason.reason != Reason::kResource) {
      text += PlainReasonText(reason);
      continue;
    }
    const std::string unit = Unit(reason.subject);
    text += Format("{} short by {}{} (asked {}, free {})", wire::Escape(reason.subject),
                   FormatAmount(reason.short_by), unit, FormatAmount(reason.asked),
                   FormatAmount(reason.free));
  }
  return text;
}

std::string ExplanationText(const Explanation& explanation) {
  const std::string identifier = wire::Escape(explanation.auction.Identifier());
  std::string text = Format("\n{} {}: ", KindName(explanation.auction.kind()), identifier);
  text += explanation.decision.placed
              ? Format("placed on {}\n", wire::Escape(explanation.decision.cell_id))
              : Format("refused: {}\n", wire::Escape(explanation.refusal.error));
  if (!explanation.remedy.empty()) text += wire::Escape(explanation.remedy) + "\n";
  TextTable table({{"cell"}, {"zone"}, {"answer"}});
  for (const CellAnswer& answer : explanation.answers) {
    table.AddRow({answer.cell_id, answer.zone, AnswerText(answer)});
  }
  return text + table.Text();
}

}  // namespace

std::string PlaceText(const PlaceResult& result) {
  const Round& round = *result.round;
  std::string text = Format(
      "{}: {} placed, {} refused (strategy {}, {})\n", Counted(round.decisions().size(), "auction"),
      FormatCount(round.placed_count()), FormatCount(round.refused_count()),
      wire::Escape(result.strategy_name), Counted(round.input().snapshot->size(), "cell"));
  if (result.duplicates > 0) text += DuplicatesText(result.duplicates);
  if (round.placed_count() > 0) text += "\n" + CellTableText(result);
  if (round.refused_count() > 0) text += RefusalsText(round);
  for (const Explanation& explanation : result.explanations) text += ExplanationText(explanation);
  return text;
}

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
