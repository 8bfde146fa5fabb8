// Finds elements of an array by a hash of them.

#ifndef ROSTRUM_LIB_BASE_POSITION_TABLE_H_
#define ROSTRUM_LIB_BASE_POSITION_TABLE_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rostrum {

// An index of an array that somebody else has: it keeps positions and hashes, not the elements, so
// it takes eight bytes an element and no allocation for a single one. If memory runs out while it
// grows it stays as it was, which the maps of libraries do not all promise.
class PositionTable {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  size_t size() const { return count_; }

  // Makes room for so many elements in all.
  void Reserve(size_t count) {
    const size_t wanted = std::bit_ceil(2 * count + 1);
    if (wanted > slots_.size()) Rebuild(wanted);
  }

  // The position of the element with this hash for which `is_equal(position)`; kNone if there is
  // none.
  template <typename IsEqual>
  uint32_t Find(size_t hash, IsEqual is_equal) const {
    const Slot* const slot = FindSlot(hash, is_equal);
    return slot == nullptr ? kNone : slot->position;
  }

  // Adds an element that is not there yet. `position` is below kNone - 1.
  void Insert(size_t hash, uint32_t position) {
    if (2 * (taken_ + 1) > slots_.size()) Rebuild(std::bit_ceil(4 * (count_ + 1)));
    Put(slots_, {Short(hash), position});
    ++taken_;
    ++count_;
  }

  template <typename IsEqual>
  void Erase(size_t hash, IsEqual is_equal) {
    const Slot* const slot = FindSlot(hash, is_equal);
    if (slot == nullptr) return;
    slots_[static_cast<size_t>(slot - slots_.data())].position = kErased;
    --count_;
  }

  // Keeps the memory for the next use, unless it is far more than this one took: to clear it would
  // cost as much as the largest use there was, for ever.
  void Clear() {
    if (kMostRoom * taken_ < slots_.size()) {
      slots_ = {};
    } else {
      std::fill(slots_.begin(), slots_.end(), Slot());
    }
    taken_ = 0;
    count_ = 0;
  }

  // How many elements there is room for before it grows.
  size_t capacity() const { return slots_.size() / 2; }

 private:
  static constexpr uint32_t kErased = kNone - 1;
  static constexpr size_t kMostRoom = 64;  // Slots for each that is taken.

  struct Slot {
    uint32_t hash = 0;
    uint32_t position = kNone;  // kNone: free, and the end of a search.
  };

  static uint32_t Short(size_t hash) { return static_cast<uint32_t>(hash ^ (hash >> 32)); }

  static void Put(std::vector<Slot>& slots, const Slot& slot) {
    const size_t mask = slots.size() - 1;
    size_t at = slot.hash & mask;
    while (slots[at].position != kNone) at = (at + 1) & mask;
    slots[at] = slot;
  }

  template <typename IsEqual>
  const Slot* FindSlot(size_t hash, IsEqual is_equal) const {
    if (slots_.empty()) return nullptr;
    const size_t mask = slots_.size() - 1;
    const uint32_t wanted = Short(hash);
    for (size_t at = wanted & mask; slots_[at].position != kNone; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.hash == wanted && slot.position != kErased && is_equal(slot.position)) return &slot;
    }
    return nullptr;
  }

  void Rebuild(size_t size) {
    std::vector<Slot> slots(size);
    for (const Slot& slot : slots_) {
      if (slot.position < kErased) Put(slots, slot);
    }
    slots_ = std::move(slots);
    taken_ = count_;
  }

  std::vector<Slot> slots_;  // None or a power of two, of which less than half are taken.
  size_t taken_ = 0;         // With those that were erased.
  size_t count_ = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_POSITION_TABLE_H_
