// What the scheduler client tells.

#include <algorithm>
#include <charconv>
#include <memory>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/machine.h"
#include "lib/model/identifier.h"

namespace rostrum::mesos {
namespace {

// A master tells what runs within moments of a subscription, one task after the other. So long
// after the last of them work is placed: what runs already must not be started a second time.
constexpr Milliseconds kTellingPause(2'000);

// Of tasks that were given up, so many are known; the oldest are the first to be forgotten.
constexpr size_t kAbandonedMaximum = 10'000;

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

// The work that a task id names, as far as that can be told.
Instance InstanceNamed(std::string_view work) {
  const size_t dot = work.rfind('.');
  Instance instance;
  auto named = std::make_shared<Work>();
  const std::string_view number = dot == std::string_view::npos ? "" : work.substr(dot + 1);
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, instance.index);
  const bool has_index = !number.empty() && error == std::errc() && stop == end;
  named->kind = has_index ? Kind::kLrp : Kind::kTask;
  named->guid = std::string(has_index ? work.substr(0, dot) : work);
  if (!has_index) instance.index = 0;
  instance.work = std::move(named);
  return instance;
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
    ForgetTasks(Format("it belonged to framework {}, and this one is {} now", framework_id_,
                            event.framework_id));
  }
  if (framework_id_ != event.framework_id) {
    framework_id_ = event.framework_id;
    Record(FrameworkRecord(framework_id_));
  }
  connected_ = true;
  if (std::exchange(has_past_, false)) rounds_from_ = clock_.Now() + kTellingPause;
  News();
  TellText(OutcomeKind::kConnected,
           Format("framework {} at {} (Mesos {})", event.framework_id,
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

// Of a task that was over before, whose status is repeated since its acknowledgement was lost; of
// one that was given up, and has come back; or of one that the journal never knew. The last is
// adopted: nothing says that nobody wants it. Where another one stands for its instance by then, it
// is killed, unless the journal is known to have lost some.
void FrameworkMachine::TakeStranger(const TaskStatus& status) {
  const auto abandoned = std::find(abandoned_.begin(), abandoned_.end(), status.task_id);
  if (IsOver(status.state)) {
    // Its journal forgets it when it is written anew.
    if (abandoned != abandoned_.end()) abandoned_.erase(abandoned);
    return calls_.Forget(status.task_id);
  }
  if (IsUnclear(status.state)) return;
  const std::string_view work = WorkOfTaskId(status.task_id);
  const Instance instance = InstanceNamed(work);
  const bool is_double = !work.empty() && !adopts_all_ && IsRunningAlready(instance);
  if (is_double && clock_.Now() < rounds_from_) {
    doubles_.insert_or_assign(status.task_id, status);
    return;
  }
  if (abandoned != abandoned_.end() || is_double) {
    TellText(OutcomeKind::kProblem,
             Format("task {} runs on agent {}, and {}; it is killed", status.task_id,
                         status.agent_id,
                         is_double ? "another one runs in its place" : "was given up"));
    static_cast<void>(calls_.Kill({status.task_id, status.agent_id}, {}));
  } else if (!work.empty()) {
    Adopt(status, instance);
  } else if (left_alone_.insert(status.task_id).second) {
    TellText(OutcomeKind::kProblem,
             Format("task {} runs on agent {} and was not launched here; it is left alone",
                         status.task_id, status.agent_id));
  }
}

void FrameworkMachine::TakeDoubles() {
  if (doubles_.empty() || clock_.Now() < rounds_from_) return;
  for (const auto& [id, status] : std::exchange(doubles_, {})) {
    if (tasks_.Find(id) == nullptr) TakeStranger(status);
  }
}

bool FrameworkMachine::IsRunningAlready(const Instance& instance) {
  const std::vector<LaunchedTask*> tasks = tasks_.OfInstance(KeyOf(instance));
  return std::any_of(tasks.begin(), tasks.end(), [](const LaunchedTask* task) {
    return task->counts() && !task->unclear();
  });
}

// Takes a task that runs, and that the journal does not know, as one of ours.
void FrameworkMachine::Adopt(const TaskStatus& status, const Instance& instance) {
  if (clock_.Now() < rounds_from_) rounds_from_ = clock_.Now() + kTellingPause;
  if (IsRunningAlready(instance)) {
    TellText(OutcomeKind::kProblem,
             Format("task {} is the second one that runs for the same work; both are left "
                         "alone",
                         status.task_id));
  }
  LaunchedTask& task = tasks_.Add(MakeAdopted(status, instance));
  has_unclaimed_ = has_unclaimed_ || task.adopted;
  Record(LaunchedRecord(task, /*whole=*/true));
  AdoptExecutor(task);
  calls_.Track({task.id, task.agent_id});
  MarkDirty(task.agent_id);
  TaskStatus told = status;
  told.message = "it was found running, and is adopted";
  TakeAlive(task, told);
  if (!settings_.launch_known) TakeFromQueue(task);
}

LaunchedTask FrameworkMachine::MakeAdopted(const TaskStatus& status, const Instance& instance) {
  LaunchedTask task;
  if (const auto at = salvaged_.find(status.task_id); at != salvaged_.end()) {
    task = ReadLaunched(at->second);
    // How it stood by then is another question.
    task.confirmed = task.stopping = task.replaced = false;
  } else {
    task.id = status.task_id;
    task.instance = instance;
    task.used.containers = 1;
    task.adopted = true;
  }
  task.agent_id = status.agent_id;
  // The executor that Mesos itself starts for a command has the id of the task.
  task.executor_id = status.executor_id == status.task_id ? "" : status.executor_id;
  Agent& agent = agents_[task.agent_id];
  if (agent.hostname.empty()) agent.hostname = task.hostname;
  if (agent.traits.zone.empty()) agent.traits.zone = task.zone;
  task.hostname = agent.hostname;
  task.zone = agent.traits.zone;
  return task;
}

// The id of an executor says all that it is, so that an old description of it is as good as a new
// one.
void FrameworkMachine::AdoptExecutor(const LaunchedTask& task) {
  const auto at = salvaged_executors_.find(task.agent_id);
  if (at == salvaged_executors_.end()) return;
  FrozenExecutor executor = ReadExecutorRecord(at->second);
  if (executor.info.id != task.executor_id) return;
  Record(ExecutorRecord(task.agent_id, executor));
  executors_.Freeze(task.agent_id, std::move(executor));
  salvaged_executors_.erase(at);
}

// Work that waits and turns out to run needs no place any more.
void FrameworkMachine::TakeFromQueue(const LaunchedTask& task) {
  const std::string key = KeyOfWaiting(WorkOfTaskId(task.id));
  const auto at = waiting_.find(key);
  if (at == waiting_.end()) return;
  const Instance asked = at->second.instance;
  engine_.Cancel(asked.work->kind, IdentifierOf(asked.work->kind, asked.work->guid, asked.index));
  EraseWaiting(key);
  if (task.adopted) Claim(task, asked);
}

// The key of what waits and has such a name in its task id; "": nothing.
std::string FrameworkMachine::KeyOfWaiting(std::string_view work) const {
  for (const std::string& key : {KeyOf(InstanceNamed(work)), KeyOf(Kind::kTask, work, 0)}) {
    if (waiting_.find(key) != waiting_.end()) return key;
  }
  // Only a name that is not the whole guid has to be looked for.
  std::string first;
  if (IsWholeName(work)) return first;
  for (const auto& [key, waiting] : waiting_) {
    const Instance& instance = waiting.instance;
    const bool is_it = WorkInTaskId(*instance.work, instance.index) == work;
    if (is_it && (first.empty() || key < first)) first = key;
  }
  return first;
}

// What was adopted may be what is asked for now, and is so from then on.
void FrameworkMachine::Claim(const Instance& instance) {
  if (!has_unclaimed_) return;
  const Instance named = InstanceNamed(WorkInTaskId(*instance.work, instance.index));
  for (const LaunchedTask* const task : tasks_.OfInstance(KeyOf(named))) {
    if (task->adopted) Claim(*task, instance);
  }
}

void FrameworkMachine::Claim(LaunchedTask task, const Instance& instance) {
  tasks_.Remove(task.id);
  task.adopted = false;
  task.instance = instance;
  task.used = instance.work->asked;
  task.used.containers = 1;
  MarkDirty(task.agent_id);
  Record(LaunchedRecord(task, /*whole=*/true));
  tasks_.Add(std::move(task));
}

// Whether it can be launched once more. In an earlier life there may have been an executor, and now
// there is none; of what was adopted nobody knows how it is run.
bool FrameworkMachine::CanRun(const LaunchedTask& task) const {
  return !task.adopted && (task.instance.launch != nullptr || executor_.has_value());
}

// Whether the task never ran, so that its instance has the same right to a place as before.
bool FrameworkMachine::CameToNothing(const LaunchedTask& task, const TaskStatus& status) {
  if (task.confirmed || !task.counts() || !CanRun(task)) return false;
  if (status.reason == kReasonInvalidOffers) return true;
  if (status.state == TaskState::kDropped || status.state == TaskState::kGone) return true;
  // The executor may have ended between the offer and the launch, so that there was too little for
  // a new one; or it was another one than we knew.
  if (status.state != TaskState::kError || task.executor_id.empty()) return false;
  return failed_launches_.TakeError(KeyOf(task.instance));
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
  // An earlier life may have ended before it launched it.
  if (task.launched_at == kNever) return;
  if (!failed_launches_.SetAside(task.agent_id, task.launched_at, clock_.Now())) return;
  TellText(OutcomeKind::kProblem,
           Format("a launch on agent {} ({}) came to nothing: {}; nothing is launched there "
                       "for a while, which grows to a minute if it happens again",
                       task.agent_id, task.hostname, text));
}

void FrameworkMachine::TakeOver(LaunchedTask& task, const TaskStatus& status) {
  if (CameToNothing(task, status)) {
    if (status.state == TaskState::kError) executors_.SetGone(task.agent_id, task.executor_id);
    return RetryLaunch(task, Words(status));
  }
  // Its executor did not come up, and would not for the next one either.
  const bool lacks_executor = !task.confirmed && !task.executor_id.empty() && task.counts() &&
                                 status.state != TaskState::kFinished &&
                                 status.state != TaskState::kKilled;
  if (lacks_executor) SetAside(task, Words(status));
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
// back, it is killed.
void FrameworkMachine::EndIfForgotten(LaunchedTask& task) {
  const bool is_forgotten =
      task.state == TaskState::kUnknown || task.state == TaskState::kGoneByOperator;
  if (!is_forgotten || task.counts()) return;
  calls_.Forget(task.id);
  Abandon(task.id);
  End(task, "nobody knows of it, and it is not wanted any more");
}

void FrameworkMachine::Abandon(const std::string& task_id) {
  if (abandoned_.size() == kAbandonedMaximum) abandoned_.erase(abandoned_.begin());
  abandoned_.push_back(task_id);
  Record(AbandonedRecord(task_id));
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
      task.instance.work->kind == Kind::kLrp && CanRun(task)) {
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
  if (task.instance.work->kind == Kind::kTask || !CanRun(task)) return;
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
           Format("the master refused {}: {} {}", event.call, event.http_status, event.text));
}

void FrameworkMachine::Take(const Problem& event) { TellText(OutcomeKind::kProblem, event.text); }

void FrameworkMachine::Take(const SchedulerFailed& event) {
  failed_ = true;
  connected_ = false;
  failure_ = event.kind;
  TellText(OutcomeKind::kFailed, event.text);
}

}  // namespace rostrum::mesos
