// Tables in plain text.

#ifndef ROSTRUM_LIB_TOOLS_TEXT_TABLE_H_
#define ROSTRUM_LIB_TOOLS_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace rostrum::tools {

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

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_TEXT_TABLE_H_
