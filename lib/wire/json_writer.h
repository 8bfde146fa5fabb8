// Writes JSON.

#ifndef ROSTRUM_LIB_WIRE_JSON_WRITER_H_
#define ROSTRUM_LIB_WIRE_JSON_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rostrum::wire {

// Puts one JSON text together, value by value.
//
//   JsonWriter writer;
//   writer.BeginObject();
//   writer.Key("cells");
//   writer.Int(3);
//   writer.EndObject();
//   std::cout << writer.TakeText();
//
// REQUIRES: the calls make a JSON text. In an object each value follows its key, everything that
// begins ends, and there is one value on the top level.
class JsonWriter {
 public:
  enum class Layout : int32_t {
    kCompact = 1,  // All in one line, without spaces.
    kPretty = 2,   // One value a line, indented by two spaces a level.
  };

  explicit JsonWriter(Layout layout = Layout::kCompact);
  ~JsonWriter();
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;

  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();

  // What is not valid UTF-8 in a text becomes U+FFFD, byte by byte.
  void Key(std::string_view key);
  void String(std::string_view text);
  void Int(int64_t value);
  void Uint(uint64_t value);
  // The shortest text that reads as the same number. Infinities and NaN, which JSON has not, become
  // null.
  void Double(double value);
  void Bool(bool value);
  void Null();

  // What is written so far.
  const std::string& text() const;
  // The complete text; the next call begins a new one.
  std::string TakeText();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_JSON_WRITER_H_
