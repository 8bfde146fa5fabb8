// What the command line of `rostrum simulate` asks for.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_OPTIONS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/tools/flags.h"
#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/made_cluster.h"
#include "lib/tools/simulate/trace.h"
#include "rostrum/configuration.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

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

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_OPTIONS_H_
