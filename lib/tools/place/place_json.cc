
#include "lib/base/format.h"
#include "lib/tools/place/place_result.h"
#include "lib/tools/score.h"
#include "lib/wire/json_writer.h"
#include "lib/wire/wire.h"

namespace rostrum::tools {
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

}  // namespace rostrum::tools
