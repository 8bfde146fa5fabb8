#include "lib/wire/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/base/format.h"

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

namespace {

// The bytes that may follow a first byte: how many, and the range of the next one. The range keeps
// out overlong forms, surrogates and what lies beyond U+10FFFF; further bytes are always 80 to BF.
struct Sequence {
  size_t length = 0;
  uint8_t lowest = 0x80;
  uint8_t highest = 0xBF;
};

Sequence SequenceOf(uint8_t first) {
  if (first < 0x80) return {.length = 1};
  if (first < 0xC2) return {};
  if (first < 0xE0) return {.length = 2};
  if (first == 0xE0) return {.length = 3, .lowest = 0xA0};
  if (first == 0xED) return {.length = 3, .highest = 0x9F};
  if (first < 0xF0) return {.length = 3};
  if (first == 0xF0) return {.length = 4, .lowest = 0x90};
  if (first < 0xF4) return {.length = 4};
  if (first == 0xF4) return {.length = 4, .highest = 0x8F};
  return {};
}

struct Range {
  char32_t first = 0;
  char32_t last = 0;
};

constexpr std::array<Range, 12> kHidden = {{
    {0x00, 0x1F},        // Controls,
    {0x7F, 0x9F},        // DEL, and the controls beyond ASCII, which some terminals obey too.
    {0xAD, 0xAD},        // The soft hyphen.
    {0x61C, 0x61C},      // A mark of direction.
    {0x180E, 0x180E},    // A separator without width.
    {0x200B, 0x200F},    // No width, joiners, and marks of direction.
    {0x2028, 0x202E},    // Ends of lines and paragraphs, and turns of direction.
    {0x2060, 0x206F},    // Invisible operators, and more turns of direction.
    {0xFDD0, 0xFDEF},    // No characters.
    {0xFEFF, 0xFEFF},    // The byte order mark.
    {0xFFF9, 0xFFFB},    // Marks of annotations.
    {0xE0000, 0xE007F},  // Tags: a second ASCII that does not show.
}};

}  // namespace

char32_t CodePoint(std::string_view character) {
  const auto first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first;
  char32_t value = first & (0x7Fu >> character.size());
  for (const char c : character.substr(1)) value = value << 6 | (static_cast<uint8_t>(c) & 0x3Fu);
  return value;
}

bool IsHidden(char32_t character) {
  if ((character & 0xFFFE) == 0xFFFE) return true;  // The last two of a plane are no characters.
  return std::any_of(kHidden.begin(), kHidden.end(), [&](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

size_t CharacterLength(std::string_view text) {
  if (text.empty()) return 0;
  Sequence sequence = SequenceOf(static_cast<uint8_t>(text[0]));
  if (text.size() < sequence.length) return 0;
  for (size_t i = 1; i < sequence.length; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < sequence.lowest || byte > sequence.highest) return 0;
    sequence.lowest = 0x80;
    sequence.highest = 0xBF;
  }
  return sequence.length;
}

size_t ValidPrefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Most text is ASCII, which needs no look at its neighbours.
    const bool ascii = static_cast<uint8_t>(text[at]) < 0x80;
    const size_t length = ascii ? 1 : CharacterLength(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

}  // namespace rostrum::wire
