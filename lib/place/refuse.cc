// The half of the RoundRunner that says no.

#include <stdexcept>
#include <utility>

#include "lib/base/format.h"
#include "lib/place/guard.h"
#include "lib/place/refusal.h"
#include "lib/place/round_runner.h"
#include "lib/place/shortage_count.h"

namespace rostrum {

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
    shortages->counter.Add(
        {.reason = ReasonOf(level), .is_static = true, .cells = group.cells});
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

}  // namespace rostrum
