// Small scenarios, put together by hand.

#ifndef ROSTRUM_TESTS_UNIT_SIMULATE_SCENARIO_BUILDER_H_
#define ROSTRUM_TESTS_UNIT_SIMULATE_SCENARIO_BUILDER_H_

#include <cstdint>
#include <string>
#include <utility>

#include "lib/tools/simulate/scenario.h"
#include "tests/unit/builders.h"

namespace rostrum::tools {

// Cells of 1000 MB of memory and disk, rounds every second, containers that start at once. Times
// are in seconds; events are to be added in their order.
class ScenarioBuilder {
 public:
  ScenarioBuilder() { scenario_.duration_ms = 100'000; }

  ScenarioBuilder& AddCells(int count, const std::string& zone) {
    for (int i = 0; i < count; ++i) {
      const size_t number = scenario_.cells.size();
      Cell cell = MakeCell(Numbered("cell-", static_cast<int64_t>(number)), zone,
                           static_cast<int64_t>(number));
      cell.tag = number;
      scenario_.cells.push_back(std::move(cell));
    }
    return *this;
  }

  // Returns the number of the job.
  uint32_t AddApp(int64_t seconds, const std::string& guid, int32_t instances, int64_t memory_mb) {
    return AddJob(seconds, MakeWork(Kind::kLrp, guid, memory_mb), instances, 0);
  }

  uint32_t AddTask(int64_t seconds, const std::string& guid, int64_t memory_mb,
                   int64_t run_seconds) {
    return AddJob(seconds, MakeWork(Kind::kTask, guid, memory_mb), 1, run_seconds * 1000);
  }

  void Stop(int64_t seconds, uint32_t job, int32_t from_index = 0) {
    scenario_.events.push_back({seconds * 1000, Event::Type::kStop, job, from_index});
  }

  void Fail(int64_t seconds, std::vector<uint32_t> cells) {
    scenario_.failures.push_back({seconds * 1000, "failure", std::move(cells)});
  }

  Scenario& scenario() { return scenario_; }

 private:
  uint32_t AddJob(int64_t seconds, std::shared_ptr<const Work> work, int32_t instances,
                  int64_t run_ms) {
    Job job;
    job.work = std::move(work);
    job.instances = instances;
    job.run_ms = run_ms;
    job.first_instance = next_instance_;
    next_instance_ += static_cast<uint32_t>(instances);
    const auto number = static_cast<uint32_t>(scenario_.jobs.size());
    scenario_.jobs.push_back(std::move(job));
    scenario_.events.push_back({seconds * 1000, Event::Type::kArrive, number, 0});
    return number;
  }

  Scenario scenario_;
  uint32_t next_instance_ = 0;
};

}  // namespace rostrum::tools

#endif  // ROSTRUM_TESTS_UNIT_SIMULATE_SCENARIO_BUILDER_H_
