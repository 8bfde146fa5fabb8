// Keys made of several texts.

#ifndef ROSTRUM_LIB_BASE_KEY_H_
#define ROSTRUM_LIB_BASE_KEY_H_

#include <fmt/compile.h>

#include <iterator>
#include <string>
#include <string_view>

namespace rostrum {

// Appends a text with its length in front, so that keys made of several texts differ where these
// do.
inline void AppendToKey(std::string* key, std::string_view text) {
  fmt::format_to(std::back_inserter(*key), FMT_COMPILE("{}:"), text.size());
  key->append(text);
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_KEY_H_
