// Numbers as protobuf writes them, for bytes that may be no message.

#ifndef ROSTRUM_LIB_RECORD_VARINT_H_
#define ROSTRUM_LIB_RECORD_VARINT_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace rostrum::record {

// Takes a varint off the beginning; nothing if the bytes end within it, or it is too long.
inline std::optional<uint64_t> TakeVarint(std::string_view* bytes) {
  constexpr int kMostBits = 64;
  uint64_t number = 0;
  for (int shift = 0; shift < kMostBits && !bytes->empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes->front());
    bytes->remove_prefix(1);
    number |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_VARINT_H_
