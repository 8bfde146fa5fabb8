// What stands between a round and the strategy that it calls.

#ifndef ROSTRUM_LIB_PLACE_GUARD_H_
#define ROSTRUM_LIB_PLACE_GUARD_H_

#include <exception>
#include <new>
#include <optional>
#include <string>

namespace rostrum {

// Runs `body` and returns the text of what it threw, or nothing.
template <typename Body>
std::optional<std::string> CallStrategy(Body body) {
  try {
    body();
    return std::nullopt;
  } catch (const std::bad_alloc&) {
    // Not the strategy's fault, and what was being made is not to be used.
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw something that is no std::exception";
  }
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_GUARD_H_
