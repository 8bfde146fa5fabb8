// The one unit that compiles fmt.
#define FMT_HEADER_ONLY
#include "lib/base/format.h"

#include <fmt/format.h>

#include <iterator>

namespace rostrum {

std::string FormatPacked(fmt::string_view text, fmt::format_args arguments) {
  return fmt::vformat(text, arguments);
}

void AppendPacked(std::string* out, fmt::string_view text, fmt::format_args arguments) {
  fmt::vformat_to(std::back_inserter(*out), text, arguments);
}

}  // namespace rostrum
