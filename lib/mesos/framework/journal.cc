#include "lib/mesos/framework/journal.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/store/file_store.h"
#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/record/frame.h"
#include "lib/record/recording.h"
#include "lib/record/varint.h"
#include "lib/wire/read_file.h"

namespace rostrum::mesos {
namespace {

template <typename Scalars>
void WriteScalars(const std::vector<NamedAmount>& scalars, Scalars* written) {
  for (const NamedAmount& scalar : scalars) {
    journal::Scalar* const one = written->Add();
    one->set_name(scalar.name);
    one->set_thousandths(scalar.amount);
  }
}

template <typename Scalars>
std::vector<NamedAmount> ReadScalars(const Scalars& scalars) {
  std::vector<NamedAmount> read;
  for (const journal::Scalar& scalar : scalars) {
    read.push_back({scalar.name(), scalar.thousandths()});
  }
  return read;
}

void WriteLaunch(const Launch& launch, journal::Work* message) {
  message->set_has_launch(true);
  v1::CommandInfo command;
  WriteCommand(launch.command, &command);
  command.SerializeToString(message->mutable_command());
  if (launch.container) {
    v1::ContainerInfo container;
    WriteContainer(*launch.container, &container);
    container.SerializeToString(message->mutable_container());
  }
  if (launch.kill_grace_period) message->set_kill_grace_ms(launch.kill_grace_period->count());
}

std::shared_ptr<const Launch> ReadLaunch(const journal::Work& message) {
  if (!message.has_launch()) return nullptr;
  auto launch = std::make_shared<Launch>();
  v1::CommandInfo command;
  command.ParseFromString(message.command());
  launch->command = ReadCommand(command);
  if (!message.container().empty()) {
    v1::ContainerInfo container;
    container.ParseFromString(message.container());
    launch->container = ReadContainer(container);
  }
  if (message.kill_grace_ms() > 0) {
    launch->kill_grace_period = std::chrono::milliseconds(message.kill_grace_ms());
  }
  return launch;
}

void WriteWork(const Instance& instance, journal::Work* message) {
  const Work& work = *instance.work;
  message->set_kind(static_cast<int32_t>(work.kind));
  message->set_guid(work.guid);
  message->set_domain(work.domain);
  message->set_memory(work.asked.memory);
  message->set_disk(work.asked.disk);
  message->set_cpu(work.asked.cpu);
  WriteScalars(work.asked.scalars, message->mutable_scalars());
  message->set_rootfs(work.constraint.rootfs);
  for (const std::string& tag : work.constraint.placement_tags) message->add_placement_tags(tag);
  for (const std::string& driver : work.constraint.volume_drivers) {
    message->add_volume_drivers(driver);
  }
  message->set_max_pids(work.max_pids);
  if (instance.launch != nullptr) WriteLaunch(*instance.launch, message);
}

std::shared_ptr<const Work> ReadWork(const journal::Work& message) {
  auto work = std::make_shared<Work>();
  work->kind = message.kind() == static_cast<int32_t>(Kind::kTask) ? Kind::kTask : Kind::kLrp;
  work->guid = message.guid();
  work->domain = message.domain();
  work->asked.memory = message.memory();
  work->asked.disk = message.disk();
  work->asked.cpu = message.cpu();
  work->asked.scalars = ReadScalars(message.scalars());
  work->constraint.rootfs = message.rootfs();
  work->constraint.placement_tags.assign(message.placement_tags().begin(),
                                         message.placement_tags().end());
  work->constraint.volume_drivers.assign(message.volume_drivers().begin(),
                                         message.volume_drivers().end());
  work->max_pids = message.max_pids();
  return work;
}

}  // namespace

journal::Record LaunchedRecord(const LaunchedTask& task, bool whole) {
  journal::Record record;
  journal::Launched* const launched = record.mutable_launched();
  launched->set_task_id(task.id);
  launched->set_agent_id(task.agent_id);
  launched->set_hostname(task.hostname);
  launched->set_zone(task.zone);
  launched->set_role(task.role);
  launched->set_executor_id(task.executor_id);
  WriteWork(task.instance, launched->mutable_work());
  launched->set_index(task.instance.index);
  launched->set_tag(task.instance.tag);
  launched->set_service(task.instance.service);
  launched->set_used_memory(task.used.memory);
  launched->set_used_disk(task.used.disk);
  launched->set_used_cpu(task.used.cpu);
  WriteScalars(task.used.scalars, launched->mutable_used_scalars());
  if (whole) {
    launched->set_has_status(task.confirmed);
    launched->set_state(static_cast<int32_t>(task.state));
    launched->set_stopping(task.stopping);
    launched->set_replaced(task.replaced);
    launched->set_adopted(task.adopted);
  }
  return record;
}

LaunchedTask ReadLaunched(const journal::Launched& record) {
  LaunchedTask task;
  task.id = record.task_id();
  task.agent_id = record.agent_id();
  task.hostname = record.hostname();
  task.zone = record.zone();
  task.role = record.role();
  task.executor_id = record.executor_id();
  task.instance.work = ReadWork(record.work());
  task.instance.launch = ReadLaunch(record.work());
  task.instance.index = record.index();
  task.instance.tag = record.tag();
  task.instance.service = record.service();
  task.used.memory = record.used_memory();
  task.used.disk = record.used_disk();
  task.used.cpu = record.used_cpu();
  task.used.containers = 1;
  task.used.scalars = ReadScalars(record.used_scalars());
  if (record.has_status()) {
    task.confirmed = true;
    task.state = static_cast<TaskState>(record.state());
  }
  task.stopping = record.stopping();
  task.replaced = record.replaced();
  task.adopted = record.adopted();
  return task;
}

journal::Record StatusRecord(const LaunchedTask& task) {
  journal::Record record;
  record.mutable_status()->set_task_id(task.id);
  record.mutable_status()->set_state(static_cast<int32_t>(task.state));
  record.mutable_status()->set_agent_id(task.agent_id);
  return record;
}

journal::Record EndedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_ended(task_id);
  return record;
}

journal::Record StoppingRecord(const std::string& task_id) {
  journal::Record record;
  record.set_stopping(task_id);
  return record;
}

journal::Record ReplacedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_replaced(task_id);
  return record;
}

journal::Record FrameworkRecord(const std::string& framework_id) {
  journal::Record record;
  record.set_framework_id(framework_id);
  return record;
}

journal::Record GenerationRecord(uint64_t generation) {
  journal::Record record;
  record.set_generation(generation);
  return record;
}

journal::Record AbandonedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_abandoned(task_id);
  return record;
}

journal::Record ExecutorRecord(const std::string& agent_id, const FrozenExecutor& executor) {
  journal::Record record;
  record.mutable_executor()->set_agent_id(agent_id);
  record.mutable_executor()->set_role(executor.role);
  v1::ExecutorInfo message;
  WriteExecutor(executor.info, &message);
  message.SerializeToString(record.mutable_executor()->mutable_info());
  return record;
}

FrozenExecutor ReadExecutorRecord(const journal::Record::Executor& record) {
  v1::ExecutorInfo message;
  message.ParseFromString(record.info());
  return {ReadExecutor(message), record.role()};
}

namespace {

using record::kFrameHeaderBytes;

// Of the tag of a field: what type it has, and its number.
constexpr unsigned kTypeMask = 7;
constexpr unsigned kVarint = 0;
constexpr unsigned kLengthDelimited = 2;
constexpr unsigned kNumberShift = 3;

// How many bytes may be given to checksums for each that there is, while records are looked for.
// Only a file that was made to do harm needs more.
constexpr uint64_t kLooks = 16;
constexpr uint64_t kLooksMinimum = uint64_t{1} << 24;

// Whether a record of `length` bytes may begin so: with the only field that it has, whose own
// length goes with that of the record. What is not there may be anything.
bool MayBeginRecord(std::string_view begin, uint64_t length) {
  if (length == 0 || length > record::kContentBytesMaximum) return false;
  if (begin.empty()) return true;
  const auto tag = static_cast<unsigned char>(begin.front());
  if (tag >> kNumberShift == 0 || tag >= 0x80) return false;
  begin.remove_prefix(1);
  const uint64_t behind_tag = length - 1;
  const size_t there = begin.size();
  const std::optional<uint64_t> number = record::TakeVarint(&begin);
  const uint64_t varint_bytes = there - begin.size();
  if (!number) return begin.empty() && varint_bytes < behind_tag;
  if ((tag & kTypeMask) == kVarint) return varint_bytes == behind_tag;
  return (tag & kTypeMask) == kLengthDelimited && varint_bytes + *number == behind_tag;
}

// Where the zeros begin with which the bytes end.
size_t EndOfContent(std::string_view bytes) {
  const size_t last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

// See ReadJournal.
bool IsTornEnd(std::string_view end) {
  const size_t content = EndOfContent(end);
  if (end.size() < kFrameHeaderBytes || content == 0) return true;
  const uint64_t length = record::FrameLength(end);
  // All that it says it has is there, or there is more.
  if (content >= kFrameHeaderBytes + length) return false;
  if (content <= kFrameHeaderBytes) return MayBeginRecord({}, length);
  return MayBeginRecord(end.substr(kFrameHeaderBytes, content - kFrameHeaderBytes), length);
}

// kJournalTitle for errors.
std::string_view TitleInWords() { return kJournalTitle.substr(0, kJournalTitle.size() - 1); }

class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : bytes_(bytes), looks_(kLooks * bytes.size() + kLooksMinimum) {}

  JournalContent Read() {
    content_.torn_at = bytes_.size();
    if (bytes_.starts_with(kJournalTitle)) {
      at_ = kJournalTitle.size();
    } else if (kJournalTitle.starts_with(bytes_)) {
      // A file that was made a moment before a crash.
      content_.torn_at = 0;
      return std::move(content_);
    } else {
      ReadUntitled();
    }
    while (at_ < bytes_.size()) {
      if (!TakeRecord() && !PassDamage()) break;
    }
    return std::move(content_);
  }

 private:
  // The title may be what is damaged. Nothing but zeros is what a crash may leave of any file.
  void ReadUntitled() {
    const std::optional<uint64_t> next = FindRecord(0);
    content_.is_journal = next.has_value() || EndOfContent(bytes_) == 0;
    content_.damage = Format("{}, expected it to begin with \"{}\"",
                             content_.is_journal ? "its title is damaged"
                                                 : "it is not the journal of a framework on Mesos",
                             TitleInWords());
    at_ = next.value_or(bytes_.size());
  }

  bool TakeRecord() {
    const std::string_view rest = bytes_.substr(at_);
    if (rest.size() < kFrameHeaderBytes) return false;
    const uint64_t length = record::FrameLength(rest);
    if (length == 0 || !record::BeginsWithFrame(rest, length)) return false;
    journal::Record record;
    if (!record.ParseFromArray(rest.data() + kFrameHeaderBytes, static_cast<int>(length))) {
      return false;
    }
    content_.records.push_back(std::move(record));
    at_ += kFrameHeaderBytes + length;
    return true;
  }

  // Goes to the next record, if there is one, and takes note of what is wrong.
  bool PassDamage() {
    const std::optional<uint64_t> next = FindRecord(at_ + 1);
    if (!next && IsTornEnd(bytes_.substr(at_))) {
      content_.torn_at = at_;
      return false;
    }
    if (content_.damage.empty()) {
      content_.damage =
          next ? Format("the record at byte {} is damaged, and others follow it at byte {}", at_,
                        *next)
               : Format(
                     "the last {} bytes, from byte {} on, are neither a record nor what a "
                     "crash leaves of one",
                     bytes_.size() - at_, at_);
    }
    if (next) at_ = *next;
    return next.has_value() && !has_given_up_;
  }

  // Where the first whole record is at `from` or behind it.
  std::optional<uint64_t> FindRecord(uint64_t from) {
    for (uint64_t at = from; at + kFrameHeaderBytes < bytes_.size(); ++at) {
      const std::string_view rest = bytes_.substr(at);
      const uint64_t length = record::FrameLength(rest);
      if (length > rest.size() - kFrameHeaderBytes ||
          !MayBeginRecord(rest.substr(kFrameHeaderBytes, length), length)) {
        continue;
      }
      // Nobody knows then what is there, so it counts as something.
      has_given_up_ = length > looks_;
      if (has_given_up_) return at;
      looks_ -= length;
      if (record::BeginsWithFrame(rest, length)) return at;
    }
    return std::nullopt;
  }

  const std::string_view bytes_;
  uint64_t looks_;  // What is left of them.
  bool has_given_up_ = false;
  uint64_t at_ = 0;
  JournalContent content_;
};

}  // namespace

std::string FrameOf(const journal::Record& record) {
  std::string frame(kFrameHeaderBytes, '\0');
  record.AppendToString(&frame);
  record::SealFrame(&frame);
  return frame;
}

JournalContent ReadJournal(std::string_view bytes) { return Reader(bytes).Read(); }

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
