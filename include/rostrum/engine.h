// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Cache, queue, strategy and rounds put together: what most embedders want.

#ifndef ROSTRUM_ENGINE_H_
#define ROSTRUM_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/cache.h"
#include "rostrum/configuration.h"
#include "rostrum/queue.h"
#include "rostrum/round.h"
#include "rostrum/strategy.h"

namespace rostrum {

// An auction runner.
//
//   Engine engine(MakeStrategy("diego"));
//   engine.UseCache([&](Cache& cache) { return cache.Update(cells); });
//   engine.Submit(lrps, tasks, now_ms);
//   auto round = engine.RunRound(seed, now_ms);
//   ... send (*round)->decisions() to the cells; then, for what a cell would not take:
//   engine.HandBack(**round, positions_of_decisions);
//
// What a round places is taken off the cached cells at once, and stays so until the cell's next
// state says what is so, or it is handed back.
//
// Thread safety: any thread may call any function at any time. Rounds run one after the other;
// cells and work that come in while one runs are for the next one. A strategy that calls the engine
// that runs it gets kFailedPrecondition, and so does a process that was forked while another thread
// was at work on the engine, from functions that need what that thread held; it has to make an
// engine of its own. Functions without a status answer then as those of an empty engine.
class Engine {
 public:
  explicit Engine(std::shared_ptr<Strategy> strategy);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  Engine(Engine&&) noexcept = default;
  Engine& operator=(Engine&&) noexcept = default;

  // Of each, what counts is what is set when a round starts.
  void SetStrategy(std::shared_ptr<Strategy> strategy);
  std::shared_ptr<Strategy> strategy() const;
  Status SetConfiguration(const Configuration& configuration);
  // Sets one key from its text, as rostrum::SetOption.
  Status SetOption(std::string_view key, std::string_view value);
  Configuration configuration() const;
  // Whether auctions that were refused or handed back go back into the queue, with their queue time
  // and one more attempt. On by default. Diego's auctioneer switches it off: its BBS asks again.
  void SetKeepRefused(bool keep);

  // Runs `use` on the cache, alone.
  Status UseCache(const std::function<Status(Cache&)>& use);

  // As Queue::Add.
  Expected<size_t> Submit(std::span<const LrpStart> lrps, std::span<const TaskStart> tasks,
                          int64_t now_ms);
  // Takes an auction out of the queue. Returns whether it waited there; one that is in a round at
  // this moment does not.
  bool Cancel(Kind kind, std::string_view identifier);
  size_t QueueSize() const;
  std::vector<Auction> WaitingAuctions() const;
  int64_t OldestQueueTimeMs() const;

  // What a caller says of a round that is decided and not yet taken off the cells: whether it may
  // be.
  using Accept = std::function<bool(const Round&)>;

  // Decides all that waits. If it fails, all of it waits again as before.
  //
  // With `accept`, which is called once, in the calling thread, the round is as if it had not been
  // unless that returns true: nothing is placed, all waits as before, and what is returned is null.
  // So a caller can try what a round would come to at the price of one. If it throws, so does this,
  // and the round has not been either. It may read the round, but not keep it, and may use the
  // engine, which shows the cells and the queue without the round; only RunRound and Explain give
  // kFailedPrecondition, as to a strategy.
  Expected<std::shared_ptr<const Round>> RunRound(uint64_t seed, int64_t now_ms,
                                                  const Accept& accept = nullptr);

  // Undoes placements of a round that the outside would not take: each is taken off its cell again
  // and, if refused auctions are kept, waits again. Where the cell's state was replaced since, or
  // the cell is gone, there is nothing to take off. `decisions` are positions in
  // round.decisions(). Returns how many were undone on their cells. kNotFound, and nothing is
  // changed, if the round belongs to another engine, or one was not placed by it or was handed back
  // already.
  Expected<size_t> HandBack(const Round& round, std::span<const uint32_t> decisions);

  std::shared_ptr<const Snapshot> TakeSnapshot();
  // Explains by the strategy that decided the round. kNotFound if the round belongs to another
  // engine, or had no such auction.
  Expected<Explanation> Explain(const Round& round, Kind kind, std::string_view identifier);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace rostrum

#endif  // ROSTRUM_ENGINE_H_
