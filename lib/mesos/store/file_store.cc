#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/base/retry.h"
#include "lib/mesos/store/set_aside.h"
#include "lib/mesos/store/stored_id.h"
#include "lib/mesos/store/sync_folder.h"
#include "rostrum/mesos/framework_id_store.h"

namespace rostrum::mesos {
namespace {

class FileStore : public FrameworkIdStore {
 public:
  explicit FileStore(std::string path) : path_(std::move(path)) {}

  Expected<StoredId> Load() override {
    // Not blocking, or a pipe without a writer would hold us here.
    const Descriptor file(
        Retry([&] { return open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); }));
    if (!file.ok() && errno == ENOENT) return StoredId();
    if (!file.ok()) return Error("opened");
    std::string text(kStoredIdBytesMaximum + 1, '\0');
    const ssize_t size = Retry([&] { return read(file.number(), text.data(), text.size()); });
    if (size < 0) return Error("read");
    text.resize(static_cast<size_t>(size));
    return ReadStoredId(text, path_);
  }

  Status Save(const StoredId& stored) override {
    const std::string path = ResolvedPath(path_);
    const std::string next = path + ".next";
    if (Status status = WriteOwnFile(next, WriteStoredId(stored)); !status.ok()) return status;
    if (std::rename(next.c_str(), path.c_str()) != 0) return Error("replaced");
    return SyncFolderOf(path);
  }

  Status Clear() override {
    if (unlink(path_.c_str()) != 0 && errno != ENOENT) return Error("removed");
    return SyncFolderOf(path_);
  }

  Expected<std::string> SetAside() override {
    if (access(path_.c_str(), F_OK) != 0 && errno == ENOENT) return std::string();
    return mesos::SetAside(path_, kLeftBehind);
  }

 private:
  Status Error(std::string_view verb) const {
    return Unavailable(
        Format("{} cannot be {}: {}", path_, verb, std::generic_category().message(errno)));
  }

  const std::string path_;
};

class MemoryStore : public FrameworkIdStore {
 public:
  explicit MemoryStore(std::string id) : stored_{std::move(id), 0} {}
  Expected<StoredId> Load() override { return stored_; }
  Status Save(const StoredId& stored) override {
    stored_ = stored;
    return {};
  }
  Status Clear() override {
    stored_ = {};
    return {};
  }
  Expected<std::string> SetAside() override {
    stored_ = {};
    return std::string();
  }

 private:
  StoredId stored_;
};

}  // namespace

std::unique_ptr<FrameworkIdStore> MakeFileStore(std::string path) {
  return std::make_unique<FileStore>(std::move(path));
}

std::unique_ptr<FrameworkIdStore> MakeMemoryStore(std::string id) {
  return std::make_unique<MemoryStore>(std::move(id));
}

}  // namespace rostrum::mesos
