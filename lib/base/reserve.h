// Room in an array for what is about to be added.

#ifndef ROSTRUM_LIB_BASE_RESERVE_H_
#define ROSTRUM_LIB_BASE_RESERVE_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rostrum {

// Makes room for so many more elements. Where there is too little it becomes twice as much as
// before at least, or adding elements one by one would move all of them each time.
template <typename T>
void ReserveMore(std::vector<T>* elements, size_t more) {
  const size_t wanted = elements->size() + more;
  if (wanted <= elements->capacity()) return;
  elements->reserve(std::max(wanted, 2 * elements->capacity()));
}

// Makes an array so long at least. Where it has to move, it gets room for some more, since there
// are often a few more soon, and to move all of them costs more than that room.
template <typename T>
void GrowTo(std::vector<T>* elements, size_t size) {
  if (size <= elements->size()) return;
  if (size > elements->capacity()) elements->reserve(size + size / 8 + 8);
  elements->resize(size);
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_RESERVE_H_
