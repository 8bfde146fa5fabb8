// What the programs read: files of cells and work, and strategies by their names or paths.

#ifndef ROSTRUM_LIB_TOOLS_INPUT_FILES_H_
#define ROSTRUM_LIB_TOOLS_INPUT_FILES_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/tools/flags.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

// Files by what a user types.
//
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

// Files that flags name, and what is in them.
//
// An error if several of these flags name standard input (-), which can be read once.
Status CheckStandardInput(const Flags& flags, std::span<const std::string_view> names);

struct InputFile {
  std::string name;  // For errors.
  std::string text;
};

// Reads the file that a flag names. REQUIRES: the flag was given.
Expected<InputFile> ReadInputFile(const Flags& flags, std::string_view flag);

// Reads the file that a flag names, if it names one, and what is in it. `read` takes the text and
// the file's name.
template <typename Value>
Status ReadInto(const Flags& flags, std::string_view flag,
                Expected<std::vector<Value>> (*read)(std::string_view, std::string_view),
                std::vector<Value>* values) {
  if (!flags.Has(flag)) return {};
  const Expected<InputFile> file = ReadInputFile(flags, flag);
  if (!file.ok()) return file.status();
  Expected<std::vector<Value>> result = read(file->text, file->name);
  if (!result.ok()) return result.status();
  *values = std::move(*result);
  return {};
}

// Strategies by what a user types.
//
// One of the library's own strategies by its name, or a plug-in by the path of its shared object: a
// name that holds a slash or ends in ".so". The error names what would have been understood.
Expected<std::shared_ptr<Strategy>> LoadStrategy(std::string_view name);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_INPUT_FILES_H_
