// Random numbers that are the same on every machine.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RANDOM_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RANDOM_H_

#include <cstdint>
#include <span>

namespace rostrum::tools {

// A splitmix64 stream. The distributions of the standard library are not used since each library
// has its own, nor is the logarithm, whose last bit differs likewise: everything here is made of
// comparisons and of operations that IEEE 754 pins down.
class Random {
 public:
  // Each use has a stream of its own, so that one that draws more does not change the others.
  enum class Stream : uint64_t { kCells = 1, kWork = 2, kTimes = 3, kIncidents = 4 };

  Random(uint64_t seed, Stream stream);

  uint64_t Next();
  // From 0 to bound - 1. REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound);
  // Both ends are possible. REQUIRES: low <= high.
  int64_t Between(int64_t low, int64_t high);
  bool Percent(int64_t chance) { return Between(0, 99) < chance; }
  // In [0, 1).
  double Unit();
  // From the exponential distribution of mean 1.
  double Exponential();
  // A position, drawn in proportion to the weights. REQUIRES: their sum is above zero.
  size_t Pick(std::span<const uint32_t> weights);

 private:
  uint64_t state_ = 0;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RANDOM_H_
