// Runs a property on many random cases.
//
// ROSTRUM_PROPERTY_SEED=N repeats case N alone; ROSTRUM_PROPERTY_CASES=N sets how many are run.

#ifndef ROSTRUM_TESTS_PROPERTY_CASES_H_
#define ROSTRUM_TESTS_PROPERTY_CASES_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "tests/property/random.h"

namespace rostrum {

inline uint64_t NumberFromEnvironment(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? fallback : std::strtoull(text, nullptr, 10);
}

// A seed for one run: ROSTRUM_PROPERTY_SEED, or another one each time. Whoever uses it says which.
inline uint64_t AnySeed() {
  const uint64_t seed = NumberFromEnvironment("ROSTRUM_PROPERTY_SEED", 0);
  return seed != 0 ? seed : std::random_device{}();
}

// Calls `property` with the random numbers of each case, up to the first that fails.
template <typename Property>
void ForEachCase(uint64_t count, Property property) {
  uint64_t first = 1;
  count = NumberFromEnvironment("ROSTRUM_PROPERTY_CASES", count);
  if (const uint64_t seed = NumberFromEnvironment("ROSTRUM_PROPERTY_SEED", 0); seed != 0) {
    first = seed;
    count = 1;
  }
  std::printf("%llu cases from seed %llu\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(first));
  for (uint64_t seed = first; seed < first + count; ++seed) {
    Random random(Mix(seed));
    property(random);
    if (!testing::Test::HasFailure()) continue;
    ADD_FAILURE() << "repeat with ROSTRUM_PROPERTY_SEED=" << seed;
    return;
  }
}

}  // namespace rostrum

#endif  // ROSTRUM_TESTS_PROPERTY_CASES_H_
