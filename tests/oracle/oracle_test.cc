// The engine against the literal oracles, decision by decision, on random clusters.
//
// ROSTRUM_ORACLE_SEED repeats one case; ROSTRUM_ORACLE_FIRST sets the first seed. `tests/run.sh
// oracle` has --seed N for the former, and --endless, which goes on with other seeds until one
// fails.

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>

#include "tests/oracle/adversarial.h"
#include "tests/oracle/bestfit.h"
#include "tests/oracle/diego.h"
#include "tests/oracle/engine_adapter.h"
#include "tests/oracle/mesos.h"
#include "tests/oracle/random_cluster.h"

namespace rostrum::oracle {
namespace {

using Oracle = std::function<Outcome(const std::vector<Cell>&, const std::vector<Lrp>&,
                                     const std::vector<Task>&, const Config&)>;

uint64_t NumberFromEnvironment(const char* name, uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr || *text == '\0' ? fallback : std::strtoull(text, nullptr, 10);
}

// A strategy and the literal scheduler that it must equal.
struct Rule {
  const char* strategy;
  Oracle oracle;
  bool has_score;  // Whether the oracle knows scores.
};

// Whether a score is the same to the last bit.
bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool SameDecision(const Decision& expected, const Decision& actual, bool with_score) {
  if (expected.kind != actual.kind || expected.identifier != actual.identifier ||
      expected.placed != actual.placed || expected.cell_id != actual.cell_id ||
      expected.error != actual.error) {
    return false;
  }
  return !expected.placed || !with_score || SameBits(expected.score, actual.score);
}

// Returns whether the engine decides the case as the oracle does; says what differs if not. Adds up
// placements.
bool Agrees(const Case& round, const Rule& rule, uint64_t* placements) {
  const std::unique_ptr<Strategy> strategy = MakeStrategy(rule.strategy);
  const std::shared_ptr<const Round> engine_round = RunEngine(round, *strategy);
  if (engine_round == nullptr) return false;
  const Outcome actual = EngineOutcome(*engine_round);
  *placements += engine_round->placed_count();
  const Outcome expected = rule.oracle(round.cells, round.lrps, round.tasks, round.config);
  bool same = expected.decisions.size() == actual.decisions.size();
  for (size_t i = 0; same && i < expected.decisions.size(); ++i) {
    same = SameDecision(expected.decisions[i], actual.decisions[i], rule.has_score);
  }
  if (same) return true;
  ADD_FAILURE() << rule.strategy
                << " differs from its oracle; repeat with ROSTRUM_ORACLE_SEED=" << round.seed
                << "\n"
                << Describe(round) << "expected:\n"
                << Describe(expected) << "actual:\n"
                << Describe(actual);
  return false;
}

// Which cases to run: from the environment, or `count` of them.
struct Seeds {
  uint64_t first = 1;
  uint64_t count = 0;
};

Seeds SeedsToRun(uint64_t count) {
  const uint64_t seed = NumberFromEnvironment("ROSTRUM_ORACLE_SEED", 0);
  if (seed != 0) return {seed, 1};
  return {NumberFromEnvironment("ROSTRUM_ORACLE_FIRST", 1), count};
}

using MakeCase = std::function<Case(uint64_t)>;

void Compare(const Rule& rule, const char* kind, const MakeCase& make_case, uint64_t count) {
  const Seeds seeds = SeedsToRun(count);
  std::printf("%s, %s: %llu cases from seed %llu\n", rule.strategy, kind,
              static_cast<unsigned long long>(seeds.count),
              static_cast<unsigned long long>(seeds.first));
  uint64_t placements = 0;
  for (uint64_t i = 0; i < seeds.count; ++i) {
    if (!Agrees(make_case(seeds.first + i), rule, &placements)) return;
  }
  std::printf("%s, %s: %llu placements are the same\n", rule.strategy, kind,
              static_cast<unsigned long long>(placements));
}

// Room for nearly everything, so that a case is placements for the most part.
Case RoomyCase(uint64_t seed) {
  Shape shape;
  shape.max_cells = 24;
  shape.max_lrps = 400;
  shape.max_tasks = 60;
  shape.odd_amounts = false;
  shape.odd_strings = false;
  Case round = RandomCase(seed, shape);
  std::mt19937_64 random(seed);
  round.config.starting_container_count_maximum = 0;
  for (Cell& cell : round.cells) {
    cell.evacuating = false;
    cell.total = {65'536, 131'072, 250, cell.total.cpu_milli};
    cell.available = cell.total;
    cell.available.memory_mb -= static_cast<int64_t>(random() % 16) * 64;
    cell.available.disk_mb -= static_cast<int64_t>(random() % 16) * 64;
    cell.available.containers -= static_cast<int64_t>(random() % 16);
  }
  return round;
}

// GPUs on some of the cells, which some of the work asks for.
Case CaseWithGpus(uint64_t seed) {
  Case round = RandomCase(seed);
  std::mt19937_64 random(seed);
  for (Cell& cell : round.cells) {
    if (random() % 2 == 0) continue;
    cell.total.gpu_milli = static_cast<int64_t>(1 + random() % 4) * 1000;
    cell.available.gpu_milli = cell.total.gpu_milli - static_cast<int64_t>(random() % 3) * 500;
  }
  const auto ask = [&](Work* work) {
    if (random() % 3 == 0) work->gpu_milli = static_cast<int64_t>(1 + random() % 8) * 250;
  };
  for (Lrp& lrp : round.lrps) ask(&lrp);
  for (Task& task : round.tasks) ask(&task);
  return round;
}

class OracleTest : public testing::TestWithParam<Rule> {};

TEST_P(OracleTest, DecidesRandomCasesAsTheOracle) {
  Compare(
      GetParam(), "random", [](uint64_t seed) { return RandomCase(seed); }, 20'000);
}

TEST_P(OracleTest, DecidesRoomyCasesAsTheOracle) {
  Compare(GetParam(), "roomy", RoomyCase, 10'000);
}

TEST_P(OracleTest, DecidesCasesWithGpusAsTheOracle) {
  Compare(GetParam(), "with GPUs", CaseWithGpus, 5'000);
}

TEST_P(OracleTest, DecidesHardCasesAsTheOracle) {
  Compare(GetParam(), "adversarial", AdversarialCase, 4'000);
}

INSTANTIATE_TEST_SUITE_P(AllStrategies, OracleTest,
                         testing::Values(Rule{"diego", ScheduleDiego, true},
                                         Rule{"binpack", ScheduleBinpack, false},
                                         Rule{"spread", ScheduleSpread, false},
                                         Rule{"bestfit", ScheduleBestfit, true}),
                         [](const auto& tested) { return std::string(tested.param.strategy); });

}  // namespace
}  // namespace rostrum::oracle
