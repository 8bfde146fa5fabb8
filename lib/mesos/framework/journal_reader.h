// What the bytes of a journal hold, whatever became of them.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_READER_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/framework/journal.pb.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

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
// nothing that was acknowledged or launched depends on it. It is taken for one only if the bytes that
// are there begin a record, and no whole record is found anywhere behind them. Anything else is
// damage: so is a last record that has all its bytes and a wrong checksum, of which a crash leaves
// none, while one wrong bit does.
//
// Damage that looks exactly like a torn end cannot be told from one: the last records cut off, or
// overwritten with zeros. So after a torn end the framework kills nothing that it does not know.
//
// Takes a time that grows with the size of the file, and no more.
JournalContent ReadJournal(std::string_view bytes);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_JOURNAL_READER_H_
