#include "tests/oracle/bestfit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tests/oracle/rules.h"

namespace rostrum::oracle {
namespace {

using Numbers = std::vector<double>;

double Share(int64_t amount, int64_t total) {
  return static_cast<double>(amount) / static_cast<double>(total);
}

double Sum(const Numbers& numbers) {
  double sum = 0;
  for (const double number : numbers) sum += number;
  return sum;
}

double Product(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

bool StrandsGpus(const Work& work, const Cell& cell) {
  return cell.total.gpu_milli > 0 && cell.available.gpu_milli > 0 && work.gpu_milli == 0;
}

double ScoreOf(const Work& work, const Cell& cell) {
  const std::vector<int64_t> totals = {cell.total.memory_mb, cell.total.disk_mb,
                                       cell.total.cpu_milli, cell.total.containers,
                                       cell.total.gpu_milli};
  const std::vector<int64_t> frees = {cell.available.memory_mb, cell.available.disk_mb,
                                      cell.available.cpu_milli, cell.available.containers,
                                      cell.available.gpu_milli};
  const std::vector<int64_t> asks = {work.memory_mb, work.disk_mb, work.cpu_milli, 1,
                                     work.gpu_milli};
  Numbers asked;
  Numbers free;
  Numbers left;
  for (size_t i = 0; i < totals.size(); ++i) {
    if (totals[i] <= 0) continue;
    const bool is_gpu = i == 4;
    const double share = Share(asks[i], totals[i]);
    if (!is_gpu && share <= 0.0001) continue;
    asked.push_back(share);
    free.push_back(Share(frees[i], totals[i]));
    left.push_back(Share(frees[i] - asks[i], totals[i]));
  }
  if (asked.empty()) return 0;
  const auto count = static_cast<double>(asked.size());
  const double lengths = std::sqrt(Product(asked, asked) * Product(free, free));
  const double cosine = lengths == 0 ? 0 : Product(asked, free) / lengths;
  const double least = *std::min_element(left.begin(), left.end());
  const double most = *std::max_element(left.begin(), left.end());
  return 2 * (Sum(left) / count) - 30 * cosine + 8 * (most - least);
}

template <typename WorkType>
Decision Decide(Kind kind, const WorkType& work, Zones* zones) {
  const Candidates candidates = FindCandidates(zones, work, "");
  if (candidates.zones.empty()) return Refused(kind, Identifier(work), candidates.error);
  CommonProblems common(work);
  Cell* best = nullptr;
  double best_score = 0;
  bool best_strands = false;
  for (const CandidateZone& zone : candidates.zones) {
    for (Cell* cell : zone.cells) {
      const Problems problems = FindProblems(cell->available, NeededOn(*cell, work));
      common.Add(problems);
      if (!problems.empty()) continue;
      const double score = ScoreOf(work, *cell);
      const bool strands = StrandsGpus(work, *cell);
      const bool wins = best == nullptr || (!strands && best_strands) ||
                        (strands == best_strands && score < best_score);
      if (!wins) continue;
      best = cell;
      best_score = score;
      best_strands = strands;
    }
  }
  if (best == nullptr) return Refused(kind, Identifier(work), common.Text());
  return ReserveWinner(kind, work, best, best_score);
}

}  // namespace

Outcome ScheduleBestfit(const std::vector<Cell>& cells, const std::vector<Lrp>& lrps,
                        const std::vector<Task>& tasks, const Config& config) {
  const std::vector<Lrp> unique_lrps = WithoutDuplicates(lrps);
  const std::vector<Task> unique_tasks = WithoutDuplicates(tasks);
  Zones zones = BuildZones(cells);
  if (zones.empty()) return RefuseAll(unique_lrps, unique_tasks);
  Ledger ledger(zones, config);
  for (const Lrp& lrp : LargerFirst(unique_lrps)) {
    ledger.Record(Kind::kLrp, Identifier(lrp), [&] { return Decide(Kind::kLrp, lrp, &zones); });
  }
  for (const Task& task : LargerFirst(unique_tasks)) {
    ledger.Record(Kind::kTask, Identifier(task), [&] { return Decide(Kind::kTask, task, &zones); });
  }
  return ledger.Take();
}

}  // namespace rostrum::oracle
