#include "lib/mesos/store/set_aside.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/base/retry.h"
#include "lib/mesos/store/sync_folder.h"

namespace rostrum::mesos {
namespace {

constexpr mode_t kOwnFile = 0600;

Status Error(const std::string& path, std::string_view verb) {
  return Unavailable(
      Format("{} cannot be {}: {}", path, verb, std::generic_category().message(errno)));
}

}  // namespace

std::string ResolvedPath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::canonical(path, error);
  return error ? path : resolved.string();
}

std::string FreeName(const std::string& path, std::string_view suffix,
                     const std::function<bool(const std::string&)>& is_taken) {
  std::string name = Format("{}{}", path, suffix);
  for (int number = 2; is_taken(name); ++number) {
    name = Format("{}{}.{}", path, suffix, number);
  }
  return name;
}

std::string FreeName(const std::string& path, std::string_view suffix) {
  return FreeName(path, suffix, [](const std::string& name) {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(name, error));
  });
}

Expected<std::string> SetAside(const std::string& path, std::string_view suffix) {
  std::string name = FreeName(path, suffix);
  // An earlier version may have left it open to all.
  if (chmod(path.c_str(), kOwnFile) != 0) return Error(path, "closed to others");
  if (std::rename(path.c_str(), name.c_str()) != 0) return Error(path, "set aside");
  if (Status status = SyncFolderOf(name); !status.ok()) return status;
  return name;
}

Expected<std::string> KeepAside(const std::string& path, std::string_view suffix,
                                std::string_view bytes) {
  std::string name = FreeName(path, suffix);
  Status status = WriteOwnFile(name, bytes);
  if (status.ok()) status = SyncFolderOf(name);
  if (status.ok()) return name;
  // A part of it is of no use to anybody.
  std::remove(name.c_str());
  return status;
}

Status WriteOwnFile(const std::string& path, std::string_view bytes) {
  const Descriptor file(Retry([&] {
    return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kOwnFile);
  }));
  if (!file.ok()) return Error(path, "written");
  while (!bytes.empty()) {
    const ssize_t size = Retry([&] { return write(file.number(), bytes.data(), bytes.size()); });
    if (size < 0) return Error(path, "written");
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  if (fsync(file.number()) != 0) return Error(path, "written to the disk");
  return {};
}

}  // namespace rostrum::mesos
