// UTF-8, as far as reading and writing JSON needs it.

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

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_UTF8_H_
