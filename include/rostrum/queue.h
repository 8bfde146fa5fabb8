// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What wants to run, until it has a cell.

#ifndef ROSTRUM_QUEUE_H_
#define ROSTRUM_QUEUE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum {

// Auctions in the order in which they came, one an identifier.
//
// Thread safety: none; the Engine guards its own.
//
// Invariants:
//   1. No two waiting auctions have the same kind and identifier; the one that came first stays.
//   2. Every auction that was accepted is waiting, in the batch of a round, placed, refused or
//      cancelled; no call loses one.
class Queue {
 public:
  Queue();
  ~Queue();
  Queue(Queue&&) noexcept;
  Queue& operator=(Queue&&) noexcept;

  // Adds one auction for each index of each LRP, and one for each task. Returns how many were
  // added: an identifier that waits already is passed over. If a request is not valid nothing is
  // added and the error names it.
  Expected<size_t> Add(std::span<const LrpStart> lrps, std::span<const TaskStart> tasks,
                       int64_t now_ms);

  // Takes a waiting auction out. Returns whether there was one.
  bool Cancel(Kind kind, std::string_view identifier);

  // Takes all waiting auctions out, in order, for a round.
  std::vector<Auction> Drain();

  // Puts auctions back in front of those that came in since, in the order given, with their queue
  // time and attempts. Of two with one identifier the older one stays: what is put back, mostly,
  // but not if an older round handed back the other. One PutBack for each Drain, and for each
  // MakeRoom, keeps them even if memory has run out.
  void PutBack(std::vector<Auction> auctions);

  void MakeRoom();

  // Neither this nor OldestQueueTimeMs allocates.
  size_t size() const;
  // The waiting auctions in order.
  std::vector<Auction> Waiting() const;
  // The queue time of the oldest, or -1.
  int64_t OldestQueueTimeMs() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum

#endif  // ROSTRUM_QUEUE_H_
