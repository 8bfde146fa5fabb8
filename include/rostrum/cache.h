// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What can be placed on.

#ifndef ROSTRUM_CACHE_H_
#define ROSTRUM_CACHE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/snapshot.h"
#include "rostrum/status.h"

namespace rostrum {

// Where an offer is. Every offer that was ever added is in exactly one of these states.
enum class OfferState : int32_t {
  kHeld = 1,       // In the cache; its resources can be placed on.
  kAccepted = 2,   // Used to launch work.
  kDeclined = 3,   // Given back by us.
  kRescinded = 4,  // Taken back by the master.
  kExpired = 5,    // Too old, or its agent was lost.
};

struct OfferCounts {
  uint64_t added = 0;
  uint64_t held = 0;
  uint64_t accepted = 0;
  uint64_t declined = 0;
  uint64_t rescinded = 0;
  uint64_t expired = 0;
};

// All cells, fed with whole states (Diego) or with offers (Mesos). A cell comes from one source
// only: a state for a cell that holds offers is an error, and an offer for a cell that came as a
// state.
//
// Thread safety: none; the Engine guards its own.
//
// Invariants:
//   1. A cell is found by its id alone, and no two cells have one id.
//   2. added == held + accepted + declined + rescinded + expired (CheckOffers).
//   3. What is free on a cell of offers is the sum of its held offers less what Take has taken.
//   4. GiveBack is the exact inverse of Take: after both, snapshots are what they were.
class Cache {
 public:
  Cache();
  ~Cache();
  Cache(Cache&&) noexcept;
  Cache& operator=(Cache&&) noexcept;

  // --- Cell states.

  // Adds cells, or replaces those of the same id. If one of them is not valid, or one id comes
  // twice, nothing is changed and the error names the cell. What SetDisabled and Drain have set
  // stays with the id, whatever later states say.
  Status Update(std::span<const Cell> cells);

  // As Update, and every cell of states that is not among `cells` is removed.
  Status Replace(std::span<const Cell> cells);

  // kNotFound if there is no such cell. Offers of the cell that are held count as expired.
  Status Remove(std::string_view cell_id);

  // Stops or resumes placing on a cell. Stopped, it stays so whatever later states say. Resuming
  // ends a drain too, and a state that said so itself, until the next one does.
  Status SetDisabled(std::string_view cell_id, bool disabled);

  // Stops placing on a cell and removes it as soon as nothing runs on it; it does not come back
  // by a later state or offer.
  Status Drain(std::string_view cell_id);

  // --- Offers.

  // Adds an offer; its resources join those of the agent's cell. An error for an id that was ever
  // added before, and for negative resources.
  Status AddOffer(const Offer& offer);

  // Each takes held offers out of the cache into another state. kNotFound for an id that was never
  // added, kFailedPrecondition for one that is not held any more, which a RESCIND may well meet.
  Status RescindOffer(std::string_view offer_id);
  Status DeclineOffer(std::string_view offer_id);
  // Takes all offers of an agent out of the cache as accepted and returns their ids, in the order
  // in which they came. What was taken from the cell since stays on it as running.
  Expected<std::vector<std::string>> AcceptOffers(std::string_view agent_id);
  // Takes out all offers with received_ms < oldest_ms; returns their ids in the order they came.
  std::vector<std::string> ExpireOffers(int64_t oldest_ms);
  // Removes the agent's cell; its offers count as expired. kNotFound if there is no such cell.
  Status LoseAgent(std::string_view agent_id);

  // Ids of held offers, in the order in which they came: of one agent, and of all with
  // received_ms < oldest_ms.
  std::vector<std::string> OffersOf(std::string_view agent_id) const;
  std::vector<std::string> OffersBefore(int64_t oldest_ms) const;

  // The state of an offer; kNotFound for one that was never added. The cache remembers the ids of
  // the last 100,000 offers that it no longer holds.
  Expected<OfferState> StateOfOffer(std::string_view offer_id) const;
  OfferCounts CountOffers() const;
  // kInternal if invariant 2 does not hold.
  Status CheckOffers() const;

  // --- Work.

  // Takes what one auction asks off a cell and adds the work to it, or the reverse. Take does not
  // look at constraints but fails if the work does not fit; GiveBack fails if it is not there.
  // An instance may be placed, forgotten by a new state, and placed again: `placed_by`, any number,
  // tells one placement from another.
  Status Take(std::string_view cell_id, const Auction& auction, uint64_t placed_by = 0);
  Status GiveBack(std::string_view cell_id, const Auction& auction, uint64_t placed_by = 0);

  // --- Reading.

  // An immutable picture of all cells. Cheap: what it comes to is worked out by whoever looks into
  // it, from what has changed since.
  std::shared_ptr<const Snapshot> TakeSnapshot();

  size_t size() const;
  // One cell by its id, with its work; kNotFound if there is none.
  Expected<Cell> Find(std::string_view cell_id) const;

 private:
  friend struct Internals;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum

#endif  // ROSTRUM_CACHE_H_
