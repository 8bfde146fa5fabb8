#include <gtest/gtest.h>

#include <string>

#include "lib/record/frame.h"

namespace rostrum::record {
namespace {

// One bit at a time, as the polynomial says.
uint32_t SlowCrc32c(std::string_view bytes) {
  uint32_t checksum = 0xffffffff;
  for (const char byte : bytes) {
    checksum ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) {
      checksum = (checksum & 1) != 0 ? (checksum >> 1) ^ 0x82f63b78 : checksum >> 1;
    }
  }
  return ~checksum;
}

TEST(Crc32c, AgreesWithTheStandard) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32c, AgreesWithTheSlowOneAtEveryLength) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(Crc32c(bytes), SlowCrc32c(bytes)) << i;
    bytes.push_back(static_cast<char>(i * 37 + 200));
  }
}

TEST(Crc32c, GoesOnWhereItStopped) {
  const std::string bytes = "a text of some length, taken apart anywhere";
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(Crc32c(bytes.substr(cut), Crc32c(bytes.substr(0, cut))), Crc32c(bytes));
  }
}

}  // namespace
}  // namespace rostrum::record
