// Words for what RapidJSON cannot read.

#ifndef ROSTRUM_LIB_WIRE_SYNTAX_PROBLEM_H_
#define ROSTRUM_LIB_WIRE_SYNTAX_PROBLEM_H_

#include <rapidjson/error/error.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace rostrum::wire {

// Where and why a text is not JSON.
struct SyntaxError {
  rapidjson::ParseErrorCode code = rapidjson::kParseErrorNone;
  // Of the offending byte; the size of the text if it ends too early.
  size_t offset = 0;
  // Of the token that was being read, if that has begun; at or after `offset` if not.
  size_t token = 0;
};

// What is wrong and what was expected. `whole` says what the whole text should have been.
std::string SyntaxProblem(const SyntaxError& error, std::string_view text, std::string_view whole);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_SYNTAX_PROBLEM_H_
