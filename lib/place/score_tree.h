// The best of many scores, while single ones change.

#ifndef ROSTRUM_LIB_PLACE_SCORE_TREE_H_
#define ROSTRUM_LIB_PLACE_SCORE_TREE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/line_vector.h"
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

  // Makes the tree of scores, of which there is at least one.
  void Make(const std::vector<Score>& scores);

  Score At(uint32_t slot) const { return ScoreAt(0, slot); }

  // Sets the scores of slots, which are sorted and each come once. `slots` is used up.
  void Set(std::vector<uint32_t>* slots, const Score* scores);

  // The slot with the best score; kNobody if all are out.
  uint32_t Best() const { return ScoreAt(levels_.size() - 1, 0) == kNoScore ? kNobody : Top(); }

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
    LineVector<double> values;
    LineVector<int64_t> tiers;  // Empty as long as all are 0; see `has_tiers_`.
    LineVector<uint32_t> slots;
  };

  uint32_t Top() const { return levels_.back().slots[0]; }
  void Reset(uint32_t size);
  // From here on tiers are kept too.
  void AddTiers();
  bool NeedsTiers(const Score& score) const;
  void Put(uint32_t slot, const Score& score);
  // Decides a group of the level below. Returns whether anything came out otherwise than before.
  bool Contest(size_t level, uint32_t group);
  Score ScoreAt(size_t level, uint32_t position) const {
    const Level& at = levels_[level];
    const double value = at.values[position];
    if (has_tiers_) return {value, at.tiers[position]};
    return value == kNoScore.value ? kNoScore : Score{value};
  }
  uint32_t SlotOf(size_t level, uint32_t position) const {
    return level == 0 ? position : levels_[level].slots[position];
  }

  template <typename LeftOut>
  void Descend(size_t level, uint32_t position, LeftOut left_out,
               std::pair<Score, uint32_t>* best) const {
    const Score score = ScoreAt(level, position);
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
  // Where all tiers are 0 and no score is infinite, which is so for Diego, the values alone say it
  // all: a slot is out if its value is infinite.
  bool has_tiers_ = false;
  std::vector<Level> levels_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_SCORE_TREE_H_
