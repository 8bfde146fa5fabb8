#include "lib/mesos/framework/journal.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <utility>

#include "lib/mesos/store/sync_folder.h"
#include "lib/record/append_file.h"
#include "lib/record/frame.h"
#include "lib/wire/read_file.h"

namespace rostrum::mesos {
namespace {

using record::AppendFile;
using record::kFrameHeaderBytes;

constexpr std::string_view kTitle = "rostrum mesos journal 1\n";

std::string Frame(const journal::Record& record) {
  std::string frame(kFrameHeaderBytes, '\0');
  record.AppendToString(&frame);
  record::SealFrame(&frame);
  return frame;
}

// Reads records up to the end, or up to where the file is torn.
class Reader {
 public:
  Reader(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  Status Read(std::vector<journal::Record>* records) {
    if (!bytes_.starts_with(kTitle)) {
      // A file that was made a moment before a crash.
      if (kTitle.starts_with(bytes_)) return {};
      return Corrupt(
          fmt::format("{} is not the journal of a framework on Mesos, expected it to begin with "
                      "\"rostrum mesos journal 1\"",
                      path_));
    }
    whole_ = kTitle.size();
    while (whole_ + kFrameHeaderBytes <= bytes_.size()) {
      const std::string_view rest = bytes_.substr(whole_);
      const uint64_t length = record::FrameLength(rest);
      if (!record::BeginsWithFrame(rest, length)) return CheckTorn(rest, length);
      journal::Record record;
      if (!record.ParseFromArray(rest.data() + kFrameHeaderBytes, static_cast<int>(length))) {
        return Corrupt(
            fmt::format("{}: the record at byte {} is complete, but not a record of a journal",
                        path_, whole_));
      }
      records->push_back(std::move(record));
      whole_ += kFrameHeaderBytes + length;
    }
    return {};
  }

  uint64_t whole() const { return whole_; }

 private:
  // Whole records behind it say that this one was whole once.
  Status CheckTorn(std::string_view rest, uint64_t length) const {
    if (length > rest.size() - kFrameHeaderBytes) return {};
    const std::string_view behind = rest.substr(kFrameHeaderBytes + length);
    if (behind.size() < kFrameHeaderBytes ||
        !record::BeginsWithFrame(behind, record::FrameLength(behind))) {
      return {};
    }
    return Corrupt(
        fmt::format("{}: the record at byte {} is damaged, and others follow it", path_, whole_));
  }

  const std::string_view bytes_;
  const std::string& path_;
  uint64_t whole_ = 0;
};

class FileJournal : public Journal {
 public:
  explicit FileJournal(std::string path) : path_(std::move(path)) {}

  Status Open() {
    auto file = AppendFile::Open(path_);
    if (!file.ok()) return file.status();
    file_ = std::move(*file);
    std::string bytes;
    if (Status status = wire::ReadFile(path_, &bytes); !status.ok()) return status;
    Reader reader(bytes, path_);
    if (Status status = reader.Read(&records_); !status.ok()) return status;
    if (reader.whole() == bytes.size() && !bytes.empty()) return {};
    if (Status status = file_->Truncate(reader.whole()); !status.ok()) return status;
    if (reader.whole() == 0) {
      if (Status status = file_->Append(kTitle); !status.ok()) return status;
    }
    if (Status status = file_->Sync(); !status.ok()) return status;
    return SyncFolderOf(path_);
  }

  std::vector<journal::Record> TakeRecords() override { return std::exchange(records_, {}); }

  void Append(const journal::Record& record) override { pending_ += Frame(record); }

  Status Sync() override {
    if (pending_.empty()) return {};
    if (Status status = file_->Append(pending_); !status.ok()) {
      pending_.clear();
      return status;
    }
    pending_.clear();
    return file_->Sync();
  }

  Status Rewrite(const std::vector<journal::Record>& records) override {
    const std::string next = path_ + ".next";
    auto opened = AppendFile::Open(next);
    if (!opened.ok()) return opened.status();
    AppendFile& file = **opened;
    std::string bytes(kTitle);
    for (const journal::Record& record : records) bytes += Frame(record);
    if (Status status = file.Truncate(0); !status.ok()) return status;
    if (Status status = file.Append(bytes); !status.ok()) return status;
    if (Status status = file.Sync(); !status.ok()) return status;
    if (std::rename(next.c_str(), path_.c_str()) != 0) {
      return Unavailable(
          fmt::format("{} cannot be replaced: {}", path_, std::generic_category().message(errno)));
    }
    // The lock is with the file, whatever its name.
    file_ = std::move(*opened);
    pending_.clear();
    return SyncFolderOf(path_);
  }

  uint64_t bytes() const override { return file_->size() + pending_.size(); }

 private:
  const std::string path_;
  std::unique_ptr<AppendFile> file_;
  std::vector<journal::Record> records_;
  std::string pending_;
};

class MemoryJournal : public Journal {
 public:
  std::vector<journal::Record> TakeRecords() override { return {}; }
  void Append(const journal::Record&) override {}
  Status Sync() override { return {}; }
  Status Rewrite(const std::vector<journal::Record>&) override { return {}; }
  uint64_t bytes() const override { return 0; }
};

}  // namespace

Expected<std::unique_ptr<Journal>> OpenJournal(const std::string& path) {
  auto journal = std::make_unique<FileJournal>(path);
  if (Status status = journal->Open(); !status.ok()) return status;
  return std::unique_ptr<Journal>(std::move(journal));
}

std::unique_ptr<Journal> MakeMemoryJournal() { return std::make_unique<MemoryJournal>(); }

}  // namespace rostrum::mesos
