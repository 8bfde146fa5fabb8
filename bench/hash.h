// What a round came to, in a number that differs if any decision does.

#ifndef ROSTRUM_BENCH_HASH_H_
#define ROSTRUM_BENCH_HASH_H_

#include <cstdint>
#include <string_view>

namespace rostrum::bench {

// FNV-1a (Fowler, Noll, Vo) of the decisions in order.
class PlacementHash {
 public:
  // `cell_id` is empty for a refusal.
  void Add(std::string_view identifier, std::string_view cell_id) {
    Mix(identifier);
    Mix("@");
    Mix(cell_id);
    Mix("\n");
  }

  uint64_t value() const { return value_; }

 private:
  void Mix(std::string_view bytes) {
    for (const char byte : bytes) {
      value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
  }

  uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_HASH_H_
