// UTF-8, as far as reading JSON and showing texts of others need it.

#ifndef ROSTRUM_LIB_WIRE_UTF8_H_
#define ROSTRUM_LIB_WIRE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace rostrum::wire {

// How many bytes the first character of `text` takes; zero if the text is empty or does not start
// with a character in valid UTF-8.
size_t CharacterLength(std::string_view text);

// How many bytes at the start of `text` are valid UTF-8.
size_t ValidPrefix(std::string_view text);

// The code point of one character. REQUIRES: valid UTF-8, and nothing behind the character.
char32_t CodePoint(std::string_view character);

// Whether a character would not show as itself where people read: controls, which a terminal obeys,
// line ends of all kinds, marks that have no width or turn the direction of their neighbours, tags,
// and code points that are no characters. Texts of others are shown without them.
bool IsHidden(char32_t character);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_UTF8_H_
