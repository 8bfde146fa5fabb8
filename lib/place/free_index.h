// How much is free on the cells of a group, and what is short where, without looking at all of
// them.

#ifndef ROSTRUM_LIB_PLACE_FREE_INDEX_H_
#define ROSTRUM_LIB_PLACE_FREE_INDEX_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/place/refusal.h"
#include "lib/place/rows.h"

namespace rostrum {

// The resources that every cell has, in the order in which shortages are listed. Containers are
// counted, the others are amounts.
enum class BasicResource : uint32_t { kContainers, kCpu, kDisk, kMemory };
inline constexpr size_t kBasicResources = 4;

using BasicAmounts = std::array<int64_t, kBasicResources>;

// Cells of a group with less than what is asked, and the one of them that has the most, the first
// of equals.
struct ShortCells {
  uint64_t count = 0;
  int64_t most_free = 0;
  uint32_t row = 0;
};

// For each group of cells a tree whose nodes know the least and the most that is free below them,
// of each resource. It says at once whether nothing can fit for want of one resource, and counts
// the cells that are short of it by going down only where some are and some are not. So a refusal
// costs about as much as a placement.
//
// A tree is made when it is first asked for, kept from round to round, and catches up with changes
// of rows when it is next asked.
class FreeIndex {
 public:
  // Both must outlive the index.
  FreeIndex(const Layout& layout, const Rows& rows) : layout_(layout), rows_(rows) {}

  // What must be free on a cell of the group for one instance, with the proxy memory that an LRP
  // needs on top.
  BasicAmounts AskedOf(uint32_t group, const Work& work);

  // Whether no cell of the group has enough, seen by one resource at a time. True only if certain.
  bool SurelyFull(uint32_t group, const Work& work);

  // Whether all cells of the group have been started and need the same proxy memory, so that they
  // differ in nothing but amounts.
  bool IsUniform(uint32_t group);

  // Whether all cells of the group, or none, have less than `asked` in total. REQUIRES: IsUniform.
  bool IsStaticForAll(uint32_t group, BasicResource resource, int64_t asked);
  bool IsStaticForNone(uint32_t group, BasicResource resource, int64_t asked);

  // REQUIRES: IsUniform.
  ShortCells CountShort(uint32_t group, BasicResource resource, int64_t asked);

  // To be called after the row of a slot has changed, or another one stands there. Where memory
  // runs out, more is forgotten than had to be.
  void NoteChange(uint32_t group, uint32_t slot) noexcept;

  // To be called when a group's slots have become others altogether.
  void Forget(uint32_t group);

 private:
  struct Bounds {
    BasicAmounts least;
    BasicAmounts most;
  };
  // Of no cell at all.
  static const Bounds kNone;

  struct Tree {
    std::vector<Bounds> nodes;    // Node n's children are 2n and 2n+1. Empty until it is made.
    std::vector<uint32_t> cells;  // By node: how many are below.
    uint32_t leaves = 0;          // A power of two; those without a cell are neutral.
    Bounds totals;                // At least as wide as they are.
    Amount proxy_memory = 0;      // The least of any cell; of every cell, if `is_uniform`.
    bool is_uniform = true;
    std::vector<uint32_t> changes;  // Slots that are not in yet.
  };

  Tree& TreeOf(uint32_t group);
  const Tree& CatchUp(uint32_t group);
  void Make(uint32_t group, Tree* tree);
  static void Join(Tree* tree, uint32_t node);
  void SetLeaf(uint32_t group, uint32_t slot, Tree* tree) const;
  void Walk(const Tree& tree, size_t resource, int64_t asked, uint32_t node, ShortCells* found,
            uint32_t* best_node) const;

  const Layout& layout_;
  const Rows& rows_;
  std::vector<Tree> trees_;  // By group.
};

struct ShortageCount {
  ReasonCounter counter;
  std::string text;  // As Problems::Text.
};

// What a look at every matching cell comes to, for work that fits on none of them. Nothing if the
// index cannot say it for certain: if it may fit somewhere, asks for named resources, or meets
// cells that have to be started or that differ in their totals or their proxy memory.
std::optional<ShortageCount> CountShortages(FreeIndex* free, const Layout& layout,
                                            const ConstraintMatch& match, const Work& work);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_FREE_INDEX_H_
