// The cells of a simulation and what runs on them.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_CLUSTER_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_CLUSTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/model/cell_row.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// Plays the reps: it knows what runs where, and says so when it is asked for states. Instances and
// cells go by their numbers.
//
// Invariants:
//   1. An instance is on one cell or on none.
//   2. A cell that is not up has no instances.
//   3. What is free on a cell is its total less what its instances ask for. CheckChanged adds that
//      up afresh and sees that nothing is over-committed.
class Cluster {
 public:
  explicit Cluster(const std::vector<Cell>& cells);

  // Makes room for the instances of a job; their numbers follow those before. The job's work must
  // live as long as the cluster.
  void AddInstances(const Job& job);

  // Puts an instance on a cell, where it starts. kInternal if it is on a cell already or the cell
  // takes no work.
  Status Put(uint32_t instance, uint32_t cell);
  // The instance no longer starts, it runs. REQUIRES: it is on a cell.
  void SetStarted(uint32_t instance);
  // REQUIRES: it is on a cell.
  void TakeOff(uint32_t instance);

  void SetEvacuating(uint32_t cell, bool evacuating);
  // A cell that is not up offers nothing. REQUIRES: nothing runs on it.
  void SetUp(uint32_t cell, bool up);
  // Takes the cell down for good.
  void SetFailed(uint32_t cell);

  // What is to be told of the cells that changed since the last call: new states, and the ids of
  // those that are gone.
  struct Changes {
    std::vector<Cell> states;
    std::vector<std::string> gone;
  };
  Changes TakeChanges();
  // kInternal if invariant 3 does not hold on a cell that changed since the last call.
  Status CheckChanged();
  Status CheckAll() const;

  size_t size() const { return cells_.size(); }
  const std::vector<uint32_t>& InstancesOn(uint32_t cell) const { return cells_[cell].instances; }
  std::optional<uint32_t> CellOf(uint32_t instance) const;
  const Cell& State(uint32_t cell) const { return cells_[cell].state; }
  bool IsUp(uint32_t cell) const { return cells_[cell].up; }
  bool HasFailed(uint32_t cell) const { return cells_[cell].failed; }

  // Sums over the cells that are up.
  const Resources& total() const { return total_; }
  const Resources& used() const { return used_; }
  int64_t cells_used() const { return cells_used_; }
  int64_t running() const { return running_; }

 private:
  struct SimulatedCell {
    Cell state;         // Without the names of its LRPs, which are put in when it is told.
    SingleRow amounts;  // What is free by now, which the state shows. Names are those of `state`.
    std::vector<uint32_t> instances;
    bool up = true;
    bool failed = false;
    bool told = true;     // Whether its state is what was told last.
    bool checked = true;  // Whether it has been checked since it changed.
  };
  struct Instance {
    const Work* work = nullptr;
    std::optional<uint32_t> cell;
    uint32_t position = 0;  // In the cell's instances.
    bool starting = false;
  };

  static void Show(SimulatedCell* cell);
  void MarkChanged(uint32_t cell);
  Cell StateWithLrps(const SimulatedCell& cell) const;
  Resources UsedOn(const SimulatedCell& cell) const;
  Status Check(const SimulatedCell& cell) const;

  std::vector<SimulatedCell> cells_;
  std::vector<Instance> instances_;
  std::vector<uint32_t> untold_;
  std::vector<uint32_t> unchecked_;
  Resources total_;
  Resources used_;
  int64_t cells_used_ = 0;
  int64_t running_ = 0;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_CLUSTER_H_
