// The only place where Abseil's string type meets the standard one. Debian builds Abseil with its
// own string_view, other distributions make it an alias of std::string_view; this compiles with
// both, and everything else here uses the standard type.

#ifndef ROSTRUM_LIB_BASE_STRINGS_H_
#define ROSTRUM_LIB_BASE_STRINGS_H_

#include <cstddef>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace rostrum {

inline absl::string_view ToAbsl(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

inline std::string_view FromAbsl(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return absl::Hash<absl::string_view>{}(ToAbsl(text));
  }
};

struct StringEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

// Maps and sets of std::string that can be asked with a std::string_view. No result may depend on
// the order of their elements: it differs from process to process.
template <typename Value>
using StringMap = absl::flat_hash_map<std::string, Value, StringHash, StringEqual>;
using StringSet = absl::flat_hash_set<std::string, StringHash, StringEqual>;

// The same for keys whose characters live elsewhere, longer than the map.
template <typename Value>
using StringViewMap = absl::flat_hash_map<std::string_view, Value, StringHash, StringEqual>;
using StringViewSet = absl::flat_hash_set<std::string_view, StringHash, StringEqual>;

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_STRINGS_H_
