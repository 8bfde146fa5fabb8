// Literal, slow schedulers that decide as the strategies binpack and spread are to decide on Mesos.
//
// They sort all the cells anew for every auction. Use them in tests alone.
#ifndef ROSTRUM_TESTS_ORACLE_MESOS_H_
#define ROSTRUM_TESTS_ORACLE_MESOS_H_

#include <vector>

#include "tests/oracle/cluster.h"

namespace rostrum::oracle {

// Both decide the LRPs by index and then from the largest memory to the smallest, and after them
// the tasks from the largest memory to the smallest; equal ones in queue order. The first cell on
// which the work fits gets it, and an exact fit fits. Constraints, proxy memory, the in-flight
// limit and the error texts are Diego's, its preference for zones is not. Cells that are still
// equal come by zone name, cell index and cell id. No decision has a score.

// Prefers the cells that run work already, then those with the least free memory.
Outcome ScheduleBinpack(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                        const std::vector<Task>& tasks, const Config& config);

// Prefers for an LRP the cells without work from the most free memory to the least, then those with
// the fewest instances of the process, then those with the most free memory; for a task the cells
// with work, then those with the most free memory.
Outcome ScheduleSpread(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                       const std::vector<Task>& tasks, const Config& config);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_MESOS_H_
