// The tournament tree against looking at every score.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "lib/place/shape_index.h"

namespace rostrum {
namespace {

// The first of the best, as a scan finds it.
uint32_t BestOf(const std::vector<Score>& scores, const std::set<uint32_t>& left_out) {
  uint32_t best = ScoreTree::kNobody;
  for (uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] == ScoreTree::kNoScore || left_out.contains(i)) continue;
    if (best == ScoreTree::kNobody || Better(scores[i], scores[best])) best = i;
  }
  return best;
}

uint32_t Draw(std::mt19937* random, uint32_t below) {
  return static_cast<uint32_t>((*random)() % below);
}

// Few values, so that ties are common: neighbours in the last bit, both zeros, infinities.
Score RandomScore(std::mt19937* random, bool is_plain) {
  const double values[] = {0.0,
                           -0.0,
                           1.0,
                           std::nextafter(1.0, 2.0),
                           -1e300,
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()};
  if (Draw(random, 4) == 0) return ScoreTree::kNoScore;
  if (is_plain) return {values[Draw(random, 5)]};
  return {values[Draw(random, 7)], static_cast<int64_t>(Draw(random, 3)) - 1};
}

void Compare(uint32_t size, uint32_t seed) {
  std::mt19937 random(seed);
  // In every second case tiers and infinities come up late, in the others at once.
  bool is_plain = seed % 2 == 0;
  std::vector<Score> scores(size);
  for (Score& score : scores) score = RandomScore(&random, is_plain);
  ScoreTree tree;
  EXPECT_TRUE(tree.empty());
  tree.Make(scores);
  for (int step = 0; step < 200; ++step) {
    if (step == 150) is_plain = false;
    ASSERT_EQ(tree.Best(), BestOf(scores, {})) << "size " << size << ", seed " << seed;
    std::set<uint32_t> left_out;
    for (uint32_t i = Draw(&random, 6); i > 0; --i) left_out.insert(Draw(&random, size));
    left_out.insert(tree.Best());
    ASSERT_EQ(tree.BestWithout([&](uint32_t slot) { return left_out.contains(slot); }),
              BestOf(scores, left_out))
        << "size " << size << ", seed " << seed;
    std::set<uint32_t> changed;
    for (uint32_t i = 1 + Draw(&random, 5); i > 0; --i) changed.insert(Draw(&random, size));
    std::vector<uint32_t> slots(changed.begin(), changed.end());
    std::vector<Score> values;
    for (const uint32_t slot : slots) {
      scores[slot] = RandomScore(&random, is_plain);
      values.push_back(scores[slot]);
    }
    tree.Set(&slots, values.data());
  }
}

TEST(ScoreTreeTest, FindsWhatAScanFinds) {
  for (const uint32_t size : {1u, 2u, 7u, 8u, 9u, 63u, 64u, 65u, 511u, 513u, 4097u}) {
    for (uint32_t seed = 1; seed <= 5; ++seed) Compare(size, seed);
  }
}

TEST(ScoreTreeTest, HasNobodyIfAllAreOut) {
  ScoreTree tree;
  tree.Make(std::vector<Score>(20, ScoreTree::kNoScore));
  EXPECT_EQ(tree.Best(), ScoreTree::kNobody);
  EXPECT_EQ(tree.BestWithout([](uint32_t) { return false; }), ScoreTree::kNobody);
}

}  // namespace
}  // namespace rostrum
