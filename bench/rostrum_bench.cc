// The benchmarks of the library, through its C interface. README.md in this folder says how to read
// them.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/allocations.h"
#include "bench/cluster.h"
#include "bench/placements.h"
#include "bench/workload.h"

namespace rostrum::bench {
namespace {

struct Case {
  std::string strategy = "diego";
  FleetOptions fleet;
  int64_t auctions = 0;
  int64_t shapes = 0;
  bool is_warm = true;

  // "round/STRATEGY/CELLS/LRPS_PER_CELL/AUCTIONS/warm", with what is not as in the reference fleet
  // in place of "round".
  std::string Name() const {
    std::string kind = "round";
    if (fleet.different_sizes) kind = "sizes";
    if (fleet.signatures != 1) kind = fmt::format("signatures-{}", fleet.signatures);
    if (fleet.zones != 3) kind = fmt::format("zones-{}", fleet.zones);
    if (fleet.full) kind = fmt::format("full-{}-shapes", shapes);
    return fmt::format("{}/{}/{}/{}/{}/{}", kind, strategy, fleet.cells, fleet.lrps_per_cell,
                       auctions, is_warm ? "warm" : "cold");
  }
};

// A fast wrong answer is no answer.
bool Check(benchmark::State& state, const std::string& name, const rostrum_round_t* round) {
  state.counters["placed"] = static_cast<double>(rostrum_round_placed_count(round));
  const std::string problem = ProblemWith(name, HashOf(round));
  if (!problem.empty()) state.SkipWithError(problem.c_str());
  return problem.empty();
}

// A fresh engine each time: feed all states, submit, run the round, read the records.
void RunCold(benchmark::State& state, const Case& wanted, const Workload& workload) {
  for (auto _ : state) {
    auto cluster = std::make_unique<Cluster>(wanted.strategy);
    cluster->Feed(workload);
    cluster->Submit(workload);
    RoundHandle round = cluster->RunRound();
    size_t count = 0;
    benchmark::DoNotOptimize(rostrum_round_decisions(round.get(), &count));
    state.PauseTiming();
    const bool is_right = Check(state, wanted.Name(), round.get());
    round.reset();
    cluster.reset();
    state.ResumeTiming();
    if (!is_right) break;
  }
}

// An engine that has run rounds before. After each round what it placed is handed back, which is not
// measured; but that those cells have changed since is.
void RunWarm(benchmark::State& state, const Case& wanted, const Workload& workload) {
  Cluster cluster(wanted.strategy);
  cluster.Feed(workload);
  cluster.Submit(workload);
  cluster.HandBackAll(cluster.RunRound().get());
  uint64_t submit_allocations = 0;
  uint64_t round_allocations = 0;
  for (auto _ : state) {
    const uint64_t before = AllocationCount();
    cluster.Submit(workload);
    const uint64_t submitted = AllocationCount();
    RoundHandle round = cluster.RunRound();
    size_t count = 0;
    benchmark::DoNotOptimize(rostrum_round_decisions(round.get(), &count));
    state.PauseTiming();
    submit_allocations = submitted - before;
    round_allocations = AllocationCount() - submitted;
    const bool is_right = Check(state, wanted.Name(), round.get());
    cluster.HandBackAll(round.get());
    round.reset();
    state.ResumeTiming();
    if (!is_right) break;
  }
  state.counters["submit_allocations"] = static_cast<double>(submit_allocations);
  state.counters["round_allocations"] = static_cast<double>(round_allocations);
}

void Run(benchmark::State& state, const Case& wanted) {
  const Workload workload(wanted.fleet, wanted.auctions, wanted.shapes);
  if (wanted.is_warm) {
    RunWarm(state, wanted, workload);
  } else {
    RunCold(state, wanted, workload);
  }
  const double auctions =
      static_cast<double>(wanted.auctions) * static_cast<double>(state.iterations());
  // The reported time is of one round; this is of one auction.
  state.counters["ns_per_auction"] =
      benchmark::Counter(auctions / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Register(const Case& wanted) {
  benchmark::RegisterBenchmark(wanted.Name().c_str(),
                               [wanted](benchmark::State& state) { Run(state, wanted); })
      ->Unit(benchmark::kMillisecond);
}

void RegisterAll() {
  const auto add = [](std::string strategy, int64_t cells, int64_t auctions,
                      const std::function<void(Case*)>& change = {}) {
    for (const bool is_warm : {true, false}) {
      Case wanted;
      wanted.strategy = std::move(strategy);
      wanted.fleet.cells = cells;
      wanted.auctions = auctions;
      wanted.is_warm = is_warm;
      if (change) change(&wanted);
      Register(wanted);
      strategy = wanted.strategy;
    }
  };
  for (const char* strategy : {"diego", "binpack", "spread"}) {
    add(strategy, 100, 100);
    add(strategy, 1'000, 1'000);
    add(strategy, 5'000, 1'000);
    add(strategy, 10'000, 1'000);
    add(strategy, 10'000, 10'000);
    add(strategy, 100'000, 1'000);
  }
  add("diego", 100'000, 1'000'000);
  add("plugin", 1'000, 1'000);
  add("plugin", 10'000, 1'000);
  add("diego", 10'000, 1'000, [](Case* c) { c->fleet.different_sizes = true; });
  add("diego", 10'000, 1'000, [](Case* c) { c->fleet.signatures = 50; });
  add("diego", 10'000, 1'000, [](Case* c) { c->fleet.zones = 20; });
  add("diego", 10'000, 10'000, [](Case* c) {
    c->fleet.full = true;
    c->shapes = 100;
  });
}

}  // namespace
}  // namespace rostrum::bench

int main(int argc, char** argv) {
  rostrum::bench::RegisterAll();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
