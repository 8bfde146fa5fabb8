// Files by what a user types.

#ifndef ROSTRUM_LIB_TOOLS_PATHS_H_
#define ROSTRUM_LIB_TOOLS_PATHS_H_

#include <span>
#include <string>
#include <string_view>

#include "lib/tools/flags.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// The file that a flag names, empty if the flag was not given. An error if the flag's value is
// empty.
Expected<std::string> ReadInputPath(const Flags& flags, std::string_view name);
// The same for a file that is written. An error also for "-": what is written whole, or appended
// to, cannot be a stream beside the results.
Expected<std::string> ReadOutputPath(const Flags& flags, std::string_view name);

struct NamedPath {
  std::string_view flag;
  std::string path;  // Empty: the flag was not given.
};

// An error if an output is also an input or another output, by whatever path or link: one would be
// lost. Standard input and output count, as far as they are files.
Status CheckOutputs(std::span<const NamedPath> inputs, std::span<const NamedPath> outputs);

// Where a path leads, symbolic links followed, whether there is such a file or not.
Expected<std::string> FollowLinks(const std::string& path);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_PATHS_H_
