#include "lib/wire/json_reader.h"

#include <cstdlib>
#include <new>

#include "lib/base/format.h"
#include "lib/wire/encoding.h"
#include "lib/wire/json_handler.h"
#include "lib/wire/rapidjson.h"
#include "lib/wire/read_file.h"
#include "lib/wire/syntax_problem.h"

namespace rostrum::wire {
namespace {

struct TokenTooLong {};

// RapidJSON's buffer, in which it decodes strings. Unlike its own allocator this one has a limit,
// and does not return null, which RapidJSON would write to.
class BoundedAllocator {
 public:
  [[maybe_unused]] static constexpr bool kNeedFree = true;

  void* Malloc(size_t size) { return Realloc(nullptr, 0, size); }

  void* Realloc(void* memory, size_t /*old_size*/, size_t size) {
    // The buffer grows by half, so it gets here only after the longest token that is allowed.
    if (size > 2 * kTokenMaximum) throw TokenTooLong();
    if (size == 0) {
      std::free(memory);
      return nullptr;
    }
    void* moved = std::realloc(memory, size);
    if (moved == nullptr) throw std::bad_alloc();
    return moved;
  }

  static void Free(void* memory) { std::free(memory); }
};

using Reader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, BoundedAllocator>;

// Numbers as texts: forms check them exactly, and errors show them as they were written. One value
// at a time: what may follow it is not RapidJSON's to say.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseNumbersAsStringsFlag |
                            rapidjson::kParseStopWhenDoneFlag;

// A text that may be read at all.
Status CheckText(std::string_view text, JsonHandler* handler) {
  // RapidJSON counts in 32 bits.
  if (text.size() > kFileMaximum) {
    return InvalidArgument(handler->ProblemAt(
        0, Format("the text has {} bytes, expected at most {}", text.size(), kFileMaximum)));
  }
  if (const std::string_view encoding = OtherEncoding(text); !encoding.empty()) {
    return InvalidArgument(
        handler->ProblemAt(0, Format("the text is in {}, expected UTF-8", encoding)));
  }
  return {};
}

// Whether there is nothing but white space from the stream's place on.
bool AtEnd(std::string_view text, rapidjson::MemoryStream* stream) {
  rapidjson::SkipWhitespace(*stream);
  return stream->Tell() >= text.size();
}

// One value and no more, or values to the end of the text.
Status Read(std::string_view text, std::string_view file_name, Form* root,
            JsonHandler::Roots roots) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  JsonHandler handler(text, file_name, stream, root, roots);
  if (Status status = CheckText(text, &handler); !status.ok()) return status;
  const bool takes_more = roots == JsonHandler::Roots::kElementsToo;
  SyntaxError error;
  std::string expected = root->Expected();
  try {
    Reader reader;
    for (bool is_first = true;; is_first = false) {
      const size_t begin = stream.Tell();
      const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
      error.code = result.Code();
      error.offset = result.Offset();
      // What does not even begin as a value need not have been one.
      if (!is_first && error.code == rapidjson::kParseErrorValueInvalid && error.offset == begin) {
        error.code = rapidjson::kParseErrorDocumentEmpty;
      }
      if (error.code != rapidjson::kParseErrorNone || AtEnd(text, &stream) || !takes_more) break;
      expected = "another value or the end of the text";
    }
  } catch (const TokenTooLong&) {
    return InvalidArgument(handler.TokenTooLongAt(handler.NextToken()));
  }
  if (error.code == rapidjson::kParseErrorTermination) return InvalidArgument(handler.problem());
  if (error.code == rapidjson::kParseErrorNone && !AtEnd(text, &stream)) {
    error.code = rapidjson::kParseErrorDocumentRootNotSingular;
    error.offset = stream.Tell();
  }
  if (error.code == rapidjson::kParseErrorNone) return {};
  error.token = handler.NextToken();
  return InvalidArgument(handler.ProblemAt(error.offset, SyntaxProblem(error, text, expected)));
}

}  // namespace

Status ReadJson(std::string_view text, std::string_view file_name, Form* root) {
  return Read(text, file_name, root, JsonHandler::Roots::kOne);
}

Status ReadJsonList(std::string_view text, std::string_view file_name, WholeListForm* root) {
  return Read(text, file_name, root, JsonHandler::Roots::kElementsToo);
}

}  // namespace rostrum::wire
