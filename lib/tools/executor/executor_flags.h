// The command line of rostrum-executor.

#ifndef ROSTRUM_LIB_TOOLS_EXECUTOR_EXECUTOR_FLAGS_H_
#define ROSTRUM_LIB_TOOLS_EXECUTOR_EXECUTOR_FLAGS_H_

#include <span>
#include <string>
#include <string_view>

#include "lib/mesos/executor/environment.h"
#include "lib/mesos/executor/executor.h"
#include "lib/tools/flags.h"
#include "rostrum/status.h"

namespace rostrum::tools {

const Verb& ExecutorVerb();

struct ExecutorCommand {
  bool help = false;
  bool version = false;
  std::string metrics_address;  // Empty: metrics are not served.
  // Without wall clock and log.
  mesos::ExecutorOptions options;
};

// What the command line says, then what variables ROSTRUM_EXECUTOR_* say, then what the agent says.
// kInvalidArgument names the flag, its value and what was expected.
Expected<ExecutorCommand> ReadExecutorCommand(std::span<const std::string_view> arguments,
                                              const mesos::VariableLookup& lookup);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_EXECUTOR_EXECUTOR_FLAGS_H_
