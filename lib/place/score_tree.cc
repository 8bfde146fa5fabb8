#include "lib/place/score_tree.h"

#include <algorithm>
#include <bit>

namespace rostrum {
namespace {

struct Contender {
  int64_t tier;
  double value;
  uint32_t position;
};

// As Better, without branches that a processor would guess wrong. Of equals the first wins.
inline Contender Winner(const Contender& first, const Contender& second) {
  const bool second_wins = static_cast<bool>(
      (second.tier < first.tier) | ((second.tier == first.tier) & (second.value < first.value)));
  return {second_wins ? second.tier : first.tier, second_wins ? second.value : first.value,
          second_wins ? second.position : first.position};
}

// The first of eight scores that is as good as any.
uint32_t BestOf(const double* values, const int64_t* tiers) {
  // In pairs, so that they do not wait for each other.
  const auto pair = [&](uint32_t i) {
    return Winner({tiers[i], values[i], i}, {tiers[i + 1], values[i + 1], i + 1});
  };
  return Winner(Winner(pair(0), pair(2)), Winner(pair(4), pair(6))).position;
}

// The same where all tiers are equal.
uint32_t BestOf(const double* values) {
  const double low =
      std::min(std::min(std::min(values[0], values[1]), std::min(values[2], values[3])),
               std::min(std::min(values[4], values[5]), std::min(values[6], values[7])));
  uint32_t equal = 0;
  for (uint32_t i = 0; i < 8; ++i) equal |= static_cast<uint32_t>(values[i] == low) << i;
  return static_cast<uint32_t>(std::countr_zero(equal));
}

}  // namespace

void ScoreTree::Make(const std::vector<Score>& scores) {
  Reset(static_cast<uint32_t>(scores.size()));
  for (uint32_t slot = 0; slot < size_; ++slot) Put(slot, scores[slot]);
  for (size_t level = 1; level < levels_.size(); ++level) {
    const auto groups = static_cast<uint32_t>(levels_[level].slots.size());
    for (uint32_t group = 0; group < groups; ++group) Contest(level, group);
  }
}

void ScoreTree::Reset(uint32_t size) {
  has_tiers_ = false;
  // Most trees are made again for the same cells, whose memory is there.
  if (size == size_ && !empty()) {
    for (Level& level : levels_) {
      std::fill(level.values.begin(), level.values.end(), kNoScore.value);
      std::fill(level.slots.begin(), level.slots.end(), kNobody);
      level.tiers.clear();
    }
    return;
  }
  size_ = size;
  levels_.clear();
  for (uint32_t count = size;;) {
    const bool is_lowest = levels_.empty();
    const bool is_top = count == 1 && !is_lowest;
    const uint32_t room = is_top ? 1 : (count + kWidth - 1) / kWidth * kWidth;
    Level& level = levels_.emplace_back();
    level.values.assign(room, kNoScore.value);
    if (!is_lowest) level.slots.assign(count, kNobody);
    if (is_top) return;
    count = room / kWidth;
  }
}

bool ScoreTree::NeedsTiers(const Score& score) const {
  return !has_tiers_ && !(score == kNoScore) && (score.tier != 0 || score.value == kNoScore.value);
}

void ScoreTree::AddTiers() {
  for (Level& level : levels_) {
    level.tiers.resize(level.values.size());
    for (size_t i = 0; i < level.values.size(); ++i) {
      level.tiers[i] = level.values[i] == kNoScore.value ? kNoScore.tier : 0;
    }
  }
  has_tiers_ = true;
}

void ScoreTree::Put(uint32_t slot, const Score& score) {
  if (NeedsTiers(score)) AddTiers();
  levels_[0].values[slot] = score.value;
  if (has_tiers_) levels_[0].tiers[slot] = score.tier;
}

void ScoreTree::Set(std::vector<uint32_t>* slots, const Score* scores) {
  for (size_t i = 0; i < slots->size(); ++i) Put((*slots)[i], scores[i]);
  // The groups whose winner has changed are what has changed on the next level.
  for (size_t level = 1; level < levels_.size() && !slots->empty(); ++level) {
    size_t kept = 0;
    uint32_t last = kNobody;
    for (const uint32_t position : *slots) {
      const uint32_t group = position / kWidth;
      if (group == last) continue;
      last = group;
      if (Contest(level, group)) (*slots)[kept++] = group;
    }
    slots->resize(kept);
  }
}

bool ScoreTree::Contest(size_t level, uint32_t group) {
  static_assert(kWidth == 8);
  const Level& below = levels_[level - 1];
  Level& here = levels_[level];
  const size_t first = size_t{group} * kWidth;
  const uint32_t winner = has_tiers_
                              ? BestOf(below.values.data() + first, below.tiers.data() + first)
                              : BestOf(below.values.data() + first);
  const uint32_t position = group * kWidth + winner;
  const Score score = ScoreAt(level - 1, position);
  const uint32_t slot = score == kNoScore ? kNobody : SlotOf(level - 1, position);
  if (here.slots[group] == slot && ScoreAt(level, group) == score) return false;
  here.slots[group] = slot;
  here.values[group] = score.value;
  if (has_tiers_) here.tiers[group] = score.tier;
  return true;
}

}  // namespace rostrum
