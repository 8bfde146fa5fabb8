// Counts what the program allocates.

#ifndef ROSTRUM_BENCH_ALLOCATIONS_H_
#define ROSTRUM_BENCH_ALLOCATIONS_H_

#include <cstdint>

namespace rostrum::bench {

// Calls of operator new in this thread so far.
uint64_t AllocationCount();

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_ALLOCATIONS_H_
