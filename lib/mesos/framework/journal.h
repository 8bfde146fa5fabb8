// The journal: what the framework has launched, so that it is known after a restart.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/framework/journal.pb.h"
#include "lib/mesos/framework/tasks.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Between the framework's values and its journal's records.
//
// Of a task that is launched just now; with `whole`, of one of which things have come already.
journal::Record LaunchedRecord(const LaunchedTask& task, bool whole);
LaunchedTask ReadLaunched(const journal::Launched& record);

journal::Record StatusRecord(const LaunchedTask& task);
journal::Record EndedRecord(const std::string& task_id);
journal::Record StoppingRecord(const std::string& task_id);
journal::Record ReplacedRecord(const std::string& task_id);
journal::Record FrameworkRecord(const std::string& framework_id);
journal::Record GenerationRecord(uint64_t generation);
journal::Record AbandonedRecord(const std::string& task_id);
journal::Record ExecutorRecord(const std::string& agent_id, const FrozenExecutor& executor);
FrozenExecutor ReadExecutorRecord(const journal::Record::Executor& record);

// What the bytes of a journal hold, whatever became of them.
inline constexpr std::string_view kJournalTitle = "rostrum mesos journal 1\n";

// A record as it stands in the file.
std::string FrameOf(const journal::Record& record);

struct JournalContent {
  // Every record that can be read, in order: behind damage too.
  std::vector<journal::Record> records;
  // What is wrong first, with its place and without the file's name; "": nothing.
  std::string damage;
  // Where the file's end is torn; the file's size if it is not.
  uint64_t torn_at = 0;
  // False: nothing in it is of a journal. `damage` says so.
  bool is_journal = true;
};

// Reads what AppendFile has left of a journal.
//
// A crash leaves a begin of what was appended since the last Sync: the last record is short, or
// ends with zeros where the file system had given it room and no content yet. That is a torn end:
// nothing that was acknowledged or launched depends on it. It is taken for one only if the bytes
// that are there begin a record, and no whole record is found anywhere behind them. Anything else
// is damage: so is a last record that has all its bytes and a wrong checksum, of which a crash
// leaves none, while one wrong bit does.
//
// Damage that looks exactly like a torn end cannot be told from one: the last records cut off, or
// overwritten with zeros. So after a torn end the framework kills nothing that it does not know.
//
// Takes a time that grows with the size of the file, and no more.
JournalContent ReadJournal(std::string_view bytes);

// What a framework keeps over restarts.
//
// An append-only file. One record file that is replaced as a whole would have to be written anew,
// with all tasks, for every launch and every status; appended records cost what they hold, and one
// fdatasync makes those of a whole round, or of a whole batch of statuses, durable. What the file
// grows beyond what is alive is cut by Rewrite, which replaces it atomically.
//
// The file is a line that names it, then frames as in lib/record/frame.h. Only its owner may read
// it, once it has been rewritten: it holds the environments of commands. ReadJournal says what
// a crash may leave of it, and what is damage.
//
// Thread safety: none.
class Journal {
 public:
  virtual ~Journal() = default;

  // Adds a record, which outlives a power failure once Sync has returned success. If it returns an
  // error the records since the last Sync may be kept or not.
  virtual void Append(const journal::Record& record) = 0;
  virtual Status Sync() = 0;
  // Puts these records in place of all that was kept; durable at once, or as before.
  virtual Status Rewrite(const std::vector<journal::Record>& records) = 0;
  virtual uint64_t bytes() const = 0;
};

struct OpenedJournal {
  std::unique_ptr<Journal> journal;
  JournalContent content;
  std::string torn_end;  // The bytes from content.torn_at on.
};

// Takes the file for this process, and makes an empty one if there is none. What it holds stays as
// it is until the first Rewrite, without which nothing can be added to a file that is not whole.
// kFailedPrecondition if another process has the file, or it is no regular file.
Expected<OpenedJournal> OpenJournal(const std::string& path);

// For tests, and for frameworks whose tasks may end with them.
std::unique_ptr<Journal> MakeMemoryJournal();

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_
