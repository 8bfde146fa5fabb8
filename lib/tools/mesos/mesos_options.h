// What the command line of `rostrum mesos` asks for.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_MESOS_OPTIONS_H_
#define ROSTRUM_LIB_TOOLS_MESOS_MESOS_OPTIONS_H_

#include <chrono>
#include <string_view>
#include <vector>

#include "lib/tools/flags.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/status.h"

namespace rostrum::tools {

struct MesosOptions {
  mesos::FrameworkOptions framework;
  std::vector<mesos::WorkRequest> work;
  std::vector<mesos::Service> services;
  bool as_json = false;
  bool once = false;       // End when all work has ended.
  bool tear_down = false;  // At the end.
  std::chrono::milliseconds stop_timeout = std::chrono::milliseconds(5000);
};

// What the framework's settings are here, where they are not what the library says: there is no BBS
// that asks again for what was lost.
struct OwnDefault {
  std::string_view key;
  std::string_view value;
};
inline constexpr OwnDefault kOwnDefaults[] = {{"replace_unreachable_ms", "120000"},
                                              {"replace_lost", "true"}};

const Verb& MesosVerb();

// Reads the files too. Errors name the flag or the place in a file.
Expected<MesosOptions> ReadMesosOptions(const Flags& flags);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_MESOS_OPTIONS_H_
