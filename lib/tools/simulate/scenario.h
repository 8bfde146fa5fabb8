// What happens in a simulation, whatever strategy decides: every strategy sees the same.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SCENARIO_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SCENARIO_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"

namespace rostrum::tools {

// All instances of an app, or one task. Instances of all jobs are numbered through, from 0, in the
// order of the jobs.
struct Job {
  std::shared_ptr<const Work> work;
  int32_t instances = 1;
  uint32_t first_instance = 0;  // The number of instance 0.
  // How long a task runs once it has started. An app runs until it is stopped.
  int64_t run_ms = 0;
};

// Something that a user does.
struct Event {
  enum class Type : uint8_t {
    kArrive,  // All instances of the job want to run.
    kStop,    // Instances from `from_index` on run no longer: the job is scaled down or deleted.
  };

  int64_t time_ms = 0;
  Type type = Type::kArrive;
  uint32_t job = 0;
  int32_t from_index = 0;
};

// Cells that are gone from one moment to the next, for good.
struct Failure {
  int64_t time_ms = 0;
  std::string label;  // Such as "zone z2 fails".
  std::vector<uint32_t> cells;
};

struct Scenario {
  // With nothing on them. Their signatures are normalized; their tags are their positions.
  std::vector<Cell> cells;
  std::vector<Job> jobs;
  std::vector<Event> events;      // By time; those before the simulation began are below zero.
  std::vector<Failure> failures;  // By time.

  // Cells are evacuated, restarted and taken back, a batch after the other.
  bool rolling_update = false;

  int64_t duration_ms = 0;
  // A round is run at every multiple of this at which there is something to decide.
  int64_t round_every_ms = 1000;
  // How long a container takes to start.
  int64_t start_ms = 0;
  // Whether what a round refuses waits for the next one.
  bool keeps_refused = true;
  // Whether all jobs come again, under new names, until the first refusal.
  bool fills = false;

  // What the cells and the work are, for people.
  std::vector<std::string> description;
  // What is odd about them and can be simulated all the same.
  std::vector<std::string> warnings;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SCENARIO_H_
