#include "lib/mesos/executor/executor.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/executor_v1.pb.h"
#include "lib/model/identifier.h"

namespace rostrum::mesos {
namespace {

using AgentEvent = v1::executor::Event;

double Seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

Executor::Executor(ExecutorOptions options, http::Network& network, const Clock& clock,
                   Random& random)
    : options_(std::move(options)),
      times_(options_.times),
      clock_(clock),
      random_(random),
      agent_(options_.environment, times_, *this, network, clock, random, ids_),
      rep_(options_.rep_url, options_.rep_http, times_, *this, network, clock, ids_),
      updates_(times_),
      book_(times_) {}

void Executor::Start() {
  agent_.Start();
  ClaimRep();
}

void Executor::Log(const std::string& text) const { options_.log(text); }

// --- From outside. Each is followed by a step, so that what they change takes effect.

void Executor::OnHead(http::RequestId id, const http::Head& head) {
  agent_.OnHead(id, head);
  rep_.OnHead(id, head);
}

void Executor::OnBytes(http::RequestId id, std::string_view bytes) {
  agent_.OnBytes(id, bytes);
  rep_.OnBytes(id, bytes);
  Step();
}

void Executor::OnEnd(http::RequestId id, const Status& status) {
  agent_.OnEnd(id, status);
  rep_.OnEnd(id, status);
  Step();
}

void Executor::OnTime() {
  agent_.OnTime();
  rep_.OnTime();
  Step();
}

void Executor::Shutdown(const std::string& reason) {
  EndWork(reason, ExecutorEnd::kDone, options_.environment.shutdown_grace);
  Step();
}

TimePoint Executor::RepDeadline() const {
  if (rep_.away_since() == kNever || phase_ != Phase::kWorking) return kNever;
  return rep_.away_since() + (rep_.was_up() ? times_.rep_away : times_.rep_start);
}

TimePoint Executor::Deadline() const {
  if (phase_ == Phase::kEnded) return kNever;
  TimePoint soonest = std::min({agent_.Deadline(), rep_.Deadline(), deadline_, RepDeadline()});
  if (agent_.subscribed()) soonest = std::min({soonest, updates_.due(), next_usage_update_});
  if (rep_.up()) soonest = std::min(soonest, book_.NextOrder());
  if (phase_ == Phase::kWorking) soonest = std::min(soonest, claim_due_);
  if (idle_since_ != kNever) soonest = std::min(soonest, idle_since_ + times_.idle);
  return soonest;
}

// --- What the agent says.

void Executor::WriteSubscribe(v1::executor::Call::Subscribe* subscribe) {
  updates_.Write(subscribe);
}

void Executor::OnSubscribed() {
  Log(Format("the agent has taken us in, {} updates are unacknowledged", updates_.size()));
  for (const v1::TaskStatus& status : updates_.OnSubscribed(clock_.Now())) agent_.Update(status);
}

void Executor::OnAgentLost(const std::string& reason) {
  Log(Format("the agent is lost: {}", reason));
}

void Executor::OnAgentGone(const std::string& reason) {
  Log(Format("the agent is gone for good: {}", reason));
  agent_is_gone_ = true;
  EndWork("the agent is gone", ExecutorEnd::kAgentGone, options_.environment.shutdown_grace);
}

void Executor::OnAgentProblem(const std::string& text) { Log(text); }

void Executor::OnEvent(const AgentEvent& event) {
  switch (event.type()) {
    case AgentEvent::SUBSCRIBED: {
      const auto& capabilities = event.subscribed().framework_info().capabilities();
      shows_killing_ = std::any_of(capabilities.begin(), capabilities.end(), [](const auto& each) {
        return each.type() == v1::FrameworkInfo::Capability::TASK_KILLING_STATE;
      });
      return;
    }
    case AgentEvent::LAUNCH:
      return Launch(event.launch().task());
    case AgentEvent::LAUNCH_GROUP:
      for (const v1::TaskInfo& task : event.launch_group().task_group().tasks()) Launch(task);
      return;
    case AgentEvent::KILL:
      return Kill(event.kill().task_id().value());
    case AgentEvent::ACKNOWLEDGED:
      updates_.Acknowledge(event.acknowledged().task_id().value(), event.acknowledged().uuid());
      return;
    case AgentEvent::SHUTDOWN:
      return EndWork("the agent shuts us down", ExecutorEnd::kDone,
                     options_.environment.shutdown_grace);
    case AgentEvent::MESSAGE:
      Log(Format("a message of the framework, {} bytes, is passed over",
                      event.message().data().size()));
      return;
    default:
      return;
  }
}

void Executor::Launch(const v1::TaskInfo& task) {
  const std::string& task_id = task.task_id().value();
  updates_.AddTask(task);
  Expected<TaskWork> work = ReadTaskWork(task.data());
  if (!work.ok()) {
    return Send({.task_id = task_id,
                 .state = TaskState::kError,
                 .message = work.status().text(),
                 .reason = kReasonTaskInvalid});
  }
  if (phase_ != Phase::kWorking) {
    if (!refusal_.empty()) {
      return Send({.task_id = task_id, .state = TaskState::kFailed, .message = refusal_});
    }
    return Send({.task_id = task_id,
                 .state = TaskState::kKilled,
                 .message = "the executor is about to end"});
  }
  const std::string identifier = work->Identifier();
  const char* kind = KindName(work->kind);
  if (!book_.Add(task_id, std::move(*work))) {
    return Log(Format("{} was launched before", task_id));
  }
  Send({.task_id = task_id,
        .state = TaskState::kStarting,
        .message = Format("{} {}", kind, identifier)});
}

void Executor::Kill(const std::string& task_id) { Tell(book_.Kill(task_id)); }

// --- Whose rep it is.

// An executor that is about to end is waited for: its successor comes as soon as there is work.
void Executor::ClaimRep() {
  const TimePoint now = clock_.Now();
  const auto holder = options_.claim_rep ? options_.claim_rep() : std::nullopt;
  claim_due_ = kNever;
  if (!holder) return rep_.Start();
  if (claim_end_ == kNever) {
    claim_end_ = now + times_.rep_claim;
    Log(Format("rep at {} is used by {}, which is waited for, for {} s", rep_.url(), *holder,
                    Seconds(times_.rep_claim)));
  }
  if (claim_end_ <= now) {
    return Refuse(Format("rep at {} is used by {}", rep_.url(), *holder));
  }
  claim_due_ = now + times_.rep_claim_again;
}

std::string Executor::ForeignReason(const RepState& state) const {
  const std::string& wanted = options_.cell_id.empty() ? state_.cell_id : options_.cell_id;
  // Some reps do not say.
  if (wanted.empty() || state.cell_id.empty() || state.cell_id == wanted) return "";
  return Format("rep at {} is that of cell \"{}\", expected cell \"{}\"", rep_.url(),
                     state.cell_id, wanted);
}

void Executor::Refuse(const std::string& reason) {
  refusal_ = reason;
  Log(reason + ": it is not ours, and is asked for nothing");
  rep_.Stop();
  if (phase_ == Phase::kWorking) end_to_be_ = ExecutorEnd::kRepForeign;
}

// --- What rep says.

void Executor::OnRepState(const RepState& state, bool after_outage) {
  if (const std::string reason = ForeignReason(state); !reason.empty()) return Refuse(reason);
  const bool is_first = !state_is_known_;
  state_ = state;
  state_is_known_ = true;
  Tell(book_.OnState(state, after_outage, clock_.Now()));
  if (is_first || after_outage) {
    Log(Format("rep at {} is up, as cell {}{}", rep_.url(), state.cell_id,
                    book_.has_foreign() ? ", with work that is not ours and is left alone" : ""));
  }
}

void Executor::OnRepAway(const std::string& reason, bool is_new) {
  // The others say much the same.
  if (is_new) {
    ++rep_outages_;
    Log(Format("rep is away: {}", reason));
  }
  book_.OnOutage(clock_.Now());
}

void Executor::OnWorkAnswer(const std::string& name, const Expected<HandedBack>& answer) {
  if (!answer.ok()) Log(Format("{}: POST /work failed: {}", name, answer.status().text()));
  Tell(book_.OnWorkAnswer(name, answer, state_, clock_.Now()));
}

void Executor::OnStopAnswer(const StopAnswer& answer) {
  if (!answer.taken) Log(Format("{} is not stopped: {}", answer.name, answer.text));
  book_.OnStopAnswer(answer.name, answer.taken, clock_.Now());
}

void Executor::OnUsage(std::vector<Usage> usages) {
  usages_ = std::move(usages);
  usage_time_ = clock_.Now();
  usage_index_.clear();
  for (size_t i = 0; i < usages_.size(); ++i) {
    const Usage& usage = usages_[i];
    usage_index_[{IdentifierOf(usage.kind, usage.guid, usage.index), usage.instance_guid}] = i;
  }
  if (next_usage_update_ == kNever && times_.usage_update.count() > 0) {
    next_usage_update_ = clock_.Now() + times_.usage_update;
  }
}

void Executor::OnRepProblem(const std::string& text) { Log(text); }

// --- What is told.

void Executor::Tell(const std::vector<TaskChange>& changes) {
  for (const TaskChange& change : changes) {
    if (change.state != TaskState::kKilling || shows_killing_) Send(change);
  }
}

std::string Executor::NewUuid() {
  std::string uuid(16, '\0');
  for (char& byte : uuid) byte = static_cast<char>(static_cast<int>(random_.Fraction() * 256));
  // Version 4, variant 1, as in RFC 4122.
  uuid[6] = static_cast<char>((uuid[6] & 0x0f) | 0x40);
  uuid[8] = static_cast<char>((uuid[8] & 0x3f) | 0x80);
  return uuid;
}

void Executor::Send(const TaskChange& change) {
  const TaskStatus status = {.task_id = change.task_id,
                             .state = change.state,
                             .agent_id = options_.environment.agent_id,
                             .executor_id = options_.environment.executor_id,
                             .message = change.message,
                             .source = StatusSource::kExecutor,
                             .reason = change.reason,
                             .uuid = NewUuid(),
                             .timestamp = options_.wall_clock(),
                             .labels = LabelsOf(change)};
  v1::TaskStatus update;
  WriteTaskStatus(status, &update);
  updates_.Add(update, clock_.Now());
  ++updates_sent_[change.state];
  Log(Format("{} is {}{}{}", change.task_id, TaskStateName(change.state),
                  change.message.empty() ? "" : ": ", change.message));
  agent_.Update(update);
}

const Usage* Executor::UsageOf(const TaskWork& work, const std::string& instance_guid) const {
  const auto found = usage_index_.find(
      {work.Identifier(), work.kind == Kind::kLrp ? instance_guid : std::string()});
  return found == usage_index_.end() ? nullptr : &usages_[found->second];
}

// Where it runs, and what it uses, in the words of Diego's own interface.
std::vector<Label> Executor::LabelsOf(const TaskChange& change) const {
  std::vector<Label> labels;
  const auto add = [&](const char* key, std::string value) {
    labels.push_back({Format("diego.{}", key), std::move(value)});
  };
  if (!state_.cell_id.empty()) add("cell_id", state_.cell_id);
  if (!change.instance_guid.empty()) add("instance_guid", change.instance_guid);
  if (const Usage* usage = change.usage) {
    add("cpu_usage_fraction", Format("{}", usage->cpu_fraction));
    add("memory_usage_bytes", Format("{}", usage->memory_bytes));
    add("memory_quota_bytes", Format("{}", usage->memory_quota_bytes));
    add("disk_usage_bytes", Format("{}", usage->disk_bytes));
    add("disk_quota_bytes", Format("{}", usage->disk_quota_bytes));
    if (usage->received_bytes) add("rx_bytes", Format("{}", *usage->received_bytes));
    if (usage->sent_bytes) add("tx_bytes", Format("{}", *usage->sent_bytes));
  }
  return labels;
}

// A running task is told to run once more, with what it uses; nothing else is new in it.
void Executor::TellUsage() {
  next_usage_update_ = clock_.Now() + times_.usage_update;
  for (const WorkBook::View& view : book_.Views()) {
    if (!view.is_running || view.is_killed) continue;
    const Usage* usage = UsageOf(view.work, view.instance_guid);
    if (usage == nullptr) continue;
    Send({.task_id = view.task_id,
          .state = TaskState::kRunning,
          .instance_guid = view.work.kind == Kind::kLrp ? view.instance_guid : "",
          .usage = usage});
  }
}

// --- What is done.

void Executor::Step() {
  if (phase_ == Phase::kEnded) return;
  const TimePoint now = clock_.Now();
  if (phase_ == Phase::kWorking) StepWorking();
  const bool has_stopped = book_.empty() || !refusal_.empty();
  if (phase_ == Phase::kEnding && (has_stopped || deadline_ <= now)) {
    Tell(book_.EndAll(TaskState::kKilled, "ended with its executor"));
    // A framework that is gone acknowledges nothing; an agent that is away may come back.
    Part(agent_.subscribed() ? std::min(grace_end_, now + times_.farewell) : grace_end_);
  }
  if (phase_ == Phase::kParting && (updates_.empty() || agent_is_gone_ || deadline_ <= now)) {
    return Finish();
  }
  if (phase_ == Phase::kEnded) return;
  StepRep();
  if (agent_.subscribed() && updates_.due() <= now) {
    for (const v1::TaskStatus& status : updates_.TakeDue(now)) agent_.Update(status);
  }
}

void Executor::StepRep() {
  if (rep_.up()) {
    for (WorkOrder& order : book_.TakeQueued(clock_.Now())) {
      // Rep may have become another cell's since it was looked at.
      rep_.PostWork(std::move(order.task_id), WorkFor(state_.cell_id, std::move(order.body)));
    }
    for (StopOrder& order : book_.TakeStops(clock_.Now())) {
      rep_.PostStop(std::move(order.task_id), std::move(order.path));
    }
  }
  rep_.SetRestless(book_.is_restless());
}

bool Executor::IsIdle() const {
  const bool others_work = rep_.up() && book_.has_foreign();
  return agent_.subscribed() && book_.empty() && updates_.empty() && !others_work;
}

void Executor::StepWorking() {
  const TimePoint now = clock_.Now();
  if (claim_due_ <= now) ClaimRep();
  if (!refusal_.empty() && agent_.subscribed() && !book_.empty()) {
    Tell(book_.EndAll(TaskState::kFailed, refusal_));
    return Part(now + times_.farewell);
  }
  if (RepDeadline() <= now) {
    const std::string reason = Format("rep at {} {} for {} s: {}", rep_.url(),
                                           rep_.was_up() ? "has been away" : "has not come up",
                                           Seconds(now - rep_.away_since()), rep_.away_reason());
    Log(reason);
    Tell(book_.EndAll(TaskState::kFailed, reason));
    end_to_be_ = ExecutorEnd::kRepGone;
    return Part(now + times_.farewell);
  }
  if (agent_.subscribed() && next_usage_update_ <= now) TellUsage();
  if (!IsIdle()) {
    idle_since_ = kNever;
  } else if (idle_since_ == kNever) {
    idle_since_ = now;
  } else if (now - idle_since_ >= times_.idle) {
    Log(Format("nothing to do for {} s", Seconds(times_.idle)));
    Finish();
  }
}

void Executor::EndWork(const std::string& reason, ExecutorEnd end, Milliseconds grace) {
  if (phase_ != Phase::kWorking) return;
  Log(Format("{}: ending {} tasks within {} s", reason, book_.size(), Seconds(grace)));
  phase_ = Phase::kEnding;
  idle_since_ = next_usage_update_ = kNever;
  end_to_be_ = end;
  const Milliseconds margin = std::min(times_.shutdown_margin, grace / 4);
  deadline_ = clock_.Now() + grace - margin;
  // Something is left for the process itself to end in.
  grace_end_ = clock_.Now() + grace - margin / 4;
  Tell(book_.KillAll());
}

void Executor::Part(TimePoint deadline) {
  phase_ = Phase::kParting;
  idle_since_ = next_usage_update_ = kNever;
  deadline_ = deadline;
}

void Executor::Finish() {
  agent_.Stop();
  rep_.Stop();
  phase_ = Phase::kEnded;
  deadline_ = kNever;
  end_ = end_to_be_;
}

}  // namespace rostrum::mesos
