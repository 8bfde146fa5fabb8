#include "lib/place/refusal.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "lib/base/format.h"
#include "lib/cache/internals.h"
#include "lib/place/free_index.h"
#include "lib/place/guard.h"
#include "lib/place/round_runner.h"

namespace rostrum {
namespace {

std::string TextOf(const std::set<std::string, std::less<>>& names) {
  if (names.empty()) return "insufficient resources";
  return Format("insufficient resources: {}", Join(names, ", "));
}

}  // namespace

const char* ReasonName(Reason reason) {
  switch (reason) {
    case Reason::kRootfs:
      return "rootfs";
    case Reason::kVolumeDriver:
      return "volume driver";
    case Reason::kPlacementTag:
      return "placement tag";
    case Reason::kResource:
      return "resource";
    case Reason::kScore:
      return "score";
    case Reason::kStrategy:
      return "strategy";
    case Reason::kEvacuating:
      return "evacuating";
    case Reason::kDisabled:
      return "disabled";
    case Reason::kDraining:
      return "draining";
  }
  return "unknown";
}

const char* RefusalCodeName(RefusalCode code) {
  switch (code) {
    case RefusalCode::kNone:
      return "none";
    case RefusalCode::kNoCells:
      return "no cells";
    case RefusalCode::kRootfsMismatch:
      return "rootfs mismatch";
    case RefusalCode::kVolumeDriverMismatch:
      return "volume driver mismatch";
    case RefusalCode::kPlacementTagMismatch:
      return "placement tag mismatch";
    case RefusalCode::kInsufficientResources:
      return "insufficient resources";
    case RefusalCode::kInflightLimit:
      return "in-flight limit";
    case RefusalCode::kStrategyRefused:
      return "strategy refused";
    case RefusalCode::kStrategyFailed:
      return "strategy failed";
    case RefusalCode::kHandedBack:
      return "handed back";
  }
  return "unknown";
}

std::vector<Shortage> ShortagesOn(const CellRow& row, const Work& work, bool with_proxy) {
  const Resources none;
  const Resources& asked = work.asked;
  const Resources& overhead = row.is_started() ? none : *row.overhead;
  const Amount proxy = with_proxy && work.kind == Kind::kLrp ? row.proxy_memory : 0;
  std::vector<Shortage> shortages;
  const auto check = [&](std::string_view name, Amount wanted, Amount free, Amount total) {
    if (wanted > free) shortages.push_back({name, wanted, free, total});
  };
  const auto check_named = [&](const NamedAmount& scalar, Amount wanted) {
    const ScalarView* const held = FindNamed(row, scalar.name);
    check(scalar.name, wanted, held == nullptr ? 0 : held->free, held == nullptr ? 0 : held->total);
  };
  // Containers are counted, not measured; as an amount one is a thousand thousandths.
  check("containers", WholeAmount(1 + overhead.containers), WholeAmount(row.containers_free),
        WholeAmount(row.containers_total));
  if (const Amount cpu = asked.cpu + overhead.cpu; cpu > 0) {
    check("cpu", cpu, row.cpu_free, row.cpu_total);
  }
  check("disk", asked.disk + overhead.disk, row.disk_free, row.disk_total);
  check("memory", asked.memory + proxy + overhead.memory, row.memory_free, row.memory_total);
  for (const NamedAmount& scalar : asked.scalars) {
    check_named(scalar, scalar.amount + overhead.Scalar(scalar.name));
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    if (asked.Scalar(scalar.name) == 0) check_named(scalar, scalar.amount);
  }
  return shortages;
}

Reason ReasonOf(MatchLevel level) {
  if (level == MatchLevel::kRootfsMismatch) return Reason::kRootfs;
  if (level == MatchLevel::kVolumeDriverMismatch) return Reason::kVolumeDriver;
  return Reason::kPlacementTag;
}

RefusalCode RefusalCodeOf(MatchLevel level) {
  if (level == MatchLevel::kRootfsMismatch) return RefusalCode::kRootfsMismatch;
  if (level == MatchLevel::kVolumeDriverMismatch) return RefusalCode::kVolumeDriverMismatch;
  return RefusalCode::kPlacementTagMismatch;
}

ReasonCount ReasonOf(const Shortage& shortage, std::string_view cell_id) {
  ReasonCount reason;
  reason.reason = Reason::kResource;
  reason.subject = std::string(shortage.resource);
  reason.is_static = shortage.asked > shortage.total;
  reason.cells = 1;
  reason.asked = shortage.asked;
  reason.free = shortage.free;
  reason.short_by = shortage.asked - shortage.free;
  reason.cell_id = std::string(cell_id);
  return reason;
}

ReasonCount ReasonOfClosed(const CellInfo& cell) {
  ReasonCount reason;
  reason.reason = cell.evacuating ? Reason::kEvacuating
                  : cell.draining ? Reason::kDraining
                                  : Reason::kDisabled;
  reason.cells = 1;
  return reason;
}

void ReasonCounter::Add(const ReasonCount& reason) {
  const auto same = [&](const ReasonCount& other) {
    return other.reason == reason.reason && other.is_static == reason.is_static &&
           other.subject == reason.subject;
  };
  const auto looked_through =
      counts_.begin() + static_cast<ptrdiff_t>(std::min(counts_.size(), kLookedThrough));
  const auto found = std::find_if(counts_.begin(), looked_through, same);
  size_t position = static_cast<size_t>(found - counts_.begin());
  if (position == kLookedThrough) {
    const std::string key =
        Format("{} {} {}", static_cast<int32_t>(reason.reason), reason.is_static, reason.subject);
    position = positions_.try_emplace(key, counts_.size()).first->second;
  }
  if (position == counts_.size()) {
    counts_.push_back(reason);
    return;
  }
  ReasonCount& count = counts_[position];
  const uint64_t cells = count.cells + reason.cells;
  // The nearest miss stands for all of them; of equal ones the first cell.
  if (reason.short_by < count.short_by) count = reason;
  count.cells = cells;
}

std::vector<ReasonCount> ReasonCounter::Finish() && {
  std::sort(counts_.begin(), counts_.end(), [](const ReasonCount& a, const ReasonCount& b) {
    return std::tuple(b.cells, a.reason, a.subject, b.is_static) <
           std::tuple(a.cells, b.reason, b.subject, a.is_static);
  });
  return std::move(counts_);
}

Problems::Problems(const Work& work) : names_{"containers", "disk", "memory"} {
  if (work.asked.cpu > 0) names_.insert("cpu");
  for (const NamedAmount& scalar : work.asked.scalars) names_.emplace(scalar.name);
}

void Problems::Admit(const Resources& overhead) {
  if (overhead.cpu > 0) names_.insert("cpu");
  for (const NamedAmount& scalar : overhead.scalars) names_.insert(scalar.name);
}

void Problems::Intersect(const std::vector<Shortage>& shortages) {
  std::erase_if(names_, [&](const std::string& name) {
    return std::none_of(shortages.begin(), shortages.end(),
                        [&](const Shortage& shortage) { return shortage.resource == name; });
  });
}

std::string Problems::Text() const { return TextOf(names_); }

std::string InsufficientText(const std::vector<Shortage>& shortages) {
  std::set<std::string, std::less<>> names;
  for (const Shortage& shortage : shortages) names.emplace(shortage.resource);
  return TextOf(names);
}

// The half of the RoundRunner that says no.

Decision RoundRunner::Refuse(RefusalCode code, std::string error,
                             std::vector<ReasonCount> reasons) {
  Decision decision;
  decision.code = code;
  decision.refusal = static_cast<uint32_t>(round_->refusals_.size());
  round_->refusals_.push_back({code, std::move(error), std::move(reasons)});
  return decision;
}

Decision RoundRunner::RefuseMismatch(const Candidate& candidate) {
  const MatchLevel level = candidate.plan->match->ReportedLevel();
  if (candidate.plan->mismatch) {
    return {.code = RefusalCodeOf(level), .refusal = *candidate.plan->mismatch};
  }
  ReasonCounter counter;
  for (const LayoutGroup& group : layout_.groups()) {
    if (group.cells == 0) continue;
    counter.Add({.reason = ReasonOf(candidate.plan->match->by_signature[group.signature]),
                 .is_static = true,
                 .cells = group.cells});
  }
  CountClosed(&counter);
  const Decision decision =
      Refuse(RefusalCodeOf(level), MismatchText(level, candidate.auction->work->constraint),
             std::move(counter).Finish());
  candidate.plan->mismatch = decision.refusal;
  return decision;
}

Decision RoundRunner::RefuseReserve(const Candidate& candidate, uint32_t row) {
  const std::vector<Shortage> shortages =
      ShortagesOn(rows_[row], *candidate.plan->work, /*with_proxy=*/false);
  ReasonCounter counter;
  for (const Shortage& shortage : shortages) {
    counter.Add(ReasonOf(shortage, layout_.info(row)->id));
  }
  return Refuse(RefusalCode::kInsufficientResources, InsufficientText(shortages),
                std::move(counter).Finish());
}

std::optional<Decision> RoundRunner::RefuseAsBefore(const Candidate& candidate) const {
  if (shared_refusals_.empty()) return std::nullopt;
  const auto at = shared_refusals_.find({candidate.plan->match, candidate.plan->shape});
  if (at == shared_refusals_.end() || at->second.version != rows_.version()) return std::nullopt;
  const uint32_t refusal = at->second.refusal;
  return Decision{.code = round_->refusals_[refusal].code, .refusal = refusal};
}

Decision RoundRunner::RefuseAll(const Candidate& candidate) {
  // A plug-in may look at the index of an instance, so only the library's own strategies refuse all
  // work that asks the same alike for sure.
  if (separable_ == nullptr) return RefuseByScan(candidate);
  std::optional<Decision> decision = RefuseByIndex(candidate);
  if (!decision) decision = RefuseByScan(candidate);
  shared_refusals_[{candidate.plan->match, candidate.plan->shape}] = {decision->refusal,
                                                                      rows_.version()};
  return *decision;
}

Decision RoundRunner::RefuseByScan(const Candidate& candidate) {
  Problems problems(*candidate.plan->work);
  std::vector<uint32_t> open;
  for (const uint32_t zone : layout_.zones_in_order()) {
    const std::vector<uint32_t>& rows = layout_.zones()[zone].rows;
    open.insert(open.end(), rows.begin(), rows.end());
  }
  for (const uint32_t row : open) {
    if (!rows_[row].is_started()) problems.Admit(*rows_[row].overhead);
  }
  ReasonCounter counter;
  uint64_t fitting = 0;
  std::string first_reason;
  const std::optional<std::string> failure = CallStrategy([&] {
    for (const uint32_t row : open) {
      if (candidate.plan->match->Matches(layout_.signature(row)) &&
          !FitsWithProxy(rows_[row], *candidate.plan->work)) {
        problems.Intersect(ShortagesOn(rows_[row], *candidate.plan->work, /*with_proxy=*/true));
      }
      Score score;
      const std::vector<ReasonCount> row_reasons = ReasonsOf(candidate, row, &score);
      if (row_reasons.empty()) {
        throw std::runtime_error(
            "it contradicts itself: it refused the cell and accepts it when asked again");
      }
      for (const ReasonCount& reason : row_reasons) {
        counter.Add(reason);
        if (reason.reason != Reason::kStrategy) continue;
        if (fitting++ == 0) first_reason = reason.subject;
      }
    }
  });
  if (failure) return RefuseFailure(*failure);
  CountClosed(&counter);
  std::vector<ReasonCount> reasons = std::move(counter).Finish();
  if (fitting > 0) {
    return Refuse(RefusalCode::kStrategyRefused,
                  Format("strategy \"{}\" accepts none of the cells on which it fits ({}): {}",
                         strategy_.Name(), fitting, first_reason),
                  std::move(reasons));
  }
  return Refuse(RefusalCode::kInsufficientResources, problems.Text(), std::move(reasons));
}

Decision RoundRunner::RefuseFailure(const std::string& text) {
  std::string error = Format("strategy \"{}\" failed", strategy_.Name());
  if (current_row_) error += Format(" on cell \"{}\"", layout_.info(*current_row_)->id);
  return Refuse(RefusalCode::kStrategyFailed, error + ": " + text, {});
}

std::optional<Decision> RoundRunner::RefuseByIndex(const Candidate& candidate) {
  FreeIndex& free = workspace_.free_index();
  std::optional<ShortageCount> shortages =
      CountShortages(&free, layout_, *candidate.plan->match, *candidate.plan->work);
  if (!shortages) return std::nullopt;
  for (const LayoutGroup& group : layout_.groups()) {
    if (group.cells == 0) continue;
    const MatchLevel level = candidate.plan->match->by_signature[group.signature];
    if (level == MatchLevel::kMatch) continue;
    shortages->counter.Add({.reason = ReasonOf(level), .is_static = true, .cells = group.cells});
  }
  CountClosed(&shortages->counter);
  return Refuse(RefusalCode::kInsufficientResources, shortages->text,
                std::move(shortages->counter).Finish());
}

void RoundRunner::CountClosed(ReasonCounter* counter) const {
  constexpr Reason kReasons[] = {Reason::kEvacuating, Reason::kDraining, Reason::kDisabled};
  for (size_t i = 0; i < Layout::kClosedReasons; ++i) {
    const uint64_t cells = layout_.closed()[i];
    if (cells > 0) counter->Add({.reason = kReasons[i], .cells = cells});
  }
}

std::vector<ReasonCount> RoundRunner::ReasonsOf(const Candidate& candidate, uint32_t row,
                                                Score* score) {
  const MatchLevel level = candidate.plan->match->by_signature[layout_.signature(row)];
  if (level != MatchLevel::kMatch) {
    return {{.reason = ReasonOf(level), .is_static = true, .cells = 1}};
  }
  if (!FitsWithProxy(rows_[row], *candidate.plan->work)) {
    std::vector<ReasonCount> reasons;
    for (const Shortage& shortage :
         ShortagesOn(rows_[row], *candidate.plan->work, /*with_proxy=*/true)) {
      reasons.push_back(ReasonOf(shortage, layout_.info(row)->id));
    }
    return reasons;
  }
  current_row_ = row;
  const CellView view = ViewOf(row);
  std::string reason;
  if (!FromStrategy([&] { return strategy_.Accepts(candidate.view, view, &reason); })) {
    if (reason.empty()) reason = "no reason given";
    return {{.reason = Reason::kStrategy, .subject = std::move(reason), .cells = 1}};
  }
  *score = FromStrategy([&] { return strategy_.ScoreCell(candidate.view, view); });
  if (IsScore(*score)) return {};
  return {{.reason = Reason::kScore, .is_static = true, .cells = 1}};
}

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
