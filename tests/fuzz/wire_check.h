// What must hold of the wire's readers whatever they are given.

#ifndef ROSTRUM_TESTS_FUZZ_WIRE_CHECK_H_
#define ROSTRUM_TESTS_FUZZ_WIRE_CHECK_H_

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/wire/text.h"
#include "rostrum/status.h"

namespace rostrum::wire {

inline constexpr std::string_view kFuzzFile = "fuzz";

inline void Require(bool holds) {
  if (!holds) __builtin_trap();
}

inline std::string_view TextOf(const uint8_t* data, size_t size) {
  return std::string_view(reinterpret_cast<const char*>(data), size);
}

// Takes ":NUMBER" off the front of `text`.
inline size_t TakeNumber(std::string_view* text) {
  Require(text->starts_with(':'));
  size_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data() + 1, end, number);
  Require(error == std::errc());
  text->remove_prefix(static_cast<size_t>(stop - text->data()));
  return number;
}

// An error has a position within the input and a text that is short, printable and in UTF-8.
inline void RequireGoodError(const Status& status, std::string_view input) {
  Require(status.code() == Code::kInvalidArgument);
  std::string_view text = status.text();
  Require(text.size() < 2000);
  Require(ValidPrefix(text) == text.size());
  Require(std::none_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }));
  Require(text.starts_with(kFuzzFile));
  text.remove_prefix(kFuzzFile.size());

  const size_t line = TakeNumber(&text);
  const auto ends = static_cast<size_t>(std::count(input.begin(), input.end(), '\n'));
  Require(line >= 1 && line <= ends + 1);
  const size_t column = TakeNumber(&text);
  size_t line_begin = 0;
  for (size_t i = 1; i < line; ++i) line_begin = input.find('\n', line_begin) + 1;
  Require(column >= 1 && line_begin + column <= input.size() + 1);
  Require(text.starts_with(": ") && text.size() > 10);
}

}  // namespace rostrum::wire

#endif  // ROSTRUM_TESTS_FUZZ_WIRE_CHECK_H_
