// What `rostrum mesos` prints of each change of state.

#ifndef ROSTRUM_LIB_TOOLS_MESOS_OUTCOMES_H_
#define ROSTRUM_LIB_TOOLS_MESOS_OUTCOMES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "rostrum/mesos/framework.h"

namespace rostrum::tools {

// Outcomes as lines for people or for programs.
//
// One line each, without its end. `when` is the time of day.
std::string OutcomeText(const mesos::Outcome& outcome, std::chrono::system_clock::time_point when);
std::string OutcomeJson(const mesos::Outcome& outcome, std::chrono::system_clock::time_point when);

// The lines of `rostrum mesos` on an output that may fail for a while: a disk that is full, a pipe
// whose reader has gone.
//
// A line that cannot be written is lost and counted. Once lines can be written again, the first of
// them says how many were lost. A line of which a part was written is kept and ended first, so that
// every line is whole. While a reader does not read (EAGAIN), which may pass, lines are held, up to
// kHeldMaximum; more are lost.
//
// Thread safety: none.
class OutcomePrinter {
 public:
  // `out` is written to by its buffer alone, which must keep nothing back, so that what it says was
  // written was; its state says nothing and is left as it is. `err` is told when lines begin to be
  // lost, once each time. Both outlive this.
  OutcomePrinter(bool as_json, std::ostream& out, std::ostream& err);

  // Prints the outcomes, a line each. To be called now and then with none too: what waits to be
  // said is tried again.
  void Print(const std::vector<mesos::Outcome>& outcomes);
  // Writes what is held, and says a last time what was lost: to `err` if it cannot be said to
  // `out`. A reader that does not read is waited for until `is_urgent` says otherwise.
  void Finish(const std::function<bool()>& is_urgent);

  static constexpr size_t kHeldMaximum = 10'000;

 private:
  void PrintLine(std::string line);
  bool CatchUp();
  bool BeginHeld();
  bool BeginLoss();
  bool Begin(const std::string& line);
  bool Write();
  std::string LineOf(const mesos::Outcome& outcome) const;
  void TellLoss(int error);

  const bool as_json_;
  std::ostream& out_;
  std::ostream& err_;
  // In the order in which they are to be written.
  std::string unwritten_;         // The rest of a line that was begun.
  std::deque<std::string> held_;  // Lines.
  uint64_t lost_ = 0;             // Lines of which nobody was told yet.
  // How many of them the line tells of that was begun; 0: it tells of something else.
  uint64_t lost_in_line_ = 0;
  bool is_failing_ = false;
  // The reader does not read; it is asked once for all lines that come together.
  bool is_stalled_ = false;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_MESOS_OUTCOMES_H_
