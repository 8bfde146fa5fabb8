#include <algorithm>

#include "lib/base/format.h"
#include "lib/cache/internals.h"
#include "lib/place/refusal.h"
#include "lib/place/round_runner.h"

namespace rostrum {
namespace {

// Of the cells that lack nothing but resources, the one that lacks the fewest, and least of them.
const CellAnswer* NearestCell(const std::vector<CellAnswer>& answers) {
  const CellAnswer* nearest = nullptr;
  const auto share = [](const CellAnswer& answer) {
    double worst = 0;
    for (const ReasonCount& reason : answer.reasons) {
      worst = std::max(worst, static_cast<double>(reason.short_by) /
                                  static_cast<double>(std::max<Amount>(reason.asked, 1)));
    }
    return worst;
  };
  for (const CellAnswer& answer : answers) {
    const bool only_resources =
        !answer.reasons.empty() &&
        std::all_of(answer.reasons.begin(), answer.reasons.end(),
                    [](const ReasonCount& r) { return r.reason == Reason::kResource; });
    if (!only_resources) continue;
    if (nearest == nullptr || answer.reasons.size() < nearest->reasons.size() ||
        (answer.reasons.size() == nearest->reasons.size() && share(answer) < share(*nearest))) {
      nearest = &answer;
    }
  }
  return nearest;
}

// "1 more container", "2 more containers"; amounts of other resources are uncounted.
std::string NameOf(const ReasonCount& reason) {
  if (reason.subject == "containers" && reason.short_by == kAmountOne) return "container";
  return reason.subject;
}

std::string UnitOf(std::string_view resource) {
  return resource == "memory" || resource == "disk" ? " MB" : "";
}

std::string RemedyOfShortage(const CellAnswer& cell) {
  std::string text = Format("It would fit on cell \"{}\" with ", cell.cell_id);
  bool any_static = false;
  for (size_t i = 0; i < cell.reasons.size(); ++i) {
    const ReasonCount& reason = cell.reasons[i];
    const std::string unit = UnitOf(reason.subject);
    text += Format("{}{}{} more {} (asked {}{}, free {}{})", i == 0 ? "" : " and ",
                   FormatAmount(reason.short_by), unit, NameOf(reason), FormatAmount(reason.asked),
                   unit, FormatAmount(reason.free), unit);
    any_static = any_static || reason.is_static;
  }
  text += any_static ? "; that is more than the cell has in all." : ".";
  return text;
}

// How many cells refused it for one thing alone, so that lifting that would place it.
uint64_t CountRefusing(const std::vector<CellAnswer>& answers, Reason reason) {
  return static_cast<uint64_t>(
      std::count_if(answers.begin(), answers.end(), [&](const CellAnswer& answer) {
        return answer.reasons.size() == 1 && answer.reasons[0].reason == reason;
      }));
}

std::string JoinQuoted(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) {
    joined += Format("{}\"{}\"", joined.empty() ? "" : ", ", text);
  }
  return joined;
}

std::string RemedyOf(const Explanation& explanation) {
  const std::vector<CellAnswer>& answers = explanation.answers;
  const Constraint& constraint = explanation.auction.work->constraint;
  switch (explanation.refusal.code) {
    case RefusalCode::kInflightLimit:
      return "It waits until containers that are starting have started, or for a higher "
             "starting_container_count_maximum.";
    case RefusalCode::kRootfsMismatch:
      return Format(
          "A cell whose rootfs providers take \"{}\" is needed; no open cell of {} "
          "does.",
          constraint.rootfs, CountRefusing(answers, Reason::kRootfs));
    case RefusalCode::kVolumeDriverMismatch:
      return Format("A cell with all of the volume drivers {} is needed.",
                    JoinQuoted(constraint.volume_drivers));
    case RefusalCode::kPlacementTagMismatch:
      if (constraint.placement_tags.empty()) {
        return "A cell without required placement tags is needed, or work that wants the tags of "
               "the cells there are.";
      }
      return Format(
          "A cell whose required and optional placement tags include {}, and that "
          "requires no others, is needed.",
          JoinQuoted(constraint.placement_tags));
    case RefusalCode::kNoCells:
      if (answers.empty()) return "A cell is needed; there is none.";
      return Format("All cells are closed: {} evacuating, {} disabled, {} draining.",
                    CountRefusing(answers, Reason::kEvacuating),
                    CountRefusing(answers, Reason::kDisabled),
                    CountRefusing(answers, Reason::kDraining));
    case RefusalCode::kStrategyRefused:
    case RefusalCode::kStrategyFailed:
      return "";
    default:
      break;
  }
  const CellAnswer* nearest = NearestCell(answers);
  return nearest == nullptr ? "" : RemedyOfShortage(*nearest);
}

}  // namespace

CellAnswer RoundRunner::AnswerOf(const Candidate& candidate, uint32_t row) {
  const CellInfo& cell = *layout_.info(row);
  CellAnswer answer;
  answer.cell_id = cell.id;
  answer.zone = cell.zone;
  if (!cell.open()) {
    answer.reasons.push_back(ReasonOfClosed(cell));
    return answer;
  }
  try {
    answer.reasons = ReasonsOf(candidate, row, &answer.score);
    answer.fits = answer.reasons.empty();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    answer.reasons.push_back({.reason = Reason::kStrategy, .subject = error.what(), .cells = 1});
  } catch (...) {
    answer.reasons.push_back({.reason = Reason::kStrategy, .subject = "it threw", .cells = 1});
  }
  return answer;
}

Explanation RoundRunner::Explain(uint32_t auction) {
  Explanation explanation;
  const Candidate candidate = Prepare(auction);
  explanation.snapshot = round_->input_.snapshot;
  explanation.auction = *candidate.auction;
  for (const uint32_t row : layout_.RowsInOrder()) {
    explanation.answers.push_back(AnswerOf(candidate, row));
  }

  const Decision* const failed = OrderFailureOf(auction);
  explanation.decision = failed != nullptr ? *failed : Decide(auction);
  explanation.decision.auction = auction;
  if (explanation.decision.placed) {
    for (CellAnswer& answer : explanation.answers) {
      answer.winner = answer.cell_id == explanation.decision.cell_id;
    }
    return explanation;
  }
  explanation.refusal = round_->refusals_[explanation.decision.refusal];
  explanation.remedy = RemedyOf(explanation);
  return explanation;
}

Expected<Explanation> Round::Explain(Strategy& strategy, Kind kind,
                                     std::string_view identifier) const {
  const auto wanted =
      std::find_if(input_.auctions.begin(), input_.auctions.end(), [&](const Auction& auction) {
        return auction.kind() == kind && auction.Identifier() == identifier;
      });
  if (wanted == input_.auctions.end()) {
    return NotFound(Format("the round had no {} \"{}\"", KindName(kind), identifier));
  }
  const auto position = static_cast<uint32_t>(wanted - input_.auctions.begin());
  Round again;
  again.input_ = input_;
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*input_.snapshot).cells);
  RoundRunner runner(&again, workspace);
  if (Status status = runner.Begin(); !status.ok()) return status;
  runner.Run(position);
  return runner.Explain(position);
}

}  // namespace rostrum
