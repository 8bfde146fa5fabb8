#include "lib/place/score_tree.h"

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

}  // namespace

void ScoreTree::Reset(uint32_t size) {
  size_ = size;
  levels_.clear();
  for (uint32_t count = size;;) {
    const bool is_lowest = levels_.empty();
    const bool is_top = count == 1 && !is_lowest;
    const uint32_t room = is_top ? 1 : (count + kWidth - 1) / kWidth * kWidth;
    Level& level = levels_.emplace_back();
    level.scores.assign(room, kNoScore);
    if (!is_lowest) level.slots.assign(count, kNobody);
    if (is_top) return;
    count = room / kWidth;
  }
}

void ScoreTree::Set(std::vector<uint32_t>* slots, const Score* scores) {
  for (size_t i = 0; i < slots->size(); ++i) levels_[0].scores[(*slots)[i]] = scores[i];
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
  const Level& below = levels_[level - 1];
  const Score* const scores = below.scores.data() + size_t{group} * kWidth;
  // In pairs, so that they do not wait for each other.
  const auto pair = [&](uint32_t i) {
    return Winner({scores[i].tier, scores[i].value, i},
                  {scores[i + 1].tier, scores[i + 1].value, i + 1});
  };
  static_assert(kWidth == 8);
  const uint32_t winner = Winner(Winner(pair(0), pair(2)), Winner(pair(4), pair(6))).position;
  // A slot beyond the last is out, and loses to whoever is not.
  const uint32_t position = group * kWidth + winner;
  const bool is_out = scores[winner] == kNoScore;
  const uint32_t slot = is_out ? kNobody : SlotOf(level - 1, position);
  Level& here = levels_[level];
  if (here.slots[group] == slot && here.scores[group] == scores[winner]) return false;
  here.slots[group] = slot;
  here.scores[group] = scores[winner];
  return true;
}

}  // namespace rostrum
