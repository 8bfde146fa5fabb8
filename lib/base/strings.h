// The only place where Abseil's string type meets the standard one. Debian builds Abseil with its
// own string_view, other distributions make it an alias of std::string_view; this compiles with
// both, and everything else here uses the standard type.

#ifndef ROSTRUM_LIB_BASE_STRINGS_H_
#define ROSTRUM_LIB_BASE_STRINGS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace rostrum {

inline absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return absl::Hash<absl::string_view>{}(ToAbsl(text));
  }
};

// Maps and sets of std::string that can be asked with a std::string_view. No result may depend on
// the order of their elements: it differs from process to process.
//
// They are the standard library's, not Abseil's flat ones: those cannot be used, nor even
// destroyed, once they have failed to grow, and the library goes on when memory runs out.
template <typename Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, std::equal_to<>>;
using StringSet = std::unordered_set<std::string, StringHash, std::equal_to<>>;

// The same for keys whose characters live elsewhere, longer than the map.
template <typename Value>
using StringViewMap = std::unordered_map<std::string_view, Value, StringHash, std::equal_to<>>;
using StringViewSet = std::unordered_set<std::string_view, StringHash, std::equal_to<>>;

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_STRINGS_H_
