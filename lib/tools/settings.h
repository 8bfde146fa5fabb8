// The settings of a strategy, as flags.

#ifndef ROSTRUM_LIB_TOOLS_SETTINGS_H_
#define ROSTRUM_LIB_TOOLS_SETTINGS_H_

#include <string_view>
#include <vector>

#include "lib/tools/flags.h"
#include "rostrum/configuration.h"
#include "rostrum/status.h"

namespace rostrum::tools {

struct Setting {
  std::string_view key;
  std::string_view value;
};

// One value of --set, KEY=VALUE.
Expected<Setting> ReadSetting(std::string_view text);

// The values of --set: known keys, each once, with values that they may have.
Expected<std::vector<Setting>> ReadSettings(const Flags& flags);

// Sets all of them. REQUIRES: they come from ReadSettings.
Status ApplySettings(const std::vector<Setting>& settings, Configuration* configuration);

// The value of --format, which is text or json: whether it is json.
Expected<bool> ReadAsJson(const Flags& flags);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SETTINGS_H_
