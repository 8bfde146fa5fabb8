// What the reference schedulers have in common: which cells count, what fits on a cell, what a
// refusal says, and the bookkeeping of a round.
#ifndef ROSTRUM_TESTS_ORACLE_RULES_H_
#define ROSTRUM_TESTS_ORACLE_RULES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/oracle/cluster.h"

namespace rostrum::oracle {

inline constexpr std::string_view kNoCellsText = "unable to communicate to compatible cells";
inline constexpr std::string_view kInFlightText =
    "waiting to start instance: reached in-flight start limit";

// The cells that take part, by zone name. Diego keeps zones and cells in random order; to order
// zones by name and the cells of each by index and then id is one of the orders that it could have.
using Zones = std::map<std::string, std::vector<Cell>>;

// Leaves the evacuating cells out.
Zones BuildZones(const std::vector<Cell>& cells);

std::string Identifier(const Lrp& lrp);
std::string Identifier(const Task& task);

// Drop every auction whose identifier an earlier one has.
std::vector<Lrp> WithoutDuplicates(const std::vector<Lrp>& lrps);
std::vector<Task> WithoutDuplicates(const std::vector<Task>& tasks);

// By index and then from the largest memory to the smallest, and from the largest memory to the
// smallest; equal ones as given.
std::vector<Lrp> LargerFirst(std::vector<Lrp> lrps);
std::vector<Task> LargerFirst(std::vector<Task> tasks);

bool HasWork(const Cell& cell);
int64_t InstancesOn(const Cell& cell, const std::string& process_guid);

// The constraints.

bool OffersRootFs(const Cell& cell, const std::string& rootfs);
bool OffersVolumeDrivers(const Cell& cell, const std::vector<std::string>& wanted);
bool AcceptsPlacementTags(const Cell& cell, const std::vector<std::string>& wanted);

// The last constraint that at least one cell of a zone came to and none fulfilled.
enum class Mismatch { kNone, kRootFs, kVolumeDrivers, kPlacementTags };

std::string MismatchText(Mismatch mismatch, const std::vector<std::string>& wanted_tags);

// The compatible cells of one zone; it has at least one.
struct CandidateZone {
  std::vector<Cell*> cells;
  int64_t instances = 0;  // Of the process, on all cells of the zone, compatible or not.
};

struct Candidates {
  std::vector<CandidateZone> zones;
  std::string error;  // Why there is no zone; empty if there is one.
};

// Finds the compatible cells of each zone, in the order of the zones. Counts the instances of
// `process_guid`, which is empty for a task. The cells belong to `zones`.
Candidates FindCandidates(Zones* zones, const Work& work, const std::string& process_guid);

// The resources, and the names of those that are short.

using Problems = std::set<std::string>;

struct Demand {
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  int64_t cpu_milli = 0;
  int64_t gpu_milli = 0;
};

// What the work needs on a cell without the cell's proxy memory: this is what it reserves.
Demand ReservedBy(const Work& work);

// What the work has to find free on the cell. An LRP brings a proxy, whose memory comes on top.
Demand NeededOn(const Cell& cell, const Lrp& lrp);
Demand NeededOn(const Cell& cell, const Task& task);

Problems FindProblems(const Amounts& available, const Demand& demand);
std::string ProblemsText(const Problems& problems);

// Narrows down to the problems that all the cells tried have in common. It starts with all that the
// work could have, so they all stay if no cell has been added.
class CommonProblems {
 public:
  explicit CommonProblems(const Work& work);

  void Add(const Problems& problems);
  std::string Text() const { return ProblemsText(problems_); }

 private:
  Problems problems_;
};

// The bookkeeping.

// Put the work on the cell, or return the problems that keep it off, and change nothing. That can
// be although the cell was chosen: with negative proxy memory an LRP reserves more than it has to
// find.
Problems Reserve(const Lrp& lrp, Cell* cell);
Problems Reserve(const Task& task, Cell* cell);

Decision Placed(Kind kind, const std::string& identifier, const Cell& cell, double score);
Decision Refused(Kind kind, const std::string& identifier, std::string_view error);

// Reserves the work on the cell that has won it.
template <typename WorkType>
Decision ReserveWinner(Kind kind, const WorkType& work, Cell* winner, double score) {
  const Problems problems = Reserve(work, winner);
  if (!problems.empty()) return Refused(kind, Identifier(work), ProblemsText(problems));
  return Placed(kind, Identifier(work), *winner, score);
}

// Records the decisions of a round and refuses what comes when too many containers are starting.
class Ledger {
 public:
  Ledger(const Zones& zones, const Config& config);

  // Asks `decide` for a decision unless the limit is reached. Only a placement counts towards it.
  void Record(Kind kind, const std::string& identifier, const std::function<Decision()>& decide);

  Outcome Take() { return std::move(outcome_); }

 private:
  bool LimitIsReached() const { return maximum_ > 0 && starting_ >= maximum_; }

  int64_t starting_ = 0;
  int64_t maximum_;
  Outcome outcome_;
};

// The outcome when there is no cell at all: nothing is sorted or counted, so the order is the
// queue's.
Outcome RefuseAll(const std::vector<Lrp>& lrps, const std::vector<Task>& tasks);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_RULES_H_
