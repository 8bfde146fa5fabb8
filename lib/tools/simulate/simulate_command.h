// `rostrum simulate`: its flags, and the run itself.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/tools/flags.h"
#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/made_cluster.h"
#include "lib/tools/simulate/trace.h"
#include "rostrum/configuration.h"
#include "rostrum/round.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

// What the command line of `rostrum simulate` asks for.
struct NamedStrategy {
  std::string name;
  std::shared_ptr<Strategy> strategy;
};

struct SimulateOptions {
  // A made cluster, unless both files are named.
  MadeClusterOptions made;
  std::string nodes_path;
  std::string pods_path;
  TraceOptions trace;
  IncidentOptions incidents;

  std::vector<NamedStrategy> strategies;  // One at least.
  Configuration configuration;

  bool as_json = false;
  bool with_time = true;
  std::string report_path;  // Empty: none.
  std::string record_path;  // Empty: none.

  bool has_trace() const { return !nodes_path.empty(); }
};

// An error that names the flag, its value and what was expected.
Expected<SimulateOptions> ReadSimulateOptions(const Flags& flags);

// `rostrum simulate`: a cluster over time with no cluster at all.
//
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

// The flags and the help of `rostrum simulate`.

const Verb& SimulateVerb();

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_COMMAND_H_
