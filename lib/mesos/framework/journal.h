// What a framework keeps over restarts.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/mesos/framework/journal.pb.h"
#include "lib/mesos/framework/journal_reader.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// An append-only file. One record file that is replaced as a whole would have to be written anew,
// with all tasks, for every launch and every status; appended records cost what they hold, and one
// fdatasync makes those of a whole round, or of a whole batch of statuses, durable. What the file
// grows beyond what is alive is cut by Rewrite, which replaces it atomically.
//
// The file is a line that names it, then frames as in lib/record/frame.h. Only its owner may read
// it, once it has been rewritten: it holds the environments of commands. journal_reader.h says what
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
