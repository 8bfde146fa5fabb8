#include "lib/mesos/framework/start_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/store/file_store.h"

namespace rostrum::mesos {
namespace {

// Of the tasks that are left behind, so many are named.
constexpr size_t kNamedMaximum = 100;

// What is behind a journal's name when it is not used any more.
constexpr std::string_view kCut = ".cut";
constexpr std::string_view kRefused = ".refused";

// To whom a journal belongs, as its last records of that kind say.
StoredId OwnerOf(const std::vector<journal::Record>& records) {
  StoredId owner;
  for (const journal::Record& record : records) {
    if (record.what_case() == journal::Record::kFrameworkId) owner.id = record.framework_id();
    if (record.what_case() == journal::Record::kGeneration) owner.generation = record.generation();
  }
  return owner;
}

std::set<std::string> TasksOf(const std::vector<journal::Record>& records) {
  std::set<std::string> tasks;
  for (const journal::Record& record : records) {
    if (record.has_launched()) tasks.insert(record.launched().task_id());
    if (record.what_case() == journal::Record::kEnded) tasks.erase(record.ended());
  }
  return tasks;
}

// Why a journal cannot be used beside an id; "": it can.
std::string Unfitness(const JournalContent& content, const StoredId& stored) {
  if (!content.damage.empty()) return content.damage;
  const StoredId owner = OwnerOf(content.records);
  if (stored.id.empty()) return {};
  if (!owner.id.empty() && owner.id != stored.id) {
    return Format("it is the journal of framework {}, expected that of {}, whose id is kept",
                       owner.id, stored.id);
  }
  // The first journal of a framework has a generation a moment before the master says the id.
  const bool is_first = stored.generation > 0 && owner.generation > 0;
  if (owner.id.empty() && !is_first) {
    return Format("it is empty, expected the journal of framework {}, whose id is kept",
                       stored.id);
  }
  if (owner.generation >= stored.generation) return {};
  return Format("it is of start {} of framework {}, expected start {} or a later one: it is "
                     "an older copy",
                     owner.generation, stored.id, stored.generation);
}

class Starter {
 public:
  explicit Starter(const FrameworkOptions& options)
      : path_(options.journal_path),
        adopts_(options.settings.adopt_running),
        is_new_(options.settings.new_framework),
        store_(*options.scheduler.id_store) {}

  Expected<StartFiles> Read() {
    Expected<StoredId> stored = store_.Load();
    const bool is_no_id = stored.status().code() == Code::kCorrupt;
    if (!stored.ok() && !(is_new_ && is_no_id)) {
      files_.journal = MakeMemoryJournal();
      files_.id_status = stored.status();
      return std::move(files_);
    }
    if (stored.ok()) stored_ = std::move(*stored);
    Status status = path_.empty() ? BeginWithoutJournal() : BeginWithJournal();
    if (!status.ok()) return status;
    files_.beginning.has_past = !stored_.id.empty();
    return std::move(files_);
  }

 private:
  Status BeginWithoutJournal() {
    files_.journal = MakeMemoryJournal();
    files_.beginning.has_lost_some = !stored_.id.empty();
    return is_new_ ? LeaveBehind({}) : Status();
  }

  Status BeginWithJournal() {
    std::error_code error;
    const bool is_missing = !std::filesystem::exists(path_, error) && !error;
    // A refusal leaves everything as it is, and makes no file.
    if (is_missing && !stored_.id.empty() && !adopts_ && !is_new_) {
      return Refuse(
          Format("there is no such file, expected the journal of framework {}, whose id is "
                      "kept",
                      stored_.id));
    }
    Expected<OpenedJournal> opened = OpenJournal(path_);
    if (!opened.ok()) return opened.status();
    const std::string unfit = Unfitness(opened->content, stored_);
    if (!opened->content.is_journal) {
      return Corrupt(Format("{}: {}; name another file, or move this one away", path_, unfit));
    }
    generation_ = 1 + std::max(stored_.generation, OwnerOf(opened->content.records).generation);
    Status status;
    if (is_new_) {
      status = BeginAnew(std::move(*opened));
    } else if (unfit.empty()) {
      status = Use(std::move(*opened));
    } else if (adopts_) {
      status = Adopt(std::move(*opened), unfit);
    } else {
      status = Refuse(unfit);
    }
    return status.ok() ? Raise() : status;
  }

  Status Refuse(const std::string& why) const {
    return Corrupt(Format(
        "{}: {}. Nothing is started, and what runs goes on. With adopt_running (--adopt-running) "
        "the framework starts with what Mesos says runs, and the file is kept as {}",
        path_, why, FreeName(path_, kRefused)));
  }

  Status Use(OpenedJournal opened) {
    files_.journal = std::move(opened.journal);
    files_.beginning.records = std::move(opened.content.records);
    RecoverId(OwnerOf(files_.beginning.records).id);
    // Of the title alone there is nothing to keep.
    if (opened.torn_end.empty() || opened.content.torn_at == 0) return {};
    const Expected<std::string> kept = KeepAside(ResolvedPath(path_), kCut, opened.torn_end);
    if (!kept.ok()) return kept.status();
    files_.beginning.has_lost_some = true;
    Tell(Format("{}: its end was torn; the last {} bytes are cut off and kept as {}, and what "
                     "is found running and is not known is adopted",
                     path_, opened.torn_end.size(), *kept));
    return {};
  }

  Status Adopt(OpenedJournal opened, const std::string& why) {
    const std::string owner = OwnerOf(opened.content.records).id;
    RecoverId(owner);
    if (owner == stored_.id) files_.beginning.salvaged = opened.content.records;
    files_.beginning.has_lost_some = true;
    const Expected<std::string> kept = Replace(std::move(opened));
    if (!kept.ok()) return kept.status();
    Tell(Format("{}: {}; {}what is found running is adopted", path_, why,
                     kept->empty() ? "" : "it is kept as " + *kept + ", and "));
    return {};
  }

  // What the journal knows belongs to the framework that it names.
  void RecoverId(const std::string& owner) {
    if (!stored_.id.empty() || owner.empty()) return;
    stored_.id = owner;
    is_recovered_ = true;
    Tell(Format("no framework id was kept; {} is taken from {}", owner, path_));
  }

  Status BeginAnew(OpenedJournal opened) {
    const StoredId owner = OwnerOf(opened.content.records);
    if (stored_.id.empty()) stored_.id = owner.id;
    const std::set<std::string> tasks = TasksOf(opened.content.records);
    Expected<std::string> kept = Replace(std::move(opened), kLeftBehind);
    if (!kept.ok()) return kept.status();
    if (!kept->empty()) Tell(Format("the old journal is kept as {}", *kept));
    return LeaveBehind(tasks);
  }

  // Forgets the id, and says what that leaves behind.
  Status LeaveBehind(const std::set<std::string>& tasks) {
    const Expected<std::string> kept = store_.SetAside();
    if (!kept.ok()) return kept.status();
    if (stored_.id.empty() && kept->empty()) return {};
    std::string names;
    size_t named = 0;
    for (const std::string& task : tasks) {
      if (named++ == kNamedMaximum) break;
      names += (names.empty() ? ": " : ", ") + task;
    }
    if (tasks.size() > kNamedMaximum) names += ", ...";
    Tell(Format("framework {} is left behind{}, with {} tasks{}",
                     stored_.id.empty() ? "?" : stored_.id,
                     kept->empty() ? "" : " (its id is kept as " + *kept + ")", tasks.size(),
                     names));
    stored_ = {};
    return {};
  }

  // Puts an empty journal in the place of one. Returns where the old one is, "" if it was empty.
  Expected<std::string> Replace(OpenedJournal opened, std::string_view suffix = kRefused) {
    const bool is_empty =
        opened.content.records.empty() && opened.content.damage.empty() && opened.torn_end.empty();
    if (is_empty) {
      files_.journal = std::move(opened.journal);
      return std::string();
    }
    // It is held until then, so that nobody else takes it.
    Expected<std::string> kept = SetAside(ResolvedPath(path_), suffix);
    if (!kept.ok()) return kept;
    Expected<OpenedJournal> fresh = OpenJournal(path_);
    if (!fresh.ok()) return fresh.status();
    files_.journal = std::move(fresh->journal);
    return kept;
  }

  // Counts this start in both.
  Status Raise() {
    Beginning& beginning = files_.beginning;
    beginning.generation = generation_;
    std::erase_if(beginning.records, [](const journal::Record& record) {
      return record.what_case() == journal::Record::kGeneration ||
             record.what_case() == journal::Record::kFrameworkId;
    });
    std::vector<journal::Record> first;
    if (!stored_.id.empty()) first.push_back(FrameworkRecord(stored_.id));
    first.push_back(GenerationRecord(generation_));
    beginning.records.insert(beginning.records.begin(), first.begin(), first.end());
    const Status rewritten = files_.journal->Rewrite(beginning.records);
    beginning.is_kept = rewritten.ok();
    if (!rewritten.ok()) {
      Tell(rewritten.text());
      // The id's must not be ahead.
      return is_recovered_ ? rewritten : Status();
    }
    if (stored_.id.empty()) return {};
    const Status saved = store_.Save({stored_.id, generation_});
    if (!saved.ok() && is_recovered_) return saved;
    if (!saved.ok()) Tell(Format("this start cannot be kept with the id: {}", saved.text()));
    return {};
  }

  void Tell(std::string text) { files_.beginning.problems.push_back(std::move(text)); }

  const std::string path_;
  const bool adopts_;
  const bool is_new_;
  FrameworkIdStore& store_;
  StoredId stored_;
  bool is_recovered_ = false;  // The id, from the journal.
  uint64_t generation_ = 0;
  StartFiles files_;
};

}  // namespace

Expected<StartFiles> ReadStartFiles(const FrameworkOptions& options) {
  return Starter(options).Read();
}

}  // namespace rostrum::mesos
