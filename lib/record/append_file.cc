#include "lib/record/append_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "lib/base/format.h"
#include "lib/base/retry.h"

namespace rostrum::record {
namespace {

constexpr mode_t kAllMode = 0644;
constexpr mode_t kOwnerMode = 0600;

std::string Describe(std::string_view path, std::string_view verb, int error) {
  return Format("{} cannot be {}: {}", path, verb, std::generic_category().message(error));
}

}  // namespace

Status AppendFile::Error(std::string_view verb, int error) const {
  return Unavailable(Describe(path_, verb, error));
}

Expected<std::unique_ptr<AppendFile>> AppendFile::Open(const std::string& path,
                                                       Readers readers) {
  const mode_t mode = readers == Readers::kAll ? kAllMode : kOwnerMode;
  // Not blocking, or a pipe without a reader would hold us here.
  const int descriptor = Retry([&] {
    return open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, mode);
  });
  if (descriptor < 0) return Unavailable(Describe(path, "opened for writing", errno));
  std::unique_ptr<AppendFile> file(new AppendFile(descriptor, path));
  // A file system without locks has to do without them.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return FailedPrecondition(
        Format("{} is being written by another recorder, expected a file of its own", path));
  }
  struct stat about {};
  if (fstat(descriptor, &about) != 0) return file->Error("looked at", errno);
  if (!S_ISREG(about.st_mode)) {
    return FailedPrecondition(Format("{} is not a regular file, expected one", path));
  }
  file->size_ = static_cast<uint64_t>(about.st_size);
  return file;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status AppendFile::Append(std::string_view bytes) {
  if (torn_) {
    if (Status status = Truncate(size_); !status.ok()) return status;
  }
  const uint64_t whole = size_ + bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = Retry([&] { return write(descriptor_, bytes.data(), bytes.size()); });
    if (written < 0) {
      const int error = errno;
      torn_ = true;
      static_cast<void>(Truncate(size_));
      return Error("written to", error);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  size_ = whole;
  return {};
}

Status AppendFile::Sync() {
  if (Retry([&] { return fdatasync(descriptor_); }) != 0) return Error("written to the disk", errno);
  return {};
}

Status AppendFile::CloseToOthers() {
  if (fchmod(descriptor_, kOwnerMode) != 0) return Error("closed to others", errno);
  return {};
}

Status AppendFile::Truncate(uint64_t size) {
  if (Retry([&] { return ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
    return Error("cut", errno);
  }
  size_ = size;
  torn_ = false;
  return {};
}

Status AppendFile::Close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0 && errno != EINTR) return Error("closed", errno);
  return {};
}

}  // namespace rostrum::record
