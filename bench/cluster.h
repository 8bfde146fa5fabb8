// An engine with a workload, as the C interface shows them.

#ifndef ROSTRUM_BENCH_CLUSTER_H_
#define ROSTRUM_BENCH_CLUSTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "bench/workload.h"
#include "rostrum/rostrum.h"

namespace rostrum::bench {

struct RoundDeleter {
  void operator()(rostrum_round_t* round) const { rostrum_round_destroy(round); }
};
using RoundHandle = std::unique_ptr<rostrum_round_t, RoundDeleter>;

// What a round came to, in a number that differs if any decision does.
uint64_t HashOf(const rostrum_round_t* round);

class Cluster {
 public:
  // Whether there is a strategy of this name to make a cluster with.
  static bool HasStrategy(const std::string& strategy);

  // `strategy` is a name of the library's, or "plugin" for a strategy of C functions that spreads
  // by free memory and has no base score.
  explicit Cluster(const std::string& strategy);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void Feed(const Workload& workload);
  void Apply(const ChangedCells::Step& step);
  void Submit(const Workload& workload);
  RoundHandle RunRound();
  void HandBackAll(const rostrum_round_t* round);

 private:
  rostrum_strategy_t* strategy_ = nullptr;
  rostrum_engine_t* engine_ = nullptr;
};

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_CLUSTER_H_
