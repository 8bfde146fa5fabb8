#include "lib/place/round_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
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
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw something that is no std::exception";
  }
}

}  // namespace

RoundRunner::RoundRunner(Round* round, Strategy& strategy)
    : round_(round),
      table_(round->input_.snapshot->table()),
      layout_(*table_.layout),
      strategy_(strategy),
      balances_zones_(strategy.BalancesZones()),
      score_limit_(strategy.ScoreLimit()),
      board_(table_),
      matcher_(layout_),
      instances_(table_, round->input_.auctions) {}

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
  for (; next_ < ordered_.order.size(); ++next_) {
    const uint32_t auction = ordered_.order[next_];
    if (stop == auction) return;
    Decision decision = Decide(auction);
    decision.auction = auction;
    if (decision.placed) ++round_->placed_count_;
    round_->decisions_.push_back(decision);
  }
}

RoundRunner::Candidate RoundRunner::Prepare(uint32_t auction) {
  const Auction& wanted = round_->input_.auctions[auction];
  instances_.Select(*wanted.work);
  return {&wanted, rostrum::ViewOf(wanted), MakeAsk(*wanted.work, table_),
          &matcher_.Find(*wanted.work)};
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
  if (!candidate.match->anywhere) return RefuseMismatch(candidate);

  std::optional<Winner> winner;
  current_row_.reset();
  const std::optional<std::string> failure = Guard([&] {
    winner = Search(candidate);
    if (winner) Verify(candidate, *winner);
  });
  if (failure) return RefuseFailure(*failure);
  if (!winner) return RefuseAll(candidate);
  if (!board_.CanReserve(winner->row, candidate.ask)) return RefuseReserve(candidate, winner->row);
  return Place(candidate, *winner);
}

Decision RoundRunner::Place(const Candidate& candidate, const Winner& winner) {
  board_.Reserve(winner.row, candidate.ask);
  instances_.Add(winner.row);
  const CellInfo& cell = *layout_.cells[winner.row];
  Decision decision;
  decision.placed = true;
  decision.cell_id = cell.id;
  decision.cell_tag = cell.tag;
  decision.score = winner.score;
  return decision;
}

std::optional<RoundRunner::Winner> RoundRunner::Search(const Candidate& candidate) {
  std::vector<uint32_t> zones;
  for (uint32_t zone = 0; zone < layout_.zones.size(); ++zone) {
    if (candidate.match->MatchesInZone(zone)) zones.push_back(zone);
  }
  std::optional<Winner> best;
  if (!balances_zones_ || candidate.view.kind == Kind::kTask) {
    for (const uint32_t zone : zones) ScanZone(candidate, zone, &best);
    return best;
  }
  std::stable_sort(zones.begin(), zones.end(), [&](uint32_t a, uint32_t b) {
    return instances_.InZone(a) < instances_.InZone(b);
  });
  for (size_t i = 0; i < zones.size(); ++i) {
    ScanZone(candidate, zones[i], &best);
    const bool next_is_equal =
        i + 1 < zones.size() && instances_.InZone(zones[i]) == instances_.InZone(zones[i + 1]);
    if (best && !next_is_equal) break;
  }
  return best;
}

void RoundRunner::ScanZone(const Candidate& candidate, uint32_t zone,
                           std::optional<Winner>* best) {
  std::string reason;
  const ZoneRange& range = layout_.zones[zone];
  for (uint32_t row = range.begin; row < range.end; ++row) {
    if (!candidate.match->Matches(layout_.signature[row])) continue;
    if (!board_.Fits(row, candidate.ask)) continue;
    current_row_ = row;
    const CellView view = ViewOf(row);
    if (!strategy_.Accepts(candidate.view, view, &reason)) continue;
    const Score score = strategy_.ScoreCell(candidate.view, view);
    if (!IsScore(score)) continue;
    if (!*best || Better(score, (*best)->score)) *best = Winner{row, score};
  }
}

bool RoundRunner::IsScore(const Score& score) const {
  if (score_limit_) return score.value < *score_limit_;
  if (std::isnan(score.value)) throw std::runtime_error("its score is NaN");
  return true;
}

void RoundRunner::Verify(const Candidate& candidate, const Winner& winner) {
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
  const auto known = known_refusals_.find(candidate.auction->work.get());
  const MatchLevel level = candidate.match->ReportedLevel();
  if (known != known_refusals_.end()) {
    return {.code = RefusalCodeOf(level), .refusal = known->second.refusal};
  }
  ReasonCounter counter;
  for (uint32_t row = 0; row < layout_.open_count; ++row) {
    counter.Add({.reason = ReasonOf(candidate.match->by_signature[layout_.signature[row]]),
                 .is_static = true,
                 .cells = 1});
  }
  CountClosed(&counter);
  const Decision decision =
      Refuse(RefusalCodeOf(level), MismatchText(level, candidate.auction->work->constraint),
             std::move(counter).Finish());
  known_refusals_[candidate.auction->work.get()] = {board_.version(), decision.refusal};
  return decision;
}

Decision RoundRunner::RefuseReserve(const Candidate& candidate, uint32_t row) {
  const std::vector<Shortage> shortages =
      board_.Shortages(row, candidate.ask, /*with_proxy=*/false);
  ReasonCounter counter;
  for (const Shortage& shortage : shortages) {
    counter.Add(ReasonOf(shortage, layout_.cells[row]->id));
  }
  return Refuse(RefusalCode::kInsufficientResources, InsufficientText(shortages),
                std::move(counter).Finish());
}

Decision RoundRunner::RefuseAll(const Candidate& candidate) {
  const Work* work = candidate.auction->work.get();
  const auto known = known_refusals_.find(work);
  if (known != known_refusals_.end() && known->second.version == board_.version()) {
    const uint32_t refusal = known->second.refusal;
    return {.code = round_->refusals_[refusal].code, .refusal = refusal};
  }
  Problems problems(candidate.ask);
  ReasonCounter counter;
  uint64_t fitting = 0;
  std::string first_reason;
  const std::optional<std::string> failure = Guard([&] {
    for (uint32_t row = 0; row < layout_.open_count; ++row) {
      if (candidate.match->Matches(layout_.signature[row]) && !board_.Fits(row, candidate.ask)) {
        problems.Intersect(board_.Shortages(row, candidate.ask, /*with_proxy=*/true));
      }
      Score score;
      for (const ReasonCount& reason : ReasonsOf(candidate, row, &score)) {
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
                  fmt::format("strategy \"{}\" accepts none of the {} cells on which it fits: {}",
                              strategy_.Name(), fitting, first_reason),
                  std::move(reasons));
  }
  const Decision decision =
      Refuse(RefusalCode::kInsufficientResources, problems.Text(), std::move(reasons));
  known_refusals_[work] = {board_.version(), decision.refusal};
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
  const MatchLevel level = candidate.match->by_signature[layout_.signature[row]];
  if (level != MatchLevel::kMatch) {
    return {{.reason = ReasonOf(level), .is_static = true, .cells = 1}};
  }
  if (!board_.Fits(row, candidate.ask)) {
    std::vector<ReasonCount> reasons;
    for (const Shortage& shortage : board_.Shortages(row, candidate.ask, /*with_proxy=*/true)) {
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

Expected<std::shared_ptr<const Round>> RoundRunner::RunAll(RoundInput&& input,
                                                           Strategy& strategy) {
  if (input.snapshot == nullptr) return InvalidArgument("a round needs a snapshot");
  auto round = std::make_shared<Round>();
  round->input_ = std::move(input);
  try {
    RoundRunner runner(round.get(), strategy);
    if (Status status = runner.Begin(); !status.ok()) {
      input = std::move(round->input_);
      return status;
    }
    runner.Run();
  } catch (...) {
    input = std::move(round->input_);
    throw;
  }
  return std::shared_ptr<const Round>(std::move(round));
}

Expected<std::shared_ptr<const Round>> RunRound(RoundInput&& input, Strategy& strategy) {
  return RoundRunner::RunAll(std::move(input), strategy);
}

}  // namespace rostrum
