// The reverse of decoder.h.

#ifndef ROSTRUM_LIB_MESOS_RECORDIO_ENCODER_H_
#define ROSTRUM_LIB_MESOS_RECORDIO_ENCODER_H_

#include <string>
#include <string_view>

namespace rostrum::mesos {

// Appends a record.
// REQUIRES: it is not empty.
inline void AppendRecord(std::string_view record, std::string* stream) {
  stream->append(std::to_string(record.size()));
  stream->push_back('\n');
  stream->append(record);
}

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_RECORDIO_ENCODER_H_
