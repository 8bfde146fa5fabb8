// The files of a framework at its start: its journal, and the id in its store.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_START_FILES_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_START_FILES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/mesos/framework/journal.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

// What a framework begins with.
struct Beginning {
  std::vector<journal::Record> records;  // What the journal knows.
  // The number of this start; 0: starts are not counted.
  uint64_t generation = 0;
  // Whether the journal has all that. If not it is rewritten before anything else is done.
  bool is_kept = true;
  // The framework had an id before, so that tasks may run of which the journal knows nothing. No
  // round takes place before the master could tell them.
  bool has_past = false;
  // Some of what the journal knew is lost, so that a task of which it knows nothing is no stranger.
  bool has_lost_some = false;
  // Of a journal that is not used. What it says of a task that is found running holds.
  std::vector<journal::Record> salvaged;
  // To be told.
  std::vector<std::string> problems;
};

struct StartFiles {
  std::unique_ptr<Journal> journal;
  Beginning beginning;
  // The id could not be read, and nothing was looked at. To be told when the framework is started.
  Status id_status;
};

// Reads both, and compares them: a journal that is damaged, or that is not the newest one of the
// framework whose id is kept, is refused, since what it does not know would be started a second
// time. Then raises their generation, in the journal first: a crash in between leaves a journal
// that is ahead, which is accepted.
//
// A journal and an id of 0.1 have no generation, and go together if the journal names the id.
// Where there is no id, the one that the journal names is taken.
Expected<StartFiles> ReadStartFiles(const FrameworkOptions& options);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_START_FILES_H_
