#include "lib/wire/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace rostrum::wire {
namespace {

std::string WriteDouble(double value) {
  JsonWriter writer;
  writer.Double(value);
  return writer.TakeText();
}

std::string WriteString(std::string_view text) {
  JsonWriter writer;
  writer.String(text);
  return writer.TakeText();
}

void WriteAllKinds(JsonWriter* writer) {
  writer->BeginObject();
  writer->Key("int");
  writer->Int(-5);
  writer->Key("list");
  writer->BeginArray();
  writer->Uint(1);
  writer->Double(0.25);
  writer->Bool(true);
  writer->Bool(false);
  writer->Null();
  writer->String("text");
  writer->EndArray();
  writer->Key("empty");
  writer->BeginObject();
  writer->EndObject();
  writer->Key("none");
  writer->BeginArray();
  writer->EndArray();
  writer->EndObject();
}

TEST(JsonWriter, WritesOneLine) {
  JsonWriter writer;
  WriteAllKinds(&writer);
  EXPECT_EQ(writer.text(),
            R"({"int":-5,"list":[1,0.25,true,false,null,"text"],"empty":{},"none":[]})");
}

TEST(JsonWriter, WritesForPeople) {
  JsonWriter writer(JsonWriter::Layout::kPretty);
  WriteAllKinds(&writer);
  EXPECT_EQ(writer.TakeText(), R"({
  "int": -5,
  "list": [
    1,
    0.25,
    true,
    false,
    null,
    "text"
  ],
  "empty": {},
  "none": []
})");
}

TEST(JsonWriter, BeginsAnewAfterTakeText) {
  for (const auto layout : {JsonWriter::Layout::kCompact, JsonWriter::Layout::kPretty}) {
    JsonWriter writer(layout);
    EXPECT_EQ(writer.TakeText(), "");
    writer.Int(1);
    EXPECT_EQ(writer.TakeText(), "1");
    writer.BeginArray();
    writer.EndArray();
    EXPECT_EQ(writer.TakeText(), "[]");
    JsonWriter moved = std::move(writer);
    moved.Int(2);
    EXPECT_EQ(moved.TakeText(), "2");
  }
}

TEST(JsonWriter, WritesTheLimitsOfIntegers) {
  JsonWriter writer;
  writer.BeginArray();
  writer.Int(std::numeric_limits<int64_t>::min());
  writer.Int(std::numeric_limits<int64_t>::max());
  writer.Uint(std::numeric_limits<uint64_t>::max());
  writer.EndArray();
  EXPECT_EQ(writer.TakeText(), "[-9223372036854775808,9223372036854775807,18446744073709551615]");
}

TEST(JsonWriter, WritesTheShortestDoubles) {
  EXPECT_EQ(WriteDouble(0), "0");
  EXPECT_EQ(WriteDouble(-0.0), "-0");
  EXPECT_EQ(WriteDouble(1), "1");
  EXPECT_EQ(WriteDouble(0.1), "0.1");
  EXPECT_EQ(WriteDouble(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(WriteDouble(1e20), "1e+20");
  EXPECT_EQ(WriteDouble(5e-324), "5e-324");
  EXPECT_EQ(WriteDouble(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
  EXPECT_EQ(WriteDouble(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(WriteDouble(-std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(WriteDouble(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsonWriter, EscapesStrings) {
  EXPECT_EQ(WriteString(""), "\"\"");
  EXPECT_EQ(WriteString(std::string_view()), "\"\"");
  EXPECT_EQ(WriteString(std::string_view("a\0b", 3)), "\"a\\u0000b\"");
  EXPECT_EQ(WriteString("\"\\/\b\f\n\r\t\x1F"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001F\"");
  EXPECT_EQ(WriteString("é€😀"), "\"é€😀\"");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(WriteString("a\xFF"
                        "b\xC3"),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"");
  EXPECT_EQ(WriteString("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  JsonWriter writer;
  writer.BeginObject();
  writer.Key("\x80");
  writer.Null();
  writer.EndObject();
  EXPECT_EQ(writer.TakeText(), "{\"\xEF\xBF\xBD\":null}");
}

}  // namespace
}  // namespace rostrum::wire
