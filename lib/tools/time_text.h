// The time of day, for people and programs.

#ifndef ROSTRUM_LIB_TOOLS_TIME_TEXT_H_
#define ROSTRUM_LIB_TOOLS_TIME_TEXT_H_

#include <chrono>
#include <ctime>
#include <string>

namespace rostrum::tools {

// In UTC, as the format of strftime says.
std::string TimeText(std::time_t when, const char* format);

// In UTC, such as 2026-11-23T09:40:01.123Z.
std::string TimeText(std::chrono::system_clock::time_point when);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_TIME_TEXT_H_
