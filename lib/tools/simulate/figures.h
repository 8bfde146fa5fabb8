// What a simulation counts, and what is worked out of it.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/tools/report/report.h"
#include "lib/tools/simulate/cluster.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// What one strategy made of a scenario.
//
// Counts over the whole run. Two sums hold, and are checked at the end:
//   came = running + waiting + ended + left before a round + lost
//   came + again = placed + cancelled + waiting + waiting to move + refused for good
// The first is about instances and tasks, each of which is in one place; the second is about
// auctions, of which an instance has another one whenever it loses its cell or has to leave it.
struct RunCounts {
  // LRP instances and tasks that came.
  int64_t came = 0;
  // Auctions of such that were placed before, and lost their cell or have to leave it.
  int64_t again = 0;
  // Auctions that a round placed: an instance that is placed again counts again.
  int64_t placed = 0;
  // Auctions that some round refused, each once, however often it was refused after that.
  int64_t refused = 0;
  // Of them, those that did not wait for another round.
  int64_t refused_for_good = 0;
  // Auctions taken out of the queue since their work was stopped.
  int64_t cancelled = 0;
  // Instances and tasks that were stopped or came to their end after a round had decided on them.
  int64_t ended = 0;
  int64_t ended_without_running = 0;  // Of them, those that had waited all the time.
  // Those that were stopped before any round had seen them.
  int64_t left_before_round = 0;

  // At the end.
  int64_t running = 0;
  int64_t waiting_to_move = 0;  // Of them, those on an evacuated cell that wait for another.
  int64_t waiting = 0;          // On no cell.
  int64_t lost = 0;             // Neither runs nor waits, after a refusal for good.

  // What became of all that came, and of all auctions: as many as `came`, and `came` and `again`.
  int64_t InstancesFound() const { return running + waiting + ended + left_before_round + lost; }
  int64_t AuctionsFound() const {
    return placed + cancelled + waiting + waiting_to_move + refused_for_good;
  }
};

// One resource at the end, summed over the cells that are up.
struct ResourceUse {
  std::string name;
  // "MB", "cores" or empty; amounts are in thousandths of it, containers aside.
  std::string_view unit;
  Amount total = 0;
  Amount used = 0;
  Amount stranded = 0;
};

// What is true of the cells at the end of a run.
struct Figures {
  int64_t cells = 0;  // That are up.
  int64_t cells_used = 0;
  int64_t cells_lower_bound = 0;
  std::vector<ResourceUse> resources;  // Those that the cells have and the work asks for.
  std::vector<ReportZone> zones;
  ReportConcentration concentration;
};

struct RunResult {
  std::string strategy;
  RunCounts counts;
  // The same number for runs at whose end the very same instances and tasks run.
  uint64_t work_running = 0;
  std::vector<ReportReason> reasons;  // Of RunCounts::refused; most frequent first.
  Figures figures;
  // The most there was at any moment.
  int64_t most_cells_used = 0;
  double most_memory_used_share = 0;
  int64_t rounds = 0;
  // The median over the rounds of the time that one took, parted by its auctions.
  double nanoseconds_per_auction = 0;

  // For the report.
  std::vector<ReportCell> cells;
  std::vector<ReportSample> samples;
  std::vector<ReportEvent> events;
};

// What Figures::resources::stranded means, as the rest of a sentence that starts "Stranded is".
inline constexpr std::string_view kStrandedMeaning =
    "what is free on a cell times the share of the work that does not fit there now, of all the "
    "work that would fit if the cell were empty";

// Whether every sum over a run closes: those of RunCounts, and what the zones, the cells and the
// reasons say of them. kInternal, with the sum, if one does not.
Status CheckBalance(const RunResult& result);

// How far the cells that were used are above the lower bound, as a share of it; 0 without work.
inline double GapOf(const Figures& figures) {
  if (figures.cells_lower_bound == 0) return 0;
  return static_cast<double>(figures.cells_used - figures.cells_lower_bound) /
         static_cast<double>(figures.cells_lower_bound);
}

// What can be said of the cells at the end of a run.
//
// `jobs` are those that came, and `job_of` says by instance which it belongs to.
Figures MakeFigures(const Scenario& scenario, const Cluster& cluster, std::span<const Job> jobs,
                    std::span<const uint32_t> job_of);

// How few cells could do.
//
// How many cells at least are needed for what is asked in all, as if work could be parted at will:
// no placement can do with fewer. All cells, if even they have not enough.
//
// Each resource is measured in shares of what is asked of it, and the resources are given weights.
// The cells with the largest weighted shares are counted until they have what is asked. That bounds
// the cells for any weights (it is the dual of the linear relaxation), so those are looked for that
// need most: one resource alone first, then weight is moved between resources while that helps.
int64_t LowerBoundOfCells(std::span<const Resources> totals, const Resources& asked);

// Resources that are free, but of no use.
//
// The sum over the cells that are up of what is free there times the share of the work, of all that
// would fit if the cell were empty, that does not fit now. The work is that of the scenario, each
// instance and each task counted once, whether it ran or not; so it is the same for all strategies.
// Which cells the work may run on at all is the work's affair and not the strategy's: that is why
// only work that fits the empty cell counts.
Resources StrandedResources(const Scenario& scenario, const Cluster& cluster);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_FIGURES_H_
