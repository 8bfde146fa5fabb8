// Writes rounds to a file.

#ifndef ROSTRUM_LIB_RECORD_ROUND_RECORDER_H_
#define ROSTRUM_LIB_RECORD_ROUND_RECORDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rostrum/round.h"
#include "rostrum/status.h"

namespace rostrum::record {

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

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_ROUND_RECORDER_H_
