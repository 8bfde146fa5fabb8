// Texts that come from outside: what of them is shown, and whether they are UTF-8.

#ifndef ROSTRUM_LIB_WIRE_TEXT_H_
#define ROSTRUM_LIB_WIRE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace rostrum::wire {

// Pieces of a text, made fit for an error message: one line, short, without control characters.
//
// Longer pieces are cut to this many bytes and end in "...".
inline constexpr size_t kExcerptMaximum = 60;

// Both count from 1; the column counts bytes.
struct Position {
  size_t line = 1;
  size_t column = 1;
};

// Finds lines and columns. Takes the time of one walk through the text for any number of offsets
// that do not fall, since there may be a problem in each element of a text.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {}

  // REQUIRES: offset <= the size of the text.
  Position At(size_t offset);

 private:
  std::string_view text_;
  // How far the text was walked through, where the line there begins, and its number.
  size_t offset_ = 0;
  size_t line_begin_ = 0;
  size_t line_ = 1;
};

// The one way of others' texts to a terminal: hidden characters (see utf8.h) become JSON's escapes,
// and what is not UTF-8 becomes \xHH, so that a terminal shows the text and does not obey it, and
// no text is more than one line. A text that is escaped already stays as it is.
std::string Escape(std::string_view text);

// Escape(text), cut. REQUIRES: maximum >= 3.
std::string Cut(std::string_view text, size_t maximum = kExcerptMaximum);

// A decoded string as JSON would have it, cut: "a\"b".
std::string Quote(std::string_view text);

// The JSON value that starts at `offset`, as it stands in the text, cut.
std::string ValueExcerpt(std::string_view text, size_t offset);

// What stands at `offset` where something else should: "\"}\"", "byte 0x07".
// REQUIRES: offset < text.size().
std::string CharacterExcerpt(std::string_view text, size_t offset);

// UTF-8, as far as reading JSON and showing texts of others need it.
//
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

#endif  // ROSTRUM_LIB_WIRE_TEXT_H_
