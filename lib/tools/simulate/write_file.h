// Files as the simulator writes them, and how far it is.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_

#include <chrono>
#include <ostream>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::tools {

// A progress bar.
//
// A bar on one line of a terminal, drawn a few times a second and wiped when it goes out of scope.
class Progress {
 public:
  // Draws nothing if `terminal` is null.
  explicit Progress(std::ostream* terminal) : terminal_(terminal) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `share` is from 0 to 1.
  void Show(std::string_view what, double share);

 private:
  std::ostream* const terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

// Whole files, written at once.
//
// Whether WriteFile could write there now: an error that says why not. Leaves no trace.
Status CheckCanWrite(const std::string& path);

// Writes a file under another name beside it first, so that nobody ever sees half of it. On an
// error the old file, if there is one, stays as it is; a new one keeps the old one's mode. A
// symbolic link is followed, not replaced; what is no regular file, such as a pipe or a device, is
// written to.
Status WriteFile(const std::string& path, std::string_view content);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
