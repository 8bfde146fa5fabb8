#include "lib/tools/text_table.h"

#include <algorithm>

#include "lib/wire/excerpt.h"

namespace rostrum::tools {
namespace {

// Columns on a terminal, taking each character of UTF-8 for one.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void AppendLine(std::string* text, const std::vector<std::string>& row,
                const std::vector<TextTable::Column>& columns, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string padding(widths[i] - Width(row[i]), ' ');
    if (i > 0) line += "  ";
    line += columns[i].align == TextTable::Align::kRight ? padding + row[i] : row[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  *text += line + "\n";
}

}  // namespace

void TextTable::AddRow(std::vector<std::string> row) {
  for (std::string& text : row) text = wire::Escape(text);
  rows_.push_back(std::move(row));
}

std::string TextTable::Text() const {
  std::vector<std::string> headings;
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    headings.push_back(columns_[i].heading);
    size_t width = Width(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, Width(row[i]));
    widths.push_back(width);
  }
  std::string text;
  AppendLine(&text, headings, columns_, widths);
  for (const auto& row : rows_) AppendLine(&text, row, columns_, widths);
  return text;
}

}  // namespace rostrum::tools
