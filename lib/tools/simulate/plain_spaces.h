// Texts for terminals and programs.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_PLAIN_SPACES_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_PLAIN_SPACES_H_

#include <string>
#include <string_view>

namespace rostrum::tools {

// The text with plain spaces in place of no-break ones, which the report's texts hold and which are
// in the way of anyone who searches a terminal or compares strings.
std::string WithPlainSpaces(std::string_view text);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_PLAIN_SPACES_H_
