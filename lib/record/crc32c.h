// The checksum of records: CRC-32C (Castagnoli), as in iSCSI and RFC 3720.

#ifndef ROSTRUM_LIB_RECORD_CRC32C_H_
#define ROSTRUM_LIB_RECORD_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace rostrum::record {

// The checksum of `bytes` after those whose checksum is `before`: Crc32c(b, Crc32c(a)) is that of a
// and b together. That of nothing is zero.
uint32_t Crc32c(std::string_view bytes, uint32_t before = 0);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_CRC32C_H_
