// Outcomes as lines for people or for programs.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_OUTCOME_WRITER_H_
#define ROSTRUM_LIB_TOOLS_MESOS_OUTCOME_WRITER_H_

#include <chrono>
#include <string>

#include "rostrum/mesos/framework.h"

namespace rostrum::tools {

// One line each, without its end. `when` is the time of day.
std::string OutcomeText(const mesos::Outcome& outcome, std::chrono::system_clock::time_point when);
std::string OutcomeJson(const mesos::Outcome& outcome, std::chrono::system_clock::time_point when);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_OUTCOME_WRITER_H_
