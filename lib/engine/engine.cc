#include "rostrum/engine.h"

#include <algorithm>
#include <new>
#include <unordered_map>

#include "lib/base/engine_lock.h"
#include "lib/base/format.h"
#include "lib/cache/internals.h"
#include "lib/place/round_runner.h"
#include "lib/place/workspace.h"

namespace rostrum {
namespace {

// An error unless each position is that of a placement that was not handed back, and comes once.
Status CheckHandBack(const Round& round, std::span<const uint32_t> decisions,
                     std::vector<bool> handed_back) {
  for (const uint32_t position : decisions) {
    if (position >= round.decisions().size()) {
      return NotFound(
          Format("there is no decision {}, the round made {}", position, round.decisions().size()));
    }
    const Decision& decision = round.decisions()[position];
    const Auction& auction = round.auctions()[decision.auction];
    const auto refuse = [&](const char* problem) {
      return NotFound(Format("decision {}, of {} \"{}\", {}", position, KindName(auction.kind()),
                             auction.Identifier(), problem));
    };
    if (!decision.placed) return refuse("was refused, expected one that was placed");
    if (handed_back[position]) return refuse("was handed back already");
    handed_back[position] = true;
  }
  return {};
}

}  // namespace

// Two locks: `round_mutex` is held for a whole round and keeps rounds apart; `mutex` guards the
// fields and is held for short, so that cells and work can come in while a round runs. Where both
// are taken, `round_mutex` is first.
struct Engine::Impl {
  EngineLock round_mutex;
  mutable EngineLock mutex;
  Cache cache;
  Queue queue;
  std::shared_ptr<Strategy> strategy;
  Configuration configuration;
  bool keep_refused = true;
  uint64_t rounds = 0;  // That took place; the number of the newest.
  // What rounds that still live have placed and was not handed back.
  struct Outstanding {
    std::weak_ptr<const Round> round;
    std::shared_ptr<Strategy> strategy;  // That decided it.
    uint64_t number = 0;
    std::vector<bool> handed_back;  // By decision. Empty until the first one is.
  };
  std::unordered_map<const Round*, Outstanding> outstanding;

  // The cells laid out for placing, as the last round left them, and the strategy of that round.
  // Guarded by `round_mutex`. Null if that round failed half way.
  std::unique_ptr<Workspace> workspace;
  std::weak_ptr<Strategy> workspace_strategy;

  // Lets go of rounds that nobody has any more. Their strategies are the caller's, to be dropped
  // without a lock: that may run code of the user's, which may ask the engine something.
  [[nodiscard]] std::vector<std::shared_ptr<Strategy>> ForgetExpired();

  // A round on its way.
  struct Turn {
    RoundInput input;  // Until the round has it.
    std::shared_ptr<Strategy> strategy;
    // Until it is settled or undone, what it holds is not certain.
    std::unique_ptr<Workspace> workspace;
    std::shared_ptr<Round> round;                      // Once it is decided.
    std::vector<std::shared_ptr<Strategy>> forgotten;  // To be dropped without a lock.
  };
  // Takes what waits, and the cells as they are.
  Status Begin(Turn* turn);
  Status Decide(Turn* turn);
  // Takes what was placed off the cells, and puts what was refused back into the queue. If memory
  // runs out and it throws, all is as before.
  Status Settle(Turn* turn);
  // The reverse of Begin and Decide: the workspace is undone and kept, and all waits as before.
  void PutBack(Turn* turn);
  // What a round refused, to wait with one more attempt.
  static std::vector<Auction> RefusedBy(const Round& round);
};

std::vector<std::shared_ptr<Strategy>> Engine::Impl::ForgetExpired() {
  std::vector<std::shared_ptr<Strategy>> strategies;
  strategies.reserve(outstanding.size());
  for (auto at = outstanding.begin(); at != outstanding.end();) {
    const auto entry = at++;
    if (!entry->second.round.expired()) continue;
    strategies.push_back(std::move(entry->second.strategy));
    outstanding.erase(entry);
  }
  return strategies;
}

Status Engine::Impl::Begin(Turn* turn) {
  std::unique_ptr<Workspace> held = std::move(workspace);
  const Locked lock(mutex);
  if (!lock.ok()) return lock.status();
  turn->strategy = strategy;
  if (strategy == nullptr) return FailedPrecondition("the engine has no strategy");
  turn->input.snapshot = cache.TakeSnapshot();
  turn->input.configuration = configuration;
  CellStore& store = Internals::StoreOf(cache);
  if (held == nullptr || held->IsWorn() || workspace_strategy.lock() != strategy) {
    held = std::make_unique<Workspace>(*strategy);
    workspace_strategy = strategy;
    held->CatchUpWithAll(store.slots());
  } else {
    held->CatchUp(store.slots(), store.changed_rows());
  }
  store.TakeNoteOfChanges();
  turn->workspace = std::move(held);
  turn->input.auctions = queue.Drain();
  return {};
}

Status Engine::Impl::Decide(Turn* turn) {
  Expected<std::shared_ptr<Round>> round =
      RoundRunner::RunAll(std::move(turn->input), *turn->workspace);
  if (!round.ok()) return round.status();
  turn->round = *std::move(round);
  return {};
}

std::vector<Auction> Engine::Impl::RefusedBy(const Round& round) {
  std::vector<const Decision*> refusals;
  for (const Decision& decision : round.decisions()) {
    if (!decision.placed) refusals.push_back(&decision);
  }
  // They wait in the order in which they came, not in that of the decisions.
  std::sort(refusals.begin(), refusals.end(),
            [](const Decision* a, const Decision* b) { return a->auction < b->auction; });
  std::vector<Auction> refused;
  refused.reserve(refusals.size());
  for (const Decision* refusal : refusals) {
    refused.push_back(round.auctions()[refusal->auction]);
    ++refused.back().attempts;
    refused.back().last_refusal = refusal->code;
  }
  return refused;
}

Status Engine::Impl::Settle(Turn* turn) {
  const Locked lock(mutex);
  if (!lock.ok()) return lock.status();
  turn->forgotten = ForgetExpired();
  const Round& round = *turn->round;
  std::vector<Auction> refused;
  if (keep_refused) refused = RefusedBy(round);
  std::vector<DecidedWork> placed;
  placed.reserve(round.placed_count());
  const std::vector<uint32_t>& rows = RoundRunner::RowsOf(round);
  for (size_t i = 0; i < rows.size(); ++i) {
    const Decision& decision = round.decisions()[i];
    if (!decision.placed) continue;
    placed.push_back({rows[i], decision.cell_id, &round.auctions()[decision.auction]});
  }
  const uint64_t number = rounds + 1;
  const auto entry =
      outstanding.insert_or_assign(&round, Outstanding{turn->round, turn->strategy, number, {}});
  try {
    if (Status status = Internals::Place(cache, placed, number); !status.ok()) {
      outstanding.erase(entry.first);
      return status;
    }
  } catch (...) {
    outstanding.erase(entry.first);
    throw;
  }
  rounds = number;
  queue.PutBack(std::move(refused));
  workspace = std::move(turn->workspace);
  return {};
}

void Engine::Impl::PutBack(Turn* turn) {
  if (turn->round != nullptr) {
    turn->workspace->UndoRound();
    workspace = std::move(turn->workspace);
    turn->input = RoundRunner::Dissolve(turn->round.get());
  }
  const Locked lock(mutex);
  if (lock.ok()) queue.PutBack(std::move(turn->input.auctions));
}

Engine::Engine(std::shared_ptr<Strategy> strategy) : impl_(std::make_shared<Impl>()) {
  impl_->strategy = std::move(strategy);
}

Engine::~Engine() {
  const bool is_lost = impl_ != nullptr && (impl_->round_mutex.IsLost() || impl_->mutex.IsLost() ||
                                            Internals::StoreOf(impl_->cache).mutex.IsLost());
  // Another thread was at work on it when this process was forked: it may be half changed, and is
  // left alone.
  if (is_lost) static_cast<void>(new (std::nothrow) std::shared_ptr<Impl>(impl_));
}

void Engine::SetStrategy(std::shared_ptr<Strategy> strategy) {
  std::vector<std::shared_ptr<Strategy>> forgotten;
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return;
  forgotten = impl_->ForgetExpired();
  // The old one goes with the argument, after the lock.
  impl_->strategy.swap(strategy);
}

std::shared_ptr<Strategy> Engine::strategy() const {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return {};
  return impl_->strategy;
}

Status Engine::SetConfiguration(const Configuration& configuration) {
  if (Status status = ValidateConfiguration(configuration); !status.ok()) return status;
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return lock.status();
  impl_->configuration = configuration;
  return {};
}

Status Engine::SetOption(std::string_view key, std::string_view value) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return lock.status();
  return rostrum::SetOption(&impl_->configuration, key, value);
}

Configuration Engine::configuration() const {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return {};
  return impl_->configuration;
}

void Engine::SetKeepRefused(bool keep) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return;
  impl_->keep_refused = keep;
}

Status Engine::UseCache(const std::function<Status(Cache&)>& use) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return lock.status();
  return use(impl_->cache);
}

Expected<size_t> Engine::Submit(std::span<const LrpStart> lrps, std::span<const TaskStart> tasks,
                                int64_t now_ms) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return lock.status();
  return impl_->queue.Add(lrps, tasks, now_ms);
}

bool Engine::Cancel(Kind kind, std::string_view identifier) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return {};
  return impl_->queue.Cancel(kind, identifier);
}

size_t Engine::QueueSize() const {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return {};
  return impl_->queue.size();
}

std::vector<Auction> Engine::WaitingAuctions() const {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return {};
  return impl_->queue.Waiting();
}

int64_t Engine::OldestQueueTimeMs() const {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return -1;
  return impl_->queue.OldestQueueTimeMs();
}

Expected<std::shared_ptr<const Round>> Engine::RunRound(uint64_t seed, int64_t now_ms,
                                                        const Accept& accept) {
  const Locked round_lock(impl_->round_mutex);
  if (!round_lock.ok()) return round_lock.status();
  Impl::Turn turn;
  turn.input.seed = seed;
  turn.input.now_ms = now_ms;
  if (Status status = impl_->Begin(&turn); !status.ok()) return status;
  try {
    if (Status status = impl_->Decide(&turn); !status.ok()) {
      impl_->PutBack(&turn);
      return status;
    }
    if (accept == nullptr || accept(*turn.round)) {
      if (Status status = impl_->Settle(&turn); !status.ok()) {
        impl_->PutBack(&turn);
        return status;
      }
      return std::shared_ptr<const Round>(std::move(turn.round));
    }
  } catch (...) {
    impl_->PutBack(&turn);
    throw;
  }
  impl_->PutBack(&turn);
  return std::shared_ptr<const Round>();
}

Expected<size_t> Engine::HandBack(const Round& round, std::span<const uint32_t> decisions) {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return lock.status();
  const auto at = impl_->outstanding.find(&round);
  if (at == impl_->outstanding.end() || at->second.round.expired()) {
    return NotFound("the round belongs to another engine");
  }
  std::vector<bool>& handed_back = at->second.handed_back;
  handed_back.resize(round.decisions().size());
  if (Status status = CheckHandBack(round, decisions, handed_back); !status.ok()) return status;

  std::vector<Auction> refused;
  std::vector<DecidedWork> placed;
  for (const uint32_t position : decisions) {
    const Decision& decision = round.decisions()[position];
    const Auction& auction = round.auctions()[decision.auction];
    placed.push_back({kNoRow, decision.cell_id, &auction});
    refused.push_back(auction);
    ++refused.back().attempts;
    refused.back().last_refusal = RefusalCode::kHandedBack;
  }
  if (impl_->keep_refused) impl_->queue.MakeRoom();
  const Expected<size_t> undone = Internals::GiveBack(impl_->cache, placed, at->second.number);
  if (!undone.ok()) return undone.status();
  for (const uint32_t position : decisions) handed_back[position] = true;
  if (impl_->keep_refused) impl_->queue.PutBack(std::move(refused));
  return undone;
}

std::shared_ptr<const Snapshot> Engine::TakeSnapshot() {
  const Locked lock(impl_->mutex);
  if (!lock.ok()) return *Snapshot::FromCells({});
  return impl_->cache.TakeSnapshot();
}

Expected<Explanation> Engine::Explain(const Round& round, Kind kind, std::string_view identifier) {
  const Locked round_lock(impl_->round_mutex);
  if (!round_lock.ok()) return round_lock.status();
  std::shared_ptr<Strategy> strategy;
  {
    const Locked lock(impl_->mutex);
    if (!lock.ok()) return lock.status();
    const auto at = impl_->outstanding.find(&round);
    if (at == impl_->outstanding.end() || at->second.round.expired()) {
      return NotFound("the round belongs to another engine");
    }
    strategy = at->second.strategy;
  }
  return round.Explain(*strategy, kind, identifier);
}

}  // namespace rostrum
