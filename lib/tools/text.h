// What the programs print: tables, times and scores, and the streams that they go to.

#ifndef ROSTRUM_LIB_TOOLS_TEXT_H_
#define ROSTRUM_LIB_TOOLS_TEXT_H_

#include <chrono>
#include <ctime>
#include <streambuf>
#include <string>
#include <vector>

#include "lib/base/descriptor.h"
#include "lib/wire/json_writer.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

// Tables, times and scores as the programs print them.
//
// Tables in plain text.
//
// Rows under a heading, in columns as wide as they need, two spaces apart.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string heading;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: one text for each column. Texts are escaped, so that no input can spoil a terminal.
  void AddRow(std::vector<std::string> row);

  // All lines, each ended by a newline, none by a space.
  std::string Text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The time of day, for people and programs.
//
// In UTC, as the format of strftime says.
std::string TimeText(std::time_t when, const char* format);

// In UTC, such as 2026-11-23T09:40:01.123Z.
std::string TimeText(std::chrono::system_clock::time_point when);

// Scores, for people and for programs.
//
// "score 3.5, tier 1".
std::string ScoreText(const Score& score);

// The members "score" and "tier" of an object. JSON has no infinities, and Diego's scores may be
// infinite where a cell has a total of zero: they are the texts "inf" and "-inf".
void WriteScore(const Score& score, wire::JsonWriter* json);

// Standard input and output, and the signals that end a program.
//
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

#endif  // ROSTRUM_LIB_TOOLS_TEXT_H_
