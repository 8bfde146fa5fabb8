#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lib/tools/place/place_result.h"
#include "lib/tools/text_table.h"

namespace rostrum::tools {
namespace {

// How many identifiers a line lists before it only counts.
constexpr size_t kListed = 4;

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kListed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kListed) text += fmt::format(" and {} more", names.size() - kListed);
  return text;
}

std::string FreeOf(Amount free, Amount total) {
  return fmt::format("{} of {}", FormatAmount(free), FormatAmount(total));
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
    table.AddRow({cell.id, cell.zone, fmt::format("+{}", lrps),
                  fmt::format("+{}", placements.decisions.size() - lrps),
                  FreeOf(cell.available.memory, cell.total.memory),
                  FreeOf(cell.available.disk, cell.total.disk), Listed(names)});
  }
  return table.Text();
}

std::string Unit(std::string_view resource) {
  return resource == "memory" || resource == "disk" ? " MB" : "";
}

std::string ReasonText(const ReasonCount& reason) {
  std::string text = fmt::format("{} {}: ", reason.cells, reason.cells == 1 ? "cell" : "cells");
  if (reason.reason != Reason::kResource) {
    text += ReasonName(reason.reason);
    if (!reason.subject.empty()) text += ": " + reason.subject;
    return text;
  }
  const std::string unit = Unit(reason.subject);
  text += fmt::format("too little {}; nearest is {}: asked {}{}, free {}{}, short by {}{}",
                      reason.subject, reason.cell_id, FormatAmount(reason.asked), unit,
                      FormatAmount(reason.free), unit, FormatAmount(reason.short_by), unit);
  if (reason.is_static) text += " (more than these cells have in all)";
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
    fmt::format_to(std::back_inserter(text), "  {}\n    {} {}: {}\n", group.refusal->error,
                   group.auctions.size(), group.auctions.size() == 1 ? "auction" : "auctions",
                   Listed(group.auctions));
    if (!group.refusal->reasons.empty()) {
      fmt::format_to(std::back_inserter(text), "    why {} was refused:\n", group.auctions[0]);
    }
    for (const ReasonCount& reason : group.refusal->reasons) {
      fmt::format_to(std::back_inserter(text), "      {}\n", ReasonText(reason));
    }
  }
  return text;
}

std::string AnswerText(const CellAnswer& answer) {
  if (answer.fits) {
    std::string text = fmt::format("score {}", answer.score.value);
    if (answer.score.tier != 0) text += fmt::format(", tier {}", answer.score.tier);
    return answer.winner ? text + ", the winner" : text;
  }
  std::string text;
  for (const ReasonCount& reason : answer.reasons) {
    if (!text.empty()) text += "; ";
    if (reason.reason != Reason::kResource) {
      text += ReasonName(reason.reason);
      if (!reason.subject.empty()) text += ": " + reason.subject;
      continue;
    }
    const std::string unit = Unit(reason.subject);
    text += fmt::format("{} short by {}{} (asked {}, free {})", reason.subject,
                        FormatAmount(reason.short_by), unit, FormatAmount(reason.asked),
                        FormatAmount(reason.free));
  }
  return text;
}

std::string ExplanationText(const Explanation& explanation) {
  const std::string identifier = explanation.auction.Identifier();
  std::string text = fmt::format("\n{} {}: ", KindName(explanation.auction.kind()), identifier);
  text += explanation.decision.placed
              ? fmt::format("placed on {}\n", explanation.decision.cell_id)
              : fmt::format("refused: {}\n", explanation.refusal.error);
  if (!explanation.remedy.empty()) text += explanation.remedy + "\n";
  TextTable table({{"cell"}, {"zone"}, {"answer"}});
  for (const CellAnswer& answer : explanation.answers) {
    table.AddRow({answer.cell_id, answer.zone, AnswerText(answer)});
  }
  return text + table.Text();
}

}  // namespace

std::string PlaceText(const PlaceResult& result) {
  const Round& round = *result.round;
  std::string text = fmt::format(
      "{} auctions: {} placed, {} refused (strategy {}, {} cells)\n", round.decisions().size(),
      round.placed_count(), round.refused_count(), result.strategy_name,
      round.input().snapshot->size());
  if (round.placed_count() > 0) text += "\n" + CellTableText(result);
  if (round.refused_count() > 0) text += RefusalsText(round);
  for (const Explanation& explanation : result.explanations) text += ExplanationText(explanation);
  return text;
}

}  // namespace rostrum::tools
