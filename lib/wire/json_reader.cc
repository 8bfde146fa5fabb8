#include "lib/wire/json_reader.h"

#include <fmt/format.h>

#include <cstdlib>
#include <new>

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

// Numbers as texts: forms check them exactly, and errors show them as they were written.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
                            rapidjson::kParseNumbersAsStringsFlag;

}  // namespace

Status ReadJson(std::string_view text, std::string_view file_name, Form* root) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  JsonHandler handler(text, file_name, stream, root);
  // RapidJSON counts in 32 bits.
  if (text.size() > kFileMaximum) {
    return InvalidArgument(handler.ProblemAt(
        0, fmt::format("the text has {} bytes, expected at most {}", text.size(), kFileMaximum)));
  }
  if (const std::string_view encoding = OtherEncoding(text); !encoding.empty()) {
    return InvalidArgument(
        handler.ProblemAt(0, fmt::format("the text is in {}, expected UTF-8", encoding)));
  }
  SyntaxError error;
  try {
    Reader reader;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
    error.code = result.Code();
    error.offset = result.Offset();
  } catch (const TokenTooLong&) {
    return InvalidArgument(handler.TokenTooLongAt(handler.NextToken()));
  }
  if (error.code == rapidjson::kParseErrorTermination) return InvalidArgument(handler.problem());
  // RapidJSON takes a zero byte for the end of the text.
  if (error.code == rapidjson::kParseErrorNone && stream.Tell() < text.size()) {
    error.code = rapidjson::kParseErrorDocumentRootNotSingular;
    error.offset = stream.Tell();
  }
  if (error.code == rapidjson::kParseErrorNone) return {};
  error.token = handler.NextToken();
  return InvalidArgument(
      handler.ProblemAt(error.offset, SyntaxProblem(error, text, root->Expected())));
}

}  // namespace rostrum::wire
