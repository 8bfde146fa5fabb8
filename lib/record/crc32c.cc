#include "lib/record/crc32c.h"

#include <array>
#include <cstddef>

namespace rostrum::record {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // With the lowest bit first.
constexpr size_t kStep = 8;

// Table k says what one byte does to the checksum k bytes later. Eight tables let eight bytes be
// taken in one step, which is what makes a flight recorder of megabytes a round cheap.
using Tables = std::array<std::array<uint32_t, 256>, kStep>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t checksum = byte;
    for (int bit = 0; bit < 8; ++bit) {
      checksum = (checksum >> 1) ^ ((checksum & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = checksum;
  }
  for (size_t k = 1; k < kStep; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t before) {
  uint32_t checksum = ~before;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  while (bytes.size() >= kStep) {
    checksum = kTables[7][at(0) ^ (checksum & 0xff)] ^ kTables[6][at(1) ^ (checksum >> 8 & 0xff)] ^
               kTables[5][at(2) ^ (checksum >> 16 & 0xff)] ^ kTables[4][at(3) ^ (checksum >> 24)] ^
               kTables[3][at(4)] ^ kTables[2][at(5)] ^ kTables[1][at(6)] ^ kTables[0][at(7)];
    bytes.remove_prefix(kStep);
  }
  for (const char byte : bytes) {
    checksum = (checksum >> 8) ^ kTables[0][(checksum ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~checksum;
}

}  // namespace rostrum::record
