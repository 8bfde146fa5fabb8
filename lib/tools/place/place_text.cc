
#include <algorithm>

#include "lib/base/format.h"
#include "lib/tools/place/place_result.h"
#include "lib/tools/report/text.h"
#include "lib/tools/score.h"
#include "lib/tools/text_table.h"
#include "lib/wire/excerpt.h"

namespace rostrum::tools {
namespace {

// How many identifiers a line lists before it only counts.
constexpr size_t kListed = 4;

std::string Count(size_t count) { return FormatCount(static_cast<int64_t>(count)); }

// "1 cell", "2,000 cells".
std::string Counted(size_t count, std::string_view what) {
  return Format("{} {}{}", Count(count), what, count == 1 ? "" : "s");
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kListed); ++i) {
    text += (i == 0 ? "" : ", ") + wire::Escape(names[i]);
  }
  if (names.size() > kListed) text += Format(" and {} more", Count(names.size() - kListed));
  return text;
}

std::string FreeOf(Amount free, Amount total) {
  return Format("{} of {}", FormatAmount(free), FormatAmount(total));
}

std::string DuplicatesText(size_t duplicates) {
  return Format("{} an instance or a task that is named before; the first one counts\n",
                     duplicates == 1 ? "1 entry names" : Count(duplicates) + " entries name");
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
    table.AddRow({cell.id, cell.zone, "+" + Count(lrps),
                  "+" + Count(placements.decisions.size() - lrps),
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
      Count(round.placed_count()), Count(round.refused_count()), wire::Escape(result.strategy_name),
      Counted(round.input().snapshot->size(), "cell"));
  if (result.duplicates > 0) text += DuplicatesText(result.duplicates);
  if (round.placed_count() > 0) text += "\n" + CellTableText(result);
  if (round.refused_count() > 0) text += RefusalsText(round);
  for (const Explanation& explanation : result.explanations) text += ExplanationText(explanation);
  return text;
}

}  // namespace rostrum::tools
