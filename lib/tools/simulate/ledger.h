// The life of every instance of a simulation.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_LEDGER_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_LEDGER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/tools/simulate/cluster.h"
#include "lib/tools/simulate/figures.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/engine.h"
#include "rostrum/round.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// Keeps the engine's queue and the cluster in step: an instance comes, waits, runs, loses its cell,
// waits again, ends. It counts all of that on the way, and can tell at the end whether the counts
// agree with what is really there.
class Ledger {
 public:
  // Both must outlive the ledger.
  Ledger(Engine* engine, Cluster* cluster) : engine_(engine), cluster_(cluster) {}

  // Makes a job known, whose first instance must be the next number. Nothing of it has come yet.
  void AddJob(Job job);

  // All instances of the job come into the queue.
  Status Arrive(uint32_t job, int64_t now_ms);
  // The instance runs or waits no more. Nothing happens if it has not come, or has ended.
  void Stop(uint32_t instance);
  // Puts an instance that was placed before into the queue, unless it waits there already. It keeps
  // its cell, if it has one, until it has a new one.
  Status AuctionAgain(uint32_t instance, int64_t now_ms);
  // Takes all work off a cell and puts it into the queue.
  Status ClearCell(uint32_t cell, int64_t now_ms);

  // What a round decided. kInternal if it cannot be.
  Status Place(const Auction& auction, const Decision& decision);
  // A refusal that is not kept by the engine's queue is for good.
  void Refuse(const Auction& auction, const Refusal& refusal, bool for_good);

  // How often the instance was placed so far.
  uint32_t PlacementsOf(uint32_t instance) const { return instances_[instance].placements; }
  const Job& JobOf(uint32_t instance) const { return jobs_[instances_[instance].job]; }
  const std::vector<Job>& jobs() const { return jobs_; }
  // The number of the job, by instance.
  std::vector<uint32_t> JobNumbers() const;

  // Without the counts of the end.
  const RunCounts& counts() const { return counts_; }
  // See RunResult::work_running.
  uint64_t WorkRunning() const;
  // With them. kInternal if work was lost or doubled.
  Expected<RunCounts> FinalCounts() const;
  // Most frequent first.
  std::vector<ReportReason> Reasons() const;

 private:
  struct Instance {
    uint32_t job = 0;
    uint32_t placements = 0;
    bool came = false;
    bool queued = false;
    bool seen = false;     // By a round that decided on it.
    bool refused = false;  // For good, by the last round that decided it.
    bool ended = false;
  };

  Status Submit(const Job& job, std::vector<int32_t> indices, int64_t now_ms);

  Engine* const engine_;
  Cluster* const cluster_;
  std::vector<Job> jobs_;
  std::vector<Instance> instances_;
  RunCounts counts_;
  std::vector<ReportReason> reasons_;  // As they came first.
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_LEDGER_H_
