// The bounds of Diego's numbers.

#ifndef ROSTRUM_LIB_WIRE_BOUNDS_H_
#define ROSTRUM_LIB_WIRE_BOUNDS_H_

#include <cstdint>
#include <limits>

namespace rostrum::wire {

inline constexpr int64_t kInt32Minimum = std::numeric_limits<int32_t>::min();
inline constexpr int64_t kInt32Maximum = std::numeric_limits<int32_t>::max();
inline constexpr int64_t kInt64Minimum = std::numeric_limits<int64_t>::min();
inline constexpr int64_t kInt64Maximum = std::numeric_limits<int64_t>::max();

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_BOUNDS_H_
