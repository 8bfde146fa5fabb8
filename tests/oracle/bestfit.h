// A literal, slow scheduler that decides as the strategy bestfit is to decide.
//
// It looks at all the cells anew for every auction. Use it in tests alone.
#ifndef ROSTRUM_TESTS_ORACLE_BESTFIT_H_
#define ROSTRUM_TESTS_ORACLE_BESTFIT_H_

#include <vector>

#include "tests/oracle/cluster.h"

namespace rostrum::oracle {

// Decides the LRPs by index and then from the largest memory to the smallest, and after them the
// tasks from the largest memory to the smallest; equal ones in queue order. Of the cells on which
// the work fits, those with GPUs free come last if the work asks for none, then the lowest score
//
//   2 * mean of left  -  30 * cosine of (asked, free)  +  8 * (most of left - least of left)
//
// where asked, free and left, which is free less asked, are shares of the cell's total. The
// resources are memory, disk, cpu, containers (of which one is asked) and gpus, in this order; left
// out are those of which the cell's total is not above zero and, gpus aside, of which no more than
// 0.0001 is asked. The cosine is the sum of asked * free over the square root of the product of the
// sum of asked * asked and the sum of free * free, and zero where that is zero. Without a resource
// the score is zero. Proxy memory counts for whether work fits and not for the score. Equal cells
// come by zone name, cell index and cell id. Constraints, the in-flight limit and the error texts
// are Diego's, its preference for zones is not.
Outcome ScheduleBestfit(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                        const std::vector<Task>& tasks, const Config& config);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_BESTFIT_H_
