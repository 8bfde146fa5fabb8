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

}  // namespace rostrum

#endif  // ROSTRUM_LIB_BASE_RESERVE_H_
