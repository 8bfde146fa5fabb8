// What happens to a simulated cluster: failures, drains, rolling updates.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/tools/simulate/scenario.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// What goes wrong in a simulation, or is done to it on purpose.
struct IncidentOptions {
  // Cells that fail in the middle of the run, drawn by the seed.
  int64_t fail_cells = 0;
  // A zone that does; empty: none. The cells above are drawn from the others then.
  std::string fail_zone;
  bool rolling_update = false;
  uint64_t seed = 1;
};

// Adds incidents to a scenario that has its cells and its duration. An error if there is no such
// zone, or there are not that many cells.
Status AddIncidents(const IncidentOptions& options, Scenario* scenario);

// The order of a rolling update.
//
// Updates all cells, zone by zone, a tenth of them at a time. The cells of a batch evacuate until
// they are empty; what still runs after the time that Diego's rep gives it is stopped. Then they
// restart, come back empty, and it is the next batch's turn.
//
// It only says what is to be done; whoever asks does it, and then asks again.
class RollingUpdate {
 public:
  static constexpr int64_t kEvacuationMs = 600'000;
  static constexpr int64_t kRestartMs = 60'000;

  // Nothing is to be done if the scenario has no rolling update. It starts after a quarter of the
  // time.
  explicit RollingUpdate(const Scenario& scenario);

  enum class Step : uint8_t {
    kNone,      // Nothing until NextTime, or until the batch is empty.
    kEvacuate,  // The batch takes nothing any more, and its work is to be placed elsewhere.
    kStopRest,  // What is still on the batch is stopped.
    kRestart,   // The batch goes down, empty.
    kReturn,    // The batch is back.
  };

  // The next step at this moment; `batch_is_empty` is of batch(), for a batch that evacuates. Call
  // it until it is kNone. After each step the batch is still the one of that step.
  Step Advance(int64_t now_ms, bool batch_is_empty);

  // The cells of the current batch; empty before the first one and after the last.
  const std::vector<uint32_t>& batch() const;
  // When Advance is to be called at the latest; nothing once all is done.
  std::optional<int64_t> NextTime() const;

  size_t batches() const { return batches_.size(); }
  // How many batches are back.
  size_t done() const { return done_; }

 private:
  enum class Phase : uint8_t { kWaiting, kEvacuating, kStopping, kRestarting, kDone };

  std::vector<std::vector<uint32_t>> batches_;
  std::optional<size_t> current_;
  size_t done_ = 0;
  Phase phase_ = Phase::kWaiting;
  int64_t next_ms_ = 0;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_INCIDENTS_H_
