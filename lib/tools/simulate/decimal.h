// Decimal numbers as people write them, read without rounding.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace rostrum::tools {

// "12", "12.5" or "12.50" times 10 to the power of `decimals`. Nothing if the text is no such
// number, is negative, has more digits behind the point than that (zeros aside), or the result is
// above `maximum`.
std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t maximum);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_
