#include "lib/wire/utf8.h"

#include <cstdint>

namespace rostrum::wire {
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

}  // namespace

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
