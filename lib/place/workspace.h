// What rounds work on: the cells, laid out for placing.

#ifndef ROSTRUM_LIB_PLACE_WORKSPACE_H_
#define ROSTRUM_LIB_PLACE_WORKSPACE_H_

#include <optional>
#include <span>
#include <vector>

#include "lib/place/free_index.h"
#include "lib/place/instances.h"
#include "lib/place/layout.h"
#include "lib/place/rows.h"
#include "lib/place/shape_index.h"
#include "rostrum/configuration.h"
#include "rostrum/strategy.h"

namespace rostrum {

// A round makes one from its snapshot, takes from it what it places, and leaves it as the cells are
// after the round. An engine keeps it: the next round then costs what changed, not what there is.
// What is decided does not depend on whether it was kept.
class Workspace {
 public:
  // `strategy` is that of all rounds in it. There are no cells yet.
  explicit Workspace(Strategy& strategy);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  // Takes over rows of `cells`, each once, that changed since the last time. If it throws the
  // workspace is of no more use.
  void CatchUp(std::span<const CellSlot> cells, std::span<const uint32_t> changed);
  // The same, of all of them.
  void CatchUpWithAll(std::span<const CellSlot> cells);

  // Whether it holds so much of cells that are gone that a new one would be better.
  bool IsWorn() const { return layout_.IsWorn(); }

  // To be called at the start of a round, after the strategy's own BeginRound. Scores are kept from
  // the round before if they were made with the same settings, by a strategy that says the same of
  // a cell in every round.
  void BeginRound(const Configuration& configuration);

  // Takes an auction's work off a row. REQUIRES: it fits, and is the current process's. The work
  // lives until the next round begins, or this one is undone.
  void Place(uint32_t row, const Work& work);

  // Takes back all that was placed since the round began, the newest first: all is as if the round
  // had not been, and is kept for the next one. Takes no memory.
  void UndoRound();

  Strategy& strategy() { return strategy_; }
  const Layout& layout() const { return layout_; }
  const Rows& rows() const { return rows_; }
  Instances& instances() { return instances_; }
  const Instances& instances() const { return instances_; }
  FreeIndex& free_index() { return free_index_; }
  // Null if the strategy has to look at every cell.
  ShapeIndex* shape_index() { return shape_index_ ? &*shape_index_ : nullptr; }
  // Null if it has not.
  RoomScan* room_scan() { return room_scan_ ? &*room_scan_ : nullptr; }

 private:
  struct Placed {
    uint32_t row = 0;
    const Work* work = nullptr;
    const Resources* overhead = nullptr;  // That was taken with it.
  };

  void NoteChange(uint32_t row);
  void ApplyToIndexes(const LayoutChanges& changes);
  // Tells the rows where they stand in their zones. Returns whether that is news to any.
  bool SetPositions();

  Strategy& strategy_;
  Layout layout_;
  Rows rows_;
  Instances instances_;
  FreeIndex free_index_;
  std::optional<ShapeIndex> shape_index_;
  std::optional<RoomScan> room_scan_;
  Configuration configuration_;
  std::vector<Placed> placed_;      // By this round.
  bool positions_changed_ = false;  // Since rows last had them.
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_WORKSPACE_H_
