// What is measured.

#ifndef ROSTRUM_BENCH_CASE_H_
#define ROSTRUM_BENCH_CASE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/workload.h"

namespace rostrum::bench {

// A fleet, the work of one round on it, and the strategy that decides it.
struct Case {
  std::string strategy = "diego";
  FleetOptions fleet;
  int64_t auctions = 0;
  int64_t shapes = 0;  // See Workload.

  // "KIND/STRATEGY/CELLS/LRPS_PER_CELL/AUCTIONS". KIND is "round" for the reference fleet;
  // "sizes", "signatures-N", "zones-N", "shapes-N" and "full-N-shapes" are that but for one thing.
  std::string Name() const;

  // Nothing if it is no such name.
  static std::optional<Case> Parse(std::string_view name);
};

// All that rostrum_bench measures.
std::vector<Case> AllCases();

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_CASE_H_
