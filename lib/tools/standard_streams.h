// Standard input and output, and the signals that end a program.

#ifndef ROSTRUM_LIB_TOOLS_STANDARD_STREAMS_H_
#define ROSTRUM_LIB_TOOLS_STANDARD_STREAMS_H_

#include <streambuf>

#include "lib/base/descriptor.h"

namespace rostrum::tools {

// SIGINT and SIGTERM as something to wait for.
//
// Signals, and an end that another thread tells, as descriptors that can be waited for together.
// Blocks the signals in the calling thread, and with it in all threads that it starts from then on;
// so it lives from before the first of them to after the last.
//
// SIGHUP is ignored from then on: a terminal that closes ends nothing that runs on a cluster, and
// there is no log to open again, since lines go to standard output or error.
class StopEvents {
 public:
  StopEvents();

  // False: the system has no descriptors left.
  bool ok() const { return signals_.ok() && ended_.ok(); }

  // Any thread.
  void TellEnd() const;
  // Waits for a signal, and returns its number, or for the end, and returns 0. One thread.
  int Wait() const;

 private:
  Descriptor signals_;
  Descriptor ended_;
};

// The descriptors and signals that a program finds when it starts.
//
// Puts something onto each of the descriptors 0 to 2 that is closed, so that no file that is opened
// later gets its number and, with it, the program's output. It can neither be read nor written, so
// that input that is missing and output that is lost are errors still.
void FillStandardStreams();

// Lets a write to a pipe without a reader, or beyond the limit of a file's size, fail rather than
// end the program: the failure is told, and a recording ends with its last whole round.
void IgnoreWriteSignals();

// Writes to a descriptor at once and keeps nothing back, so that what it says was written was, and
// a failure costs no more than what was to be written then; errno says why. It does not close the
// descriptor.
class DescriptorBuffer : public std::streambuf {
 public:
  // @param patience_ms  for how many milliseconds a pipe is waited for whose reader does not read;
  //                     then the failure is EAGAIN. -1: for ever.
  explicit DescriptorBuffer(int descriptor, int patience_ms = -1)
      : descriptor_(descriptor), patience_ms_(patience_ms) {}

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int_type overflow(int_type character) override;

 private:
  bool WaitForRoom() const;

  const int descriptor_;
  const int patience_ms_;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_STANDARD_STREAMS_H_
