// Reads recorded rounds, and runs them again.

#ifndef ROSTRUM_LIB_RECORD_REPLAY_H_
#define ROSTRUM_LIB_RECORD_REPLAY_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/record/round_bytes.h"
#include "rostrum/configuration.h"
#include "rostrum/round.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::record {

// Reads the rounds of a recording.
class FrameReader;

// Reads a file that was cut or damaged up to the damage, and then says where it is and what was
// expected there. No file can make it crash or use memory for bytes that are not there; a file
// that was made to do harm may need some hundred bytes of memory for each of its own.
//
// Thread safety: none.
class RoundReader {
 public:
  // kNotFound if there is no such file, kUnavailable if it cannot be read, kCorrupt if it is no
  // recording. Reads forward only, so `path` may be a pipe.
  static Expected<std::unique_ptr<RoundReader>> Open(const std::string& path);

  // Reads bytes that outlive the reader. `name` stands for the file in errors.
  static Expected<std::unique_ptr<RoundReader>> OpenBytes(std::string_view bytes, std::string name);

  ~RoundReader();

  // The next round, or nothing after the last. After an error every call returns the same error.
  Expected<std::optional<RecordedRound>> Next();

  // How many bytes hold the rounds that were returned, with the file's header.
  uint64_t offset() const;

 private:
  explicit RoundReader(std::unique_ptr<FrameReader> frames);

  std::unique_ptr<FrameReader> frames_;
  Status failed_;
};

// Runs a recorded round again and says what comes out differently.
//
// How the decision for one auction differs.
enum class Change : int32_t {
  kNowRefused = 1,    // Placed before, refused now.
  kNowPlaced = 2,     // Refused before, placed now.
  kMoved = 3,         // Placed both times, but on another cell.
  kOtherRefusal = 4,  // Refused both times, but with another code or text.
  kScoreOnly = 5,     // Placed on the same cell with another score; the last bit counts.
};

struct Difference {
  Change change = Change::kMoved;
  RecordedDecision before;
  RecordedDecision now;
};

// The first place at which the two rounds part. Where they take auctions in another order, the two
// decisions are for two auctions.
struct Departure {
  size_t position = 0;  // In both rounds' decisions, from 0.
  RecordedDecision before;
  RecordedDecision now;
};

struct ChangeCounts {
  uint64_t now_refused = 0;
  uint64_t now_placed = 0;
  uint64_t moved = 0;
  uint64_t other_refusal = 0;
  uint64_t score_only = 0;

  uint64_t sum() const { return now_refused + now_placed + moved + other_refusal + score_only; }
};

// Its texts live as long as it does, or any copy.
struct ReplayResult {
  uint64_t decisions = 0;
  uint64_t placed_before = 0;
  uint64_t placed_now = 0;
  // Nothing where the round came out the same, decision by decision and to the last bit.
  std::optional<Departure> first;
  // By auction, in the order in which they were decided before. May be none where there is a
  // departure: then only the order differs.
  std::vector<Difference> differences;
  ChangeCounts counts;

  // The round as it came out now, and what holds the texts of the one before.
  std::shared_ptr<const Round> round;
  std::shared_ptr<const std::vector<std::string>> texts;

  bool identical() const { return !first.has_value(); }
};

// Runs the round with `strategy`, which need not be the one that decided it, and with
// `override_configuration` in place of its own unless that is null.
// kInvalidArgument if the recorded decisions are not one for each auction; else as RunRound.
Expected<ReplayResult> ReplayRound(const RecordedRound& recorded, Strategy& strategy,
                                   const Configuration* override_configuration);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_REPLAY_H_
