// Copyright the Rostrum authors. Licensed under the Apache License 2.0.

#include "lib/tools/report/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "lib/base/format.h"
#include "lib/wire/text.h"

namespace rostrum::tools {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kEllipsis = "\u2026";
constexpr std::string_view kNoBreak = "\u00A0";
constexpr std::string_view kDash = "\u2013";
constexpr std::string_view kMinus = "\u2212";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes one character off the front. A sequence that is not UTF-8 gives U+FFFD for each maximal
// part of it, as browsers do, so that the page shows what a browser would.
char32_t TakeCharacter(std::string_view* text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned char lead = byte(0);
  const auto fail = [&](size_t used) {
    text->remove_prefix(used);
    return kReplacement;
  };
  if (lead < 0x80) {
    text->remove_prefix(1);
    return lead;
  }
  if (lead < 0xC2 || lead > 0xF4) return fail(1);
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t value = lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if (i >= text->size()) return fail(i);
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (i == 1) {  // Too long, a surrogate, or above U+10FFFF.
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return fail(i);
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  text->remove_prefix(length);
  return value;
}

void AppendCharacter(char32_t value, std::string* out) {
  const auto add = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    add(value);
  } else if (value < 0x800) {
    add(0xC0 | (value >> 6));
    add(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    add(0xE0 | (value >> 12));
    add(0x80 | ((value >> 6) & 0x3F));
    add(0x80 | (value & 0x3F));
  } else {
    add(0xF0 | (value >> 18));
    add(0x80 | ((value >> 12) & 0x3F));
    add(0x80 | ((value >> 6) & 0x3F));
    add(0x80 | (value & 0x3F));
  }
}

// What stands for a character in the page.
char32_t Visible(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029) return ' ';
  return wire::IsHidden(c) ? kReplacement : c;
}

// In thousandths of the font size, for DejaVu Sans, the widest face in use.
double CharacterWidth(char32_t c) {
  constexpr std::u32string_view kNarrow = U"ijlI.,:;'|! \u00A0()[]/-fJt";
  constexpr std::u32string_view kWide = U"mwMW@%\u2026";
  if (c >= 0x1100) return c == U'\u2026' || (c >= 0x2000 && c < 0x2030) ? 1000 : 1400;
  if (kNarrow.find(c) != std::u32string_view::npos)
    return c == 'i' || c == 'j' || c == 'l' ? 290 : 410;
  if (kWide.find(c) != std::u32string_view::npos) return 1000;
  if (c >= '0' && c <= '9') return 640;
  return c >= 'A' && c <= 'Z' ? 780 : 650;
}

double BoundedSeconds(double seconds) { return std::clamp(seconds, -1e12, 1e12); }

}  // namespace

std::string CleanText(std::string_view text, size_t limit) {
  std::string out;
  out.reserve(std::min(text.size(), limit));
  for (size_t count = 0; !text.empty(); ++count) {
    if (count == limit) {
      out += kEllipsis;
      break;
    }
    AppendCharacter(Visible(TakeCharacter(&text)), &out);
  }
  return out;
}

std::string EscapeHtml(std::string_view text) {
  const std::string clean = CleanText(text, std::numeric_limits<size_t>::max());
  std::string out;
  out.reserve(clean.size() + clean.size() / 8);
  for (const char c : clean) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

bool NaturalLess(std::string_view a, std::string_view b) {
  const std::string_view whole_a = a;
  const std::string_view whole_b = b;
  const auto take_number = [](std::string_view* text) {
    const size_t end = std::min(text->find_first_not_of("0123456789"), text->size());
    std::string_view number = text->substr(0, end);
    text->remove_prefix(end);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
  };
  while (!a.empty() && !b.empty()) {
    if (IsDigit(a.front()) && IsDigit(b.front())) {
      const std::string_view x = take_number(&a);
      const std::string_view y = take_number(&b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;  // Such as z1 and z01: a strict order all the same.
}

double TextWidth(std::string_view text, double font_size) {
  double width = 0;
  while (!text.empty()) width += CharacterWidth(TakeCharacter(&text));
  return width * font_size / 1000;
}

std::string FitText(std::string_view text, double font_size, double width) {
  const std::string clean = CleanText(text);
  if (TextWidth(clean, font_size) <= width) return clean;
  std::string out;
  double used = TextWidth(kEllipsis, font_size);
  for (std::string_view rest = clean; !rest.empty();) {
    const char32_t c = TakeCharacter(&rest);
    used += CharacterWidth(c) * font_size / 1000;
    if (used > width) break;
    AppendCharacter(c, &out);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out + std::string(kEllipsis);
}

std::string FormatDecimals(double value, int decimals) {
  if (!std::isfinite(value)) return std::string(kDash);
  const std::string plain = Format("{:.{}f}", std::fabs(value), decimals);
  const size_t whole = std::min(plain.find('.'), plain.size());
  std::string out;
  for (size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) out.push_back(',');
    out.push_back(plain[i]);
  }
  const bool zero = plain.find_first_not_of("0.") == std::string::npos;
  return value < 0 && !zero ? std::string(kMinus) + out : out;
}

std::string Counted(uint64_t count, std::string_view what) {
  return Format("{} {}{}", FormatCount(count), what, count == 1 ? "" : "s");
}

std::string FormatCount(int64_t count) {
  const uint64_t size =
      count < 0 ? ~static_cast<uint64_t>(count) + 1 : static_cast<uint64_t>(count);
  const std::string plain = Format("{}", size);
  std::string out = count < 0 ? std::string(kMinus) : std::string();
  for (size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && (plain.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(plain[i]);
  }
  return out;
}

std::string FormatCompact(double value) {
  if (!std::isfinite(value)) return std::string(kDash);
  constexpr std::array<std::string_view, 5> kUnits = {"", "k", "M", "G", "T"};
  size_t unit = 0;
  // Four digits are as short as a unit, so 9,500 stays as it is.
  if (std::fabs(value) >= 10000) {
    while (unit + 1 < kUnits.size() && std::fabs(value) >= 999.95) {
      value /= 1000;
      ++unit;
    }
  }
  std::string out = FormatDecimals(value, 2);
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  if (unit > 0) AppendFormat(&out, "{}{}", kNoBreak, kUnits[unit]);
  return out;
}

std::string FormatPercent(double share) {
  if (!std::isfinite(share)) return std::string(kDash);
  const double percent = share * 100;
  std::string_view prefix;
  std::string number;
  if (percent == 0 || percent == 100) {
    number = FormatDecimals(percent, 0);
  } else if (percent > 0 && percent < 0.05) {
    prefix = "<";
    number = "0.1";
  } else if (percent >= 99.95 && percent < 100) {
    prefix = ">";
    number = "99.9";
  } else if (percent > 100 && percent < 100.05) {
    prefix = ">";
    number = "100";
  } else {
    number = FormatDecimals(percent, 1);
  }
  return Format("{}{}{}%", prefix, number, kNoBreak);
}

std::string FormatMegabytes(int64_t megabytes) {
  constexpr std::array<std::string_view, 4> kUnits = {"MB", "GiB", "TiB", "PiB"};
  if (megabytes > -1024 && megabytes < 1024)
    return Format("{}{}MB", FormatCount(megabytes), kNoBreak);
  double value = static_cast<double>(megabytes);
  size_t unit = 0;
  while (unit + 1 < kUnits.size() && std::fabs(value) >= 1023.95) {
    value /= 1024;
    ++unit;
  }
  // 64 GiB where it is that exactly, else 64.0 GiB.
  return Format("{}{}{}", FormatDecimals(value, value == std::floor(value) ? 0 : 1), kNoBreak,
                     kUnits[unit]);
}

std::string FormatNanoseconds(double nanoseconds) {
  constexpr std::array<std::string_view, 4> kUnits = {"ns", "\u00B5s", "ms", "s"};
  if (!std::isfinite(nanoseconds)) return std::string(kDash);
  size_t unit = 0;
  while (unit + 1 < kUnits.size() && nanoseconds >= 999.5) {
    nanoseconds /= 1000;
    ++unit;
  }
  return Format("{}{}{}", FormatDecimals(nanoseconds, unit == 0 ? 0 : 1), kNoBreak,
                     kUnits[unit]);
}

std::string FormatSeconds(double seconds) {
  if (!std::isfinite(seconds)) return std::string(kDash);
  seconds = BoundedSeconds(seconds);
  if (std::fabs(seconds) < 120) {
    std::string number = FormatDecimals(seconds, std::fabs(seconds) < 1 ? 3 : 1);
    if (number.find('.') != std::string::npos) {
      while (number.back() == '0') number.pop_back();
      if (number.back() == '.') number.pop_back();
    }
    return Format("{}{}s", number, kNoBreak);
  }
  const bool negative = seconds < 0;
  const auto whole = static_cast<int64_t>(std::llround(std::fabs(seconds)));
  const auto two = [&](int64_t big, std::string_view big_unit, int64_t small,
                       std::string_view small_unit) {
    std::string out = negative ? std::string(kMinus) : std::string();
    out += Format("{}{}{}", FormatCount(big), kNoBreak, big_unit);
    if (small > 0) out += Format(" {}{}{}", small, kNoBreak, small_unit);
    return out;
  };
  if (whole < 7200) return two(whole / 60, "min", whole % 60, "s");
  if (whole < 172800) return two(whole / 3600, "h", whole % 3600 / 60, "min");
  return two(whole / 86400, "d", whole % 86400 / 3600, "h");
}

std::string CountOf(int64_t count, std::string_view one, std::string_view many) {
  return Format("{}{}{}", FormatCount(count), kNoBreak, count == 1 ? one : many);
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out;
}

int64_t AddCounts(int64_t a, int64_t b) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  if (b > 0 && a > kMost - b) return kMost;
  if (b < 0 && a < kLeast - b) return kLeast;
  return a + b;
}

double ShareOf(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace rostrum::tools
