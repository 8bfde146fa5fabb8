// The program's own operator new: counts calls, and fails them where a test wants that. Linking
// allocations.cc replaces the operators new and delete.

#ifndef ROSTRUM_TESTS_ALLOCATIONS_ALLOCATIONS_H_
#define ROSTRUM_TESTS_ALLOCATIONS_ALLOCATIONS_H_

#include <cstdint>

namespace rostrum {

// Calls of operator new in this thread so far.
uint64_t AllocationCount();

// Lets `count` more calls in this thread succeed and all others fail; below zero, all succeed.
void LimitAllocations(int64_t count);

}  // namespace rostrum

#endif  // ROSTRUM_TESTS_ALLOCATIONS_ALLOCATIONS_H_
