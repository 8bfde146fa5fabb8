// A file that grows by whole pieces.

#ifndef ROSTRUM_LIB_RECORD_APPEND_FILE_H_
#define ROSTRUM_LIB_RECORD_APPEND_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::record {

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

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_APPEND_FILE_H_
