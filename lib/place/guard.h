// What stands between a round and the strategy that it calls.

#ifndef ROSTRUM_LIB_PLACE_GUARD_H_
#define ROSTRUM_LIB_PLACE_GUARD_H_

#include <exception>
#include <new>
#include <optional>
#include <string>

namespace rostrum {

// What a strategy throws where its own memory ran out. That costs the auction at hand; where the
// library's ran out, what was being made is not to be used.
class StrategyOutOfMemory : public std::exception {
 public:
  const char* what() const noexcept override { return "it ran out of memory (std::bad_alloc)"; }
};

// Returns what a strategy returns to one call. REQUIRES: CallStrategy is around it.
template <typename Call>
auto FromStrategy(Call call) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    throw StrategyOutOfMemory();
  }
}

// Runs `body` and returns the text of what a strategy threw in it, or nothing.
template <typename Body>
std::optional<std::string> CallStrategy(Body body) {
  try {
    body();
    return std::nullopt;
  } catch (const std::bad_alloc&) {
    throw;  // The library's own.
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw something that is not a std::exception";
  }
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_GUARD_H_
