// The engine against the literal oracles, decision by decision, on random clusters.
//
// ROSTRUM_ORACLE_SEED repeats one case; ROSTRUM_ORACLE_CASES sets how many are run of each
// strategy (20,000 by default); `tests/run.sh oracle --seed N` sets the former.

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <functional>
#include <string>

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

// Returns whether the engine decides the case as the oracle does; says what differs if not.
bool Agrees(const Case& round, const Oracle& oracle, const char* strategy_name, bool with_score) {
  const std::unique_ptr<Strategy> strategy = MakeStrategy(strategy_name);
  const std::shared_ptr<const Round> engine_round = RunEngine(round, *strategy);
  if (engine_round == nullptr) return false;
  const Outcome actual = EngineOutcome(*engine_round);
  const Outcome expected = oracle(round.cells, round.lrps, round.tasks, round.config);
  bool same = expected.decisions.size() == actual.decisions.size();
  for (size_t i = 0; same && i < expected.decisions.size(); ++i) {
    same = SameDecision(expected.decisions[i], actual.decisions[i], with_score);
  }
  if (same) return true;
  ADD_FAILURE() << strategy_name << " differs from its oracle; repeat with ROSTRUM_ORACLE_SEED="
                << round.seed << "\n"
                << Describe(round) << "expected:\n"
                << Describe(expected) << "actual:\n"
                << Describe(actual);
  return false;
}

void Compare(const Oracle& oracle, const char* strategy_name, bool with_score) {
  uint64_t first = 1;
  uint64_t count = NumberFromEnvironment("ROSTRUM_ORACLE_CASES", 20000);
  if (const uint64_t seed = NumberFromEnvironment("ROSTRUM_ORACLE_SEED", 0); seed != 0) {
    first = seed;
    count = 1;
  }
  std::printf("%s: %llu cases from seed %llu\n", strategy_name,
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(first));
  uint64_t placements = 0;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const Case round = RandomCase(seed);
    placements += round.lrps.size() + round.tasks.size();
    if (!Agrees(round, oracle, strategy_name, with_score)) return;
  }
  std::printf("%s: %llu auctions compared\n", strategy_name,
              static_cast<unsigned long long>(placements));
}

TEST(OracleTest, DiegoDecidesAsDiego) { Compare(ScheduleDiego, "diego", /*with_score=*/true); }

TEST(OracleTest, BinpackDecidesAsItsRule) {
  Compare(ScheduleBinpack, "binpack", /*with_score=*/false);
}

TEST(OracleTest, SpreadDecidesAsItsRule) {
  Compare(ScheduleSpread, "spread", /*with_score=*/false);
}

}  // namespace
}  // namespace rostrum::oracle
