#include "lib/tools/place/place_output.h"

#include <algorithm>
#include <string_view>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/tools/report/text.h"
#include "lib/tools/text.h"
#include "lib/wire/json_writer.h"
#include "lib/wire/text.h"
#include "lib/wire/wire.h"

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
    text += Format(" (more than {} in all)",
                        reason.cells == 1 ? "this cell has" : "these cells have");
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
    AppendFormat(&text, "  {}\n    {}: {}\n",
                   wire::Escape(group.refusal->error), Counted(group.auctions.size(), "auction"),
                   Listed(group.auctions));
    if (!group.refusal->reasons.empty()) {
      AppendFormat(&text, "    why {} was refused:\n",
                     wire::Escape(group.auctions[0]));
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
      FormatCount(round.placed_count()), FormatCount(round.refused_count()), wire::Escape(result.strategy_name),
      Counted(round.input().snapshot->size(), "cell"));
  if (result.duplicates > 0) text += DuplicatesText(result.duplicates);
  if (round.placed_count() > 0) text += "\n" + CellTableText(result);
  if (round.refused_count() > 0) text += RefusalsText(round);
  for (const Explanation& explanation : result.explanations) text += ExplanationText(explanation);
  return text;
}

}  // namespace rostrum::tools
