#include "lib/mesos/store/file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/base/retry.h"
#include "lib/wire/text.h"
#include "rostrum/mesos/framework_id_store.h"

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

namespace {

constexpr std::string_view kGeneration = "generation ";

bool IsId(std::string_view text) {
  return !text.empty() && wire::ValidPrefix(text) == text.size() &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

bool ReadGeneration(std::string_view line, uint64_t* generation) {
  if (!line.starts_with(kGeneration)) return false;
  line.remove_prefix(kGeneration.size());
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), *generation);
  return error == std::errc() && stop == line.data() + line.size();
}

}  // namespace

std::string WriteStoredId(const StoredId& stored) {
  std::string text = stored.id + "\n";
  if (stored.generation > 0) text += Format("{}{}\n", kGeneration, stored.generation);
  return text;
}

Expected<StoredId> ReadStoredId(std::string_view text, std::string_view where) {
  std::string_view lines = text;
  if (lines.ends_with('\n')) lines.remove_suffix(1);
  const size_t end = lines.find('\n');
  StoredId stored;
  stored.id = std::string(lines.substr(0, end));
  const bool has_more = end != std::string_view::npos;
  if (text.size() <= kStoredIdBytesMaximum && IsId(stored.id) &&
      (!has_more || ReadGeneration(lines.substr(end + 1), &stored.generation))) {
    return stored;
  }
  return Corrupt(Format("{} holds {} bytes that are no framework id, \"{}\", expected the id "
                             "in one line of UTF-8, and \"generation N\" in a second one at most",
                             where, text.size(), wire::Cut(text)));
}

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
