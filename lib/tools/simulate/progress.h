// A progress bar.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_PROGRESS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_PROGRESS_H_

#include <chrono>
#include <ostream>
#include <string_view>

namespace rostrum::tools {

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

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_PROGRESS_H_
