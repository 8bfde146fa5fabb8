#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "lib/base/descriptor.h"
#include "lib/mesos/store/sync_folder.h"
#include "rostrum/mesos/framework_id_store.h"

namespace rostrum::mesos {
namespace {

// Ids have some forty bytes; a file that is much longer is another one.
constexpr size_t kIdBytesMaximum = 4096;

template <typename Call>
auto Retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class FileStore : public FrameworkIdStore {
 public:
  explicit FileStore(std::string path) : path_(std::move(path)) {}

  Expected<std::string> Load() override {
    // Not blocking, or a pipe without a writer would hold us here.
    const Descriptor file(
        Retry([&] { return open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    if (!file.ok() && errno == ENOENT) return std::string();
    if (!file.ok()) return Error("opened");
    std::string text(kIdBytesMaximum + 1, '\0');
    const ssize_t size = Retry([&] { return read(file.number(), text.data(), text.size()); });
    if (size < 0) return Error("read");
    text.resize(static_cast<size_t>(size));
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (text.empty() || text.size() > kIdBytesMaximum ||
        text.find_first_of("\n\r\0", 0, 3) != std::string::npos) {
      return Corrupt(fmt::format("{} holds {} bytes that are not a framework id, expected one "
                                 "line",
                                 path_, size));
    }
    return text;
  }

  Status Save(const std::string& id) override {
    const std::string next = path_ + ".next";
    if (Status status = Write(next, id + "\n"); !status.ok()) return status;
    if (rename(next.c_str(), path_.c_str()) != 0) return Error("replaced");
    return SyncFolderOf(path_);
  }

  Status Clear() override {
    if (unlink(path_.c_str()) != 0 && errno != ENOENT) return Error("removed");
    return SyncFolderOf(path_);
  }

 private:
  Status Error(std::string_view verb) const {
    return Unavailable(
        fmt::format("{} cannot be {}: {}", path_, verb, std::generic_category().message(errno)));
  }

  Status Write(const std::string& path, std::string_view text) {
    const Descriptor file(Retry([&] {
      return open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t{0600});
    }));
    if (!file.ok()) return Error("written");
    while (!text.empty()) {
      const ssize_t size = Retry([&] { return write(file.number(), text.data(), text.size()); });
      if (size < 0) return Error("written");
      text.remove_prefix(static_cast<size_t>(size));
    }
    if (fsync(file.number()) != 0) return Error("written to the disk");
    return {};
  }

  const std::string path_;
};

class MemoryStore : public FrameworkIdStore {
 public:
  explicit MemoryStore(std::string id) : id_(std::move(id)) {}
  Expected<std::string> Load() override { return id_; }
  Status Save(const std::string& id) override {
    id_ = id;
    return {};
  }
  Status Clear() override {
    id_.clear();
    return {};
  }

 private:
  std::string id_;
};

}  // namespace

std::unique_ptr<FrameworkIdStore> MakeFileStore(std::string path) {
  return std::make_unique<FileStore>(std::move(path));
}

std::unique_ptr<FrameworkIdStore> MakeMemoryStore(std::string id) {
  return std::make_unique<MemoryStore>(std::move(id));
}

}  // namespace rostrum::mesos
