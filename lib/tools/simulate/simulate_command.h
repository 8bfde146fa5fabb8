// `rostrum simulate`: a cluster over time with no cluster at all.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_

#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "rostrum/round.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// Called with every round and the name of its strategy. It is destroyed when there are no more.
using RoundSink = std::function<Status(const Round& round, std::string_view strategy_name)>;

// What the simulation needs of others.
struct SimulateHooks {
  // Opens the file of --record. Without it, --record is an error.
  std::function<Expected<RoundSink>(const std::string& path)> open_recorder;
};

// Runs the verb with what follows it on the command line. Returns the exit status: 0; 1 for a
// failure; 2 for bad input, with one line on `err` that says what was wrong. A progress bar is
// drawn on `err` if that is std::cerr and a terminal.
int RunSimulate(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err,
                const SimulateHooks& hooks = {});

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_
