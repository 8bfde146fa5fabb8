// What the scheduler client tells.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/mesos/framework/journal_records.h"
#include "lib/mesos/framework/machine.h"

namespace rostrum::mesos {
namespace {

// How often an instance may be launched anew after the master called its launch an error.
constexpr int kLaunchErrorsMaximum = 3;

// Whether the state shows that the task was started.
bool ShowsStart(TaskState state) {
  switch (state) {
    case TaskState::kStarting:
    case TaskState::kRunning:
    case TaskState::kKilling:
    case TaskState::kFinished:
    case TaskState::kFailed:
    case TaskState::kKilled:
      return true;
    default:
      return false;
  }
}

std::string Words(const TaskStatus& status) {
  return status.message.empty() ? TaskStateName(status.state) : status.message;
}

}  // namespace

void FrameworkMachine::TakeEvents(std::vector<Event> events) {
  if (failed_) return TakeLateEvents(events);
  for (Event& event : events) {
    std::visit([this](auto& each) { Take(each); }, event);
  }
  Step();
}

// Nothing is done any more. How the framework ended for the master is to be known all the same.
void FrameworkMachine::TakeLateEvents(std::span<const Event> events) {
  for (const Event& event : events) {
    const auto* const failed = std::get_if<SchedulerFailed>(&event);
    if (failed != nullptr && !failure_) failure_ = failed->kind;
  }
}

void FrameworkMachine::Take(const Subscribed& event) {
  if (!framework_id_.empty() && framework_id_ != event.framework_id) {
    ForgetTasks(fmt::format("it belonged to framework {}, and this one is {} now", framework_id_,
                            event.framework_id));
  }
  if (framework_id_ != event.framework_id) {
    framework_id_ = event.framework_id;
    Record(FrameworkRecord(framework_id_));
  }
  connected_ = true;
  News();
  TellText(OutcomeKind::kConnected,
           fmt::format("framework {} at {} (Mesos {})", event.framework_id,
                       event.master_address.empty() ? "a master" : event.master_address,
                       event.master_version.empty() ? "?" : event.master_version));
}

// The id of the framework is another one, so these tasks are not ours any more.
void FrameworkMachine::ForgetTasks(const std::string& text) {
  for (LaunchedTask* const task : tasks_.All()) {
    calls_.Forget(task->id);
    task->state = TaskState::kGone;
    End(*task, text);
  }
}

void FrameworkMachine::Take(const Disconnected& event) {
  connected_ = false;
  ForgetAcknowledgements();
  TellText(OutcomeKind::kDisconnected, event.reason);
}

void FrameworkMachine::Take(OffersMade& event) {
  for (Offer& offer : event.offers) {
    const std::string agent_id = offer.agent_id;
    Agent& agent = agents_[agent_id];
    agent.traits = TraitsOf(offer, settings_.mapping);
    agent.hostname = offer.hostname;
    agent.unavailability = offer.unavailability;
    executors_.SetSeen(agent_id, offer.executor_ids);
    const bool has_task = HasExecutorTask(agent_id);
    if (executors_.Running(agent_id, has_task) == nullptr) executors_.Thaw(agent_id);
    // The agent's traits have what they say, and ten thousand held offers need not repeat it.
    offer.attributes = {};
    offers_.Add(std::move(offer));
    MarkDirty(agent_id);
  }
  News();
}

void FrameworkMachine::Take(const OffersGone& event) {
  for (const std::string& id : event.offer_ids) {
    const std::string agent_id = offers_.Remove(id);
    if (!agent_id.empty()) MarkDirty(agent_id);
  }
}

// Rostrum moves nothing away from an agent by itself, so the honest answer is whether there is
// something. New work stays away: the offers of the agent say when it is to be vacated.
void FrameworkMachine::Take(const InverseOffersMade& event) {
  std::vector<std::string> accepted;
  std::vector<std::string> declined;
  for (const InverseOffer& offer : event.offers) {
    const bool is_vacant = !offer.agent_id.empty() && tasks_.OfAgent(offer.agent_id).empty();
    (is_vacant ? accepted : declined).push_back(offer.id);
  }
  if (!accepted.empty()) static_cast<void>(calls_.AcceptInverseOffers(accepted));
  if (!declined.empty()) static_cast<void>(calls_.DeclineInverseOffers(declined, {}));
}

void FrameworkMachine::Take(const TaskUpdate& event) {
  const TaskStatus& status = event.status;
  Acknowledge(status);
  LaunchedTask* const task = tasks_.Find(status.task_id);
  if (task == nullptr) return TakeStranger(status);
  if (!status.agent_id.empty() && status.agent_id != task->agent_id) {
    MarkDirty(task->agent_id);
    tasks_.SetAgent(*task, status.agent_id);
  }
  MarkDirty(task->agent_id);
  if (IsOver(status.state)) return TakeOver(*task, status);
  if (IsUnclear(status.state)) return TakeUnclear(*task, status);
  TakeAlive(*task, status);
}

// The acknowledgement waits until the journal has the status. While it cannot be written, agents
// repeat the status.
void FrameworkMachine::Acknowledge(const TaskStatus& status) {
  if (!status.needs_acknowledgement()) return;
  if (unacknowledged_.insert(status.uuid).second) acknowledgements_.push_back(status);
}

// Of a task that was over before, whose status is repeated since its acknowledgement was lost; or
// of one that the journal never knew.
void FrameworkMachine::TakeStranger(const TaskStatus& status) {
  if (!IsOver(status.state) && !IsUnclear(status.state) && settings_.kill_unknown) {
    TellText(OutcomeKind::kProblem,
             fmt::format("task {} runs on agent {} and is not known here; it is killed",
                         status.task_id, status.agent_id));
    static_cast<void>(calls_.Kill({status.task_id, status.agent_id}, {}));
    return;
  }
  if (IsOver(status.state)) calls_.Forget(status.task_id);
}

// In an earlier life there may have been an executor, and now there is none.
bool FrameworkMachine::CanRun(const Instance& instance) const {
  return instance.launch != nullptr || executor_.has_value();
}

// Whether the task never ran, so that its instance has the same right to a place as before.
bool FrameworkMachine::CameToNothing(const LaunchedTask& task, const TaskStatus& status) {
  if (task.confirmed || !task.counts() || !CanRun(task.instance)) return false;
  if (status.reason == kReasonInvalidOffers) return true;
  if (status.state == TaskState::kDropped || status.state == TaskState::kGone) return true;
  // The executor may have ended between the offer and the launch, so that there was too little for
  // a new one; or it was another one than we knew.
  if (status.state != TaskState::kError || task.executor_id.empty()) return false;
  return failed_launches_.CountError(KeyOf(task.instance)) <= kLaunchErrorsMaximum;
}

// The launch came to nothing, and the instance waits again.
void FrameworkMachine::RetryLaunch(LaunchedTask& task, const std::string& text) {
  SetAside(task, text);
  TimePoint due = failed_launches_.Delay(KeyOf(task.instance), clock_.Now());
  // Where a refusal is the end, no round may refuse it for the agent that is set aside.
  const TimePoint end = failed_launches_.EndOf(task.agent_id);
  if (!settings_.keep_waiting && end != kNever) due = std::max(due, end);
  Requeue(task, text, OutcomeKind::kRequeued, due);
}

// Told once, and then not before something has started there.
void FrameworkMachine::SetAside(const LaunchedTask& task, const std::string& text) {
  MarkDirty(task.agent_id);
  if (!failed_launches_.SetAside(task.agent_id, task.launched_at, clock_.Now())) return;
  TellText(OutcomeKind::kProblem,
           fmt::format("a launch on agent {} ({}) came to nothing: {}; nothing is launched there "
                       "for a while, which grows to a minute if it happens again",
                       task.agent_id, task.hostname, text));
}

void FrameworkMachine::TakeOver(LaunchedTask& task, const TaskStatus& status) {
  if (CameToNothing(task, status)) {
    if (status.state == TaskState::kError) executors_.SetGone(task.agent_id, task.executor_id);
    return RetryLaunch(task, Words(status));
  }
  // Its executor did not come up, and would not for the next one either.
  const bool has_vain_executor = !task.confirmed && !task.executor_id.empty() && task.counts() &&
                                 status.state != TaskState::kFinished &&
                                 status.state != TaskState::kKilled;
  if (has_vain_executor) SetAside(task, Words(status));
  task.confirmed = task.confirmed || ShowsStart(status.state);
  task.state = status.state;
  End(task, status.message);
}

void FrameworkMachine::TakeUnclear(LaunchedTask& task, const TaskStatus& status) {
  if (status.reason == kReasonInvalidOffers && CameToNothing(task, status)) {
    calls_.Forget(task.id);
    return RetryLaunch(task, Words(status));
  }
  if (task.state == status.state) return EndIfForgotten(task);
  task.state = status.state;
  Record(StatusRecord(task));
  Outcome outcome = OutcomeOf(OutcomeKind::kUnclear, task);
  outcome.text = status.message;
  Tell(std::move(outcome));
  if (task.counts() && settings_.replace_unreachable.count() > 0) {
    replace_due_.Set(task.id, clock_.Now() + settings_.replace_unreachable);
  }
  EndIfForgotten(task);
}

// A task that nobody wants any more, and of which the master knows nothing or an operator has said
// that it is gone, would else be kept for ever and count as what runs in its zone. Should it come
// back, it is killed, since it is not known here.
void FrameworkMachine::EndIfForgotten(LaunchedTask& task) {
  const bool is_forgotten =
      task.state == TaskState::kUnknown || task.state == TaskState::kGoneByOperator;
  if (!is_forgotten || task.counts() || !settings_.kill_unknown) return;
  calls_.Forget(task.id);
  End(task, "nobody knows of it, and it is not wanted any more");
}

void FrameworkMachine::TakeAlive(LaunchedTask& task, const TaskStatus& status) {
  replace_due_.Erase(task.id);
  const bool was_starting = task.starting();
  const bool was_unclear = task.unclear();
  const bool is_new = !task.confirmed || task.state != status.state;
  // That it is staging is also what the master says of a launch that is still under way.
  if (!task.confirmed && ShowsStart(status.state)) {
    task.confirmed = true;
    failed_launches_.Started(task.agent_id, KeyOf(task.instance), task.launched_at);
  }
  task.state = status.state;
  if (task.state == TaskState::kRunning && task.running_since == kNever) {
    task.running_since = clock_.Now();
  }
  // Its place was taken while it was away.
  if (task.replaced && !task.stopping) Stop(task);
  if (was_starting && !task.starting() && limits_starting_ && !waiting_.empty()) News();
  if (!is_new) return;
  Record(StatusRecord(task));
  Outcome outcome = OutcomeOf(OutcomeKind::kStatus, task);
  outcome.text = was_unclear && status.message.empty() ? "its agent is back" : status.message;
  Tell(std::move(outcome));
}

// The task is over.
void FrameworkMachine::End(LaunchedTask& task, const std::string& text) {
  const bool was_lost = task.state == TaskState::kGone || task.state == TaskState::kDropped;
  if (was_lost && task.counts() && settings_.replace_lost && !task.instance.service &&
      task.instance.work->kind == Kind::kLrp && CanRun(task.instance)) {
    return Requeue(task, text, OutcomeKind::kReplaced, clock_.Now());
  }
  Outcome outcome = OutcomeOf(OutcomeKind::kEnded, task);
  outcome.text = text;
  Tell(std::move(outcome));
  ++counts_.ended;
  if (task.instance.service && task.counts()) {
    const TimePoint now = clock_.Now();
    const auto ran = task.running_since == kNever
                         ? Milliseconds(0)
                         : std::chrono::duration_cast<Milliseconds>(now - task.running_since);
    services_.Ended(task.instance.work->guid, task.instance.index, ran, now);
  }
  failed_launches_.Forget(KeyOf(task.instance));
  Remove(task);
}

void FrameworkMachine::Remove(const LaunchedTask& task) {
  Record(EndedRecord(task.id));
  replace_due_.Erase(task.id);
  MarkDirty(task.agent_id);
  const std::string id = task.id;
  tasks_.Remove(id);
}

// The task is no more, and its instance waits as if it had never been placed.
void FrameworkMachine::Requeue(LaunchedTask& task, const std::string& text, OutcomeKind kind,
                               TimePoint due) {
  Outcome outcome = OutcomeOf(kind, task);
  outcome.text = text;
  Tell(std::move(outcome));
  ++counts_.requeued;
  Instance instance = task.instance;
  Remove(task);
  // It was launched in an earlier life.
  if (instance.queue_time_ms == 0) instance.queue_time_ms = NowMs();
  PutBack(instance, due);
}

// Nobody knows whether the task runs, and another one is to take its place.
void FrameworkMachine::Replace(LaunchedTask& task, const std::string& text) {
  // A Diego task runs at most once.
  if (task.instance.work->kind == Kind::kTask || !CanRun(task.instance)) return;
  task.replaced = true;
  Record(ReplacedRecord(task.id));
  Outcome outcome = OutcomeOf(OutcomeKind::kReplaced, task);
  outcome.text = text;
  Tell(std::move(outcome));
  Instance instance = task.instance;
  instance.queue_time_ms = NowMs();
  PutBack(instance, clock_.Now());
  EndIfForgotten(task);
}

void FrameworkMachine::Take(const LaunchDropped& event) {
  for (const std::string& id : event.task_ids) {
    LaunchedTask* const task = tasks_.Find(id);
    if (task == nullptr) continue;
    if (task->counts()) {
      RetryLaunch(*task, event.reason);
    } else {
      task->state = TaskState::kDropped;
      End(*task, event.reason);
    }
  }
}

// Nothing follows for tasks: the client asks what became of them.
void FrameworkMachine::Take(const AgentFailure& event) {
  executors_.SetGone(event.agent_id, event.executor_id);
  MarkDirty(event.agent_id);
}

void FrameworkMachine::Take(const OperationUpdate& event) {
  // The framework makes no operations; one that comes all the same must not be sent for ever.
  static_cast<void>(calls_.AcknowledgeOperation(event));
}

void FrameworkMachine::Take(const CallRefused& event) {
  TellText(OutcomeKind::kProblem,
           fmt::format("the master refused {}: {} {}", event.call, event.http_status, event.text));
}

void FrameworkMachine::Take(const Problem& event) { TellText(OutcomeKind::kProblem, event.text); }

void FrameworkMachine::Take(const SchedulerFailed& event) {
  failed_ = true;
  connected_ = false;
  failure_ = event.kind;
  TellText(OutcomeKind::kFailed, event.text);
}

}  // namespace rostrum::mesos
