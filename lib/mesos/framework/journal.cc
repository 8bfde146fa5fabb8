#include "lib/mesos/framework/journal.h"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/store/set_aside.h"
#include "lib/mesos/store/sync_folder.h"
#include "lib/record/append_file.h"
#include "lib/wire/read_file.h"

namespace rostrum::mesos {
namespace {

using record::AppendFile;
using record::Readers;

class FileJournal : public Journal {
 public:
  Status Open(const std::string& path, OpenedJournal* opened) {
    auto file = AppendFile::Open(path, Readers::kOwner);
    if (!file.ok()) return file.status();
    file_ = std::move(*file);
    path_ = ResolvedPath(path);
    std::string bytes;
    if (Status status = wire::ReadFile(path_, &bytes); !status.ok()) return status;
    opened->content = ReadJournal(bytes);
    opened->torn_end = bytes.substr(opened->content.torn_at);
    is_whole_ = !bytes.empty() && opened->content.damage.empty() && opened->torn_end.empty();
    return {};
  }

  void Append(const journal::Record& record) override { pending_ += FrameOf(record); }

  Status Sync() override {
    if (pending_.empty()) return {};
    const std::string bytes = std::exchange(pending_, {});
    // Behind something that is no record nobody would find it.
    if (!is_whole_) return FailedPrecondition(path_ + " is not whole, expected it to be rewritten");
    if (Status status = file_->Append(bytes); !status.ok()) return status;
    return file_->Sync();
  }

  Status Rewrite(const std::vector<journal::Record>& records) override {
    const std::string next = path_ + ".next";
    auto opened = AppendFile::Open(next, Readers::kOwner);
    if (!opened.ok()) return opened.status();
    AppendFile& file = **opened;
    std::string bytes(kJournalTitle);
    for (const journal::Record& record : records) bytes += FrameOf(record);
    // An earlier version may have left one that is open to all.
    if (Status status = file.CloseToOthers(); !status.ok()) return status;
    if (Status status = file.Truncate(0); !status.ok()) return status;
    if (Status status = file.Append(bytes); !status.ok()) return status;
    if (Status status = file.Sync(); !status.ok()) return status;
    if (std::rename(next.c_str(), path_.c_str()) != 0) {
      return Unavailable(
          Format("{} cannot be replaced: {}", path_, std::generic_category().message(errno)));
    }
    // The lock is with the file, whatever its name.
    file_ = std::move(*opened);
    pending_.clear();
    is_whole_ = true;
    return SyncFolderOf(path_);
  }

  uint64_t bytes() const override { return file_->size() + pending_.size(); }

 private:
  std::string path_;
  std::unique_ptr<AppendFile> file_;
  std::string pending_;
  bool is_whole_ = false;
};

class MemoryJournal : public Journal {
 public:
  void Append(const journal::Record&) override {}
  Status Sync() override { return {}; }
  Status Rewrite(const std::vector<journal::Record>&) override { return {}; }
  uint64_t bytes() const override { return 0; }
};

}  // namespace

Expected<OpenedJournal> OpenJournal(const std::string& path) {
  OpenedJournal opened;
  auto journal = std::make_unique<FileJournal>();
  if (Status status = journal->Open(path, &opened); !status.ok()) return status;
  opened.journal = std::move(journal);
  return opened;
}

std::unique_ptr<Journal> MakeMemoryJournal() { return std::make_unique<MemoryJournal>(); }

}  // namespace rostrum::mesos
