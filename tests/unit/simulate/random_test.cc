#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lib/tools/simulate/made_cluster.h"

namespace rostrum::tools {
namespace {

TEST(RandomTest, TheSameSeedGivesTheSameNumbers) {
  Random a(7, Random::Stream::kWork);
  Random b(7, Random::Stream::kWork);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), b.Next());
}

TEST(RandomTest, SeedsAndStreamsDiffer) {
  EXPECT_NE(Random(7, Random::Stream::kWork).Next(), Random(8, Random::Stream::kWork).Next());
  EXPECT_NE(Random(7, Random::Stream::kWork).Next(), Random(7, Random::Stream::kTimes).Next());
}

TEST(RandomTest, BetweenReachesBothEnds) {
  Random random(1, Random::Stream::kWork);
  std::array<int, 3> seen{};
  for (int i = 0; i < 300; ++i) {
    const int64_t drawn = random.Between(-1, 1);
    ASSERT_GE(drawn, -1);
    ASSERT_LE(drawn, 1);
    ++seen[static_cast<size_t>(drawn + 1)];
  }
  for (const int count : seen) EXPECT_GT(count, 50);
}

TEST(RandomTest, ExponentialHasItsMeanAndItsTail) {
  Random random(3, Random::Stream::kTimes);
  constexpr int kDraws = 200000;
  double sum = 0;
  int above_one = 0;
  int above_three = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double drawn = random.Exponential();
    ASSERT_GE(drawn, 0);
    sum += drawn;
    above_one += drawn > 1;
    above_three += drawn > 3;
  }
  EXPECT_NEAR(sum / kDraws, 1, 0.01);
  EXPECT_NEAR(static_cast<double>(above_one) / kDraws, std::exp(-1.0), 0.005);
  EXPECT_NEAR(static_cast<double>(above_three) / kDraws, std::exp(-3.0), 0.002);
}

TEST(RandomTest, PicksByWeight) {
  Random random(5, Random::Stream::kCells);
  const std::array<uint32_t, 4> weights = {1, 0, 3, 6};
  std::array<int, 4> seen{};
  for (int i = 0; i < 10000; ++i) ++seen[random.Pick(weights)];
  EXPECT_NEAR(seen[0], 1000, 150);
  EXPECT_EQ(seen[1], 0);
  EXPECT_NEAR(seen[2], 3000, 250);
  EXPECT_NEAR(seen[3], 6000, 250);
}

}  // namespace
}  // namespace rostrum::tools
