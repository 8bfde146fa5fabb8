#include "lib/tools/settings.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/tools/failure.h"

namespace rostrum::tools {

Expected<Setting> ReadSetting(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return InvalidArgument(Format("--set is \"{}\", expected KEY=VALUE", Shown(text)));
  }
  return Setting{text.substr(0, equals), text.substr(equals + 1)};
}

Expected<std::vector<Setting>> ReadSettings(const Flags& flags) {
  std::vector<Setting> settings;
  for (const std::string_view text : flags.Texts("set")) {
    const Expected<Setting> setting = ReadSetting(text);
    if (!setting.ok()) return setting.status();
    Configuration scratch;
    if (Status status = ApplySettings({*setting}, &scratch); !status.ok()) return status;
    if (std::any_of(settings.begin(), settings.end(),
                    [&](const Setting& other) { return other.key == setting->key; })) {
      return InvalidArgument(
          Format("--set names \"{}\" twice, expected each key once", setting->key));
    }
    settings.push_back(*setting);
  }
  return settings;
}

Status ApplySettings(const std::vector<Setting>& settings, Configuration* configuration) {
  for (const auto& [key, value] : settings) {
    Status status = SetOption(configuration, key, value);
    // The library's text quotes both, so that they must be short.
    if (!status.ok()) status = SetOption(configuration, Shown(key), Shown(value));
    if (!status.ok()) return InvalidArgument("--set: " + status.text());
  }
  return {};
}

Expected<bool> ReadAsJson(const Flags& flags) {
  const std::string_view format = flags.Text("format", "text");
  if (format == "text" || format == "json") return format == "json";
  return InvalidArgument(Format("--format is \"{}\", expected text or json", Shown(format)));
}

}  // namespace rostrum::tools
