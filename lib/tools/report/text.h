// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Text of the report: made safe for HTML, and numbers as people write them.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_TEXT_H_
#define ROSTRUM_LIB_TOOLS_REPORT_TEXT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rostrum::tools {

// Valid UTF-8 without control characters. Tabs and line ends become a space; whatever is not UTF-8,
// and every other hidden character (see lib/wire/utf8.h), becomes U+FFFD. At most
// `limit` characters: a longer text ends in an ellipsis.
std::string CleanText(std::string_view text, size_t limit = 4000);

// CleanText with the five characters that HTML and XML give a meaning to replaced, so that it may
// stand in an element or in a quoted attribute. The only way for text of others into the page.
std::string EscapeHtml(std::string_view text);

// Whether `a` comes before `b` for a person: runs of digits count as numbers, so z2 before z10.
bool NaturalLess(std::string_view a, std::string_view b);

// An upper bound of the width of a text in pixels, for the widest of the usual sans-serif faces.
double TextWidth(std::string_view text, double font_size);

// The text, cleaned, and cut with an ellipsis where it would be wider than that.
std::string FitText(std::string_view text, double font_size, double width);

// Numbers. A no-break space stands between a number and its unit.
std::string FormatCount(int64_t count);
template <std::integral Number>
std::string FormatCount(Number count) {
  return FormatCount(static_cast<int64_t>(count));
}
// "1 cell", "2,000 cells".
std::string Counted(uint64_t count, std::string_view what);   // 12,345
std::string FormatCompact(double value);  // 950, 12.5 k, 3 M: for axes.
std::string FormatPercent(double share);  // 43.1 %; 0 % and 100 % only where it is just that.
std::string FormatMegabytes(int64_t megabytes);  // 512 MB, 12.5 GiB, 1.2 TiB
std::string FormatNanoseconds(double nanoseconds);
std::string FormatSeconds(double seconds);  // 12.5 s, 3 min 20 s, 2 h 5 min, 1 d 3 h
// A number with that many decimals, thousands separated.
std::string FormatDecimals(double value, int decimals);

// "1 cell", "2 cells", "12,345 cells".
std::string CountOf(int64_t count, std::string_view one, std::string_view many);

// "a", "a and b", "a, b and c".
std::string JoinNames(const std::vector<std::string>& names);

// The sum, or the nearest number there is.
int64_t AddCounts(int64_t a, int64_t b);

// `part` of `whole` as a share, 0 where there is no whole.
double ShareOf(int64_t part, int64_t whole);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_TEXT_H_
