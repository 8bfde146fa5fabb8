// `rostrum mesos`: its flags, its signals, and the run itself.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <ostream>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/tools/flags.h"
#include "lib/tools/text.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// What the command line of `rostrum mesos` asks for.
struct MesosOptions {
  mesos::FrameworkOptions framework;
  std::vector<mesos::WorkRequest> work;
  std::vector<mesos::Service> services;
  bool as_json = false;
  bool once = false;       // End when all work has ended.
  bool tear_down = false;  // At the end.
  std::chrono::milliseconds stop_timeout = std::chrono::milliseconds(5000);
};

// What the framework's settings are here, where they are not what the library says: there is no BBS
// that asks again for what was lost.
struct OwnDefault {
  std::string_view key;
  std::string_view value;
};
inline constexpr OwnDefault kOwnDefaults[] = {{"replace_unreachable_ms", "120000"},
                                              {"replace_lost", "true"}};

const Verb& MesosVerb();

// Reads the files too. Errors name the flag or the place in a file.
Expected<MesosOptions> ReadMesosOptions(const Flags& flags);

// `rostrum mesos`: a framework on a real cluster.
//
// For how long a reader of standard output that does not read is waited for at a time.
inline constexpr int kReaderPatienceMs = 1000;

// Returns the exit status: 0 if it ended as asked, 1 if the framework failed or, with --once, if
// some work did not succeed; 2 for bad input. That lines could not be written changes nothing of
// it: see OutcomePrinter, which says too what `out` must be. Help is written to `out` as usual, and
// its state says whether it was.
int RunMesos(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

// SIGINT and SIGTERM as a request to end.
//
// Blocks the signals in the calling thread, and with it in all threads that it starts from then on;
// a thread of its own waits for them. The second signal ends the program at once, as it would have
// without this.
class StopSignals {
 public:
  // `on_signal` is called on the other thread, for the first signal.
  explicit StopSignals(std::function<void()> on_signal);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // False: signals cannot be waited for.
  bool ok() const { return events_.ok(); }
  // The signal that came; 0: none.
  int received() const { return received_; }

 private:
  void Wait();

  std::function<void()> on_signal_;
  std::atomic<int> received_{0};
  StopEvents events_;
  std::thread thread_;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_MESOS_COMMAND_H_
