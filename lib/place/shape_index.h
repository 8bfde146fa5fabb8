// The best cell for what is asked, without looking at all cells.

#ifndef ROSTRUM_LIB_PLACE_SHAPE_INDEX_H_
#define ROSTRUM_LIB_PLACE_SHAPE_INDEX_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/line_vector.h"
#include "lib/base/position_table.h"
#include "lib/place/instances.h"
#include "lib/place/rows.h"
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

// A row and its score there.
struct RankedRow {
  uint32_t row = 0;
  Score score;
};

// Batches hold many auctions and few shapes: what they ask, apart from their constraint and their
// process. For each shape, and each group of cells that was asked for it, this keeps the exact
// score of every cell, without instances of the process, in a tournament tree: the root is the
// winner, ties broken by row. Placing work changes one cell; a tree catches up with such changes,
// one path of it each, when it is next asked. So nothing is estimated and no margin is needed: the
// winner is that of a scan, to the last bit.
//
// Cells that hold instances of the auction's process are left out on the way down and looked at by
// the caller.
//
// A tree is made when it is first asked for, in one pass over its group's cells, and kept from
// round to round. So cells times shapes is paid once, and an auction costs the logarithm of the
// cells.
// Where work comes in so many shapes that the trees would take too much memory, all are let go and
// made again when they are asked for, which costs no more than scans would.
class ShapeIndex {
 public:
  // The score of a cell that cannot take the shape, and of one at which the strategy failed. The
  // latter is before all others, so that it is found.
  static constexpr Score kNoScore = ScoreTree::kNoScore;
  static constexpr Score kFailedScore = {0, std::numeric_limits<int64_t>::min()};

  // REQUIRES: the strategy is separable or has a base score. All four outlive the index.
  ShapeIndex(const Layout& layout, const Rows& rows, const Instances& instances,
             Strategy& strategy);

  // Lets go of shapes that were not asked for in many rounds. Numbers of shapes change. The layout
  // stays as it is until the next round begins.
  void BeginRound();

  // The number of a work's shape, for this round, and what all work of it has in common.
  uint32_t ShapeOf(const Work& work);
  const Work& WorkOf(uint32_t shape) const { return shapes_[shape]->work; }

  // Whether a strategy may use this tier.
  static bool IsTier(int64_t tier) { return tier != kNoScore.tier && tier != kFailedScore.tier; }

  // Whether the tree of a group for a shape has been made.
  bool HasTree(uint32_t shape, uint32_t group) const {
    return !shapes_[shape]->trees[group].scores.empty();
  }

  // The best cell of a group for a shape; nothing if none can take it.
  // If `skip_instances`, cells that hold an instance of the current process are passed over.
  std::optional<RankedRow> Best(uint32_t shape, uint32_t group, bool skip_instances);

  // The score of a cell for a shape without instances; kNoScore if it cannot take it.
  Score ScoreAt(uint32_t shape, uint32_t row);

  // To be called after the row of a slot has changed, or another one stands there. Where memory
  // runs out, more is forgotten than had to be.
  void NoteChange(uint32_t group, uint32_t slot) noexcept;

  // To be called when a group's slots have become others altogether.
  void Forget(uint32_t group);

 private:
  // One group of one shape.
  struct Tree {
    ScoreTree scores;  // By slot. Empty until the tree is made.
    size_t seen = 0;   // How much of the group's changes is in.
  };
  struct Shape {
    Work work;                // What all work of this shape has in common: kind and resources.
    std::vector<Tree> trees;  // By group.
    uint64_t round = 0;       // That asked for it last.
  };
  // Slots of a group, in order of the changes. The first `forgotten` of all are not kept any more.
  struct ChangeLog {
    size_t forgotten = 0;
    std::vector<uint32_t> slots;

    size_t size() const { return forgotten + slots.size(); }
  };

  std::unique_ptr<Shape> MakeShape(const Work& work) const;
  void DropTree(Tree* tree);
  void DropTrees(Shape* shape);
  Tree& CatchUp(uint32_t shape, uint32_t group) {
    Tree& tree = shapes_[shape]->trees[group];
    if (tree.seen != changes_[group].size() || tree.scores.empty()) {
      TakeIn(*shapes_[shape], group, &tree);
    }
    return tree;
  }
  // Takes in what has changed.
  void TakeIn(const Shape& shape, uint32_t group, Tree* tree);
  void Make(const Shape& shape, uint32_t group, Tree* tree);
  void Update(const Shape& shape, uint32_t group, std::span<const uint32_t> changes, Tree* tree);
  // Writes the score of each of `changed_slots_` to `changed_scores_`.
  void ScoreSlots(const Shape& shape, uint32_t group);
  void ScoreAll(const Shape& shape, std::span<const uint32_t> rows, Score* scores);
  Score BaseScoreOf(uint32_t row);

  const Layout& layout_;
  const Rows& rows_;
  const Instances& instances_;
  Strategy& strategy_;
  const class SeparableStrategy* const separable_;  // Null if the strategy has a base score only.
  const std::optional<double> limit_;
  std::vector<std::unique_ptr<Shape>> shapes_;
  PositionTable shape_numbers_;     // Of `shapes_`, by what they ask.
  std::vector<ChangeLog> changes_;  // By group.
  uint64_t round_ = 0;
  size_t scores_held_ = 0;  // In all trees.

  // What Make and Update work on, kept so that it need not be allocated each time.
  std::vector<uint32_t> changed_slots_;
  std::vector<uint32_t> changed_rows_;
  std::vector<Score> changed_scores_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_SHAPE_INDEX_H_
