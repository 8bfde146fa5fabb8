#include "lib/tools/input_files.h"

#include "lib/base/format.h"
#include "lib/tools/paths.h"
#include "lib/wire/read_file.h"

namespace rostrum::tools {

Status CheckStandardInput(const Flags& flags, std::span<const std::string_view> names) {
  int count = 0;
  std::string listed;
  for (const std::string_view name : names) {
    count += flags.Text(name) == "-";
    const bool is_last = name == names.back();
    listed += Format("{}--{}", listed.empty() ? "" : (is_last ? " and " : ", "), name);
  }
  if (count <= 1) return {};
  return InvalidArgument(Format("standard input (-) can be read for only one of {}", listed));
}

Expected<InputFile> ReadInputFile(const Flags& flags, std::string_view flag) {
  const Expected<std::string> path = ReadInputPath(flags, flag);
  if (!path.ok()) return path.status();
  InputFile file{*path == "-" ? "standard input" : *path, ""};
  if (Status status = wire::ReadFile(*path, &file.text); !status.ok()) return status;
  return file;
}

}  // namespace rostrum::tools
