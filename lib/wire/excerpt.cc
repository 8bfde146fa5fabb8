#include "lib/wire/excerpt.h"

#include <algorithm>
#include <cstdint>

#include "lib/base/format.h"
#include "lib/wire/utf8.h"

namespace rostrum::wire {
namespace {

std::string EscapeCharacter(std::string_view character) {
  const char32_t value = CodePoint(character);
  if (!IsHidden(value)) return std::string(character);
  switch (value) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return Format("\\u{:04x}", static_cast<uint32_t>(value));
  }
}

bool EndsBareValue(char c) {
  return static_cast<uint8_t>(c) <= ' ' || c == ',' || c == ':' || c == ']' || c == '}';
}

// How many bytes the string takes that starts with the quote at the front of `text`.
size_t StringLength(std::string_view text) {
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

// How many bytes the array or object takes whose bracket is at the front of `text`.
size_t NestedLength(std::string_view text) {
  size_t depth = 0;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at += StringLength(text.substr(at));
      continue;
    }
    ++at;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && --depth == 0) return at;
  }
  return at;
}

size_t ValueLength(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '"') return StringLength(text);
  if (text[0] == '[' || text[0] == '{') return NestedLength(text);
  return static_cast<size_t>(std::find_if(text.begin(), text.end(), EndsBareValue) - text.begin());
}

}  // namespace

Position Positions::At(size_t offset) {
  if (offset < offset_) *this = Positions(text_);
  for (; offset_ < offset; ++offset_) {
    if (text_[offset_] != '\n') continue;
    line_begin_ = offset_ + 1;
    ++line_;
  }
  return {.line = line_, .column = offset - line_begin_ + 1};
}

std::string Escape(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    if (length == 0) {
      escaped += Format("\\x{:02x}", static_cast<uint8_t>(text[0]));
    } else {
      escaped += EscapeCharacter(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return escaped;
}

std::string Cut(std::string_view text, size_t maximum) {
  if (text.size() <= maximum) return Escape(text);
  // No character is split: a cut inside of one goes before it.
  size_t end = maximum;
  while (end > maximum - 3 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return Escape(text.substr(0, end)) + "...";
}

std::string Quote(std::string_view text) {
  std::string quoted;
  // Only what can show is looked at: a hostile key may be large.
  for (const char c : text.substr(0, kExcerptMaximum + 1)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return Format("\"{}\"", Cut(quoted));
}

std::string ValueExcerpt(std::string_view text, size_t offset) {
  // One byte more than fits tells whether the value goes on.
  const std::string_view window = text.substr(offset, kExcerptMaximum + 1);
  return Cut(window.substr(0, ValueLength(window)));
}

std::string CharacterExcerpt(std::string_view text, size_t offset) {
  const std::string_view rest = text.substr(offset);
  if (offset == 0 && rest.starts_with("\xEF\xBB\xBF")) return "a byte order mark";
  if (rest[0] == '"') return "'\"'";
  const auto byte = static_cast<uint8_t>(rest[0]);
  const size_t length = CharacterLength(rest);
  if (length == 0 || byte < 0x20 || byte == 0x7F) return Format("byte 0x{:02x}", byte);
  return Format("\"{}\"", Escape(rest.substr(0, length)));
}

}  // namespace rostrum::wire
