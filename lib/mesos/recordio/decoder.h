// RecordIO: each record is its length in decimal digits, a line feed, and that many bytes.

#ifndef ROSTRUM_LIB_MESOS_RECORDIO_DECODER_H_
#define ROSTRUM_LIB_MESOS_RECORDIO_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::mesos {

// Takes a stream in pieces of any size and hands out its records. It keeps what has come of one
// record and no more: a length alone, however large, takes no memory.
class RecordDecoder {
 public:
  // @param record_maximum  a longer record is an error.
  explicit RecordDecoder(size_t record_maximum) : record_maximum_(record_maximum) {}

  // Calls `record` for each record that is complete now; what it is given lives until it returns.
  // `record` returns whether to go on: after false the rest of the bytes is not looked at, and the
  // decoder is done with.
  // @return kCorrupt for what is no RecordIO: a length that is empty, zero, no number or too large.
  // So is every later call.
  Status Feed(std::string_view bytes, const std::function<bool(std::string_view)>& record);

  // Whether the stream may end here: between two records.
  bool AtEnd() const { return status_.ok() && digits_ == 0 && !in_record_; }

 private:
  Status TakeLength(std::string_view* bytes);
  Status Fail(std::string text);

  size_t record_maximum_;
  Status status_;
  bool stopped_ = false;
  bool in_record_ = false;
  // Of the length that is being read, or of the record.
  uint64_t length_ = 0;
  int digits_ = 0;
  std::string record_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_RECORDIO_DECODER_H_
