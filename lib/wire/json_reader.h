// Reads JSON into forms. Errors name the place, the value and what was expected.

#ifndef ROSTRUM_LIB_WIRE_JSON_READER_H_
#define ROSTRUM_LIB_WIRE_JSON_READER_H_

#include <rapidjson/error/error.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/rapidjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/wire/form.h"
#include "lib/wire/text.h"
#include "rostrum/status.h"

namespace rostrum::wire {

// Leads RapidJSON's events to the forms of a text.
//
// Deeper nesting is an error, so that the reader's stack is bounded. Diego's wire needs six levels.
inline constexpr size_t kNestingMaximum = 1000;

// A longer string or number is an error, so that the reader's buffer is bounded.
inline constexpr size_t kTokenMaximum = size_t{16} << 20;

// A handler in RapidJSON's sense. It has to know where each value starts, for errors, but RapidJSON
// says only where it has got to. Between the end of one token and the start of the next there are
// only spaces, commas and colons, so the start is found from the end of the token before.
class JsonHandler {
 public:
  // What the text is: one value of the root's form; or any number of values, of which an object is
  // an element of the root, as if all stood in one array.
  enum class Roots : uint8_t { kOne, kElementsToo };

  // All outlive the handler. `stream` reads `text`.
  JsonHandler(std::string_view text, std::string_view file_name,
              const rapidjson::MemoryStream& stream, Form* root, Roots roots)
      : text_(text),
        file_name_(file_name),
        stream_(stream),
        root_(root),
        roots_(roots),
        positions_(text) {}

  // What was wrong, if an event returned false: the whole error with its position.
  const std::string& problem() const { return problem_; }
  // The error for something that is no event.
  std::string ProblemAt(size_t offset, std::string_view problem);
  std::string TokenTooLongAt(size_t offset);
  // Where the token after the last event starts.
  size_t NextToken() const;

  // The events. Each returns false to stop the reading.
  bool Null();
  bool Bool(bool value);
  bool RawNumber(const char* text, rapidjson::SizeType length, bool copy);
  bool String(const char* text, rapidjson::SizeType length, bool copy);
  bool Key(const char* text, rapidjson::SizeType length, bool copy);
  bool StartObject() { return Open(/*is_array=*/false); }
  bool StartArray() { return Open(/*is_array=*/true); }
  bool EndObject(rapidjson::SizeType /*count*/) { return Close(); }
  bool EndArray(rapidjson::SizeType /*count*/) { return Close(); }

  // Never sent, since numbers are read as texts, but asked for by RapidJSON's templates.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  // An array or object that has begun and is not skipped.
  struct Level {
    Form* form = nullptr;
    bool is_array = false;
    // Whether an element or member has begun and not ended.
    bool in_child = false;
    size_t begin = 0;
    uint64_t count = 0;    // Of elements that have begun.
    std::string_view key;  // Of the last member, as it stands in the text.
  };

  // Every event does one of these first. `end` is where its token ends.
  void Advance(size_t end);
  void AdvanceOverBracket();

  template <typename Take>
  bool TakeScalar(Take take);
  bool Open(bool is_array);
  bool Close();
  bool CheckString(std::string_view decoded);

  Form* BeginValue(bool is_object);
  void EndValue();

  // The value at begin_ is not as its form expects. `opens` tells that it is an array or object.
  // As the next two, returns whether reading goes on all the same.
  bool RefuseValue(Form* form, bool opens);
  // Offers the problem to the forms that may keep it: `form`, if there is one, and all above it.
  bool Refuse(Form* form, bool opens, std::string problem);
  bool Stop(std::string problem);

  // The way to where the reader is: "[3]", ".AvailableResources", ".MemoryMB".
  std::vector<std::string> Path() const;

  std::string_view text_;
  std::string_view file_name_;
  const rapidjson::MemoryStream& stream_;
  Form* root_;
  const Roots roots_;
  Positions positions_;

  // Start and end of the last token.
  size_t begin_ = 0;
  size_t end_ = 0;
  std::vector<Level> levels_;
  // Whether an object that is an element of the root has begun, and how many elements have before
  // and with it.
  bool in_root_element_ = false;
  uint64_t root_elements_ = 0;
  // The form of the member whose key was read last.
  Form* member_ = nullptr;
  // How many arrays and objects have begun within a value that is skipped.
  size_t skipped_levels_ = 0;
  std::string problem_;
};

// Reads a JSON text into forms.
//
// Hands every value of the text to its form. The error is kInvalidArgument and names file, line,
// column, what is wrong there and what was expected; forms hold what was read before it.
//
// What does not belong to a form takes no memory, and no text makes the reader use more than some
// 40 MB of its own.
Status ReadJson(std::string_view text, std::string_view file_name, Form* root);

// The same for a list, which may be written as an array, as one element that is an object, or as
// such elements and arrays one after the other: so print programs that do not know how many there
// will be. A text with nothing in it is none of them.
Status ReadJsonList(std::string_view text, std::string_view file_name, WholeListForm* root);

// Words for what RapidJSON cannot read.
//
// Where and why a text is not JSON.
struct SyntaxError {
  rapidjson::ParseErrorCode code = rapidjson::kParseErrorNone;
  // Of the offending byte; the size of the text if it ends too early.
  size_t offset = 0;
  // Of the token that was being read, if that has begun; at or after `offset` if not.
  size_t token = 0;
};

// What is wrong and what was expected. `whole` says what the whole text should have been.
std::string SyntaxProblem(const SyntaxError& error, std::string_view text, std::string_view whole);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_JSON_READER_H_
