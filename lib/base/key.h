// Keys made of several texts.

#ifndef ROSTRUM_LIB_BASE_KEY_H_
#define ROSTRUM_LIB_BASE_KEY_H_

#include <charconv>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

namespace rostrum {

// Appends a text with its length in front, so that keys made of several texts differ where these
// do.
inline void AppendToKey(std::string* key, std::string_view text) {
  char digits[std::numeric_limits<size_t>::digits10 + 2];
  char* const end = std::to_chars(digits, std::end(digits), text.size()).ptr;
  *end = ':';
  key->append(digits, end + 1);
  key->append(text);
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_KEY_H_
