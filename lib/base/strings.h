// Maps and sets of texts.

#ifndef ROSTRUM_LIB_BASE_STRINGS_H_
#define ROSTRUM_LIB_BASE_STRINGS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace rostrum {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct StringEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

// Maps and sets of std::string that can be asked with a std::string_view. No result may depend on
// the order of their elements: it differs from one standard library to another.
//
// They are the standard library's, not Abseil's flat ones: those cannot be used, nor even
// destroyed, once they have failed to grow, and the library goes on when memory runs out.
template <typename Value>
using StringMap = std::unordered_map<std::string, Value, StringHash, StringEqual>;
using StringSet = std::unordered_set<std::string, StringHash, StringEqual>;

// The same for keys whose characters live elsewhere, longer than the map.
template <typename Value>
using StringViewMap = std::unordered_map<std::string_view, Value, StringHash, StringEqual>;
using StringViewSet = std::unordered_set<std::string_view, StringHash, StringEqual>;

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_STRINGS_H_
