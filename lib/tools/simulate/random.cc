#include "lib/tools/simulate/random.h"

#include <cstddef>
#include <numeric>

namespace rostrum::tools {
namespace {

uint64_t Mix(uint64_t state) {
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
  return state ^ (state >> 31);
}

}  // namespace

// The seed is mixed before the stream's number comes in, so that the streams of neighbouring seeds
// have nothing in common.
Random::Random(uint64_t seed, Stream stream)
    : state_(Mix(Mix(seed + 0x9e3779b97f4a7c15U) + static_cast<uint64_t>(stream))) {}

uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15U;
  return Mix(state_);
}

uint64_t Random::Below(uint64_t bound) { return Next() % bound; }

int64_t Random::Between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
}

double Random::Unit() {
  constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53.
  return static_cast<double>(Next() >> 11) * kStep;
}

// John von Neumann's method: of draws that fall one after the other, the number is odd with
// probability exp(-first). Where it is even, the result is at least 1 larger, and all starts over.
double Random::Exponential() {
  for (double whole = 0;; whole += 1) {
    const double first = Unit();
    double last = first;
    bool odd = true;
    for (double next = Unit(); next <= last; next = Unit()) {
      last = next;
      odd = !odd;
    }
    if (odd) return whole + first;
  }
}

size_t Random::Pick(std::span<const uint32_t> weights) {
  uint64_t left = Below(std::accumulate(weights.begin(), weights.end(), uint64_t{0}));
  size_t position = 0;
  while (left >= weights[position]) left -= weights[position++];
  return position;
}

}  // namespace rostrum::tools
