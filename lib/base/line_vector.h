// Arrays that begin with a cache line, so that eight numbers of eight bytes that are looked at
// together lie in one line and not in two.

#ifndef ROSTRUM_LIB_BASE_LINE_VECTOR_H_
#define ROSTRUM_LIB_BASE_LINE_VECTOR_H_

#include <cstddef>
#include <new>
#include <vector>

namespace rostrum {

template <typename T>
struct LineAllocator {
  using value_type = T;

  LineAllocator() = default;
  template <typename U>
  LineAllocator(const LineAllocator<U>&) {}

  T* allocate(size_t count) {
    if (count > static_cast<size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(::operator new(count * sizeof(T), kLine));
  }
  void deallocate(T* values, size_t /*count*/) { ::operator delete(values, kLine); }

  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }

 private:
  static constexpr std::align_val_t kLine{64};
};

template <typename T>
using LineVector = std::vector<T, LineAllocator<T>>;

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_LINE_VECTOR_H_
