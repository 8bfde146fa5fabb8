#include "lib/mesos/base/duration_text.h"

#include <array>
#include <charconv>
#include <string>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1e3},
                                         {"ms", 1e6},
                                         {"secs", 1e9},
                                         {"mins", 60e9},
                                         {"hrs", 3600e9},
                                         {"days", 24 * 3600e9},
                                         {"weeks", 7 * 24 * 3600e9}}};

constexpr double kNanosecondsMaximum = 9.2e18;

}  // namespace

Expected<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& known : kUnits) {
    if (error != std::errc() || known.name != unit) continue;
    const double nanoseconds = number * known.nanoseconds;
    if (!(nanoseconds >= 0) || nanoseconds > kNanosecondsMaximum) break;
    return std::chrono::nanoseconds(static_cast<int64_t>(nanoseconds));
  }
  return InvalidArgument(Format(
      "invalid duration \"{}\": expected a number with ns, us, ms, secs, mins, hrs, days or weeks, "
      "such as \"1.5mins\"",
      text));
}

}  // namespace rostrum::mesos
