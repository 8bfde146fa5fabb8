// Where the bytes of a recording come from.

#ifndef ROSTRUM_LIB_RECORD_BYTE_SOURCE_H_
#define ROSTRUM_LIB_RECORD_BYTE_SOURCE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::record {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads the next bytes, `size` of them or, at the end, as many as there are.
  virtual Expected<size_t> Read(char* to, size_t size) = 0;
};

// kNotFound if there is no such file.
Expected<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path);

// Over bytes that outlive the source.
std::unique_ptr<ByteSource> MakeMemorySource(std::string_view bytes);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_BYTE_SOURCE_H_
