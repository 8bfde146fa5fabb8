// Where a simulation's rounds are recorded.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RECORDER_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RECORDER_H_

#include <string>

#include "lib/tools/simulate/simulate_command.h"

namespace rostrum::tools {

// Opens a recording, without a limit on its size; see lib/record.
Expected<RoundSink> OpenSimulateRecorder(const std::string& path);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RECORDER_H_
