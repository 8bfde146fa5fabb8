#include "lib/wire/encoding.h"

#include <array>
#include <cstddef>

namespace rostrum::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 2> kMarks32 = {"\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv};
constexpr std::array<std::string_view, 2> kMarks16 = {"\xFF\xFE"sv, "\xFE\xFF"sv};

// Whether the first bytes are zeros and characters of ASCII just so.
bool HasZeros(std::string_view text, const std::array<bool, 4>& zeros) {
  if (text.size() < zeros.size()) return false;
  for (size_t i = 0; i < zeros.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || (byte == 0) != zeros[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view OtherEncoding(std::string_view text) {
  for (const std::string_view mark : kMarks32) {
    if (text.starts_with(mark)) return "UTF-32";
  }
  for (const std::string_view mark : kMarks16) {
    if (text.starts_with(mark)) return "UTF-16";
  }
  // Both JSON and the header of a table begin with characters of ASCII.
  if (HasZeros(text, {true, true, true, false})) return "UTF-32";
  if (HasZeros(text, {false, true, true, true})) return "UTF-32";
  if (HasZeros(text, {true, false, true, false})) return "UTF-16";
  if (HasZeros(text, {false, true, false, true})) return "UTF-16";
  return {};
}

}  // namespace rostrum::wire
