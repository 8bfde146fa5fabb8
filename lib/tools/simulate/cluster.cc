#include "lib/tools/simulate/cluster.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/format.h"
#include "lib/model/cell_row.h"
#include "lib/tools/simulate/ledger.h"

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

namespace {

std::string ReasonText(const Refusal& refusal) {
  // Which resource is short is worth a line of its own; the other texts name single apps' tags or
  // come from a strategy, and may be as many as there are apps.
  if (refusal.code == RefusalCode::kInsufficientResources) return refusal.error;
  return RefusalCodeName(refusal.code);
}

}  // namespace

void Ledger::AddJob(Job job) {
  Instance instance;
  instance.job = static_cast<uint32_t>(jobs_.size());
  instances_.insert(instances_.end(), static_cast<size_t>(job.instances), instance);
  cluster_->AddInstances(job);
  jobs_.push_back(std::move(job));
}

Status Ledger::Arrive(uint32_t number, int64_t now_ms) {
  const Job& job = jobs_[number];
  for (int32_t index = 0; index < job.instances; ++index) {
    Instance& instance = instances_[job.first_instance + static_cast<uint32_t>(index)];
    instance.came = true;
    instance.queued = true;
  }
  counts_.came += job.instances;
  std::vector<int32_t> indices(static_cast<size_t>(job.instances));
  std::iota(indices.begin(), indices.end(), 0);
  return Submit(job, std::move(indices), now_ms);
}

void Ledger::Stop(uint32_t number) {
  Instance& instance = instances_[number];
  if (!instance.came || instance.ended) return;
  const Job& job = jobs_[instance.job];
  if (std::exchange(instance.queued, false)) {
    const auto index = static_cast<int32_t>(number - job.first_instance);
    engine_->Cancel(job.work->kind, Auction{job.work, index}.Identifier());
    ++counts_.cancelled;
  }
  if (cluster_->CellOf(number)) cluster_->TakeOff(number);
  instance.ended = true;
  if (!instance.seen) {
    ++counts_.left_before_round;
    return;
  }
  ++counts_.ended;
  counts_.ended_without_running += instance.placements == 0;
}

Status Ledger::AuctionAgain(uint32_t number, int64_t now_ms) {
  Instance& instance = instances_[number];
  if (std::exchange(instance.queued, true)) return {};
  instance.refused = false;
  ++counts_.again;
  const Job& job = jobs_[instance.job];
  return Submit(job, {static_cast<int32_t>(number - job.first_instance)}, now_ms);
}

Status Ledger::ClearCell(uint32_t cell, int64_t now_ms) {
  const std::vector<uint32_t> instances = cluster_->InstancesOn(cell);
  for (const uint32_t instance : instances) {
    cluster_->TakeOff(instance);
    if (Status status = AuctionAgain(instance, now_ms); !status.ok()) return status;
  }
  return {};
}

// The tag of every auction is the number of its instance.
Status Ledger::Submit(const Job& job, std::vector<int32_t> indices, int64_t now_ms) {
  const size_t count = indices.size();
  const uint64_t tag = job.first_instance + static_cast<uint64_t>(indices.front());
  Expected<size_t> added = size_t{0};
  if (job.work->kind == Kind::kTask) {
    const TaskStart start{job.work, tag};
    added = engine_->Submit({}, {&start, 1}, now_ms);
  } else {
    const LrpStart start{job.work, std::move(indices), tag};
    added = engine_->Submit({&start, 1}, {}, now_ms);
  }
  if (!added.ok()) return added.status();
  if (*added == count) return {};
  return Broken(
      Format("\"{}\": the queue took {} auctions, expected {}", job.work->guid, *added, count));
}

Status Ledger::Place(const Auction& auction, const Decision& decision) {
  const auto number = static_cast<uint32_t>(auction.tag);
  Instance& instance = instances_[number];
  if (!std::exchange(instance.queued, false)) {
    return Broken(Format("\"{}\" was placed, but did not wait", auction.Identifier()));
  }
  instance.seen = true;
  // What is evacuated leaves its old cell once it has a new one.
  const std::optional<uint32_t> old_cell = cluster_->CellOf(number);
  if (old_cell && cluster_->State(*old_cell).evacuating) cluster_->TakeOff(number);
  ++instance.placements;
  ++counts_.placed;
  return cluster_->Put(number, static_cast<uint32_t>(decision.cell_tag));
}

void Ledger::Refuse(const Auction& auction, const Refusal& refusal, bool for_good) {
  Instance& instance = instances_[auction.tag];
  instance.seen = true;
  if (for_good) {
    instance.queued = false;
    instance.refused = true;
    ++counts_.refused_for_good;
  }
  if (auction.attempts > 0) return;
  ++counts_.refused;
  std::string text = ReasonText(refusal);
  const auto at = std::find_if(reasons_.begin(), reasons_.end(),
                               [&](const ReportReason& reason) { return reason.text == text; });
  if (at == reasons_.end()) {
    reasons_.push_back({std::move(text), 1});
  } else {
    ++at->count;
  }
}

std::vector<uint32_t> Ledger::JobNumbers() const {
  std::vector<uint32_t> numbers;
  numbers.reserve(instances_.size());
  for (const Instance& instance : instances_) numbers.push_back(instance.job);
  return numbers;
}

uint64_t Ledger::WorkRunning() const {
  constexpr uint64_t kBasis = 14695981039346656037U;  // Of FNV-1a.
  constexpr uint64_t kPrime = 1099511628211U;
  uint64_t hash = kBasis;
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    if (cluster_->CellOf(i)) hash = (hash ^ i) * kPrime;
  }
  return hash;
}

Expected<RunCounts> Ledger::FinalCounts() const {
  RunCounts counts = counts_;
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    const Instance& instance = instances_[i];
    if (!instance.came || instance.ended) continue;
    const bool runs = cluster_->CellOf(i).has_value();
    counts.running += runs;
    counts.waiting_to_move += instance.queued && runs;
    counts.waiting += instance.queued && !runs;
    counts.lost += instance.refused && !instance.queued && !runs;
  }
  const int64_t instances = counts.InstancesFound();
  const int64_t queued = counts.waiting + counts.waiting_to_move;
  const int64_t auctions = counts.AuctionsFound();
  const auto in_queue = static_cast<int64_t>(engine_->QueueSize());
  if (counts.came == instances && counts.came + counts.again == auctions && queued == in_queue &&
      counts.running == cluster_->running()) {
    return counts;
  }
  return Broken(
      Format("work was lost or doubled: of {} that came {} are accounted for, and of {} "
             "auctions {}; {} wait, and {} are in the queue",
             counts.came, instances, counts.came + counts.again, auctions, queued, in_queue));
}

std::vector<ReportReason> Ledger::Reasons() const {
  std::vector<ReportReason> reasons = reasons_;
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const ReportReason& a, const ReportReason& b) { return a.count > b.count; });
  return reasons;
}

}  // namespace rostrum::tools
