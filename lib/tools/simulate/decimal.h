// Decimal numbers as people and programs write them.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace rostrum::tools {

// "12", "-12.5" or "1.25e+01" times 10 to the power of `decimals`, to the nearest whole number, and
// from the middle away from zero: what computed a column in floating point leaves digits behind the
// last that means anything. Never by way of a double, which has too few digits for the largest.
// Nothing if the text is no such number, or the result is not from `minimum` to `maximum`.
std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t minimum,
                                    int64_t maximum);

// A count, which is nothing to round: "12", "12.0" or "1.2e1". Nothing for "12.5".
std::optional<int64_t> ParseCount(std::string_view text, int64_t minimum, int64_t maximum);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_DECIMAL_H_
