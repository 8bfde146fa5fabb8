// Recordings: rounds are written to a file, read, and run again.

#ifndef ROSTRUM_LIB_RECORD_RECORDING_H_
#define ROSTRUM_LIB_RECORD_RECORDING_H_

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

// Writes rounds to a file.
//
// A file that grows by whole pieces.
//
// Who may read a file that is made.
enum class Readers { kAll, kOwner };

// Owns the descriptor and an advisory lock, so that no two recorders write into one file. Nothing
// is buffered: what Append has taken is in the operating system's hands.
class AppendFile {
 public:
  // Opens a file, made if there is none. kFailedPrecondition if somebody else writes to it or it is
  // no regular file.
  static Expected<std::unique_ptr<AppendFile>> Open(const std::string& path,
                                                    Readers readers = Readers::kAll);

  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  uint64_t size() const { return size_; }

  // Appends all of the bytes, or none: on an error what was written of them is cut off again, at
  // once or, where that fails too, before the next piece.
  Status Append(std::string_view bytes);

  // Returns when what was appended outlives a power failure.
  Status Sync();

  // Takes from others what they may do with the file.
  Status CloseToOthers();

  // Cuts off what is behind the first `size` bytes.
  Status Truncate(uint64_t size);

  // An error if the last bytes may not have reached the file. No other call may follow.
  Status Close();

 private:
  AppendFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  Status Error(std::string_view verb, int error) const;

  int descriptor_;
  const std::string path_;
  uint64_t size_ = 0;
  bool torn_ = false;  // There may be bytes behind size_.
};

// Writes rounds into a recording: a flight recorder.
class AppendFile;

// Each round is a record of its own that needs no other. With a limit on bytes, the file becomes
// its own predecessor, "PATH.1", when it has reached half of the limit, and a new one is begun; the
// predecessor before it is gone then. So the newest rounds are always there.
//
// Thread safety: none. Engine::RunRound returns from one round at a time, but on any thread.
//
// Invariants:
//   1. PATH and PATH.1 together never have more than max_bytes bytes.
//   2. Both hold whole records only, but for one that is being written at this moment. A process
//      that dies there leaves the begin of a record behind; the next Open cuts it off.
//   3. Nothing else is ever cut off: behind a record that is damaged there may be whole ones.
class RoundRecorder {
 public:
  struct Options {
    // Of PATH and PATH.1 together; 0: no limit, and there is no PATH.1.
    uint64_t max_bytes = 0;
  };
  // The smallest limit.
  static constexpr uint64_t kMaxBytesMinimum = 1024;

  // Begins a recording, or goes on with the one that is there, behind its last whole record.
  // kInvalidArgument if the limit is too small, kFailedPrecondition if one of the files is no
  // recording, is larger than the limit, or is being written by another recorder, or if a record
  // of PATH is damaged; the files are left as they are then.
  static Expected<std::unique_ptr<RoundRecorder>> Open(const std::string& path,
                                                       const Options& options);

  // Closes.
  ~RoundRecorder();
  RoundRecorder(const RoundRecorder&) = delete;
  RoundRecorder& operator=(const RoundRecorder&) = delete;

  // Writes a round through to the operating system; it survives the process, not a loss of power.
  // After an error the file is as it was before, and a later round may be written again: the disk
  // may have room by then. kInvalidArgument if the round alone is larger than the limit.
  Status Append(const Round& round, std::string_view strategy_name);

  // An error if the last bytes may not have reached the disk. Append fails from here on; closing
  // again does nothing.
  Status Close();

 private:
  RoundRecorder(std::string path, const Options& options);

  // Opens the file, which may hold rounds already. Where it fails, file_ stays null.
  Status Begin();
  // Cuts a record that was not written to its end off a file that is there.
  Status CutToWhole(AppendFile* file) const;
  Status MeasurePrevious();
  // Sees to it that so many bytes may be added.
  Status MakeRoom(uint64_t bytes);
  Status SwitchFiles();
  // Removes the predecessor unless it may stay beside a file of so many bytes.
  Status FitPrevious(uint64_t bytes);

  const std::string path_;
  const std::string previous_path_;
  const Options options_;
  bool closed_ = false;
  std::unique_ptr<AppendFile> file_;  // Null where switching has failed half-way.
  uint64_t previous_bytes_ = 0;
};

// Reads recorded rounds, and runs them again.
//
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

#endif  // ROSTRUM_LIB_RECORD_RECORDING_H_
