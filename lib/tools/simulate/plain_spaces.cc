#include "lib/tools/simulate/plain_spaces.h"

#include <algorithm>

namespace rostrum::tools {

std::string WithPlainSpaces(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\u00a0";
  std::string out;
  while (!text.empty()) {
    const size_t at = std::min(text.find(kNoBreakSpace), text.size());
    out.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) break;
    out.push_back(' ');
    text.remove_prefix(kNoBreakSpace.size());
  }
  return out;
}

}  // namespace rostrum::tools
