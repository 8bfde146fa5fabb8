// The cache's own state of one cell.

#ifndef ROSTRUM_LIB_CACHE_CELL_SLOT_H_
#define ROSTRUM_LIB_CACHE_CELL_SLOT_H_

#include <memory>
#include <set>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "lib/cache/cell_table.h"
#include "rostrum/auction.h"
#include "rostrum/cell.h"

namespace rostrum {

// Work that a round placed on a cell.
struct PlacedWork {
  Auction auction;
  uint64_t placed_by = 0;
};

// What of a new state is known already, so that nothing has to be made of it.
struct Known {
  bool info = false;   // What CellInfo holds.
  bool state = false;  // What is on the cell.
};

// What was told of a cell, and what was placed on it since. `available` has all of it taken off.
struct CellSlot {
  std::shared_ptr<const CellInfo> info;
  bool from_offers = false;
  Resources total;
  Resources available;
  LrpList told_lrps;
  int64_t told_tasks = 0;
  int64_t starting = 0;
  bool told_started = true;
  // In the order in which it was placed. Up to two at a time, as most cells get, need no
  // allocation.
  absl::InlinedVector<PlacedWork, 2> placed;
  // Whose overhead was taken with the first of `placed`; null if the cell was started already.
  std::shared_ptr<const CellInfo> started_by_placing;
  // Of a round's placements those that Prepare has yet to count; zero between calls.
  uint32_t expected = 0;

  bool has_work() const { return told_lrps.size() > 0 || told_tasks > 0 || !placed.empty(); }
  // Whether the cell's own overhead is part of what is taken.
  bool charges_overhead() const { return !told_started && !placed.empty(); }

  // A new state: what was placed before is forgotten, since the state tells what is so.
  void SetState(const CellInput& cell);
  // Whether that takes no memory, so that it cannot fail half way.
  static bool IsSetInPlace(const CellInput& cell) {
    return cell.total->scalars.empty() && cell.available->scalars.empty();
  }

  // Whether the sums stay within the largest amounts with one more offer.
  bool HasRoomFor(const Offer& offer) const;

  // A new offer. What runs there, as the offer tells it, takes the place of what was told before.
  void AddOffer(const Offer& offer);
  void WithdrawOffer(const Resources& resources);
  // The offers were used for what was placed, which runs from here on.
  void AcceptOffers();

  // Whether it fits, and was taken. Allocates nothing if `placed` has room for one more.
  bool Take(const Auction& auction, uint64_t placed_by);
  // Whether it was there, and was given back. Allocates nothing.
  bool GiveBack(const Auction& auction, uint64_t placed_by);

  void CollectScalarNames(std::set<std::string_view>* names) const;
  // Whether the other one says nothing new.
  bool SameAs(const CellSlot& other) const;
  // What of a state of this cell is known. Either may be false though it is.
  Known Compare(const CellInput& cell) const;
  // Writes the cell into a row of a table.
  void Fill(CellTable* table, size_t row) const;

 private:
  // Adds an amount for each named resource that is placed here, be it zero: GiveBack needs a place
  // to put them.
  void KeepNamesOfPlaced();
  void CountWork(CellLrps* lrps, int64_t* lrp_count, int64_t* task_count) const;
};

CellInput MakeInput(const Cell& cell, std::shared_ptr<const Signature> signature);
CellInfo MakeInfo(const CellInput& cell);
CellInfo MakeInfo(const Offer& offer, std::shared_ptr<const Signature> signature);
Status ValidateInput(const CellInput& cell);
Status ValidateOffer(const Offer& offer);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_SLOT_H_
