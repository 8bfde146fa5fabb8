// The order in which Go's sort.Sort leaves its elements, equal ones included.
#ifndef ROSTRUM_TESTS_ORACLE_GO_SORT_H_
#define ROSTRUM_TESTS_ORACLE_GO_SORT_H_

#include <cstddef>
#include <functional>
#include <vector>

namespace rostrum::oracle {

// Tells whether the first of two items goes before the second. The items are the numbers that they
// had before sorting. It must be a strict weak order.
using ItemLess = std::function<bool(size_t, size_t)>;

// Returns for each place in the sorted sequence which item stands there.
//
// Diego sorts its auctions with sort.Sort, which keeps no order among equal elements but always
// gives the same one for the same input. A scheduler that is to decide as Diego does needs that
// very order, hence the same algorithm as Go has had since 1.19.
std::vector<size_t> GoSortOrder(size_t count, const ItemLess& less);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_GO_SORT_H_
