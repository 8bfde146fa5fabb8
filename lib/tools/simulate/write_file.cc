#include "lib/tools/simulate/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/tools/input_files.h"
#include "lib/wire/text.h"

namespace rostrum::tools {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr size_t kBarWidth = 30;
constexpr size_t kNameWidth = 24;
// The terminal's own "back to the start, and wipe to the end of the line".
constexpr std::string_view kWipe = "\r\033[K";

}  // namespace

Progress::~Progress() {
  if (drawn_) *terminal_ << kWipe << std::flush;
}

void Progress::Show(std::string_view what, double share) {
  if (terminal_ == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kInterval) return;
  drawn_ = true;
  last_ = now;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(share * kBarWidth);
  *terminal_ << kWipe
             << Format("{} [{}{}] {:3.0f} %", wire::Cut(what, kNameWidth),
                            std::string(full, '#'), std::string(kBarWidth - full, '.'), share * 100)
             << std::flush;
}

namespace {

constexpr mode_t kNewMode = 0666;  // Less what the user's mask takes off.

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

Status Failed(const std::string& path, std::string_view what) {
  return Unavailable(
      Format("{}: cannot be {}: {}", path, what, std::generic_category().message(errno)));
}

// Where a file is to be written, and what is there already.
struct Target {
  std::string path;    // Links followed.
  std::string beside;  // The name for what is not whole yet.
  bool is_there = false;
  struct stat about = {};

  bool is_stream() const { return is_there && !S_ISREG(about.st_mode); }
};

Expected<Target> FindTarget(const std::string& path) {
  Target target;
  target.is_there = stat(path.c_str(), &target.about) == 0;
  if (!target.is_there && errno != ENOENT) return Failed(path, "opened for writing");
  if (target.is_there && S_ISDIR(target.about.st_mode)) {
    return Unavailable(Format("{}: is a folder, expected a file", path));
  }
  // A file that must not be written must not be replaced either.
  if (target.is_there && access(path.c_str(), W_OK) != 0) return Failed(path, "opened for writing");
  Expected<std::string> followed = FollowLinks(path);
  if (!followed.ok()) return followed.status();
  target.path = std::move(*followed);
  const std::filesystem::path folder = std::filesystem::path(target.path).parent_path();
  target.beside = folder / Format(".rostrum-{}.tmp", getpid());
  return target;
}

int OpenBeside(const Target& target) {
  const auto create = [&] {
    return open(target.beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewMode);
  };
  const int descriptor = create();
  if (descriptor >= 0 || errno != EEXIST) return descriptor;
  // Our own number is in the name, so whoever left the file behind runs no longer.
  unlink(target.beside.c_str());
  return create();
}

Status WriteStream(const std::string& path, std::string_view content) {
  // Not blocking at first, or a pipe without a reader would hold us here.
  Descriptor stream(open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (stream.number() < 0) return Failed(path, "opened for writing");
  const int flags = fcntl(stream.number(), F_GETFL);
  if (fcntl(stream.number(), F_SETFL, flags & ~O_NONBLOCK) != 0) return Failed(path, "written");
  if (!WriteAll(stream.number(), content) || !stream.Close()) return Failed(path, "written");
  return {};
}

Status Replace(const std::string& path, const Target& target, std::string_view content) {
  Descriptor file(OpenBeside(target));
  if (file.number() < 0) return Failed(path, "opened for writing");
  const auto fail = [&](std::string_view what) {
    Status status = Failed(path, what);
    unlink(target.beside.c_str());
    return status;
  };
  const mode_t mode = target.about.st_mode & 07777;
  if (target.is_there && fchmod(file.number(), mode) != 0) return fail("written");
  if (!WriteAll(file.number(), content) || !file.Close()) return fail("written");
  if (std::rename(target.beside.c_str(), target.path.c_str()) != 0) return fail("put in place");
  return {};
}

}  // namespace

Status CheckCanWrite(const std::string& path) {
  const Expected<Target> target = FindTarget(path);
  if (!target.ok()) return target.status();
  if (target->is_stream()) return {};
  // Only trying tells: the folder may be missing, or on a file system that is not to be written.
  const Descriptor file(OpenBeside(*target));
  if (file.number() < 0) return Failed(path, "opened for writing");
  unlink(target->beside.c_str());
  return {};
}

Status WriteFile(const std::string& path, std::string_view content) {
  const Expected<Target> target = FindTarget(path);
  if (!target.ok()) return target.status();
  return target->is_stream() ? WriteStream(path, content) : Replace(path, *target, content);
}

}  // namespace rostrum::tools
