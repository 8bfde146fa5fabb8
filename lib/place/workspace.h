// What rounds work on: the cells, laid out for placing.

#ifndef ROSTRUM_LIB_PLACE_WORKSPACE_H_
#define ROSTRUM_LIB_PLACE_WORKSPACE_H_

#include <memory>
#include <optional>
#include <vector>

#include "lib/cache/cell_changes.h"
#include "lib/cache/cell_table.h"
#include "lib/place/free_index.h"
#include "lib/place/instances.h"
#include "lib/place/rows.h"
#include "lib/place/shape_index.h"
#include "rostrum/configuration.h"
#include "rostrum/snapshot.h"
#include "rostrum/strategy.h"

namespace rostrum {

// A round makes one from its snapshot, takes from it what it places, and leaves it as the cells are
// after the round. An engine keeps it: the next round then costs what changed, not what there is.
// What is decided does not depend on whether it was kept.
class Workspace {
 public:
  // `strategy` is that of all rounds in it.
  Workspace(const CellTable& table, Strategy& strategy);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  const std::shared_ptr<const CellLayout>& layout() const { return rows_.shared_layout(); }

  // Takes over what has changed since the last round, from a snapshot of after that. False if that
  // cannot be said of these cells as they are laid out here: then a new workspace is needed.
  bool Apply(const CellChanges& changes, const Snapshot& snapshot);

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

  Strategy& strategy_;
  Rows rows_;
  Instances instances_;
  FreeIndex free_index_;
  std::optional<ShapeIndex> shape_index_;
  std::optional<RoomScan> room_scan_;
  Configuration configuration_;
  std::vector<Placed> placed_;  // By this round.
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_WORKSPACE_H_
