// Texts made of values, by fmt. Only format.cc compiles fmt itself: what the others include is its
// part that packs arguments, and everything of fmt is in an inline namespace of its own, so that a
// program may link its own fmt, of whatever version, beside this library.

#ifndef ROSTRUM_LIB_BASE_FORMAT_H_
#define ROSTRUM_LIB_BASE_FORMAT_H_

#define FMT_BEGIN_NAMESPACE \
  namespace fmt {           \
  inline namespace in_rostrum {
#define FMT_END_NAMESPACE \
  }                       \
  }
#include <fmt/core.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace rostrum {

// Not for callers: what is behind the functions below.
std::string FormatPacked(fmt::string_view text, fmt::format_args arguments);
void AppendPacked(std::string* out, fmt::string_view text, fmt::format_args arguments);

// The text with its fields, as "{}" and "{:.3f}", replaced by the arguments. That they fit is
// checked when this is compiled.
template <typename... Arguments>
std::string Format(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return FormatPacked(text, fmt::make_format_args(arguments...));
}

// The same, appended.
template <typename... Arguments>
void AppendFormat(std::string* out, fmt::format_string<Arguments...> text,
                  Arguments&&... arguments) {
  AppendPacked(out, text, fmt::make_format_args(arguments...));
}

// The same, written to a file. What cannot be written is lost.
template <typename... Arguments>
void PrintFormat(std::FILE* file, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  std::fputs(FormatPacked(text, fmt::make_format_args(arguments...)).c_str(), file);
}

// Texts one after the other, with a separator between them.
template <typename Texts>
std::string Join(const Texts& texts, std::string_view separator) {
  std::string out;
  bool is_first = true;
  for (const auto& text : texts) {
    if (!is_first) out += separator;
    out += text;
    is_first = false;
  }
  return out;
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_FORMAT_H_
