#include "lib/tools/simulate/decimal.h"

namespace rostrum::tools {

std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t maximum) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
    // Zeros at the end say nothing, but they must be digits like the others.
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
  }
  if (whole.empty() || fraction.size() > static_cast<size_t>(decimals)) return std::nullopt;

  int64_t number = 0;
  const auto append = [&](char digit) {
    if (digit < '0' || digit > '9') return false;
    const int64_t value = digit - '0';
    if (number > (maximum - value) / 10) return false;
    number = number * 10 + value;
    return true;
  };
  for (const char digit : whole) {
    if (!append(digit)) return std::nullopt;
  }
  for (size_t i = 0; i < static_cast<size_t>(decimals); ++i) {
    if (!append(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  }
  return number;
}

}  // namespace rostrum::tools
