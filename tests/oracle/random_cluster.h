// Random rounds to compare schedulers on: the same seed and shape give the same round everywhere.
#ifndef ROSTRUM_TESTS_ORACLE_RANDOM_CLUSTER_H_
#define ROSTRUM_TESTS_ORACLE_RANDOM_CLUSTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/oracle/cluster.h"

namespace rostrum::oracle {

// How large a case may become, and which kinds of input it may hold. The switches are for a
// comparison with something that refuses such input before it schedules.
struct Shape {
  int max_cells = 40;  // Up to 10007, as are the tasks, or identifiers repeat.
  int max_zones = 4;
  int max_lrps = 60;
  int max_tasks = 25;
  // Totals of zero, available amounts below zero or above the total, proxy memory below zero,
  // amounts beyond 32 bits.
  bool odd_amounts = true;
  // Root file systems that are no URL, provider types that nobody knows, tags and zones without a
  // name.
  bool odd_strings = true;
  // Weights that are negative, or so large that no score can win.
  bool odd_weights = true;
  bool cpu = true;
};

struct Case {
  uint64_t seed = 0;
  std::vector<Cell> cells;  // No two have the same id.
  std::vector<Lrp> lrps;    // In queue order, duplicates included.
  std::vector<Task> tasks;  // In queue order, duplicates included.
  Config config;
};

Case RandomCase(uint64_t seed, const Shape& shape = {});

// Prints all of the case, with weights in full precision, for a message of a failed test.
std::string Describe(const Case& round);

// Prints the decisions one a line, with scores in full precision.
std::string Describe(const Outcome& outcome);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_RANDOM_CLUSTER_H_
