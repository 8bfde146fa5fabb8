// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The plug-in interface: how one cell is preferred to another.

#ifndef ROSTRUM_STRATEGY_H_
#define ROSTRUM_STRATEGY_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/configuration.h"
#include "rostrum/status.h"

namespace rostrum {

// How good a cell is for an auction. Lower is better: the tier first, then the value. Zero is a
// score like any other; that a cell is no choice at all is said by Strategy::Accepts.
struct Score {
  double value = 0;
  int64_t tier = 0;

  friend bool operator==(const Score&, const Score&) = default;
};

// Whether `a` wins over `b`. REQUIRES: neither value is NaN.
inline bool Better(const Score& a, const Score& b) {
  return a.tier != b.tier ? a.tier < b.tier : a.value < b.value;
}

// An auction as a strategy sees it. Valid during the call only.
struct AuctionView {
  Kind kind = Kind::kLrp;
  std::string_view guid;
  int32_t index = 0;
  int32_t attempts = 0;
  int64_t queue_time_ms = 0;
  const Work* work = nullptr;
};

// One of a cell's named resources, such as "gpus".
struct ScalarView {
  std::string_view name;
  Amount total = 0;
  Amount free = 0;
};

// A text of somebody else's, laid out as in the C interface. Use it as a std::string_view.
struct TextView {
  const char* characters = nullptr;
  uint64_t length = 0;

  TextView() = default;
  TextView(std::string_view text) : characters(text.data()), length(text.size()) {}
  TextView(const std::string& text) : TextView(std::string_view(text)) {}
  operator std::string_view() const { return {characters, length}; }

  friend bool operator==(const TextView& text, std::string_view other) {
    return std::string_view(text) == other;
  }
};

// A cell as a strategy sees it: its state at this point of the round, with all that the round has
// placed on it so far. Valid during the call only. It starts as a rostrum_cell_view_t, field by
// field, so that a strategy in C sees the very same; and it fills three cache lines, of which most
// strategies look at the first.
struct alignas(64) CellView {
  Amount memory_total = 0;
  Amount memory_free = 0;
  Amount disk_total = 0;
  Amount disk_free = 0;
  Amount cpu_total = 0;
  Amount cpu_free = 0;
  int64_t containers_total = 0;
  int64_t containers_free = 0;
  Amount proxy_memory = 0;
  int64_t starting_containers = 0;
  int64_t lrp_count = 0;
  int64_t task_count = 0;
  // Instances of the auction's process on the cell; zero for a task.
  int64_t instances = 0;
  // The cell's index, and where it stands in its zone, from 0, by index and id (open cells only).
  // A cell's first_fit_index, if it has one, takes the place of both.
  int64_t index = 0;
  int64_t position = 0;
  uint64_t tag = 0;
  TextView id;
  TextView zone;
  // By name: each that any cell has, with a total of zero where this one has none.
  std::span<const ScalarView> scalars;
  // As Cell's. A plug-in in C does not see it.
  bool ignore_absent = false;
};

// What a round tells a strategy before its first auction.
struct RoundContext {
  uint64_t seed = 0;
  int64_t now_ms = 0;
  const Configuration* configuration = nullptr;
};

// In which order the auctions of a batch take their turn.
enum class AuctionOrder : int32_t {
  // Diego's: LRPs by index, then larger memory; those of index 0, the tasks by larger memory, then
  // the other LRPs. Where a batch has LRPs of index 0 only, they go after the tasks. Auctions that
  // are equal in this stand as Go's sort.Sort leaves them, so that it is Diego's order exactly.
  kDiego = 1,
  // LRPs by index, then larger memory, then tasks by larger memory; equal ones as queued.
  kLargerFirst = 2,
  // By Strategy::OrderKey, lowest first; equal ones as queued.
  kByKey = 3,
};

// A strategy says which auctions come first, which cells are no choice, and which cell is best. The
// library itself sees to constraints, resources, limits and ties: of equal scores the cell that is
// first by zone name, cell index and id wins.
//
// A strategy may throw: the auction at hand is refused with the exception's text and the round goes
// on. A NaN costs that auction likewise, and so does a strategy that contradicts itself, which is
// looked for at the winner: a second call of ScoreCell must return what the first did, Accepts must
// accept the cell again, and a base score must equal the score.
//
// Thread safety: an engine calls its strategy from one thread at a time. For the same arguments the
// answers must be the same, or rounds cannot be repeated.
class Strategy {
 public:
  virtual ~Strategy() = default;

  // A short name in lower case, such as "binpack". Must not change.
  virtual std::string_view Name() const = 0;

  virtual AuctionOrder Order() const { return AuctionOrder::kLargerFirst; }

  // Whether LRPs go to the zones with the fewest instances of their process first (Diego's rule):
  // zones that are equal in this compete together, the next ones only if none of them has a winner.
  virtual bool BalancesZones() const { return false; }

  // Called once at the start of every round.
  virtual void BeginRound(const RoundContext& /*context*/) {}

  // For AuctionOrder::kByKey. NaN refuses the auction.
  virtual double OrderKey(const AuctionView& /*auction*/) { return 0; }

  // Whether the cell, on which the work fits, is a choice. If not, `reason` may be set to a short
  // text for people; refusals are counted by it.
  virtual bool Accepts(const AuctionView& /*auction*/, const CellView& /*cell*/,
                       std::string* /*reason*/) {
    return true;
  }

  virtual Score ScoreCell(const AuctionView& auction, const CellView& cell) = 0;

  // If there is a limit, a cell whose score value is not below it, NaN included, is no choice. If
  // there is none, every value is a score and NaN is an error. Diego starts from 1e20.
  virtual std::optional<double> ScoreLimit() const { return std::nullopt; }

  // A strategy whose score depends on the cell alone, and which refuses nothing by Accepts, says so
  // here and returns that score from BaseScore, which lets the library search instead of scan.
  virtual bool HasBaseScore() const { return false; }
  virtual Score BaseScore(const CellView& /*cell*/) { return {}; }
};

// The strategies that come with the library: "diego", "binpack", "spread", "bestfit".
// Returns null for any other name.
std::unique_ptr<Strategy> MakeStrategy(std::string_view name);

// Their names, in the order above.
std::vector<std::string_view> StrategyNames();

// Loads a shared object that exports rostrum_strategy_plugin (see rostrum.h). It stays loaded as
// long as the strategy lives. A path without a slash is looked for as the dynamic linker does.
// kUnavailable, with the dynamic linker's words, if it cannot be loaded; kInvalidArgument if it is
// no plug-in or its table is not valid; kFailedPrecondition if it does not work with this version.
Expected<std::shared_ptr<Strategy>> LoadPlugin(const std::string& path);

}  // namespace rostrum

#endif  // ROSTRUM_STRATEGY_H_
