// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// One round of auctions: what runs where, and why not.

#ifndef ROSTRUM_ROUND_H_
#define ROSTRUM_ROUND_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/configuration.h"
#include "rostrum/snapshot.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum {

// Why a cell was no choice for an auction. The numbers are those of rostrum_reason_code_t.
enum class Reason : int32_t {
  kRootfs = 1,        // No provider for the root file system.
  kVolumeDriver = 2,  // A volume driver is missing.
  kPlacementTag = 3,  // The placement tags do not agree.
  kResource = 4,      // Too little of a resource, which `subject` names.
  kScore = 5,         // Its score is NaN or infinite (a total of zero).
  kStrategy = 6,      // The strategy does not accept it; `subject` is its reason.
  kEvacuating = 7,
  kDisabled = 8,
  kDraining = 9,
};

const char* ReasonName(Reason reason);

// Cells that refused for one reason.
struct ReasonCount {
  Reason reason = Reason::kResource;
  // The resource, or the strategy's reason; empty otherwise.
  std::string subject;
  // Static: these cells can never take the work as they are. Dynamic: they may later.
  bool is_static = false;
  uint64_t cells = 0;
  // For a resource, of the cell that is short by the least (of equal ones the first by zone name,
  // cell index and id): what was asked (with proxy memory and overhead), what was free, the
  // difference, and the cell's id. Amounts, so containers are in thousandths here too.
  Amount asked = 0;
  Amount free = 0;
  Amount short_by = 0;
  std::string cell_id;

  friend bool operator==(const ReasonCount&, const ReasonCount&) = default;
};

// What kind of refusal it is. The numbers are those of rostrum_refusal_code_t.
enum class RefusalCode : int32_t {
  kNone = 0,     // Not refused.
  kNoCells = 1,  // There is no open cell at all.
  kRootfsMismatch = 2,
  kVolumeDriverMismatch = 3,
  kPlacementTagMismatch = 4,
  kInsufficientResources = 5,  // Compatible cells, but none on which it fits.
  kInflightLimit = 6,          // Too many containers are starting.
  kStrategyRefused = 7,        // It fits somewhere, but the strategy accepts none of those cells.
  kStrategyFailed = 8,         // The strategy threw, returned NaN or contradicted itself.
  kHandedBack = 9,             // It was placed, and handed back; see Auction::last_refusal.
};

const char* RefusalCodeName(RefusalCode code);

// What a round decided for one auction.
struct Decision {
  // The position in Round::auctions().
  uint32_t auction = 0;
  bool placed = false;

  // If placed:
  std::string_view cell_id;  // Lives as long as the round.
  uint64_t cell_tag = 0;
  Score score;

  // If refused:
  RefusalCode code = RefusalCode::kNone;
  // The position in Round::refusals().
  uint32_t refusal = 0;
};

// Why an auction was refused. Auctions of a round that were refused alike share one.
struct Refusal {
  RefusalCode code = RefusalCode::kNone;
  // Diego's text where Diego has one.
  std::string error;
  // By number of cells, largest first; then by reason and subject.
  std::vector<ReasonCount> reasons;
};

// One cell's answer to an auction, as Explain gives it.
struct CellAnswer {
  std::string cell_id;
  std::string zone;
  bool fits = false;
  bool winner = false;
  Score score;                       // If it fits.
  std::vector<ReasonCount> reasons;  // If not; each with cells == 1.
};

struct Explanation {
  // Keeps the text of decision.cell_id alive.
  std::shared_ptr<const Snapshot> snapshot;
  Auction auction;
  Decision decision;
  Refusal refusal;                  // If refused.
  std::vector<CellAnswer> answers;  // All cells, in the order of zone name, cell index, id.
  // What would have placed it, in a sentence; empty if it was placed or nothing can be said.
  std::string remedy;
};

// The input of a round. The same input gives the same decisions, on any machine.
struct RoundInput {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<Auction> auctions;
  Configuration configuration;
  uint64_t seed = 0;
  int64_t now_ms = 0;
};

// The outcome of a round, with its input, so that it can be explained, recorded and run again.
//
// Thread safety: immutable after RunRound, except that Explain calls the strategy again and so must
// not run beside another use of the same strategy.
class Round {
 public:
  const RoundInput& input() const { return input_; }
  const std::vector<Auction>& auctions() const { return input_.auctions; }
  // One an auction, in the order in which they were decided.
  const std::vector<Decision>& decisions() const { return decisions_; }
  const std::vector<Refusal>& refusals() const { return refusals_; }
  uint64_t placed_count() const { return placed_count_; }
  uint64_t refused_count() const { return decisions_.size() - placed_count_; }

  // Runs the round again up to one auction and lists every cell's answer to it. `strategy` must be
  // the round's own. kNotFound if the round had no such auction.
  Expected<Explanation> Explain(Strategy& strategy, Kind kind, std::string_view identifier) const;

 private:
  friend class RoundRunner;

  RoundInput input_;
  std::vector<Decision> decisions_;
  std::vector<uint32_t> rows_;  // By decision: where it was placed.
  std::vector<Refusal> refusals_;
  uint64_t placed_count_ = 0;
};

// Decides all auctions of the input. Auctions of one kind and identifier must come once.
// An error if the configuration is not valid or BeginRound throws; then there was no round, and
// `input` is as it was. Otherwise the round has taken it.
Expected<std::shared_ptr<const Round>> RunRound(RoundInput&& input, Strategy& strategy);

}  // namespace rostrum

#endif  // ROSTRUM_ROUND_H_
