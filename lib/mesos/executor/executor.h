// The executor: takes tasks from its agent, has them run by the rep beside it, and tells what
// becomes of them. It starts nothing itself.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_EXECUTOR_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_EXECUTOR_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/mesos/executor/agent_link.h"
#include "lib/mesos/executor/environment.h"
#include "lib/mesos/executor/rep_link.h"
#include "lib/mesos/executor/task_work.h"
#include "lib/mesos/executor/times.h"
#include "lib/mesos/executor/work_book.h"

namespace rostrum::mesos {

struct ExecutorOptions {
  ExecutorEnvironment environment;
  ExecutorTimes times;
  std::string rep_url;
  HttpOptions rep_http;
  // The cell whose rep that is; empty: the one that answers first.
  std::string cell_id;
  // Claims rep for this executor; see RepClaim::Take. Null: nobody else may want it.
  std::function<std::optional<std::string>()> claim_rep;
  // Seconds since 1970, for the time of status updates.
  std::function<double()> wall_clock;
  // A line for people.
  std::function<void(const std::string&)> log;
};

// How an executor has ended. The numbers are the program's exit statuses.
enum class ExecutorEnd : int {
  kDone = 0,        // It was told to, or there was nothing to do for some time.
  kRepGone = 3,     // Rep did not come up, or stayed away.
  kAgentGone = 4,   // The agent did not take it in, or did not come back.
  kRepForeign = 5,  // Another executor uses rep, or it is another cell's.
};

// A state machine over an AgentLink and a RepLink:
//
//     working ──▶ ending ──▶ parting ──▶ ended
//       │ │                   ▲           ▲
//       │ └───────────────────┘           │
//       └─────────────────────────────────┘
//
// From working to ending: SHUTDOWN, a signal, or the agent is gone; all work is ended, within the
// grace period. From working to parting: rep stays away, or is not ours; all work has failed. From
// working to ended: idle. From ending to parting: nothing runs any more, or it is time. From
// parting to ended: all is acknowledged, or it is time.
class Executor : public Machine, private AgentLink::Owner, private RepLink::Owner {
 public:
  Executor(ExecutorOptions options, http::Network& network, const Clock& clock, Random& random);

  void Start();
  // As if the agent had sent SHUTDOWN; for a signal.
  void Shutdown(const std::string& reason);

  // Set when the process should end.
  const std::optional<ExecutorEnd>& end() const { return end_; }

  // What it does and what its containers use, in Prometheus' text format.
  std::string MetricsText() const;

  void OnHead(http::RequestId id, const http::Head& head) override;
  void OnBytes(http::RequestId id, std::string_view bytes) override;
  void OnEnd(http::RequestId id, const Status& status) override;
  TimePoint Deadline() const override;
  void OnTime() override;

 private:
  enum class Phase { kWorking, kEnding, kParting, kEnded };

  void WriteSubscribe(v1::executor::Call_Subscribe* subscribe) override;
  void OnSubscribed() override;
  void OnEvent(const v1::executor::Event& event) override;
  void OnAgentLost(const std::string& reason) override;
  void OnAgentGone(const std::string& reason) override;
  void OnAgentProblem(const std::string& text) override;

  void OnRepState(const RepState& state, bool after_outage) override;
  void OnRepAway(const std::string& reason, bool is_new) override;
  void OnWorkAnswer(const std::string& name, const Expected<HandedBack>& answer) override;
  void OnStopAnswer(const StopAnswer& answer) override;
  void OnUsage(std::vector<Usage> usages) override;
  void OnRepProblem(const std::string& text) override;

  void Launch(const v1::TaskInfo& task);
  void Kill(const std::string& task_id);
  void Tell(const std::vector<TaskChange>& changes);
  void Send(const TaskChange& change);
  std::vector<Label> LabelsOf(const TaskChange& change) const;
  const Usage* UsageOf(const TaskWork& work, const std::string& instance_guid) const;
  void TellUsage();
  // Looks at rep for the first time once it is ours.
  void ClaimRep();
  // Why a rep that says this is another cell's; empty if it is ours.
  std::string ForeignReason(const RepState& state) const;
  void Refuse(const std::string& reason);
  // Asks rep for whatever is due, and moves to the next phase if it is time.
  void Step();
  void StepRep();
  void StepWorking();
  void EndWork(const std::string& reason, ExecutorEnd end, Milliseconds grace);
  void Part(TimePoint deadline);
  void Finish();
  bool IsIdle() const;
  TimePoint RepDeadline() const;
  std::string NewUuid();
  void Log(const std::string& text) const;

  const ExecutorOptions options_;
  const ExecutorTimes& times_;
  const Clock& clock_;
  Random& random_;
  RequestIds ids_;
  AgentLink agent_;
  RepLink rep_;
  UpdateLog updates_;
  WorkBook book_;

  Phase phase_ = Phase::kWorking;
  std::optional<ExecutorEnd> end_;
  ExecutorEnd end_to_be_ = ExecutorEnd::kDone;
  // When the phase is over, at the latest.
  TimePoint deadline_ = kNever;
  // When the process must be gone.
  TimePoint grace_end_ = kNever;
  TimePoint idle_since_ = kNever;
  TimePoint next_usage_update_ = kNever;

  // While another executor uses rep: when to look again, and when to give it up.
  TimePoint claim_due_ = kNever;
  TimePoint claim_end_ = kNever;
  // Why rep is not ours, if it is not: it is asked for nothing any more.
  std::string refusal_;

  bool agent_is_gone_ = false;
  bool shows_killing_ = false;  // The framework knows TASK_KILLING.
  RepState state_;              // The last that rep told.
  bool state_is_known_ = false;
  std::vector<Usage> usages_;
  TimePoint usage_time_ = kNever;  // When they were told.
  // By identifier and instance guid, its place in usages_.
  std::map<std::pair<std::string, std::string>, size_t> usage_index_;
  std::map<TaskState, uint64_t> updates_sent_;
  uint64_t rep_outages_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_EXECUTOR_H_
