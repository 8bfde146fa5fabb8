#include "lib/tools/input_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "lib/base/format.h"
#include "lib/tools/flags.h"
#include "lib/wire/read_file.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {
namespace {

// What tells two files apart: the file itself if it is there, else where it would be.
struct Identity {
  std::optional<std::pair<dev_t, ino_t>> file;
  std::string path;
};

std::optional<Identity> IdentityOf(const struct stat& about) {
  // What is read from a terminal or a pipe is not lost by writing to it.
  if (!S_ISREG(about.st_mode)) return std::nullopt;
  return Identity{std::pair(about.st_dev, about.st_ino), ""};
}

std::optional<Identity> IdentityOf(int descriptor) {
  struct stat about = {};
  return fstat(descriptor, &about) == 0 ? IdentityOf(about) : std::nullopt;
}

std::optional<Identity> IdentityOf(const std::string& path) {
  if (path == "-") return IdentityOf(STDIN_FILENO);
  struct stat about = {};
  if (stat(path.c_str(), &about) == 0) return IdentityOf(about);
  const Expected<std::string> target = FollowLinks(path);
  if (!target.ok()) return std::nullopt;
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(*target, error);
  return error ? std::nullopt : std::optional(Identity{{}, whole.string()});
}

bool IsSame(const std::optional<Identity>& a, const std::optional<Identity>& b) {
  return a && b && a->file == b->file && a->path == b->path;
}

}  // namespace

Expected<std::string> ReadInputPath(const Flags& flags, std::string_view name) {
  if (flags.Has(name) && flags.Text(name).empty()) {
    return InvalidArgument(Format("--{} is \"\", expected a file", name));
  }
  return std::string(flags.Text(name));
}

Expected<std::string> ReadOutputPath(const Flags& flags, std::string_view name) {
  if (flags.Text(name) == "-") {
    return InvalidArgument(
        Format("--{} is \"-\", expected a file (a file of that name is ./-)", name));
  }
  return ReadInputPath(flags, name);
}

Status CheckOutputs(std::span<const NamedPath> inputs, std::span<const NamedPath> outputs) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    const NamedPath& output = outputs[i];
    if (output.path.empty()) continue;
    const std::optional<Identity> identity = IdentityOf(output.path);
    const auto check = [&](const NamedPath& other) -> Status {
      if (other.path.empty() || !IsSame(identity, IdentityOf(other.path))) return {};
      return InvalidArgument(Format("--{} and --{} name the same file, \"{}\", expected two",
                                         other.flag, output.flag, Shown(output.path)));
    };
    for (const NamedPath& input : inputs) {
      if (Status status = check(input); !status.ok()) return status;
    }
    for (const NamedPath& earlier : outputs.first(i)) {
      if (Status status = check(earlier); !status.ok()) return status;
    }
    if (!IsSame(identity, IdentityOf(STDOUT_FILENO))) continue;
    return InvalidArgument(
        Format("--{} is \"{}\", which is the standard output, expected "
                    "another file",
                    output.flag, Shown(output.path)));
  }
  return {};
}

Expected<std::string> FollowLinks(const std::string& path) {
  constexpr int kMostLinks = 40;  // As many as Linux follows.
  std::filesystem::path target = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    std::error_code error;
    const std::filesystem::path next = std::filesystem::read_symlink(target, error);
    if (error) return target.string();  // No link; or what opening it will say.
    // An absolute one takes the place of all that is before it.
    target = target.parent_path() / next;
  }
  return Unavailable(Format("{}: {}", path, std::generic_category().message(ELOOP)));
}

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

Expected<std::shared_ptr<Strategy>> LoadStrategy(std::string_view name) {
  if (std::shared_ptr<Strategy> strategy = MakeStrategy(name)) return strategy;
  const bool is_path = name.find('/') != std::string_view::npos;
  if (!is_path && !name.ends_with(".so")) {
    return InvalidArgument(
        Format("there is no strategy \"{}\", expected {} or the path of a plug-in, NAME.so",
                    Shown(name), Join(StrategyNames(), ", ")));
  }
  // The dynamic linker would look for a name without a slash in its own folders alone.
  return LoadPlugin(is_path ? std::string(name) : Format("./{}", name));
}

}  // namespace rostrum::tools
