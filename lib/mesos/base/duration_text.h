// Durations as Mesos writes them into an executor's environment: "5secs", "250ms", "1.5mins".

#ifndef ROSTRUM_LIB_MESOS_BASE_DURATION_TEXT_H_
#define ROSTRUM_LIB_MESOS_BASE_DURATION_TEXT_H_

#include <chrono>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::mesos {

// A number, then one of ns, us, ms, secs, mins, hrs, days, weeks. kInvalidArgument for all else,
// for what is negative, and for more than 292 years.
Expected<std::chrono::nanoseconds> ParseDuration(std::string_view text);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_DURATION_TEXT_H_
