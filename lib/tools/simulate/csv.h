// The files of a simulation: tables that are read, what is written, and how far it is.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_CSV_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_CSV_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/status.h"

namespace rostrum::tools {

// Tables of comma-separated values, and the numbers in them.
//
// Decimal numbers as people and programs write them.
//
// "12", "-12.5" or "1.25e+01" times 10 to the power of `decimals`, to the nearest whole number, and
// from the middle away from zero: what computed a column in floating point leaves digits behind the
// last that means anything. Never by way of a double, which has too few digits for the largest.
// Nothing if the text is no such number, or the result is not from `minimum` to `maximum`.
std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t minimum,
                                    int64_t maximum);

// A count, which is nothing to round: "12", "12.0" or "1.2e1". Nothing for "12.5".
std::optional<int64_t> ParseCount(std::string_view text, int64_t minimum, int64_t maximum);

// Texts for terminals and programs.
//
// The text with plain spaces in place of no-break ones, which the report's texts hold and which are
// in the way of anyone who searches a terminal or compares strings.
std::string WithPlainSpaces(std::string_view text);

// Tables as comma-separated values with a header line.
//
// A table as RFC 4180 describes it, with lines that end in LF or CRLF. A byte-order mark and empty
// lines are passed over. Columns are found by the header's names, in any order.
class CsvTable {
 public:
  // The table in a file, or on standard input if that is "-".
  static Expected<CsvTable> Read(const std::string& path);
  // `name` stands for the file in errors, all of which give the line.
  static Expected<CsvTable> Parse(std::string name, std::string_view text);

  const std::string& name() const { return name_; }
  size_t size() const { return rows_.size(); }
  // The first of the names that the header has.
  std::optional<size_t> Column(std::initializer_list<std::string_view> names) const;
  // The same, or an error that gives the names and those that are there.
  Expected<size_t> NeededColumn(std::initializer_list<std::string_view> names) const;

  std::string_view At(size_t row, size_t column) const { return rows_[row].fields[column]; }
  // The number of the row's first line in the file, from 1.
  int64_t Line(size_t row) const { return rows_[row].line; }
  // "FILE, line 7, column "cpu_milli": is "x", expected ...".
  Status BadField(size_t row, size_t column, std::string_view expected) const;

 private:
  struct Row {
    int64_t line = 0;
    std::vector<std::string> fields;
  };

  Status SetHeader(Row row);
  Status AddRow(Row row);

  std::string name_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

// Files as the simulator writes them, and how far it is.
//
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

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_CSV_H_
