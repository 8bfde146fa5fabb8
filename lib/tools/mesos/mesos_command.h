// `rostrum mesos`: a framework on a real cluster.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_

#include <ostream>
#include <span>
#include <string_view>

namespace rostrum::tools {

// For how long a reader of standard output that does not read is waited for at a time.
inline constexpr int kReaderPatienceMs = 1000;

// Returns the exit status: 0 if it ended as asked, 1 if the framework failed or, with --once, if
// some work did not succeed; 2 for bad input. That lines could not be written changes nothing of
// it: see OutcomePrinter, which says too what `out` must be. Help is written to `out` as usual, and
// its state says whether it was.
int RunMesos(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_
