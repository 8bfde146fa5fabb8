// `rostrum place`: one auction on real input.

#ifndef ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_

#include <ostream>
#include <span>
#include <string_view>

namespace rostrum::tools {

// Runs the verb with what follows it on the command line. Returns the exit status: 0; 1 for a
// failure; 2 for bad input, with one line on `err` that says what was wrong.
int RunPlace(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_
