// Runs warm rounds for bench/counts.sh, under valgrind, which counts from the hand-over of the work to
// the records of the decisions and nothing else.
//
//   rostrum_counts CASE ROUNDS
//
// CASE is a name as rostrum_bench has it.

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

#include "bench/case.h"
#include "bench/cluster.h"
#include "bench/workload.h"
#include "lib/base/format.h"

namespace rostrum::bench {
namespace {

int Run(const Case& wanted, int rounds) {
  const Workload workload(wanted.fleet, wanted.auctions, wanted.shapes);
  Cluster cluster(wanted.strategy);
  cluster.Feed(workload);
  uint64_t placed = 0;
  // The first round is a cold one, and not counted.
  for (int i = 0; i <= rounds; ++i) {
    if (i > 0) CALLGRIND_TOGGLE_COLLECT;
    cluster.Submit(workload);
    const RoundHandle round = cluster.RunRound();
    size_t count = 0;
    if (rostrum_round_decisions(round.get(), &count) == nullptr) return 1;
    if (i > 0) CALLGRIND_TOGGLE_COLLECT;
    placed = rostrum_round_placed_count(round.get());
    cluster.HandBackAll(round.get());
    cluster.RunRound();
  }
  PrintFormat(stdout, "{} rounds of {} auctions, {} placed\n", rounds, wanted.auctions, placed);
  return 0;
}

}  // namespace
}  // namespace rostrum::bench

int main(int argc, char** argv) {
  using namespace rostrum::bench;
  const std::optional<Case> wanted = argc == 3 ? Case::Parse(argv[1]) : std::nullopt;
  const int rounds = argc == 3 ? std::atoi(argv[2]) : 0;
  if (!wanted || rounds < 1 || !Cluster::HasStrategy(wanted->strategy)) {
    std::fputs("error: expected a case, such as round/diego/1000/20/1000, and a number of rounds\n",
               stderr);
    return 2;
  }
  return Run(*wanted, rounds);
}
