// Finding out what became of tasks: Mesos' algorithm for explicit reconciliation, and implicit
// reconciliation from time to time.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_RECONCILER_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_RECONCILER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/backoff.h"
#include "lib/mesos/base/clock.h"
#include "lib/mesos/base/random.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// A run asks for all tasks that are given to it, in batches, and strikes each of which something is
// heard. What is left after a delay is asked for again, and the delay doubles up to its maximum:
// the master says nothing of a task whose agent has not come back yet. A new run takes the place of
// one that goes on, a second after its beginning at the earliest.
//
// When the first pass of a run has been sent, the master is asked for all that it knows, which
// finds tasks that nobody here knows of; then again every interval.
class Reconciler {
 public:
  Reconciler(const SchedulerTimes& times, Random& random);

  void Start(const std::vector<TaskPlace>& tasks, TimePoint now);
  // Nothing is due any more, until Start.
  void Stop();
  // Something was heard of the task, or it is of no interest any more.
  void Strike(const std::string& task_id);

  // The next RECONCILE to send, if it is time: some tasks, or none for all that the master knows.
  std::optional<std::vector<TaskPlace>> TakeDue(TimePoint now);
  TimePoint Deadline() const;

 private:
  std::vector<TaskPlace> NextBatch();
  void EndPass(TimePoint now);

  const size_t batch_;
  const Milliseconds interval_;
  Random& random_;
  Backoff backoff_;
  // By task id, with the agent.
  std::map<std::string, std::string> remaining_;
  // The last id of this pass that was asked for; "" at its beginning.
  std::string position_;
  bool first_pass_ = false;
  std::optional<TimePoint> run_began_;
  TimePoint explicit_due_ = kNever;
  TimePoint implicit_due_ = kNever;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_RECONCILER_H_
