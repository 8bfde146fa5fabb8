// Tables, times and scores as the programs print them.

#ifndef ROSTRUM_LIB_TOOLS_TEXT_H_
#define ROSTRUM_LIB_TOOLS_TEXT_H_

#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "lib/wire/json_writer.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

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

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_TEXT_H_
