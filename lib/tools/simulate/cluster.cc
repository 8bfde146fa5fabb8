#include "lib/tools/simulate/cluster.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/model/cell_row.h"

namespace rostrum::tools {
namespace {

Status Broken(std::string text) { return Status(Code::kInternal, std::move(text)); }

SingleRow MakeRow(const Cell& cell) {
  std::set<std::string_view> names;
  AddNames(cell.total, &names);
  SingleRow made(names);
  SetAmounts(&made.row, cell.total, cell.available);
  made.row.starting_containers = cell.starting_containers;
  made.row.task_count = cell.task_count;
  return made;
}

}  // namespace

Cluster::Cluster(const std::vector<Cell>& cells) : cells_(cells.size()) {
  for (uint32_t i = 0; i < cells.size(); ++i) {
    cells_[i].state = cells[i];
    cells_[i].state.total.Normalize();
    cells_[i].amounts = MakeRow(cells_[i].state);
    total_.Add(cells[i].total);
    Show(&cells_[i]);
    MarkChanged(i);
  }
}

void Cluster::AddInstances(const Job& job) {
  Instance instance;
  instance.work = job.work.get();
  instances_.insert(instances_.end(), static_cast<size_t>(job.instances), instance);
}

Status Cluster::Put(uint32_t instance, uint32_t cell) {
  Instance& placed = instances_[instance];
  SimulatedCell& target = cells_[cell];
  if (placed.cell) {
    return Broken(Format("\"{}\" was placed on {}, but runs on {} already", placed.work->guid,
                         target.state.id, cells_[*placed.cell].state.id));
  }
  if (!target.up || target.state.evacuating) {
    return Broken(
        Format("\"{}\" was placed on {}, which takes no work", placed.work->guid, target.state.id));
  }
  placed.cell = cell;
  placed.position = static_cast<uint32_t>(target.instances.size());
  placed.starting = true;
  if (target.instances.empty()) ++cells_used_;
  target.instances.push_back(instance);

  used_.Add(target.state.available);
  static_cast<void>(Reserve(&target.amounts.row, *placed.work));
  Show(&target);
  used_.Subtract(target.state.available);
  ++running_;
  MarkChanged(cell);
  return {};
}

void Cluster::SetStarted(uint32_t instance) {
  Instance& started = instances_[instance];
  if (!std::exchange(started.starting, false)) return;
  --cells_[*started.cell].amounts.row.starting_containers;
  Show(&cells_[*started.cell]);
  MarkChanged(*started.cell);
}

void Cluster::TakeOff(uint32_t instance) {
  Instance& leaving = instances_[instance];
  const uint32_t cell = *std::exchange(leaving.cell, std::nullopt);
  SimulatedCell& source = cells_[cell];
  // The last one takes its place, so that nothing has to move up.
  const uint32_t last = source.instances.back();
  source.instances[leaving.position] = last;
  instances_[last].position = leaving.position;
  source.instances.pop_back();
  if (source.instances.empty()) --cells_used_;

  used_.Add(source.state.available);
  // What was reserved for it was starting; by now it may have started.
  if (!std::exchange(leaving.starting, false)) ++source.amounts.row.starting_containers;
  Release(&source.amounts.row, *leaving.work, /*overhead=*/nullptr);
  Show(&source);
  used_.Subtract(source.state.available);
  --running_;
  MarkChanged(cell);
}

void Cluster::SetEvacuating(uint32_t cell, bool evacuating) {
  cells_[cell].state.evacuating = evacuating;
  MarkChanged(cell);
}

void Cluster::SetUp(uint32_t cell, bool up) {
  SimulatedCell& changed = cells_[cell];
  if (std::exchange(changed.up, up) == up) return;
  if (up) {
    total_.Add(changed.state.total);
  } else {
    total_.Subtract(changed.state.total);
  }
  MarkChanged(cell);
}

void Cluster::SetFailed(uint32_t cell) {
  SetUp(cell, false);
  cells_[cell].failed = true;
}

void Cluster::Show(SimulatedCell* cell) {
  const CellRow& row = cell->amounts.row;
  cell->state.available = FreeOf(row);
  cell->state.starting_containers = row.starting_containers;
  cell->state.task_count = row.task_count;
}

void Cluster::MarkChanged(uint32_t cell) {
  if (std::exchange(cells_[cell].told, false)) untold_.push_back(cell);
  if (std::exchange(cells_[cell].checked, false)) unchecked_.push_back(cell);
}

Cell Cluster::StateWithLrps(const SimulatedCell& cell) const {
  Cell state = cell.state;
  state.lrps.reserve(cell.instances.size());
  for (const uint32_t instance : cell.instances) {
    const Work& work = *instances_[instance].work;
    if (work.kind == Kind::kLrp) state.lrps.push_back(work.guid);
  }
  return state;
}

Cluster::Changes Cluster::TakeChanges() {
  Changes changes;
  for (const uint32_t number : untold_) {
    SimulatedCell& cell = cells_[number];
    cell.told = true;
    if (cell.up) {
      changes.states.push_back(StateWithLrps(cell));
    } else {
      changes.gone.push_back(cell.state.id);
    }
  }
  untold_.clear();
  return changes;
}

// Called for every cell that changed, so it adds up field by field: most work has no scalars.
Resources Cluster::UsedOn(const SimulatedCell& cell) const {
  Resources used;
  used.containers = static_cast<int64_t>(cell.instances.size());
  for (const uint32_t instance : cell.instances) {
    const Resources& asked = instances_[instance].work->asked;
    used.memory += asked.memory;
    used.disk += asked.disk;
    used.cpu += asked.cpu;
    used.scalars.insert(used.scalars.end(), asked.scalars.begin(), asked.scalars.end());
  }
  used.Normalize();
  return used;
}

Status Cluster::Check(const SimulatedCell& cell) const {
  Resources free = cell.state.total;
  free.Subtract(UsedOn(cell));
  if (!cell.up && !cell.instances.empty()) {
    return Broken(Format("cell {} is down, but work runs on it", cell.state.id));
  }
  if (AnyNegative(free)) {
    return Broken(Format(
        "cell {} is over-committed: its work asks for more than it has (free memory {} MB, disk "
        "{} MB, cpu {}, containers {})",
        cell.state.id, FormatAmount(free.memory), FormatAmount(free.disk), FormatAmount(free.cpu),
        free.containers));
  }
  if (!(free == cell.state.available)) {
    return Broken(Format("cell {}: what is free was not kept up to date", cell.state.id));
  }
  return {};
}

Status Cluster::CheckChanged() {
  Status status;
  for (const uint32_t number : std::exchange(unchecked_, {})) {
    cells_[number].checked = true;
    if (status.ok()) status = Check(cells_[number]);
  }
  return status;
}

Status Cluster::CheckAll() const {
  for (const SimulatedCell& cell : cells_) {
    if (Status status = Check(cell); !status.ok()) return status;
  }
  return {};
}

std::optional<uint32_t> Cluster::CellOf(uint32_t instance) const {
  return instances_[instance].cell;
}

}  // namespace rostrum::tools
