#include "lib/mesos/store/sync_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/base/retry.h"

namespace rostrum::mesos {
Status SyncFolderOf(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor opened(
      Retry([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (opened.ok() && fsync(opened.number()) == 0) return {};
  return Unavailable(Format("the folder of {} cannot be written to the disk: {}", path,
                                 std::generic_category().message(errno)));
}

}  // namespace rostrum::mesos
