// Rule 2: RecordIO, in pieces of any size, and what is none.

#include <gtest/gtest.h>

#include <random>

#include "lib/mesos/recordio/decoder.h"
#include "lib/mesos/recordio/encoder.h"
#include "tests/property/cases.h"

namespace rostrum::mesos {
namespace {

using Records = std::vector<std::string>;

Status Feed(RecordDecoder* decoder, std::string_view bytes, Records* records) {
  return decoder->Feed(bytes, [&](std::string_view record) {
    records->emplace_back(record);
    return true;
  });
}

std::string Encode(const Records& records) {
  std::string stream;
  for (const std::string& record : records) AppendRecord(record, &stream);
  return stream;
}

TEST(RecordDecoderTest, ARecordMayComeByteByByte) {
  const Records records = {"a", std::string("\n1\n\0", 4), std::string(300, 'x')};
  RecordDecoder decoder(1000);
  Records found;
  for (const char byte : Encode(records)) {
    ASSERT_TRUE(Feed(&decoder, std::string_view(&byte, 1), &found).ok());
  }
  EXPECT_EQ(found, records);
  EXPECT_TRUE(decoder.AtEnd());
}

TEST(RecordDecoderTest, APieceMayHoldManyRecords) {
  const Records records = {"one", "two", "three"};
  RecordDecoder decoder(1000);
  Records found;
  ASSERT_TRUE(Feed(&decoder, Encode(records), &found).ok());
  EXPECT_EQ(found, records);
}

TEST(RecordDecoderTest, RandomPiecesOfRandomRecords) {
  const uint64_t seed = AnySeed();
  SCOPED_TRACE("ROSTRUM_PROPERTY_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    Records records(random() % 10);
    for (std::string& record : records) {
      record.resize(1 + random() % 200);
      for (char& byte : record) byte = static_cast<char>(random());
    }
    const std::string stream = Encode(records);
    RecordDecoder decoder(200);
    Records found;
    for (std::string_view rest = stream; !rest.empty();) {
      const std::string_view piece = rest.substr(0, 1 + random() % 50);
      rest.remove_prefix(piece.size());
      ASSERT_TRUE(Feed(&decoder, piece, &found).ok());
    }
    ASSERT_EQ(found, records);
    ASSERT_TRUE(decoder.AtEnd());
  }
}

TEST(RecordDecoderTest, WhatIsNoLengthIsAnErrorThatStays) {
  for (const char* bytes :
       {"\n", "0\nx", "00\n", "-1\nx", "+1\nx", " 1\nx", "1 \nx", "1\r\nx", "x", "0x1\nx", "1.0\nx",
        "{\"type\":\"SUBSCRIBED\"}", "000000000000000000001\nx"}) {
    RecordDecoder decoder(1000);
    Records found;
    EXPECT_EQ(Feed(&decoder, bytes, &found).code(), Code::kCorrupt) << bytes;
    EXPECT_EQ(Feed(&decoder, "1\nx", &found).code(), Code::kCorrupt) << bytes;
    EXPECT_TRUE(found.empty()) << bytes;
    EXPECT_FALSE(decoder.AtEnd()) << bytes;
  }
}

TEST(RecordDecoderTest, ALengthAboveTheLimitIsAnErrorBeforeItsRecordComes) {
  RecordDecoder exact(5);
  Records found;
  EXPECT_TRUE(Feed(&exact, "5\nabcde", &found).ok());
  EXPECT_EQ(found, Records{"abcde"});
  for (const char* bytes :
       {"6", "18446744073709551615", "18446744073709551616", "99999999999999999999"}) {
    RecordDecoder decoder(5);
    EXPECT_EQ(Feed(&decoder, bytes, &found).code(), Code::kCorrupt) << bytes;
  }
  RecordDecoder wide(static_cast<size_t>(-1));
  EXPECT_EQ(Feed(&wide, "18446744073709551616", &found).code(), Code::kCorrupt);
}

TEST(RecordDecoderTest, LeadingZerosAreDigits) {
  RecordDecoder decoder(1000);
  Records found;
  EXPECT_TRUE(Feed(&decoder, "0003\nabc", &found).ok());
  EXPECT_EQ(found, Records{"abc"});
}

TEST(RecordDecoderTest, AnEndInTheMiddleIsSeen) {
  for (const char* bytes : {"3", "3\n", "3\nab"}) {
    RecordDecoder decoder(1000);
    Records found;
    EXPECT_TRUE(decoder.AtEnd());
    ASSERT_TRUE(Feed(&decoder, bytes, &found).ok());
    EXPECT_FALSE(decoder.AtEnd()) << bytes;
  }
}

TEST(RecordDecoderTest, TheReaderMayStop) {
  RecordDecoder decoder(1000);
  int calls = 0;
  const auto stop = [&](std::string_view) { return ++calls < 2; };
  EXPECT_TRUE(decoder.Feed("1\na1\nb1\nc", stop).ok());
  EXPECT_TRUE(decoder.Feed("1\nd", stop).ok());
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace rostrum::mesos
