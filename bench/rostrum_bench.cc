// The benchmarks of the library, through its C interface. README.md in this folder says how to read
// them.
//
//   rostrum_bench [--case NAME]... [GOOGLE BENCHMARK'S FLAGS]
//
// measures every case, or those that are named, in the list or not, each warm and cold.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/case.h"
#include "bench/cluster.h"
#include "bench/placements.h"
#include "bench/workload.h"
#include "lib/base/format.h"
#include "tests/allocations/allocations.h"

namespace rostrum::bench {
namespace {

// A fast wrong answer is no answer.
bool Check(benchmark::State& state, const std::string& name, const rostrum_round_t* round) {
  state.counters["placed"] = static_cast<double>(rostrum_round_placed_count(round));
  if (!HasPlacements(name)) state.SetLabel("not in placements.txt: every round alike, no more");
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
    if (!is_right) break;
    state.ResumeTiming();
  }
}

// An engine that has run rounds before. After each round what it placed is handed back and the
// engine told of it by a round without work, which is not measured; but that the scores of those
// cells are out of date is. With `changes`, one cell in a hundred changes before each round, and
// back after it: that is not measured either, but what the round makes of it is.
void RunWarm(benchmark::State& state, const Case& wanted, const Workload& workload,
             const ChangedCells* changes) {
  const std::string name = wanted.Name() + (changes != nullptr ? "/changed" : "");
  if (changes != nullptr) {
    Cluster fresh(wanted.strategy);
    fresh.Feed(workload);
    fresh.Apply(changes->there());
    fresh.Submit(workload);
    if (!Check(state, name, fresh.RunRound().get())) return;
  }
  Cluster cluster(wanted.strategy);
  cluster.Feed(workload);
  cluster.Submit(workload);
  {
    // The first round is a cold one.
    const RoundHandle first = cluster.RunRound();
    if (!Check(state, wanted.Name(), first.get())) return;
    cluster.HandBackAll(first.get());
  }
  cluster.RunRound();
  uint64_t submit_allocations = 0;
  uint64_t round_allocations = 0;
  for (auto _ : state) {
    state.PauseTiming();
    if (changes != nullptr) cluster.Apply(changes->there());
    const uint64_t before = AllocationCount();
    state.ResumeTiming();
    cluster.Submit(workload);
    const uint64_t submitted = AllocationCount();
    RoundHandle round = cluster.RunRound();
    size_t count = 0;
    benchmark::DoNotOptimize(rostrum_round_decisions(round.get(), &count));
    state.PauseTiming();
    submit_allocations = submitted - before;
    round_allocations = AllocationCount() - submitted;
    const bool is_right = Check(state, name, round.get());
    cluster.HandBackAll(round.get());
    round.reset();
    if (changes != nullptr) cluster.Apply(changes->back());
    cluster.RunRound();
    if (!is_right) break;
    state.ResumeTiming();
  }
  state.counters["submit_allocations"] = static_cast<double>(submit_allocations);
  state.counters["round_allocations"] = static_cast<double>(round_allocations);
}

enum class Kind { kWarm, kCold, kChanged };

void Run(benchmark::State& state, const Case& wanted, Kind kind) {
  const Workload workload(wanted.fleet, wanted.auctions, wanted.shapes);
  if (kind == Kind::kCold) {
    RunCold(state, wanted, workload);
  } else if (kind == Kind::kWarm) {
    RunWarm(state, wanted, workload, nullptr);
  } else {
    const ChangedCells changes(workload);
    RunWarm(state, wanted, workload, &changes);
  }
  const double auctions =
      static_cast<double>(wanted.auctions) * static_cast<double>(state.iterations());
  // The reported time is of one round; this is of one auction.
  state.counters["ns_per_auction"] =
      benchmark::Counter(auctions / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void Register(const Case& wanted) {
  // Changes matter where there are many cells.
  constexpr int64_t kManyCells = 100'000;
  for (const auto& [kind, suffix] :
       {std::pair(Kind::kWarm, "/warm"), {Kind::kCold, "/cold"}, {Kind::kChanged, "/changed"}}) {
    if (kind == Kind::kChanged && (wanted.fleet.cells < kManyCells ||
                                   wanted.auctions >= kManyCells || wanted.strategy != "diego")) {
      continue;
    }
    benchmark::RegisterBenchmark((wanted.Name() + suffix).c_str(), [wanted, kind = kind](
                                                                       benchmark::State& state) {
      Run(state, wanted, kind);
    })->Unit(benchmark::kMillisecond);
  }
}

// Takes each --case NAME or --case=NAME out of the arguments. False, with a line on standard error,
// if there is one that is no case.
bool TakeCases(int* argc, char** argv, std::vector<Case>* cases) {
  constexpr std::string_view kFlag = "--case";
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    std::string_view name;
    if (argument == kFlag) {
      if (++i < *argc) name = argv[i];
    } else if (argument.substr(0, kFlag.size() + 1) == "--case=") {
      name = argument.substr(kFlag.size() + 1);
    } else {
      argv[kept++] = argv[i];
      continue;
    }
    const std::optional<Case> wanted = Case::Parse(name);
    // A name that comes out otherwise, such as zones-3, is another case's.
    if (!wanted || wanted->Name() != name || !Cluster::HasStrategy(wanted->strategy)) {
      PrintFormat(
          stderr,
          "error: --case: found \"{}\", expected KIND/STRATEGY/CELLS/LRPS_PER_CELL/AUCTIONS, "
          "such as round/diego/2000/20/500; KIND is round, sizes, signatures-N, zones-N, "
          "shapes-N or full-N-shapes, STRATEGY one of the library's or plugin\n",
          name);
      return false;
    }
    cases->push_back(*wanted);
  }
  *argc = kept;
  argv[kept] = nullptr;
  return true;
}

}  // namespace

int Main(int argc, char** argv) {
  std::vector<Case> cases;
  if (!TakeCases(&argc, argv, &cases)) return 2;
  for (const Case& wanted : cases.empty() ? AllCases() : cases) Register(wanted);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace rostrum::bench

int main(int argc, char** argv) { return rostrum::bench::Main(argc, argv); }
