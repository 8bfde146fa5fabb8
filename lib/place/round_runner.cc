#include "lib/place/round_runner.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

#include "absl/hash/hash.h"
#include "lib/base/format.h"
#include "lib/base/position_table.h"
#include "lib/cache/internals.h"
#include "lib/model/work.h"
#include "lib/place/guard.h"
#include "lib/place/refusal.h"
#include "lib/strategy/kinds.h"

namespace rostrum {
namespace {

// What a round cannot do without, of auctions that did not come through a queue, which asks for
// more.
Status CheckInput(const RoundInput& input) {
  const Work* checked = nullptr;
  for (size_t i = 0; i < input.auctions.size(); ++i) {
    const Work* work = input.auctions[i].work.get();
    if (work == nullptr) return InvalidArgument(Format("auction {} has no work", i));
    if (work == checked) continue;
    checked = work;
    const Resources& asked = work->asked;
    const auto what = [&] { return Format("{} \"{}\"", KindName(work->kind), work->guid); };
    if (Status status = ValidateNamed(asked, what); !status.ok()) return status;
    const bool negative = asked.memory < 0 || asked.disk < 0 || asked.cpu < 0 ||
                          std::any_of(asked.scalars.begin(), asked.scalars.end(),
                                      [](const NamedAmount& scalar) { return scalar.amount < 0; });
    if (negative) {
      return InvalidArgument(
          Format("{} asks for a negative amount, expected zero or more", what()));
    }
  }
  return {};
}

// As the queue does.
void NormalizeWork(std::vector<Auction>* auctions) {
  std::shared_ptr<const Work> given;
  std::shared_ptr<const Work> normalized;
  for (Auction& auction : *auctions) {
    if (auction.work->asked.scalars.empty()) continue;
    // Instances of one work mostly come one after the other, and stay of one work.
    if (auction.work != given) {
      normalized = NormalizedWork(auction.work);
      given = auction.work;
    }
    auction.work = normalized;
  }
}

// Tells a strategy for how long it is asked about one auction.
class AuctionScope {
 public:
  AuctionScope(ScanningStrategy* strategy, const AuctionView& auction) : strategy_(strategy) {
    if (strategy_ != nullptr) strategy_->BeginAuction(&auction);
  }
  ~AuctionScope() {
    if (strategy_ != nullptr) strategy_->BeginAuction(nullptr);
  }
  AuctionScope(const AuctionScope&) = delete;
  AuctionScope& operator=(const AuctionScope&) = delete;

 private:
  ScanningStrategy* const strategy_;
};

}  // namespace

RoundRunner::RoundRunner(Round* round, Workspace& workspace)
    : round_(round),
      workspace_(workspace),
      rows_(workspace.rows()),
      layout_(workspace.layout()),
      strategy_(workspace.strategy()),
      separable_(dynamic_cast<const SeparableStrategy*>(&strategy_)),
      scanning_(dynamic_cast<ScanningStrategy*>(&strategy_)),
      counts_instances_(!strategy_.HasBaseScore()),
      balances_zones_(strategy_.BalancesZones()),
      score_limit_(strategy_.ScoreLimit()),
      matcher_(layout_),
      instances_(workspace.instances()) {}

Status RoundRunner::Begin() {
  const RoundInput& input = round_->input_;
  if (Status status = ValidateConfiguration(input.configuration); !status.ok()) return status;
  const std::optional<std::string> failure = CallStrategy([&] {
    FromStrategy([&] { strategy_.BeginRound({input.seed, input.now_ms, &input.configuration}); });
    workspace_.BeginRound(input.configuration);
    index_ = workspace_.shape_index();
    MakePlans();
    ordered_ = layout_.zones_in_order().empty() ? OrderedAuctions{QueueOrder(input.auctions), {}}
                                                : OrderAuctions(input.auctions, strategy_);
  });
  if (failure) {
    return Status(Code::kFailedPrecondition, Format("strategy \"{}\" could not begin the round: {}",
                                                    strategy_.Name(), *failure));
  }
  round_->decisions_.reserve(input.auctions.size());
  round_->rows_.reserve(input.auctions.size());
  for (const OrderFailure& failed : ordered_.failures) {
    Decision decision = RefuseFailure(failed.text);
    decision.auction = failed.auction;
    round_->decisions_.push_back(decision);
    round_->rows_.push_back(kNoRow);
  }
  return {};
}

void RoundRunner::Run(std::optional<uint32_t> stop) {
  if (stop && OrderFailureOf(*stop) != nullptr) return;
  for (; next_ < ordered_.order.size(); ++next_) {
    const uint32_t auction = ordered_.order[next_];
    if (stop == auction) return;
    Prefetch(next_);
    Decision decision = Decide(auction);
    decision.auction = auction;
    if (decision.placed) ++round_->placed_count_;
    round_->decisions_.push_back(decision);
    round_->rows_.push_back(decision.placed ? placed_row_ : kNoRow);
  }
}

const Decision* RoundRunner::OrderFailureOf(uint32_t auction) const {
  // Begin has made these decisions, before all others.
  for (size_t i = 0; i < ordered_.failures.size(); ++i) {
    if (ordered_.failures[i].auction == auction) return &round_->decisions_[i];
  }
  return nullptr;
}

void RoundRunner::MakePlans() {
  const std::vector<Auction>& auctions = round_->input_.auctions;
  plan_of_.reserve(auctions.size());
  std::vector<const Work*> works;  // By plan.
  PositionTable plan_of_work;
  for (const Auction& auction : auctions) {
    const Work* const work = auction.work.get();
    // Instances of one work mostly come one after the other.
    if (!works.empty() && works[plan_of_.back()] == work) {
      plan_of_.push_back(plan_of_.back());
      continue;
    }
    const size_t hash = absl::Hash<const Work*>()(work);
    uint32_t plan = plan_of_work.Find(hash, [&](uint32_t p) { return works[p] == work; });
    if (plan == PositionTable::kNone) {
      plan = static_cast<uint32_t>(plans_.size());
      plans_.push_back(MakePlan(auction.work));
      works.push_back(work);
      plan_of_work.Insert(hash, plan);
    }
    plan_of_.push_back(plan);
  }
}

RoundRunner::Plan RoundRunner::MakePlan(const std::shared_ptr<const Work>& work) {
  Plan plan;
  plan.match = &matcher_.Find(work->constraint);
  plan.process = instances_.ProcessOf(work);
  if (index_ != nullptr) {
    plan.shape = index_->ShapeOf(*work);
    plan.work = &index_->WorkOf(plan.shape);
  } else {
    plan.work = work.get();
  }
  return plan;
}

void RoundRunner::Prefetch(size_t turn) const {
  constexpr size_t kFar = 16;
  constexpr size_t kNear = 8;
  const std::vector<uint32_t>& order = ordered_.order;
  if (plan_of_.empty() || turn + kFar >= order.size()) return;
  __builtin_prefetch(&round_->input_.auctions[order[turn + kFar]]);
  __builtin_prefetch(&plans_[plan_of_[order[turn + kFar]]]);
  instances_.Prefetch(plans_[plan_of_[order[turn + kNear]]].process);
}

RoundRunner::Candidate RoundRunner::Prepare(uint32_t auction) {
  const Auction& wanted = round_->input_.auctions[auction];
  Plan* const plan = &plans_[plan_of_[auction]];
  instances_.Select(plan->process);
  return {&wanted, rostrum::ViewOf(wanted), plan};
}

Decision RoundRunner::Decide(uint32_t auction) {
  const Configuration& configuration = round_->input_.configuration;
  if (layout_.zones_in_order().empty()) {
    if (!no_cells_refusal_) {
      ReasonCounter counter;
      CountClosed(&counter);
      no_cells_refusal_ =
          Refuse(RefusalCode::kNoCells, kNoCellsText, std::move(counter).Finish()).refusal;
    }
    return {.code = RefusalCode::kNoCells, .refusal = *no_cells_refusal_};
  }
  const int64_t limit = configuration.starting_container_count_maximum;
  if (limit > 0 && rows_.starting() >= limit) {
    if (!inflight_refusal_) {
      inflight_refusal_ = Refuse(RefusalCode::kInflightLimit, kInflightText, {}).refusal;
    }
    return {.code = RefusalCode::kInflightLimit, .refusal = *inflight_refusal_};
  }

  const Candidate candidate = Prepare(auction);
  if (!candidate.plan->match->anywhere()) return RefuseMismatch(candidate);
  if (std::optional<Decision> refused = RefuseAsBefore(candidate)) return *refused;

  std::optional<RankedRow> winner;
  current_row_.reset();
  const std::optional<std::string> failure = CallStrategy([&] {
    const AuctionScope scope(scanning_, candidate.view);
    winner = Search(candidate);
    if (winner && separable_ == nullptr) Verify(candidate, *winner);
  });
  if (failure) return RefuseFailure(*failure);
  if (!winner) return RefuseAll(candidate);
  if (!Fits(rows_[winner->row], *candidate.plan->work)) {
    return RefuseReserve(candidate, winner->row);
  }
  return Place(candidate, *winner);
}

Decision RoundRunner::Place(const Candidate& candidate, const RankedRow& winner) {
  workspace_.Place(winner.row, *candidate.plan->work);
  placed_row_ = winner.row;
  const CellView& cell = rows_[winner.row];
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
    if (index_ != nullptr) {
      AskIndex(candidate, zone, &best);
    } else {
      ScanZone(candidate, zone, &best);
    }
  }
  if (index_ != nullptr && counts_instances_) ScoreInstances(candidate, instances, &best);
  return best;
}

void RoundRunner::AskIndex(const Candidate& candidate, const MatchingZone& zone,
                           std::optional<RankedRow>* best) {
  const bool skip_instances = counts_instances_ && instances_.InZone(zone.zone) > 0;
  for (uint32_t i = zone.first; i < zone.last; ++i) {
    const uint32_t group = candidate.plan->match->groups[i];
    // Not even a tree is made for what cannot fit.
    if (!index_->HasTree(candidate.plan->shape, group) &&
        workspace_.free_index().SurelyFull(group, *candidate.plan->work)) {
      continue;
    }
    std::optional<RankedRow> ranked = index_->Best(candidate.plan->shape, group, skip_instances);
    if (!ranked) continue;
    if (ranked->score == ShapeIndex::kFailedScore) {
      ranked->score = ScoreOf(candidate, ranked->row);
    }
    Keep(*ranked, best);
  }
}

void RoundRunner::ScoreInstances(const Candidate& candidate, std::optional<int64_t> instances,
                                 std::optional<RankedRow>* best) {
  for (const uint32_t row : instances_.rows()) {
    const uint32_t zone = layout_.zone(row);
    if (instances && instances_.InZone(zone) != *instances) continue;
    if (!candidate.plan->match->Matches(layout_.signature(row))) continue;
    const Score without = index_->ScoreAt(candidate.plan->shape, row);
    if (without == ShapeIndex::kNoScore) continue;
    const bool may_win =
        !*best || separable_->MayBeat(without, rows_[row], instances_.OnRow(row), (*best)->score);
    if (!may_win) continue;
    const Score score = ScoreOf(candidate, row);
    if (IsScore(score)) Keep({row, score}, best);
  }
}

Score RoundRunner::ScoreOf(const Candidate& candidate, uint32_t row) {
  current_row_ = row;
  const Score score =
      FromStrategy([&] { return strategy_.ScoreCell(candidate.view, ViewOf(row)); });
  RequireScore(score);
  return score;
}

void RoundRunner::ScanZone(const Candidate& candidate, const MatchingZone& zone,
                           std::optional<RankedRow>* best) {
  const bool accepts_all = scanning_ != nullptr && scanning_->AcceptsAll();
  std::string reason;
  std::optional<RankedRow> first;
  const auto ask = [&](uint32_t row, const CellView& view) {
    current_row_ = row;
    if (!accepts_all &&
        !FromStrategy([&] { return strategy_.Accepts(candidate.view, view, &reason); }))
      return;
    const Score score = FromStrategy([&] { return strategy_.ScoreCell(candidate.view, view); });
    // They come in order, so that of equal scores the first stays.
    if (IsScore(score) && (!first || Better(score, first->score))) first = {row, score};
  };
  const Work& wanted = *candidate.plan->work;
  const bool all_match = zone.last - zone.first == layout_.zones()[zone.zone].groups.size();
  for (const uint32_t row : workspace_.room_scan()->Find(zone.zone, wanted)) {
    if (!all_match && !candidate.plan->match->Matches(layout_.signature(row))) continue;
    // The scan has not looked at named resources, nor at what starting a cell takes.
    const bool fits_for_sure = wanted.asked.scalars.empty() && rows_[row].is_started();
    if (!fits_for_sure && !FitsWithProxy(rows_[row], wanted)) continue;
    // Few cells hold an instance, so most need no view of their own.
    if (instances_.OnRow(row) == 0) {
      ask(row, rows_[row]);
    } else {
      ask(row, ViewOf(row));
    }
  }
  if (first) Keep(*first, best);
}

void RoundRunner::ThrowBadScore(const Score& score) {
  if (std::isnan(score.value)) throw std::runtime_error("its score is NaN");
  throw std::runtime_error(
      Format("its score's tier is {}, which is kept for the library", score.tier));
}

void RoundRunner::Verify(const Candidate& candidate, const RankedRow& winner) {
  current_row_ = winner.row;
  const CellView view = ViewOf(winner.row);
  std::string reason;
  const Score again = FromStrategy([&] { return strategy_.ScoreCell(candidate.view, view); });
  if (!(again == winner.score)) {
    throw std::runtime_error(
        Format("it contradicts itself: its score was {} and is {} when asked again",
               winner.score.value, again.value));
  }
  if (!FromStrategy([&] { return strategy_.Accepts(candidate.view, view, &reason); })) {
    throw std::runtime_error(
        "it contradicts itself: it accepted the cell and refuses it when asked again");
  }
  if (!strategy_.HasBaseScore()) return;
  const Score base = FromStrategy([&] { return strategy_.BaseScore(view); });
  if (base == winner.score) return;
  throw std::runtime_error(
      Format("it contradicts itself: its base score is {} and its "
             "score {}",
             base.value, winner.score.value));
}

CellView RoundRunner::ViewOf(uint32_t row) const {
  CellView view = rows_[row];
  view.instances = instances_.OnRow(row);
  return view;
}

RoundInput RoundRunner::Dissolve(Round* round) { return std::move(round->input_); }

Expected<std::shared_ptr<Round>> RoundRunner::RunAll(RoundInput&& input, Workspace& workspace) {
  auto round = std::make_shared<Round>();
  round->input_ = std::move(input);
  try {
    RoundRunner runner(round.get(), workspace);
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
    return FailedPrecondition(Format("the strategy failed: {}", error.what()));
  } catch (...) {
    input = std::move(round->input_);
    return FailedPrecondition("the strategy threw something that is not a std::exception");
  }
  return round;
}

Expected<std::shared_ptr<const Round>> RunRound(RoundInput&& input, Strategy& strategy) {
  if (input.snapshot == nullptr) return InvalidArgument("a round needs a snapshot");
  if (Status status = CheckInput(input); !status.ok()) return status;
  NormalizeWork(&input.auctions);
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*input.snapshot).cells);
  Expected<std::shared_ptr<Round>> round = RoundRunner::RunAll(std::move(input), workspace);
  if (!round.ok()) return round.status();
  return std::shared_ptr<const Round>(*std::move(round));
}

}  // namespace rostrum
