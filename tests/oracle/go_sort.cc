#include "tests/oracle/go_sort.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <utility>

namespace rostrum::oracle {
namespace {

constexpr size_t kInsertionSortLength = 12;
constexpr size_t kNintherLength = 50;
constexpr size_t kRepairLength = 50;
constexpr int kRepairs = 5;
constexpr int kAllComparisonsOfNinther = 12;
constexpr size_t kUnbalancedShare = 8;

// A stretch of the sequence that is still to be sorted, with what is known of how it came about.
struct Stretch {
  size_t begin;
  size_t end;
  int bad_pivots_left;
  bool last_split_was_balanced = true;
  bool last_split_moved_nothing = true;

  size_t length() const { return end - begin; }
};

// What the comparisons made for a pivot tell of the stretch as a whole.
enum class Trend { kNone, kAscending, kDescending };

struct Pivot {
  size_t place;
  Trend trend;
};

// Go draws the swaps that break a pattern from this generator, seeded with nothing but a length,
// which is why its sort is deterministic.
class XorShift {
 public:
  explicit XorShift(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  uint64_t state_;
};

// Pattern-defeating quicksort over the item numbers.
//
// The stretches wait on a stack where Go recurses. That changes no result, because a stretch is
// sorted without a look at its neighbours, but for the one element before it, which is in its final
// place when the stretch comes into being.
class PatternDefeatingSort {
 public:
  PatternDefeatingSort(size_t count, const ItemLess& less) : items_(count), less_(less) {
    std::iota(items_.begin(), items_.end(), size_t{0});
  }

  std::vector<size_t> Run() {
    pending_.push_back({0, items_.size(), static_cast<int>(std::bit_width(items_.size()))});
    while (!pending_.empty()) {
      Stretch stretch = pending_.back();
      pending_.pop_back();
      Advance(stretch);
    }
    return std::move(items_);
  }

 private:
  // Compares the items that stand at two places.
  bool Less(size_t a, size_t b) const { return less_(items_[a], items_[b]); }
  void Swap(size_t a, size_t b) { std::swap(items_[a], items_[b]); }

  // Sorts a short or hopeless stretch at once; splits any other and leaves the parts on the stack.
  void Advance(Stretch stretch) {
    if (stretch.length() <= kInsertionSortLength) {
      InsertionSort(stretch);
      return;
    }
    if (stretch.bad_pivots_left == 0) {
      HeapSort(stretch);
      return;
    }
    if (!stretch.last_split_was_balanced) {
      Scatter(stretch);
      --stretch.bad_pivots_left;
    }
    Pivot pivot = ChoosePivot(stretch);
    if (pivot.trend == Trend::kDescending) {
      Reverse(stretch);
      pivot = {stretch.end - 1 - (pivot.place - stretch.begin), Trend::kAscending};
    }
    const bool looks_sorted = stretch.last_split_was_balanced && stretch.last_split_moved_nothing &&
                              pivot.trend == Trend::kAscending;
    if (looks_sorted && Repair(stretch)) return;
    if (stretch.begin > 0 && !Less(stretch.begin - 1, pivot.place)) {
      DropEqualToPivot(stretch, pivot.place);
    } else {
      Split(stretch, pivot.place);
    }
  }

  void InsertionSort(const Stretch& stretch) {
    for (size_t next = stretch.begin + 1; next < stretch.end; ++next) SinkLeft(next, stretch.begin);
  }

  // Moves the element at `place` to the left until its left neighbour is not greater.
  void SinkLeft(size_t place, size_t begin) {
    for (; place > begin && Less(place, place - 1); --place) Swap(place, place - 1);
  }

  // Moves the element at `place` to the right until its right neighbour is not smaller.
  void SinkRight(size_t place, size_t end) {
    for (; place + 1 < end && Less(place + 1, place); ++place) Swap(place, place + 1);
  }

  void HeapSort(const Stretch& stretch) {
    for (size_t parents = (stretch.length() - 1) / 2 + 1; parents > 0; --parents) {
      SiftDown(stretch.begin, parents - 1, stretch.length());
    }
    for (size_t size = stretch.length(); size > 0; --size) {
      Swap(stretch.begin, stretch.begin + size - 1);
      SiftDown(stretch.begin, 0, size - 1);
    }
  }

  // Restores the heap of `size` elements from `begin` on below its node `node`.
  void SiftDown(size_t begin, size_t node, size_t size) {
    for (size_t child = 2 * node + 1; child < size; child = 2 * node + 1) {
      if (child + 1 < size && Less(begin + child, begin + child + 1)) ++child;
      if (!Less(begin + node, begin + child)) return;
      Swap(begin + node, begin + child);
      node = child;
    }
  }

  // Swaps three elements around the middle with others, so that a pattern which led to one bad
  // pivot does not lead to the next.
  void Scatter(const Stretch& stretch) {
    const size_t length = stretch.length();
    const uint64_t mask = (uint64_t{1} << std::bit_width(length)) - 1;
    XorShift random(length);
    const size_t middle = stretch.begin + length / 4 * 2;
    for (size_t place = middle - 1; place <= middle + 1; ++place) {
      size_t other = static_cast<size_t>(random.Next() & mask);
      if (other >= length) other -= length;
      Swap(place, stretch.begin + other);
    }
  }

  // Takes the median of three places a quarter apart, in a long stretch of three such medians. The
  // number of pairs found out of order tells a trend only when it is none or all of a ninther's.
  Pivot ChoosePivot(const Stretch& stretch) const {
    const size_t quarter = stretch.length() / 4;
    size_t places[3];
    int inversions = 0;
    for (size_t i = 0; i < 3; ++i) {
      const size_t place = stretch.begin + quarter * (i + 1);
      places[i] = stretch.length() >= kNintherLength
                      ? Median(place - 1, place, place + 1, &inversions)
                      : place;
    }
    const size_t median = Median(places[0], places[1], places[2], &inversions);
    if (inversions == 0) return {median, Trend::kAscending};
    if (inversions == kAllComparisonsOfNinther) return {median, Trend::kDescending};
    return {median, Trend::kNone};
  }

  size_t Median(size_t low, size_t middle, size_t high, int* inversions) const {
    OrderPlaces(&low, &middle, inversions);
    OrderPlaces(&middle, &high, inversions);
    OrderPlaces(&low, &middle, inversions);
    return middle;
  }

  void OrderPlaces(size_t* low, size_t* high, int* inversions) const {
    if (!Less(*high, *low)) return;
    std::swap(*low, *high);
    ++*inversions;
  }

  void Reverse(const Stretch& stretch) {
    std::reverse(items_.begin() + static_cast<std::ptrdiff_t>(stretch.begin),
                 items_.begin() + static_cast<std::ptrdiff_t>(stretch.end));
  }

  // Bets that few elements are out of place and puts up to five pairs right; false if that was not
  // enough, or if the stretch is too short for the bet to pay.
  bool Repair(const Stretch& stretch) {
    size_t place = stretch.begin + 1;
    for (int repairs = 0; repairs < kRepairs; ++repairs) {
      while (place < stretch.end && !Less(place, place - 1)) ++place;
      if (place == stretch.end) return true;
      if (stretch.length() < kRepairLength) return false;
      Swap(place, place - 1);
      SinkLeft(place - 1, stretch.begin);
      SinkRight(place, stretch.end);
    }
    return false;
  }

  // The element before the stretch is never greater than one inside, so a pivot that is not greater
  // than it is a smallest element. All its equals go to the front, where they are in place.
  void DropEqualToPivot(Stretch stretch, size_t pivot) {
    Swap(stretch.begin, pivot);
    const auto stays_left = [&](size_t place) { return !Less(stretch.begin, place); };
    stretch.begin = Partition(stretch.begin + 1, stretch.end, stays_left).first;
    pending_.push_back(stretch);
  }

  // Brings the smaller elements before the pivot and the others behind it. Only the longer part
  // keeps a memory of how the split went, as Go's recursion into the shorter one starts afresh.
  void Split(Stretch stretch, size_t pivot) {
    Swap(stretch.begin, pivot);
    const auto stays_left = [&](size_t place) { return Less(place, stretch.begin); };
    const auto [right_begin, swaps] = Partition(stretch.begin + 1, stretch.end, stays_left);
    const size_t middle = right_begin - 1;
    Swap(stretch.begin, middle);

    const Stretch left{stretch.begin, middle, stretch.bad_pivots_left};
    const Stretch right{middle + 1, stretch.end, stretch.bad_pivots_left};
    // Go counts the pivot to the right part when it compares their lengths, and it shows in the
    // result.
    const size_t right_share = right.length() + 1;
    const bool left_is_shorter = left.length() < right_share;
    Stretch longer = left_is_shorter ? right : left;
    longer.last_split_was_balanced =
        std::min(left.length(), right_share) >= stretch.length() / kUnbalancedShare;
    longer.last_split_moved_nothing = swaps == 0;
    pending_.push_back(longer);
    pending_.push_back(left_is_shorter ? left : right);
  }

  // Walks from both ends of [begin, end) and swaps each pair that stands on the wrong sides.
  // Returns where the right side begins and how many swaps that took.
  template <typename StaysLeft>
  std::pair<size_t, int> Partition(size_t begin, size_t end, const StaysLeft& stays_left) {
    for (int swaps = 0;; ++swaps) {
      while (begin < end && stays_left(begin)) ++begin;
      while (begin < end && !stays_left(end - 1)) --end;
      if (begin == end) return {begin, swaps};
      Swap(begin++, --end);
    }
  }

  std::vector<size_t> items_;
  const ItemLess& less_;
  std::vector<Stretch> pending_;
};

}  // namespace

std::vector<size_t> GoSortOrder(size_t count, const ItemLess& less) {
  return PatternDefeatingSort(count, less).Run();
}

}  // namespace rostrum::oracle
