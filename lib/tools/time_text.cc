#include "lib/tools/time_text.h"

#include "lib/base/format.h"

namespace rostrum::tools {

std::string TimeText(std::time_t when, const char* format) {
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), format, &parts));
}

std::string TimeText(std::chrono::system_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  return Format("{}.{:03}Z",
                TimeText(std::chrono::system_clock::to_time_t(when), "%Y-%m-%dT%H:%M:%S"),
                milliseconds);
}

}  // namespace rostrum::tools
