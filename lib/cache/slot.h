// One cell: what was told of it, and what was placed on it since.

#ifndef ROSTRUM_LIB_CACHE_SLOT_H_
#define ROSTRUM_LIB_CACHE_SLOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "lib/base/strings.h"
#include "lib/model/cell_row.h"
#include "rostrum/auction.h"
#include "rostrum/cell.h"

namespace rostrum {

// The process guids of a cell's LRPs. Immutable and shared: copying costs nothing, and the
// characters live as long as any copy. Most are never looked at, since only processes that are
// auctioned matter, so they are not counted or hashed until a round asks.
class LrpList {
 public:
  LrpList() = default;
  LrpList(std::shared_ptr<const std::string_view> first, size_t count, int64_t unnamed)
      : first_(std::move(first)), count_(count), unnamed_(unnamed) {}

  // Copies the guids, and their characters, into one block.
  static LrpList Copy(std::span<const std::string> guids, int64_t unnamed = 0);

  std::span<const std::string_view> guids() const { return {first_.get(), count_}; }
  size_t named() const { return count_; }
  // Those whose processes the state did not name.
  int64_t unnamed() const { return unnamed_; }
  int64_t size() const { return static_cast<int64_t>(count_) + unnamed_; }

  bool SameAs(const LrpList& other) const;

 private:
  std::shared_ptr<const std::string_view> first_;
  size_t count_ = 0;
  int64_t unnamed_ = 0;
};

// A cell on its way into the cache: as rostrum::Cell, with views instead of values. Valid during a
// call only, but for what is shared.
struct CellInput {
  std::string_view id;
  std::string_view zone;
  int64_t index = 0;
  std::optional<int64_t> first_fit_index;
  const Resources* total = nullptr;
  const Resources* available = nullptr;
  const Resources* overhead = nullptr;
  // Normalized, and interned by the cache that it goes to.
  std::shared_ptr<const Signature> signature;
  LrpList lrps;
  int64_t task_count = 0;
  int64_t starting_containers = 0;
  Amount proxy_memory = 0;
  bool started = true;
  bool evacuating = false;
  bool disabled = false;
  bool draining = false;
  bool ignore_absent = false;
  uint64_t tag = 0;
};

// What seldom changes about a cell. Immutable, and shared by all that hold the cell.
struct CellInfo {
  std::string id;
  std::string zone;
  int64_t index = 0;
  std::optional<int64_t> first_fit_index;
  std::shared_ptr<const Signature> signature;
  Resources overhead;
  Amount proxy_memory = 0;
  bool evacuating = false;
  bool disabled = false;
  bool draining = false;
  bool ignore_absent = false;
  uint64_t tag = 0;

  bool open() const { return !evacuating && !disabled && !draining; }

  friend bool operator==(const CellInfo&, const CellInfo&) = default;
};

// No row: the number of a cell that there is not.
inline constexpr uint32_t kNoRow = UINT32_MAX;

// The order in which ties are broken: zone name, cell index, id.
bool Precedes(const CellInfo& a, const CellInfo& b);

// Work that was placed on a cell.
struct PlacedWork {
  Auction auction;
  uint64_t placed_by = 0;
};

// What of a new state is known already, so that nothing has to be made of it.
struct Known {
  bool info = false;   // What CellInfo holds.
  bool state = false;  // What is on the cell.
};

// The facts about one cell. Its row is what they come to: amounts as they were told, less what was
// placed since.
struct CellSlot {
  std::shared_ptr<const CellInfo> info;
  bool from_offers = false;
  bool started = true;
  // As they were told.
  Resources total;
  Resources free;
  LrpList lrps;
  int64_t tasks = 0;
  int64_t starting = 0;
  // In the order in which it was placed. Up to two at a time, as most cells get, need no
  // allocation.
  absl::InlinedVector<PlacedWork, 2> placed;
  // Whose overhead was taken with the first of `placed`; null if the cell was started already.
  std::shared_ptr<const CellInfo> started_by_placing;
  // Of a round's placements those for which there is no room in `placed` yet; zero between calls.
  uint32_t expected = 0;

  bool has_work() const { return lrps.size() > 0 || tasks > 0 || !placed.empty(); }

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

  // REQUIRES: it fits. Allocates nothing if `placed` has room for one more.
  void Place(const Auction& auction, uint64_t placed_by);
  // The position of what was placed, and the reverse of Place. Neither allocates.
  static constexpr size_t kNotPlaced = SIZE_MAX;
  size_t FindPlaced(const Auction& auction, uint64_t placed_by) const;
  void TakeOff(size_t position);

  // Adds the names of all resources that a row of the cell has to name.
  void CollectNames(std::set<std::string_view>* names) const;
  // Writes the cell into a row, but for its position in its zone.
  void Load(CellRow* row) const;
  SingleRow MakeRow() const;
  Cell ToCell() const;

  // Whether the other one says nothing new.
  bool SameAs(const CellSlot& other) const;
  // What of a state of this cell is known. Either may be false though it is.
  Known Compare(const CellInput& cell) const;
};

CellInput MakeInput(const Cell& cell, std::shared_ptr<const Signature> signature);
CellInfo MakeInfo(const CellInput& cell);
CellInfo MakeInfo(const Offer& offer, std::shared_ptr<const Signature> signature);
Status ValidateInput(const CellInput& cell);
Status ValidateOffer(const Offer& offer);

// Makes equal signatures one object. Thousands of cells offer the same few things; giving them one
// signature lets a round look at each demand once for each signature instead of once for each cell.
class SignaturePool {
 public:
  // Normalizes the signature and returns the one object that is equal to it.
  std::shared_ptr<const Signature> Intern(Signature signature);

 private:
  static constexpr size_t kFewSignatures = 64;

  // Forgets those that nobody else holds.
  void Prune();

  StringMap<std::shared_ptr<const Signature>> pool_;
  size_t prune_at_ = kFewSignatures;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_SLOT_H_
