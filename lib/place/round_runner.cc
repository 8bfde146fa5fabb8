#include "lib/place/round_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

#include "lib/place/refusal.h"

namespace rostrum {
namespace {

// Runs `body` and returns the text of what it threw, or nothing.
template <typename Body>
std::optional<std::string> Guard(Body body) {
  try {
    body();
    return std::nullopt;
  } catch (const std::bad_alloc&) {
    // Not the strategy's fault, and what was being made is not to be used.
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw something that is no std::exception";
  }
}

// What a round cannot do without. The queue asks for more, such as a root file system.
Status CheckInput(const RoundInput& input) {
  if (input.snapshot == nullptr) return InvalidArgument("a round needs a snapshot");
  const Work* checked = nullptr;
  for (size_t i = 0; i < input.auctions.size(); ++i) {
    const Work* work = input.auctions[i].work.get();
    if (work == nullptr) return InvalidArgument(fmt::format("auction {} has no work", i));
    if (work == checked) continue;
    checked = work;
    const Resources& asked = work->asked;
    Status status = ValidateResources(asked, fmt::format("{} \"{}\"", KindName(work->kind),
                                                         work->guid));
    if (!status.ok()) return status;
    const bool negative =
        asked.memory < 0 || asked.disk < 0 || asked.cpu < 0 ||
        std::any_of(asked.scalars.begin(), asked.scalars.end(),
                    [](const NamedAmount& scalar) { return scalar.amount < 0; });
    if (negative) {
      return InvalidArgument(fmt::format("{} \"{}\" asks for a negative amount, expected zero or "
                                         "more",
                                         KindName(work->kind), work->guid));
    }
  }
  return {};
}

}  // namespace

RoundRunner::RoundRunner(Round* round, Strategy& strategy)
    : round_(round),
      table_(round->input_.snapshot->table()),
      layout_(*table_.layout),
      strategy_(strategy),
      separable_(dynamic_cast<const SeparableStrategy*>(&strategy)),
      counts_instances_(!strategy.HasBaseScore()),
      balances_zones_(strategy.BalancesZones()),
      score_limit_(strategy.ScoreLimit()),
      board_(table_),
      matcher_(layout_),
      instances_(table_, round->input_.auctions) {
  if (separable_ != nullptr || strategy.HasBaseScore()) {
    index_.emplace(board_, instances_, strategy_);
  }
}

Status RoundRunner::Begin() {
  const RoundInput& input = round_->input_;
  if (Status status = ValidateConfiguration(input.configuration); !status.ok()) return status;
  const std::optional<std::string> failure = Guard([&] {
    strategy_.BeginRound({input.seed, input.now_ms, &input.configuration});
    ordered_ = layout_.zones.empty() ? OrderedAuctions{QueueOrder(input.auctions), {}}
                                     : OrderAuctions(input.auctions, strategy_);
  });
  if (failure) {
    return Status(Code::kFailedPrecondition,
                  fmt::format("strategy \"{}\" could not begin the round: {}", strategy_.Name(),
                              *failure));
  }
  round_->decisions_.reserve(input.auctions.size());
  for (const OrderFailure& failed : ordered_.failures) {
    Decision decision = RefuseFailure(failed.text);
    decision.auction = failed.auction;
    round_->decisions_.push_back(decision);
  }
  return {};
}

void RoundRunner::Run(std::optional<uint32_t> stop) {
  if (stop && OrderFailureOf(*stop) != nullptr) return;
  for (; next_ < ordered_.order.size(); ++next_) {
    const uint32_t auction = ordered_.order[next_];
    if (stop == auction) return;
    Decision decision = Decide(auction);
    decision.auction = auction;
    if (decision.placed) ++round_->placed_count_;
    round_->decisions_.push_back(decision);
  }
}

const Decision* RoundRunner::OrderFailureOf(uint32_t auction) const {
  // Begin has made these decisions, before all others.
  for (size_t i = 0; i < ordered_.failures.size(); ++i) {
    if (ordered_.failures[i].auction == auction) return &round_->decisions_[i];
  }
  return nullptr;
}

RoundRunner::Plan* RoundRunner::PlanOf(const Work& work) {
  Plan*& plan = plan_of_[&work];
  if (plan != nullptr) return plan;
  plan = &plans_.emplace_back();
  plan->ask = MakeAsk(work, table_);
  plan->match = &matcher_.Find(work.constraint);
  plan->process = instances_.ProcessOf(work);
  if (index_) plan->shape = index_->ShapeOf(work, plan->ask);
  return plan;
}

RoundRunner::Candidate RoundRunner::Prepare(uint32_t auction) {
  const Auction& wanted = round_->input_.auctions[auction];
  Plan* const plan = PlanOf(*wanted.work);
  instances_.Select(plan->process);
  return {&wanted, rostrum::ViewOf(wanted), plan};
}

Decision RoundRunner::Decide(uint32_t auction) {
  const Configuration& configuration = round_->input_.configuration;
  if (layout_.zones.empty()) {
    if (!no_cells_refusal_) {
      ReasonCounter counter;
      CountClosed(&counter);
      no_cells_refusal_ =
          Refuse(RefusalCode::kNoCells, kNoCellsText, std::move(counter).Finish()).refusal;
    }
    return {.code = RefusalCode::kNoCells, .refusal = *no_cells_refusal_};
  }
  const int64_t limit = configuration.starting_container_count_maximum;
  if (limit > 0 && board_.starting() >= limit) {
    if (!inflight_refusal_) {
      inflight_refusal_ = Refuse(RefusalCode::kInflightLimit, kInflightText, {}).refusal;
    }
    return {.code = RefusalCode::kInflightLimit, .refusal = *inflight_refusal_};
  }

  const Candidate candidate = Prepare(auction);
  if (!candidate.plan->match->anywhere()) return RefuseMismatch(candidate);

  std::optional<RankedRow> winner;
  current_row_.reset();
  const std::optional<std::string> failure = Guard([&] {
    winner = Search(candidate);
    if (winner && separable_ == nullptr) Verify(candidate, *winner);
  });
  if (failure) return RefuseFailure(*failure);
  if (!winner) return RefuseAll(candidate);
  if (!board_.CanReserve(winner->row, candidate.plan->ask)) return RefuseReserve(candidate, winner->row);
  return Place(candidate, *winner);
}

Decision RoundRunner::Place(const Candidate& candidate, const RankedRow& winner) {
  board_.Reserve(winner.row, candidate.plan->ask);
  instances_.Add(winner.row);
  if (index_) index_->NoteChange(winner.row);
  const CellInfo& cell = *layout_.cells[winner.row];
  Decision decision;
  decision.placed = true;
  decision.cell_id = cell.id;
  decision.cell_tag = cell.tag;
  decision.score = winner.score;
  return decision;
}

std::optional<RankedRow> RoundRunner::Search(const Candidate& candidate) {
  if (!balances_zones_ || candidate.view.kind == Kind::kTask) {
    return SearchZones(candidate, std::nullopt);
  }
  // The zones with the fewest instances compete, then, if they have no winner, the next fewest.
  int64_t tried = -1;
  for (;;) {
    int64_t fewest = std::numeric_limits<int64_t>::max();
    for (const MatchingZone& zone : candidate.plan->match->zones) {
      const int64_t instances = instances_.InZone(zone.zone);
      if (instances > tried) fewest = std::min(fewest, instances);
    }
    if (fewest == std::numeric_limits<int64_t>::max()) return std::nullopt;
    if (std::optional<RankedRow> best = SearchZones(candidate, fewest)) return best;
    tried = fewest;
  }
}

std::optional<RankedRow> RoundRunner::SearchZones(const Candidate& candidate,
                                                  std::optional<int64_t> instances) {
  std::optional<RankedRow> best;
  for (const MatchingZone& zone : candidate.plan->match->zones) {
    if (instances && instances_.InZone(zone.zone) != *instances) continue;
    if (index_) {
      AskIndex(candidate, zone, &best);
    } else {
      ScanZone(candidate, zone.zone, &best);
    }
  }
  if (index_ && counts_instances_) ScoreInstances(candidate, instances, &best);
  return best;
}

void RoundRunner::Keep(const RankedRow& ranked, std::optional<RankedRow>* best) {
  const bool wins = !*best || Better(ranked.score, (*best)->score) ||
                    (ranked.row < (*best)->row && !Better((*best)->score, ranked.score));
  if (wins) *best = ranked;
}

void RoundRunner::AskIndex(const Candidate& candidate, const MatchingZone& zone,
                           std::optional<RankedRow>* best) {
  const bool skip_instances = counts_instances_ && instances_.InZone(zone.zone) > 0;
  for (uint32_t i = zone.first; i < zone.last; ++i) {
    std::optional<RankedRow> ranked = index_->Best(
        candidate.plan->shape, candidate.plan->match->groups[i], skip_instances);
    if (!ranked) continue;
    if (ranked->score == ShapeIndex::kFailedScore) {
      ranked->score = ScoreOf(candidate, ranked->row);
    }
    Keep(*ranked, best);
  }
}

void RoundRunner::ScoreInstances(const Candidate& candidate, std::optional<int64_t> instances,
                                 std::optional<RankedRow>* best) {
  const ScoreColumns columns = board_.Columns();
  for (const uint32_t row : instances_.rows()) {
    const uint32_t zone = layout_.zone[row];
    if (instances && instances_.InZone(zone) != *instances) continue;
    if (!candidate.plan->match->Matches(layout_.signature[row])) continue;
    const Score without = index_->ScoreAt(candidate.plan->shape, row);
    if (without == ShapeIndex::kNoScore) continue;
    const bool may_win = !*best || separable_->MayBeat(without, columns, row,
                                                       instances_.OnRow(row), (*best)->score);
    if (!may_win) continue;
    const Score score = ScoreOf(candidate, row);
    if (IsScore(score)) Keep({row, score}, best);
  }
}

Score RoundRunner::ScoreOf(const Candidate& candidate, uint32_t row) {
  current_row_ = row;
  const Score score = strategy_.ScoreCell(candidate.view, ViewOf(row));
  static_cast<void>(IsScore(score));
  return score;
}

void RoundRunner::ScanZone(const Candidate& candidate, uint32_t zone,
                           std::optional<RankedRow>* best) {
  std::string reason;
  const ZoneRange& range = layout_.zones[zone];
  for (uint32_t row = range.begin; row < range.end; ++row) {
    if (!candidate.plan->match->Matches(layout_.signature[row])) continue;
    if (!board_.Fits(row, candidate.plan->ask)) continue;
    current_row_ = row;
    const CellView view = ViewOf(row);
    if (!strategy_.Accepts(candidate.view, view, &reason)) continue;
    const Score score = strategy_.ScoreCell(candidate.view, view);
    if (IsScore(score)) Keep({row, score}, best);
  }
}

bool RoundRunner::IsScore(const Score& score) const {
  if (score_limit_) return score.value < *score_limit_;
  if (std::isnan(score.value)) throw std::runtime_error("its score is NaN");
  return true;
}

void RoundRunner::Verify(const Candidate& candidate, const RankedRow& winner) {
  current_row_ = winner.row;
  const CellView view = ViewOf(winner.row);
  std::string reason;
  const Score again = strategy_.ScoreCell(candidate.view, view);
  if (!(again == winner.score)) {
    throw std::runtime_error(
        fmt::format("it contradicts itself: its score was {} and is {} when asked again",
                    winner.score.value, again.value));
  }
  if (!strategy_.Accepts(candidate.view, view, &reason)) {
    throw std::runtime_error(
        "it contradicts itself: it accepted the cell and refuses it when asked again");
  }
  if (!strategy_.HasBaseScore()) return;
  const Score base = strategy_.BaseScore(view);
  if (base == winner.score) return;
  throw std::runtime_error(fmt::format("it contradicts itself: its base score is {} and its "
                                       "score {}",
                                       base.value, winner.score.value));
}

CellView RoundRunner::ViewOf(uint32_t row) const {
  CellView view = board_.ViewOf(row);
  view.instances = instances_.OnRow(row);
  return view;
}

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
  if (candidate.plan->refusal) {
    return {.code = RefusalCodeOf(level), .refusal = *candidate.plan->refusal};
  }
  ReasonCounter counter;
  for (uint32_t row = 0; row < layout_.open_count; ++row) {
    counter.Add({.reason = ReasonOf(candidate.plan->match->by_signature[layout_.signature[row]]),
                 .is_static = true,
                 .cells = 1});
  }
  CountClosed(&counter);
  const Decision decision =
      Refuse(RefusalCodeOf(level), MismatchText(level, candidate.auction->work->constraint),
             std::move(counter).Finish());
  candidate.plan->refusal = decision.refusal;
  return decision;
}

Decision RoundRunner::RefuseReserve(const Candidate& candidate, uint32_t row) {
  const std::vector<Shortage> shortages =
      board_.Shortages(row, candidate.plan->ask, /*with_proxy=*/false);
  ReasonCounter counter;
  for (const Shortage& shortage : shortages) {
    counter.Add(ReasonOf(shortage, layout_.cells[row]->id));
  }
  return Refuse(RefusalCode::kInsufficientResources, InsufficientText(shortages),
                std::move(counter).Finish());
}

Decision RoundRunner::RefuseAll(const Candidate& candidate) {
  Plan* const plan = candidate.plan;
  if (plan->refusal && plan->refusal_version == board_.version()) {
    return {.code = round_->refusals_[*plan->refusal].code, .refusal = *plan->refusal};
  }
  Problems problems(candidate.plan->ask);
  for (uint32_t row = 0; row < layout_.open_count; ++row) problems.Admit(board_.OverheadOf(row));
  ReasonCounter counter;
  uint64_t fitting = 0;
  std::string first_reason;
  const std::optional<std::string> failure = Guard([&] {
    for (uint32_t row = 0; row < layout_.open_count; ++row) {
      if (candidate.plan->match->Matches(layout_.signature[row]) && !board_.Fits(row, candidate.plan->ask)) {
        problems.Intersect(board_.Shortages(row, candidate.plan->ask, /*with_proxy=*/true));
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
                  fmt::format("strategy \"{}\" accepts none of the cells on which it fits ({}): {}",
                              strategy_.Name(), fitting, first_reason),
                  std::move(reasons));
  }
  const Decision decision =
      Refuse(RefusalCode::kInsufficientResources, problems.Text(), std::move(reasons));
  // A plug-in may look at the index of an instance, so only the library's own strategies refuse all
  // instances alike for sure.
  if (separable_ == nullptr) return decision;
  plan->refusal = decision.refusal;
  plan->refusal_version = board_.version();
  return decision;
}

Decision RoundRunner::RefuseFailure(const std::string& text) {
  std::string error = fmt::format("strategy \"{}\" failed", strategy_.Name());
  if (current_row_) error += fmt::format(" on cell \"{}\"", layout_.cells[*current_row_]->id);
  return Refuse(RefusalCode::kStrategyFailed, error + ": " + text, {});
}

void RoundRunner::CountClosed(ReasonCounter* counter) const {
  for (size_t row = layout_.open_count; row < layout_.cells.size(); ++row) {
    counter->Add(ReasonOfClosed(*layout_.cells[row]));
  }
}

std::vector<ReasonCount> RoundRunner::ReasonsOf(const Candidate& candidate, uint32_t row,
                                                Score* score) {
  const MatchLevel level = candidate.plan->match->by_signature[layout_.signature[row]];
  if (level != MatchLevel::kMatch) {
    return {{.reason = ReasonOf(level), .is_static = true, .cells = 1}};
  }
  if (!board_.Fits(row, candidate.plan->ask)) {
    std::vector<ReasonCount> reasons;
    for (const Shortage& shortage : board_.Shortages(row, candidate.plan->ask, /*with_proxy=*/true)) {
      reasons.push_back(ReasonOf(shortage, layout_.cells[row]->id));
    }
    return reasons;
  }
  current_row_ = row;
  const CellView view = ViewOf(row);
  std::string reason;
  if (!strategy_.Accepts(candidate.view, view, &reason)) {
    if (reason.empty()) reason = "no reason given";
    return {{.reason = Reason::kStrategy, .subject = std::move(reason), .cells = 1}};
  }
  *score = strategy_.ScoreCell(candidate.view, view);
  if (IsScore(*score)) return {};
  return {{.reason = Reason::kScore, .is_static = true, .cells = 1}};
}

RoundInput RoundRunner::Dissolve(Round* round) { return std::move(round->input_); }

Expected<std::shared_ptr<Round>> RoundRunner::RunAll(RoundInput&& input, Strategy& strategy) {
  if (Status status = CheckInput(input); !status.ok()) return status;
  auto round = std::make_shared<Round>();
  round->input_ = std::move(input);
  try {
    RoundRunner runner(round.get(), strategy);
    if (Status status = runner.Begin(); !status.ok()) {
      input = std::move(round->input_);
      return status;
    }
    runner.Run();
  } catch (const std::bad_alloc&) {
    input = std::move(round->input_);
    throw;
  } catch (const std::exception& error) {
    input = std::move(round->input_);
    return FailedPrecondition(fmt::format("the strategy failed: {}", error.what()));
  } catch (...) {
    input = std::move(round->input_);
    return FailedPrecondition("the strategy threw something that is no std::exception");
  }
  return round;
}

Expected<std::shared_ptr<const Round>> RunRound(RoundInput&& input, Strategy& strategy) {
  Expected<std::shared_ptr<Round>> round = RoundRunner::RunAll(std::move(input), strategy);
  if (!round.ok()) return round.status();
  return std::shared_ptr<const Round>(*std::move(round));
}

}  // namespace rostrum
