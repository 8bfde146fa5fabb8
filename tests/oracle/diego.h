// A literal, slow scheduler that decides as Diego's own auction runner does.
//
// It looks at every cell for every auction and keeps nothing from one auction to the next. Use it
// in tests alone.
#ifndef ROSTRUM_TESTS_ORACLE_DIEGO_H_
#define ROSTRUM_TESTS_ORACLE_DIEGO_H_

#include <vector>

#include "tests/oracle/cluster.h"

namespace rostrum::oracle {

// Decides the auctions, which are given in queue order. Two cells must not have the same id.
//
// It differs from Diego in three points. Where Diego goes by map order, the order is that of zone
// name, cell index and cell id. Amounts are of 64 bits, so that nothing wraps around. And there is
// processor time: it has to fit and is deducted, but takes no part in the score.
Outcome ScheduleDiego(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                      const std::vector<Task>& tasks, const Config& config);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_DIEGO_H_
