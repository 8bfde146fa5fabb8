// What one strategy made of a scenario.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_RUN_RESULT_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_RUN_RESULT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/tools/report/report.h"
#include "rostrum/resources.h"

namespace rostrum::tools {

// Counts over the whole run. Two sums hold, and are checked at the end:
//   arrived = running + ended + waiting without a cell + given up
//   arrived + again = placed + cancelled + waiting + refused for good
struct RunCounts {
  // LRP instances and tasks that came.
  int64_t arrived = 0;
  // Auctions of such that were placed before, and lost their cell or have to leave it.
  int64_t again = 0;
  // Auctions that a round placed.
  int64_t placed = 0;
  // Auctions that some round refused, each once, however often it was refused after that.
  int64_t refused = 0;
  // Of them, those that did not wait for another round.
  int64_t refused_for_good = 0;
  // Auctions taken out of the queue since their work was stopped.
  int64_t cancelled = 0;
  // Instances and tasks that were stopped or came to their end, whether they ran or waited.
  int64_t ended = 0;

  // At the end. What waits and still runs on a cell that is evacuated is in both.
  int64_t running = 0;
  int64_t waiting = 0;
  int64_t waiting_without_cell = 0;
  int64_t given_up = 0;  // Neither runs nor waits, after a refusal for good.
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

// How far the cells that were used are above the lower bound, as a share of it; 0 without work.
inline double GapOf(const Figures& figures) {
  if (figures.cells_lower_bound == 0) return 0;
  return static_cast<double>(figures.cells_used - figures.cells_lower_bound) /
         static_cast<double>(figures.cells_lower_bound);
}

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_RUN_RESULT_H_
