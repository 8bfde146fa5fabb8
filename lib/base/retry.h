// Calls of the system that a signal may interrupt.

#ifndef ROSTRUM_LIB_BASE_RETRY_H_
#define ROSTRUM_LIB_BASE_RETRY_H_

#include <cerrno>

namespace rostrum {

// Calls `call` until no signal interrupts it.
template <typename Call>
auto Retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_RETRY_H_
