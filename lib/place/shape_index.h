// The best cell for what is asked, without looking at all cells.

#ifndef ROSTRUM_LIB_PLACE_SHAPE_INDEX_H_
#define ROSTRUM_LIB_PLACE_SHAPE_INDEX_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/base/position_table.h"
#include "lib/place/instances.h"
#include "lib/place/rows.h"
#include "lib/place/score_tree.h"
#include "rostrum/strategy.h"

namespace rostrum {

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

  // To be called after the row of a slot has changed, or another one stands there. Where memory runs
  // out, more is forgotten than had to be.
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
    Work work;  // What all work of this shape has in common: kind and resources.
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
