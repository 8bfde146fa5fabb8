#include "rostrum/engine.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "lib/base/strings.h"

namespace rostrum {
namespace {

std::string KeyOf(Kind kind, std::string_view identifier) {
  return fmt::format("{}:{}", KindName(kind), identifier);
}

}  // namespace

// Two locks: `round_mutex` is held for a whole round and keeps rounds apart; `mutex` guards the
// fields and is held for short, so that cells and work can come in while a round runs. Where both
// are taken, `round_mutex` is first.
struct Engine::Impl {
  std::mutex round_mutex;
  mutable std::mutex mutex;
  Cache cache;
  Queue queue;
  std::shared_ptr<Strategy> strategy;
  Configuration configuration;
  bool keep_refused = true;
  // What rounds that still live have placed and was not handed back.
  struct Outstanding {
    std::weak_ptr<const Round> round;
    // Decisions by key of the auction. Most rounds never see anything handed back, so it is made
    // when the first one does.
    std::optional<StringMap<uint32_t>> decisions;
  };
  absl::flat_hash_map<const Round*, Outstanding> outstanding;

  // Takes what was placed off the cells, and puts what was refused back into the queue.
  void Settle(const std::shared_ptr<const Round>& round);

  static StringMap<uint32_t>& PlacedBy(const Round& round, Outstanding* entry);
};

void Engine::Impl::Settle(const std::shared_ptr<const Round>& round) {
  absl::erase_if(outstanding, [](const auto& entry) { return entry.second.round.expired(); });
  std::vector<Auction> refused;
  for (const Decision& decision : round->decisions()) {
    const Auction& auction = round->auctions()[decision.auction];
    if (decision.placed) {
      // A cell that changed while the round ran may not have the room any more. The placement
      // stands all the same: it was right for the snapshot, and the cell itself has the last word.
      static_cast<void>(cache.Take(decision.cell_id, auction));
    } else if (keep_refused) {
      refused.push_back(auction);
      ++refused.back().attempts;
    }
  }
  queue.PutBack(std::move(refused));
  outstanding.insert_or_assign(round.get(), Outstanding{round, std::nullopt});
}

StringMap<uint32_t>& Engine::Impl::PlacedBy(const Round& round, Outstanding* entry) {
  if (!entry->decisions) {
    entry->decisions.emplace();
    for (uint32_t i = 0; i < round.decisions().size(); ++i) {
      const Decision& decision = round.decisions()[i];
      if (!decision.placed) continue;
      const Auction& auction = round.auctions()[decision.auction];
      entry->decisions->emplace(KeyOf(auction.kind(), auction.Identifier()), i);
    }
  }
  return *entry->decisions;
}

Engine::Engine(std::shared_ptr<Strategy> strategy) : impl_(std::make_shared<Impl>()) {
  impl_->strategy = std::move(strategy);
}

void Engine::SetStrategy(std::shared_ptr<Strategy> strategy) {
  const std::lock_guard lock(impl_->mutex);
  impl_->strategy = std::move(strategy);
}

std::shared_ptr<Strategy> Engine::strategy() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->strategy;
}

Status Engine::SetConfiguration(const Configuration& configuration) {
  if (Status status = ValidateConfiguration(configuration); !status.ok()) return status;
  const std::lock_guard lock(impl_->mutex);
  impl_->configuration = configuration;
  return {};
}

Configuration Engine::configuration() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->configuration;
}

void Engine::SetKeepRefused(bool keep) {
  const std::lock_guard lock(impl_->mutex);
  impl_->keep_refused = keep;
}

Status Engine::UseCache(const std::function<Status(Cache&)>& use) {
  const std::lock_guard lock(impl_->mutex);
  return use(impl_->cache);
}

Expected<size_t> Engine::SubmitLrps(std::span<const LrpStart> starts, int64_t now_ms) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.AddLrps(starts, now_ms);
}

Expected<size_t> Engine::SubmitTasks(std::span<const TaskStart> starts, int64_t now_ms) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.AddTasks(starts, now_ms);
}

bool Engine::Cancel(Kind kind, std::string_view identifier) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.Cancel(kind, identifier);
}

size_t Engine::QueueSize() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size();
}

std::vector<Auction> Engine::WaitingAuctions() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.Waiting();
}

int64_t Engine::OldestQueueTimeMs() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.OldestQueueTimeMs();
}

Expected<std::shared_ptr<const Round>> Engine::RunRound(uint64_t seed, int64_t now_ms) {
  const std::lock_guard round_lock(impl_->round_mutex);
  RoundInput input;
  std::shared_ptr<Strategy> strategy;
  {
    const std::lock_guard lock(impl_->mutex);
    strategy = impl_->strategy;
    if (strategy == nullptr) return FailedPrecondition("the engine has no strategy");
    input.snapshot = impl_->cache.TakeSnapshot();
    input.configuration = impl_->configuration;
    input.auctions = impl_->queue.Drain();
  }
  input.seed = seed;
  input.now_ms = now_ms;

  const auto put_back = [&] {
    const std::lock_guard lock(impl_->mutex);
    impl_->queue.PutBack(std::move(input.auctions));
  };
  try {
    Expected<std::shared_ptr<const Round>> round = rostrum::RunRound(std::move(input), *strategy);
    if (!round.ok()) {
      put_back();
      return round;
    }
    const std::lock_guard lock(impl_->mutex);
    impl_->Settle(*round);
    return round;
  } catch (...) {
    put_back();
    throw;
  }
}

Expected<size_t> Engine::HandBack(const Round& round, std::span<const Reference> references) {
  const std::lock_guard lock(impl_->mutex);
  const auto at = impl_->outstanding.find(&round);
  if (at == impl_->outstanding.end() || at->second.round.expired()) {
    return NotFound("the round is none of this engine's");
  }
  StringMap<uint32_t>& placed = Impl::PlacedBy(round, &at->second);
  StringSet wanted;
  for (const Reference& reference : references) {
    std::string key = KeyOf(reference.kind, reference.identifier);
    if (!placed.contains(key) || !wanted.insert(std::move(key)).second) {
      return NotFound(fmt::format(
          "{} \"{}\" was not placed by the round, or was handed back already",
          KindName(reference.kind), reference.identifier));
    }
  }
  size_t undone = 0;
  std::vector<Auction> refused;
  for (const Reference& reference : references) {
    const auto found = placed.find(KeyOf(reference.kind, reference.identifier));
    const Decision& decision = round.decisions()[found->second];
    const Auction& auction = round.auctions()[decision.auction];
    undone += impl_->cache.GiveBack(decision.cell_id, auction).ok();
    placed.erase(found);
    refused.push_back(auction);
    ++refused.back().attempts;
  }
  if (impl_->keep_refused) impl_->queue.PutBack(std::move(refused));
  return undone;
}

std::shared_ptr<const Snapshot> Engine::TakeSnapshot() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->cache.TakeSnapshot();
}

Expected<Explanation> Engine::Explain(const Round& round, Kind kind, std::string_view identifier) {
  const std::lock_guard round_lock(impl_->round_mutex);
  const std::shared_ptr<Strategy> strategy = this->strategy();
  if (strategy == nullptr) return FailedPrecondition("the engine has no strategy");
  return round.Explain(*strategy, kind, identifier);
}

}  // namespace rostrum
