// Clusters and work that are made up from a seed.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/tools/simulate/scenario.h"
#include "rostrum/cell.h"

namespace rostrum::tools {

// Random numbers that are the same on every machine.
//
// A splitmix64 stream. The distributions of the standard library are not used since each library
// has its own, nor is the logarithm, whose last bit differs likewise: everything here is made of
// comparisons and of operations that IEEE 754 pins down.
class Random {
 public:
  // Each use has a stream of its own, so that one that draws more does not change the others.
  enum class Stream : uint64_t { kCells = 1, kWork = 2, kTimes = 3, kIncidents = 4 };

  Random(uint64_t seed, Stream stream);

  uint64_t Next();
  // From 0 to bound - 1. REQUIRES: bound > 0.
  uint64_t Below(uint64_t bound);
  // Both ends are possible. REQUIRES: low <= high.
  int64_t Between(int64_t low, int64_t high);
  bool Percent(int64_t chance) { return Between(0, 99) < chance; }
  // In [0, 1).
  double Unit();
  // From the exponential distribution of mean 1.
  double Exponential();
  // A position, drawn in proportion to the weights. REQUIRES: their sum is above zero.
  size_t Pick(std::span<const uint32_t> weights);

 private:
  uint64_t state_ = 0;
};

// The cells of a made cluster.
inline constexpr std::string_view kFirstStackName = "cflinuxfs4";
inline constexpr std::string_view kSecondStackName = "windows";
inline constexpr std::string_view kSegmentTag = "isolated";

// What a cell, or an app, is for.
enum class Purpose : uint8_t {
  kShared,       // The first stack, no tags.
  kSegment,      // The first stack in an isolation segment.
  kSecondStack,  // The second stack, no tags.
};

// Every twentieth cell is in the segment, and every twentieth has the second stack.
Purpose PurposeOfCell(int64_t number);

std::vector<Cell> MakeCells(int64_t count, int64_t zones, uint64_t seed);

// A cluster and its work, made from a seed.
struct MadeClusterOptions {
  int64_t cells = 1000;
  int64_t zones = 3;
  // Apps and tasks. If there is none, as many as need 75 % of all memory at the end.
  std::optional<int64_t> apps;
  uint64_t seed = 1;
  int64_t duration_ms = 3'600'000;
  int64_t round_every_ms = 10'000;
  int64_t start_ms = 10'000;
};

// The work of a made cluster: apps that come, shrink and go, and tasks.
struct MadeWorkCounts {
  int64_t apps = 0;
  int64_t app_instances = 0;
  int64_t tasks = 0;
  int64_t deleted = 0;
  int64_t scaled_down = 0;
};

// Adds jobs and events to a scenario that has its cells.
MadeWorkCounts MakeWork(const MadeClusterOptions& options, Scenario* scenario);

// The same options give the same scenario, on every machine. REQUIRES: at least one cell, at least
// one zone.
Scenario MakeCluster(const MadeClusterOptions& options);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_MADE_CLUSTER_H_
