#include "lib/wire/syntax_problem.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "lib/base/format.h"
#include "lib/wire/excerpt.h"
#include "lib/wire/utf8.h"

namespace rostrum::wire {
namespace {

std::string Unexpected(std::string_view text, size_t offset, std::string_view expected) {
  if (offset >= text.size()) return Format("the text ends, expected {}", expected);
  return Format("found {}, expected {}", CharacterExcerpt(text, offset), expected);
}

// A value that does not start as one, or does not go on as it started.
std::string BrokenValue(const SyntaxError& error, std::string_view text) {
  if (error.offset <= error.token) return Unexpected(text, error.offset, "a value");
  switch (text[error.token]) {
    case 'n':
      return Unexpected(text, error.offset, "the rest of null");
    case 't':
      return Unexpected(text, error.offset, "the rest of true");
    case 'f':
      return Unexpected(text, error.offset, "the rest of false");
    default:
      return Unexpected(text, error.offset, "a digit");
  }
}

// Whether the text starts with \uXXXX.
bool IsEscape(std::string_view text) {
  return text.size() >= 6 && std::all_of(text.begin() + 2, text.begin() + 6, [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

// Versions of RapidJSON differ in the code they give to a bad byte in a string, so the byte
// decides.
std::string BrokenString(const SyntaxError& error, std::string_view text) {
  const std::string_view rest = text.substr(std::min(error.offset, text.size()));
  if (rest.size() <= (rest.starts_with('\\') ? 1 : 0)) {
    return "the text ends within a string, expected a closing quote";
  }
  if (error.code == rapidjson::kParseErrorStringUnicodeEscapeInvalidHex) {
    // The first half of a surrogate pair may be good and the second one broken.
    return Format("broken escape {}, expected four hexadecimal digits after \\u",
                       Escape(rest.substr(0, IsEscape(rest) ? 12 : 6)));
  }
  if (error.code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    return Format("broken escape {}, expected both halves of a pair such as \\ud83d\\ude00",
                       Escape(rest.substr(0, 6)));
  }
  if (rest[0] == '\\') {
    const size_t length = 1 + std::max<size_t>(CharacterLength(rest.substr(1)), 1);
    return Format(
        "broken escape {}, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
        Escape(rest.substr(0, length)));
  }
  const auto byte = static_cast<uint8_t>(rest[0]);
  const std::string expected =
      byte < 0x20 ? Format("the escape {}", Escape(rest.substr(0, 1))) : "valid UTF-8";
  return Format("found byte 0x{:02x} within a string, expected {}", byte, expected);
}

}  // namespace

std::string SyntaxProblem(const SyntaxError& error, std::string_view text, std::string_view whole) {
  switch (error.code) {
    case rapidjson::kParseErrorDocumentEmpty:
      if (error.offset < text.size()) return Unexpected(text, error.offset, whole);
      return Format("the text is empty, expected {}", whole);
    case rapidjson::kParseErrorDocumentRootNotSingular:
      return Unexpected(text, error.offset, "nothing more after the end of the JSON text");
    case rapidjson::kParseErrorValueInvalid:
      return BrokenValue(error, text);
    case rapidjson::kParseErrorObjectMissName:
      return Unexpected(text, error.offset, "a key in double quotes");
    case rapidjson::kParseErrorObjectMissColon:
      return Unexpected(text, error.offset, "\":\"");
    case rapidjson::kParseErrorObjectMissCommaOrCurlyBracket:
      return Unexpected(text, error.offset, "\",\" or \"}\"");
    case rapidjson::kParseErrorArrayMissCommaOrSquareBracket:
      return Unexpected(text, error.offset, "\",\" or \"]\"");
    case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
    case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
    case rapidjson::kParseErrorStringEscapeInvalid:
    case rapidjson::kParseErrorStringMissQuotationMark:
    case rapidjson::kParseErrorStringInvalidEncoding:
      return BrokenString(error, text);
    case rapidjson::kParseErrorNumberTooBig:
      return Format("number {} is too large, expected less than 1.8e308",
                         ValueExcerpt(text, error.token));
    case rapidjson::kParseErrorNumberMissFraction:
      return Unexpected(text, error.offset, "a digit after the decimal point");
    case rapidjson::kParseErrorNumberMissExponent:
      return Unexpected(text, error.offset, "a digit of the exponent");
    default:
      return Unexpected(text, error.offset, "JSON");
  }
}

}  // namespace rostrum::wire
