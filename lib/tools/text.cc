#include "lib/tools/text.h"

#include <algorithm>
#include <cmath>

#include "lib/base/format.h"
#include "lib/wire/text.h"

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

std::string TimeText(std::time_t when, const char* format) {
  std::tm parts{};
  gmtime_r(&when, &parts);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), format, &parts));
}

std::string TimeText(std::chrono::system_clock::time_point when) {
  const auto since = when.time_since_epoch();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
  return Format("{}.{:03}Z",
                TimeText(std::chrono::system_clock::to_time_t(when), "%Y-%m-%dT%H:%M:%S"),
                milliseconds);
}

std::string ScoreText(const Score& score) {
  std::string text = Format("score {}", score.value);
  if (score.tier != 0) text += Format(", tier {}", score.tier);
  return text;
}

void WriteScore(const Score& score, wire::JsonWriter* json) {
  json->Key("score");
  if (std::isinf(score.value)) {
    json->String(score.value < 0 ? "-inf" : "inf");
  } else {
    json->Double(score.value);
  }
  json->Key("tier");
  json->Int(score.tier);
}

}  // namespace rostrum::tools
