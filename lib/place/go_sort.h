// Sorts as Go's sort.Sort does, equal elements included.

#ifndef ROSTRUM_LIB_PLACE_GO_SORT_H_
#define ROSTRUM_LIB_PLACE_GO_SORT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace rostrum {

// Diego orders auctions with sort.Sort, which is not stable: where equal auctions compete for the
// last free cell, the one that wins hangs on the algorithm. So this follows it step by step: the
// pattern-defeating quicksort (Orson Peters) that Go has used since 1.19, with Go's constants.
//
// `Less` takes two elements. It may contradict itself: the sort ends all the same and stays in
// bounds.
template <typename Element, typename Less>
class GoSorter {
 public:
  GoSorter(std::vector<Element>* elements, Less less)
      : elements_(*elements), less_(std::move(less)) {}

  void Sort() {
    const size_t count = elements_.size();
    if (count > 1) SortRange(0, count, static_cast<int>(std::bit_width(count)));
  }

 private:
  static constexpr size_t kInsertionSortLength = 12;
  static constexpr size_t kMedianLength = 8;
  static constexpr size_t kNintherLength = 50;
  static constexpr size_t kShiftLength = 50;
  static constexpr int kShiftSteps = 5;
  static constexpr int kAllSwapped = 12;

  enum class Pattern { kUnknown, kAscending, kDescending };
  struct Pivot {
    size_t at;
    Pattern pattern;
  };

  bool IsLess(size_t a, size_t b) { return less_(elements_[a], elements_[b]); }
  void Swap(size_t a, size_t b) { std::swap(elements_[a], elements_[b]); }

  // Sorts [begin, end). After `bad_pivots` unbalanced splits it gives up on quicksort.
  void SortRange(size_t begin, size_t end, int bad_pivots) {
    bool was_balanced = true;
    bool was_partitioned = true;
    for (;;) {
      const size_t length = end - begin;
      if (length <= kInsertionSortLength) return InsertionSort(begin, end);
      if (bad_pivots == 0) return HeapSort(begin, end);
      if (!was_balanced) {
        BreakPattern(begin, end);
        --bad_pivots;
      }
      Pivot pivot = ChoosePivot(begin, end);
      if (pivot.pattern == Pattern::kDescending) {
        Reverse(begin, end);
        pivot = {end - 1 - (pivot.at - begin), Pattern::kAscending};
      }
      const bool looks_sorted = was_balanced && was_partitioned;
      if (looks_sorted && pivot.pattern == Pattern::kAscending && ShiftFew(begin, end)) return;

      // All of [begin, end) is at least as large as what stands before it; if the pivot is equal to
      // that, put what equals the pivot in front and be done with it.
      if (begin > 0 && !IsLess(begin - 1, pivot.at)) {
        begin = PartitionEqual(begin, end, pivot.at);
        continue;
      }
      const size_t middle = Partition(begin, end, pivot.at, &was_partitioned);
      const size_t left = middle - begin;
      const size_t right = end - middle;
      const size_t balanced = length / 8;
      if (left < right) {
        was_balanced = left >= balanced;
        SortRange(begin, middle, bad_pivots);
        begin = middle + 1;
      } else {
        was_balanced = right >= balanced;
        SortRange(middle + 1, end, bad_pivots);
        end = middle;
      }
    }
  }

  void InsertionSort(size_t begin, size_t end) {
    for (size_t i = begin + 1; i < end; ++i) {
      for (size_t j = i; j > begin && IsLess(j, j - 1); --j) Swap(j, j - 1);
    }
  }

  void HeapSort(size_t begin, size_t end) {
    const size_t length = end - begin;
    for (size_t i = (length - 1) / 2 + 1; i-- > 0;) SiftDown(i, length, begin);
    for (size_t i = length; i-- > 0;) {
      Swap(begin, begin + i);
      SiftDown(0, i, begin);
    }
  }

  void SiftDown(size_t root, size_t length, size_t offset) {
    for (;;) {
      size_t child = 2 * root + 1;
      if (child >= length) return;
      if (child + 1 < length && IsLess(offset + child, offset + child + 1)) ++child;
      if (!IsLess(offset + root, offset + child)) return;
      Swap(offset + root, offset + child);
      root = child;
    }
  }

  // Swaps three elements around the middle with arbitrary ones, chosen by the length alone.
  void BreakPattern(size_t begin, size_t end) {
    const size_t length = end - begin;
    if (length < kMedianLength) return;
    uint64_t random = length;
    const uint64_t mask = (uint64_t{1} << std::bit_width(length)) - 1;
    const size_t first = begin + (length / 4) * 2 - 1;
    for (size_t i = 0; i < 3; ++i) {
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      size_t other = random & mask;
      if (other >= length) other -= length;
      Swap(first + i, begin + other);
    }
  }

  Pivot ChoosePivot(size_t begin, size_t end) {
    const size_t length = end - begin;
    int swaps = 0;
    size_t a = begin + length / 4;
    size_t b = begin + length / 4 * 2;
    size_t c = begin + length / 4 * 3;
    if (length >= kMedianLength) {
      if (length >= kNintherLength) {
        a = Median(a - 1, a, a + 1, &swaps);
        b = Median(b - 1, b, b + 1, &swaps);
        c = Median(c - 1, c, c + 1, &swaps);
      }
      b = Median(a, b, c, &swaps);
    }
    if (swaps == 0) return {b, Pattern::kAscending};
    return {b, swaps == kAllSwapped ? Pattern::kDescending : Pattern::kUnknown};
  }

  size_t Median(size_t a, size_t b, size_t c, int* swaps) {
    OrderPair(&a, &b, swaps);
    OrderPair(&b, &c, swaps);
    OrderPair(&a, &b, swaps);
    return b;
  }

  void OrderPair(size_t* a, size_t* b, int* swaps) {
    if (!IsLess(*b, *a)) return;
    std::swap(*a, *b);
    ++*swaps;
  }

  void Reverse(size_t begin, size_t end) {
    for (size_t i = begin, j = end - 1; i < j; ++i, --j) Swap(i, j);
  }

  // Mends up to a few elements that are out of order. Returns whether the range is sorted now.
  bool ShiftFew(size_t begin, size_t end) {
    size_t i = begin + 1;
    for (int step = 0; step < kShiftSteps; ++step) {
      while (i < end && !IsLess(i, i - 1)) ++i;
      if (i == end) return true;
      if (end - begin < kShiftLength) return false;
      Swap(i, i - 1);
      if (i - begin >= 2) {
        for (size_t j = i - 1; j >= 1 && IsLess(j, j - 1); --j) Swap(j, j - 1);
      }
      if (end - i >= 2) {
        for (size_t j = i + 1; j < end && IsLess(j, j - 1); ++j) Swap(j, j - 1);
      }
    }
    return false;
  }

  // Elements equal to the pivot in front, larger ones behind; returns where the latter begin.
  size_t PartitionEqual(size_t begin, size_t end, size_t pivot) {
    Swap(begin, pivot);
    size_t i = begin + 1;
    size_t j = end - 1;
    for (;;) {
      while (i <= j && !IsLess(begin, i)) ++i;
      while (i <= j && IsLess(begin, j)) --j;
      if (i > j) return i;
      Swap(i++, j--);
    }
  }

  // Elements smaller than the pivot in front, the others behind; returns where the pivot stands.
  size_t Partition(size_t begin, size_t end, size_t pivot, bool* was_partitioned) {
    Swap(begin, pivot);
    size_t i = begin + 1;
    size_t j = end - 1;
    *was_partitioned = true;
    for (;;) {
      while (i <= j && IsLess(i, begin)) ++i;
      while (i <= j && !IsLess(j, begin)) --j;
      if (i > j) break;
      Swap(i++, j--);
      *was_partitioned = false;
    }
    Swap(j, begin);
    return j;
  }

  std::vector<Element>& elements_;
  Less less_;
};

template <typename Element, typename Less>
void GoSort(std::vector<Element>* elements, Less less) {
  GoSorter<Element, Less>(elements, std::move(less)).Sort();
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_GO_SORT_H_
