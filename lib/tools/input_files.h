// Files that flags name, and what is in them.

#ifndef ROSTRUM_LIB_TOOLS_INPUT_FILES_H_
#define ROSTRUM_LIB_TOOLS_INPUT_FILES_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/tools/flags.h"
#include "rostrum/status.h"

namespace rostrum::tools {

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

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_INPUT_FILES_H_
