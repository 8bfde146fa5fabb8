#include "lib/tools/simulate/decimal.h"

#include <algorithm>
#include <limits>
#include <string>

namespace rostrum::tools {
namespace {

// An exponent beyond this makes any number that is not zero too large, or too small to count,
// however many digits stand against it.
constexpr int64_t kLargestExponent = int64_t{1} << 40;

// The digits from the first that is not zero, with the point behind `point` of them: below zero, or
// beyond the last digit, there are zeros between.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  int64_t point = 0;
};

bool Take(char wanted, std::string_view* text) {
  if (!text->starts_with(wanted)) return false;
  text->remove_prefix(1);
  return true;
}

std::string_view TakeDigits(std::string_view* text) {
  const size_t end = std::min(text->find_first_not_of("0123456789"), text->size());
  const std::string_view digits = text->substr(0, end);
  text->remove_prefix(end);
  return digits;
}

// What stands behind the "e".
std::optional<int64_t> TakeExponent(std::string_view* text) {
  const bool is_negative = Take('-', text);
  if (!is_negative) Take('+', text);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kLargestExponent);
  }
  return is_negative ? -exponent : exponent;
}

std::optional<Decimal> Parse(std::string_view text) {
  Decimal number;
  number.is_negative = Take('-', &text);
  const std::string_view whole = TakeDigits(&text);
  std::string_view fraction;
  if (Take('.', &text)) {
    fraction = TakeDigits(&text);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty()) return std::nullopt;
  number.point = static_cast<int64_t>(whole.size());
  if (Take('e', &text) || Take('E', &text)) {
    const std::optional<int64_t> exponent = TakeExponent(&text);
    if (!exponent) return std::nullopt;
    number.point += *exponent;
  }
  if (!text.empty()) return std::nullopt;
  number.digits.append(whole).append(fraction);
  const size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, zeros);
  number.point -= static_cast<int64_t>(zeros);
  return number;
}

// Without its sign, to the nearest whole number; nothing if that is more than an int64_t holds.
std::optional<int64_t> Rounded(const Decimal& number) {
  if (number.digits.empty() || number.point < 0) return 0;
  constexpr int kMostDigits = std::numeric_limits<int64_t>::digits10 + 1;
  if (number.point > kMostDigits) return std::nullopt;
  const auto end = static_cast<size_t>(number.point);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t value = 0;
  for (size_t i = 0; i < end; ++i) {
    const int64_t digit = i < number.digits.size() ? number.digits[i] - '0' : 0;
    if (value > (kMost - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  const bool rounds_up = end < number.digits.size() && number.digits[end] >= '5';
  if (rounds_up && value == kMost) return std::nullopt;
  return value + (rounds_up ? 1 : 0);
}

bool IsWhole(const Decimal& number) {
  const size_t last = number.digits.find_last_not_of('0');
  return last == std::string::npos || static_cast<int64_t>(last) < number.point;
}

std::optional<int64_t> InRange(const Decimal& number, int64_t minimum, int64_t maximum) {
  std::optional<int64_t> value = Rounded(number);
  if (!value) return std::nullopt;
  if (number.is_negative) value = -*value;
  if (*value < minimum || *value > maximum) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t minimum,
                                    int64_t maximum) {
  std::optional<Decimal> number = Parse(text);
  if (!number) return std::nullopt;
  number->point += decimals;
  return InRange(*number, minimum, maximum);
}

std::optional<int64_t> ParseCount(std::string_view text, int64_t minimum, int64_t maximum) {
  const std::optional<Decimal> number = Parse(text);
  if (!number || !IsWhole(*number)) return std::nullopt;
  return InRange(*number, minimum, maximum);
}

}  // namespace rostrum::tools
