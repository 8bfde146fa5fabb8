// Reads the rounds of a recording.

#ifndef ROSTRUM_LIB_RECORD_ROUND_READER_H_
#define ROSTRUM_LIB_RECORD_ROUND_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/record/recorded_round.h"
#include "rostrum/status.h"

namespace rostrum::record {

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

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_ROUND_READER_H_
