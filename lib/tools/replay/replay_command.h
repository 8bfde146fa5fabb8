// `rostrum replay`: recorded rounds, run again.

#ifndef ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_

#include <ostream>
#include <span>
#include <string_view>

namespace rostrum::tools {

// Runs the verb with what follows it on the command line. Returns the exit status: 0; 1 if a round
// came out differently with the strategy and settings that it was recorded with, or for a failure;
// 2 for bad input, with one line on `err` that says what was wrong.
int RunReplay(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPLAY_REPLAY_COMMAND_H_
