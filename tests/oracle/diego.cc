#include "tests/oracle/diego.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "tests/oracle/go_sort.h"
#include "tests/oracle/rules.h"

namespace rostrum::oracle {
namespace {

constexpr int64_t kLocalityOffset = 1000;
constexpr double kWorstScore = 1e20;

// Makes small, dense numbers of the indices, as Diego does only if they are to count for something.
void NormaliseIndices(Zones* zones) {
  for (auto& [name, zone] : *zones) {
    for (size_t i = 0; i < zone.size(); ++i) zone[i].index = static_cast<int64_t>(i);
  }
}

bool LrpGoesFirst(const Lrp& a, const Lrp& b) {
  return a.index == b.index ? a.memory_mb > b.memory_mb : a.index < b.index;
}

bool TaskGoesFirst(const Task& a, const Task& b) { return a.memory_mb > b.memory_mb; }

template <typename WorkType>
std::vector<WorkType> SortedAsGoDoes(const std::vector<WorkType>& all,
                                     bool (*goes_first)(const WorkType&, const WorkType&)) {
  std::vector<WorkType> sorted;
  for (size_t item :
       GoSortOrder(all.size(), [&](size_t a, size_t b) { return goes_first(all[a], all[b]); })) {
    sorted.push_back(all[item]);
  }
  return sorted;
}

// Parts the sorted LRPs into those to go before the tasks and those to go after them. Diego looks
// for the first that is not an index 0; when it finds none, it puts them all after the tasks.
std::pair<std::vector<Lrp>, std::vector<Lrp>> PartLrps(const std::vector<Lrp>& sorted) {
  const auto found =
      std::find_if(sorted.begin(), sorted.end(), [](const Lrp& lrp) { return lrp.index > 0; });
  if (found == sorted.end()) return {{}, sorted};
  return {{sorted.begin(), found}, {found, sorted.end()}};
}

double UsedFraction(int64_t available, int64_t asked, int64_t total) {
  return 1.0 - static_cast<double>(available - asked) / static_cast<double>(total);
}

// The order of the operations is part of the result: doubles round after each of them.
double ResourceScore(const Cell& cell, const Demand& demand, const Config& config) {
  const double memory =
      UsedFraction(cell.available.memory_mb, demand.memory_mb, cell.total.memory_mb);
  const double disk = UsedFraction(cell.available.disk_mb, demand.disk_mb, cell.total.disk_mb);
  const double containers = UsedFraction(cell.available.containers, 1, cell.total.containers);
  const double used = (memory + disk + containers) / 3.0;
  const double starting =
      static_cast<double>(cell.starting_containers) * config.starting_container_weight;
  return used + starting;
}

double LrpScore(const Cell& cell, const Lrp& lrp, const Config& config) {
  const double resources = ResourceScore(cell, NeededOn(cell, lrp), config);
  const int64_t locality = kLocalityOffset * InstancesOn(cell, lrp.process_guid);
  const int64_t counted = cell.first_fit_index.value_or(cell.index);
  const double index = static_cast<double>(counted) * config.bin_pack_first_fit_weight;
  return resources + static_cast<double>(locality) + index;
}

double TaskScore(const Cell& cell, const Task& task, const Config& config) {
  const double resources = ResourceScore(cell, NeededOn(cell, task), config);
  const int64_t locality = kLocalityOffset * cell.task_count;
  return resources + static_cast<double>(locality);
}

// The best cell so far. A cell has to be better than the ones before it and than the worst score
// that Diego can imagine, which a score that is not a number never is.
struct Best {
  Cell* cell = nullptr;
  double score = kWorstScore;

  void Consider(Cell* other, double other_score) {
    if (!(other_score < score)) return;
    cell = other;
    score = other_score;
  }
};

class DiegoRound {
 public:
  DiegoRound(Zones zones, const Config& config)
      : zones_(std::move(zones)), config_(config), ledger_(zones_, config) {}

  Outcome Run(const std::vector<Lrp>& lrps, const std::vector<Task>& tasks) {
    const auto [before_tasks, after_tasks] = PartLrps(SortedAsGoDoes(lrps, LrpGoesFirst));
    AuctionLrps(before_tasks);
    AuctionTasks(SortedAsGoDoes(tasks, TaskGoesFirst));
    AuctionLrps(after_tasks);
    return ledger_.Take();
  }

 private:
  void AuctionLrps(const std::vector<Lrp>& lrps) {
    for (const Lrp& lrp : lrps) {
      ledger_.Record(Kind::kLrp, Identifier(lrp), [&] { return DecideLrp(lrp); });
    }
  }

  void AuctionTasks(const std::vector<Task>& tasks) {
    for (const Task& task : tasks) {
      ledger_.Record(Kind::kTask, Identifier(task), [&] { return DecideTask(task); });
    }
  }

  // Goes through the zones from the fewest instances to the most. Those with equally many compete
  // together, and the next ones are looked at only if none of them has a winner.
  Decision DecideLrp(const Lrp& lrp) {
    Candidates candidates = FindCandidates(&zones_, lrp, lrp.process_guid);
    std::vector<CandidateZone>& zones = candidates.zones;
    if (zones.empty()) return Refused(Kind::kLrp, Identifier(lrp), candidates.error);
    std::stable_sort(
        zones.begin(), zones.end(),
        [](const CandidateZone& a, const CandidateZone& b) { return a.instances < b.instances; });

    Best best;
    CommonProblems problems(lrp);
    for (size_t i = 0; i < zones.size(); ++i) {
      ConsiderZoneForLrp(zones[i], lrp, &best, &problems);
      const bool next_competes =
          i + 1 < zones.size() && zones[i + 1].instances == zones[i].instances;
      if (!next_competes && best.cell != nullptr) break;
    }
    if (best.cell == nullptr) return Refused(Kind::kLrp, Identifier(lrp), problems.Text());
    return ReserveWinner(Kind::kLrp, lrp, best.cell, best.score);
  }

  void ConsiderZoneForLrp(const CandidateZone& zone, const Lrp& lrp, Best* best,
                          CommonProblems* common) {
    for (Cell* cell : zone.cells) {
      const Problems problems = FindProblems(cell->available, NeededOn(*cell, lrp));
      if (problems.empty()) {
        best->Consider(cell, LrpScore(*cell, lrp, config_));
      } else {
        common->Add(problems);
      }
    }
  }

  // A task takes no account of zones: all the cells compete.
  Decision DecideTask(const Task& task) {
    const Candidates candidates = FindCandidates(&zones_, task, "");
    if (candidates.zones.empty()) {
      return Refused(Kind::kTask, Identifier(task), candidates.error);
    }
    Best best;
    CommonProblems common(task);
    for (const CandidateZone& zone : candidates.zones) {
      for (Cell* cell : zone.cells) {
        const Problems problems = FindProblems(cell->available, NeededOn(*cell, task));
        if (problems.empty()) {
          best.Consider(cell, TaskScore(*cell, task, config_));
        } else {
          common.Add(problems);
        }
      }
    }
    if (best.cell == nullptr) return Refused(Kind::kTask, Identifier(task), common.Text());
    return ReserveWinner(Kind::kTask, task, best.cell, best.score);
  }

  Zones zones_;
  const Config config_;
  Ledger ledger_;
};

}  // namespace

Outcome ScheduleDiego(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                      const std::vector<Task>& tasks, const Config& config) {
  const std::vector<Lrp> unique_lrps = WithoutDuplicates(lrps);
  const std::vector<Task> unique_tasks = WithoutDuplicates(tasks);
  Zones zones = BuildZones(cells);
  if (zones.empty()) return RefuseAll(unique_lrps, unique_tasks);
  if (config.bin_pack_first_fit_weight > 0) NormaliseIndices(&zones);
  return DiegoRound(std::move(zones), config).Run(unique_lrps, unique_tasks);
}

}  // namespace rostrum::oracle
