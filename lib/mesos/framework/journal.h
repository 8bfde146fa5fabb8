// What a framework keeps over restarts.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/mesos/framework/journal.pb.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// An append-only file. One record file that is replaced as a whole would have to be written anew,
// with all tasks, for every launch and every status; appended records cost what they hold, and one
// fdatasync makes those of a whole round, or of a whole batch of statuses, durable. What the file
// grows beyond what is alive is cut by Rewrite, which replaces it atomically.
//
// The file is a line that names it, then frames as in lib/record/frame.h. A crash may tear what was
// written since the last Sync; nothing was launched or acknowledged for that, so it is cut off. A
// damaged record before whole ones is an error.
//
// Thread safety: none.
class Journal {
 public:
  virtual ~Journal() = default;

  // What was kept, in order. To be called once, first.
  virtual std::vector<journal::Record> TakeRecords() = 0;
  // Adds a record, which outlives a power failure once Sync has returned success. If it returns an
  // error the records since the last Sync may be kept or not.
  virtual void Append(const journal::Record& record) = 0;
  virtual Status Sync() = 0;
  // Puts these records in place of all that was kept; durable at once, or as before.
  virtual Status Rewrite(const std::vector<journal::Record>& records) = 0;
  virtual uint64_t bytes() const = 0;
};

// kFailedPrecondition if another process has the file, or it is no regular file; kCorrupt if it is
// no journal, or damaged.
Expected<std::unique_ptr<Journal>> OpenJournal(const std::string& path);

// For tests, and for frameworks whose tasks may end with them.
std::unique_ptr<Journal> MakeMemoryJournal();

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_H_
