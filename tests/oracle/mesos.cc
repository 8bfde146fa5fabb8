#include "tests/oracle/mesos.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "tests/oracle/rules.h"

namespace rostrum::oracle {
namespace {

// Tells whether the first cell is to be tried before the second. Cells that it leaves equal are
// tried by zone name, cell index and cell id.
using Preference = std::function<bool(const Cell&, const Cell&)>;

struct Strategy {
  std::function<Preference(const Lrp&)> for_lrp;
  Preference for_task;
};

bool PacksFirst(const Cell& a, const Cell& b) {
  if (HasWork(a) != HasWork(b)) return HasWork(a);
  return a.available.memory_mb < b.available.memory_mb;
}

bool SpreadsTaskFirst(const Cell& a, const Cell& b) {
  if (HasWork(a) != HasWork(b)) return HasWork(a);
  return a.available.memory_mb > b.available.memory_mb;
}

// Cells without work hold no instance either, so that the count of instances leaves them equal.
Preference SpreadsLrpFirst(const Lrp& lrp) {
  return [process_guid = lrp.process_guid](const Cell& a, const Cell& b) {
    if (HasWork(a) != HasWork(b)) return HasWork(b);
    const int64_t instances_a = InstancesOn(a, process_guid);
    const int64_t instances_b = InstancesOn(b, process_guid);
    if (instances_a != instances_b) return instances_a < instances_b;
    return a.available.memory_mb > b.available.memory_mb;
  };
}

class MesosRound {
 public:
  MesosRound(Zones zones, const Config& config, Strategy strategy)
      : zones_(std::move(zones)), strategy_(std::move(strategy)), ledger_(zones_, config) {}

  Outcome Run(const std::vector<Lrp>& lrps, const std::vector<Task>& tasks) {
    for (const Lrp& lrp : LargerFirst(lrps)) {
      ledger_.Record(Kind::kLrp, Identifier(lrp),
                     [&] { return Decide(Kind::kLrp, lrp, strategy_.for_lrp(lrp)); });
    }
    for (const Task& task : LargerFirst(tasks)) {
      ledger_.Record(Kind::kTask, Identifier(task),
                     [&] { return Decide(Kind::kTask, task, strategy_.for_task); });
    }
    return ledger_.Take();
  }

 private:
  template <typename WorkType>
  Decision Decide(Kind kind, const WorkType& work, const Preference& preference) {
    const Candidates candidates = FindCandidates(&zones_, work, "");
    if (candidates.zones.empty()) return Refused(kind, Identifier(work), candidates.error);
    CommonProblems common(work);
    for (Cell* cell : InOrderOf(preference, candidates)) {
      const Problems problems = FindProblems(cell->available, NeededOn(*cell, work));
      if (problems.empty()) return ReserveWinner(kind, work, cell, 0);
      common.Add(problems);
    }
    return Refused(kind, Identifier(work), common.Text());
  }

  // The candidates come by zone name, cell index and cell id, and a stable sort keeps that order
  // wherever the preference has none.
  static std::vector<Cell*> InOrderOf(const Preference& preference, const Candidates& candidates) {
    std::vector<Cell*> cells;
    for (const CandidateZone& zone : candidates.zones) {
      cells.insert(cells.end(), zone.cells.begin(), zone.cells.end());
    }
    std::stable_sort(cells.begin(), cells.end(),
                     [&](const Cell* a, const Cell* b) { return preference(*a, *b); });
    return cells;
  }

  Zones zones_;
  const Strategy strategy_;
  Ledger ledger_;
};

Outcome Schedule(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                 const std::vector<Task>& tasks, const Config& config, Strategy strategy) {
  const std::vector<Lrp> unique_lrps = WithoutDuplicates(lrps);
  const std::vector<Task> unique_tasks = WithoutDuplicates(tasks);
  Zones zones = BuildZones(cells);
  if (zones.empty()) return RefuseAll(unique_lrps, unique_tasks);
  return MesosRound(std::move(zones), config, std::move(strategy)).Run(unique_lrps, unique_tasks);
}

}  // namespace

Outcome ScheduleBinpack(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                        const std::vector<Task>& tasks, const Config& config) {
  const Strategy binpack{[](const Lrp&) -> Preference { return PacksFirst; }, PacksFirst};
  return Schedule(cells, lrps, tasks, config, binpack);
}

Outcome ScheduleSpread(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                       const std::vector<Task>& tasks, const Config& config) {
  const Strategy spread{SpreadsLrpFirst, SpreadsTaskFirst};
  return Schedule(cells, lrps, tasks, config, spread);
}

}  // namespace rostrum::oracle
