// Random numbers that are the same on every machine, which those of the standard library are not.

#ifndef ROSTRUM_TESTS_PROPERTY_RANDOM_H_
#define ROSTRUM_TESTS_PROPERTY_RANDOM_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace rostrum {

// Spreads the bits of a number over all bits (Steele, Lea and Flood's SplitMix64).
inline uint64_t Mix(uint64_t bits) {
  bits += 0x9e3779b97f4a7c15u;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

inline uint64_t Mix(uint64_t state, std::string_view text) {
  for (const char c : text) state = Mix(state ^ static_cast<unsigned char>(c));
  return Mix(state);
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() { return Mix(state_++); }

  // From `low` to `high`, both of which may come.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1));
  }
  int32_t Small(int32_t high) { return static_cast<int32_t>(Between(0, high)); }

  bool Percent(int64_t chance) { return Between(0, 99) < chance; }

  template <typename T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Next() % choices.size())];
  }

  template <typename T>
  void Shuffle(std::vector<T>* elements) {
    for (size_t i = elements->size(); i > 1; --i) {
      std::swap((*elements)[i - 1], (*elements)[static_cast<size_t>(Next() % i)]);
    }
  }

 private:
  uint64_t state_;
};

}  // namespace rostrum

#endif  // ROSTRUM_TESTS_PROPERTY_RANDOM_H_
