// The best of many scores, while single ones change.

#ifndef ROSTRUM_LIB_PLACE_SCORE_TREE_H_
#define ROSTRUM_LIB_PLACE_SCORE_TREE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "rostrum/strategy.h"

namespace rostrum {

// A tournament tree over scores that are numbered by slot. Eight compete at a time, which stand
// side by side in memory, so that a change touches few cache lines: four levels for 4,096 cells. Of
// equal scores the lowest slot wins.
class ScoreTree {
 public:
  // The score of a slot that is out of the contest.
  static constexpr Score kNoScore = {std::numeric_limits<double>::infinity(),
                                     std::numeric_limits<int64_t>::max()};
  static constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

  bool empty() const { return levels_.empty(); }
  uint32_t size() const { return size_; }

  // Makes the tree of `size` scores, at least one, which `fill` writes.
  template <typename Fill>
  void Make(uint32_t size, Fill fill) {
    Reset(size);
    fill(levels_[0].scores.data());
    for (size_t level = 1; level < levels_.size(); ++level) {
      const auto groups = static_cast<uint32_t>(levels_[level].slots.size());
      for (uint32_t group = 0; group < groups; ++group) Contest(level, group);
    }
  }

  const Score& At(uint32_t slot) const { return levels_[0].scores[slot]; }

  // Sets the scores of slots, which are sorted and each come once. `slots` is used up.
  void Set(std::vector<uint32_t>* slots, const Score* scores);

  // The slot with the best score; kNobody if all are out.
  uint32_t Best() const { return Top().scores[0] == kNoScore ? kNobody : Top().slots[0]; }

  // The same, of the slots that are not `left_out`, which is asked of winners only.
  template <typename LeftOut>
  uint32_t BestWithout(LeftOut left_out) const {
    std::pair<Score, uint32_t> best = {kNoScore, kNobody};
    Descend(levels_.size() - 1, 0, left_out, &best);
    return best.second;
  }

 private:
  static constexpr uint32_t kWidth = 8;

  // The winners of the groups of eight of the level below; the lowest level is the scores
  // themselves and has no slots. What fills up the last group is out.
  struct Level {
    std::vector<Score> scores;
    std::vector<uint32_t> slots;
  };

  const Level& Top() const { return levels_.back(); }
  void Reset(uint32_t size);
  // Decides a group of the level below. Returns whether anything came out otherwise than before.
  bool Contest(size_t level, uint32_t group);
  uint32_t SlotOf(size_t level, uint32_t position) const {
    return level == 0 ? position : levels_[level].slots[position];
  }

  template <typename LeftOut>
  void Descend(size_t level, uint32_t position, LeftOut left_out,
               std::pair<Score, uint32_t>* best) const {
    const Score& score = levels_[level].scores[position];
    if (score == kNoScore) return;
    const uint32_t slot = SlotOf(level, position);
    // Nothing below is better than its winner, and of equals the lower slot was met first.
    if (best->second != kNobody && !Better(score, best->first)) {
      if (Better(best->first, score) || best->second < slot) return;
    }
    if (!left_out(slot)) {
      *best = {score, slot};
      return;
    }
    if (level == 0) return;
    for (uint32_t i = 0; i < kWidth; ++i) {
      Descend(level - 1, position * kWidth + i, left_out, best);
    }
  }

  uint32_t size_ = 0;
  std::vector<Level> levels_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_SCORE_TREE_H_
