// The life of a session, what the embedder asks of it, and what the master says.

#include "lib/mesos/scheduler/session.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/scheduler/call_messages.h"
#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {
namespace {

using v1::scheduler::Call;

Status NotSubscribed(ClientState state) {
  return Status(Code::kFailedPrecondition,
                Format("not subscribed ({}), or too many calls wait", ClientStateName(state)),
                /*retriable=*/true);
}

Status CheckTasks(const Acceptance& acceptance, const std::string& agent_id) {
  std::set<std::string_view> ids;
  for (const TaskInfo& task : acceptance.tasks) {
    if (Status status = ValidateTask(task); !status.ok()) return status;
    if (task.agent_id != agent_id) {
      return InvalidArgument(
          Format("task \"{}\" has agent_id \"{}\", expected that of the "
                 "offers, \"{}\"",
                 task.id, task.agent_id, agent_id));
    }
    if (!ids.insert(task.id).second) {
      return InvalidArgument(Format("task \"{}\" appears twice, expected it once", task.id));
    }
  }
  return {};
}

// What may not differ between two descriptions of one framework.
Status CheckUnchanged(const FrameworkInfo& before, const FrameworkInfo& after) {
  const auto changed = [](std::string_view field, const auto& old_value, const auto& new_value) {
    return InvalidArgument(Format("{} is \"{}\", expected \"{}\" as before: it never changes",
                                  field, new_value, old_value));
  };
  if (before.user != after.user) return changed("user", before.user, after.user);
  if (before.principal != after.principal) {
    return changed("principal", before.principal, after.principal);
  }
  if (before.checkpoint != after.checkpoint) {
    return changed("checkpoint", before.checkpoint, after.checkpoint);
  }
  return {};
}

}  // namespace

const char* ClientStateName(ClientState state) {
  switch (state) {
    case ClientState::kStopped:
      return "stopped";
    case ClientState::kDetecting:
      return "detecting";
    case ClientState::kWaiting:
      return "waiting";
    case ClientState::kSubscribing:
      return "subscribing";
    case ClientState::kSubscribed:
      return "subscribed";
    case ClientState::kFailed:
      return "failed";
  }
  return "?";
}

Session::Session(const SchedulerOptions& options, FrameworkIdStore& store, LeaderSource& source,
                 http::Network& network, const Clock& clock, Random& random)
    : times_(options.times),
      tasks_at_start_(options.tasks),
      store_(store),
      generation_(options.generation),
      clock_(clock),
      framework_(options.framework),
      ledger_(options.times.first_status_timeout, options.times.reconcile_maximum),
      reconciler_(options.times, random),
      kills_(options.times.kill_initial, options.times.kill_maximum, random),
      demand_(options.times, random),
      link_(options.times, *this, source, network, clock, random) {
  demand_.SetRoles(framework_.roles);
  if (options.start_suppressed) demand_.Suppress({});
}

Status Session::Begin() {
  auto stored = store_.Load();
  if (!stored.ok()) return stored.status();
  framework_id_ = std::move(stored->id);
  is_id_saved_ = !framework_id_.empty();
  Track(tasks_at_start_);
  link_.Start();
  return {};
}

void Session::Stop() { link_.Stop(); }

void Session::Pause(const std::string& reason) {
  const bool was_subscribed = state() == ClientState::kSubscribed;
  link_.Pause(reason);
  // Otherwise the link has told it so.
  if (was_subscribed) OnProblem(reason, 0);
}

std::vector<Event> Session::TakeEvents() { return std::exchange(events_, {}); }

void Session::MoveEventsTo(std::vector<Event>* events) {
  events->insert(events->end(), std::make_move_iterator(events_.begin()),
                 std::make_move_iterator(events_.end()));
  events_.clear();
}

void Session::Tell(Event event) { events_.push_back(std::move(event)); }

SchedulerCounts Session::counts() const {
  SchedulerCounts counts = counts_;
  counts.offers_held = offers_.size();
  counts.calls_sent = link_.calls_sent();
  counts.calls_waiting = link_.calls_waiting();
  counts.tasks_tracked = ledger_.size();
  return counts;
}

// --- Calls.

Status Session::Send(Call call, std::vector<std::string> task_ids) {
  OutgoingCall outgoing = Seal(std::move(call), framework_id_);
  outgoing.task_ids = std::move(task_ids);
  if (!link_.Call(std::move(outgoing), /*must_go=*/false)) return NotSubscribed(state());
  return {};
}

void Session::SendQuietly(Call call) {
  link_.Call(Seal(std::move(call), framework_id_), /*must_go=*/true);
}

Status Session::Accept(const Acceptance& acceptance) {
  if (state() != ClientState::kSubscribed) return NotSubscribed(state());
  const auto agent_id = offers_.AgentOf(acceptance.offer_ids);
  if (!agent_id.ok()) return agent_id.status();
  if (Status status = CheckTasks(acceptance, *agent_id); !status.ok()) return status;
  std::vector<std::string> task_ids;
  for (const TaskInfo& task : acceptance.tasks) task_ids.push_back(task.id);
  Status status = Send(
      AcceptCall(acceptance, acceptance.refuse.value_or(times_.refuse), framework_id_), task_ids);
  if (!status.ok()) return status;
  for (const std::string& id : acceptance.offer_ids) offers_.Remove(id);
  for (const std::string& id : task_ids) ledger_.Launched({id, *agent_id}, clock_.Now());
  for (const Operation& operation : acceptance.operations) {
    if (!operation.id.empty()) operations_[operation.id] = *agent_id;
  }
  return {};
}

Status Session::Decline(std::span<const std::string> offer_ids,
                        std::optional<Milliseconds> refuse) {
  if (state() != ClientState::kSubscribed) return NotSubscribed(state());
  std::vector<std::string> held;
  for (const std::string& id : offer_ids) {
    if (offers_.Holds(id)) held.push_back(id);
  }
  if (held.empty()) return {};
  Status status = Send(DeclineCall(Call::DECLINE, held, refuse.value_or(times_.refuse)));
  if (!status.ok()) return status;
  for (const std::string& id : held) offers_.Remove(id);
  return {};
}

Status Session::Acknowledge(const TaskStatus& status) {
  if (!status.needs_acknowledgement()) return {};
  if (status.agent_id.empty() || status.task_id.empty()) {
    return InvalidArgument(
        Format("the status of task \"{}\" on agent \"{}\" has a uuid, "
               "expected a task and an agent with it",
               status.task_id, status.agent_id));
  }
  // Agents repeat what is not acknowledged within seconds. If so many calls wait that it takes
  // longer, more of them would make it worse.
  if (acknowledging_.count(status.uuid) != 0) return {};
  OutgoingCall outgoing = Seal(AcknowledgeCall(status), framework_id_);
  outgoing.uuid = status.uuid;
  if (!link_.Call(std::move(outgoing), /*must_go=*/false)) return NotSubscribed(state());
  acknowledging_.insert(status.uuid);
  return {};
}

Status Session::AcknowledgeOperation(const OperationUpdate& update) {
  if (update.uuid.empty()) return {};
  return Send(AcknowledgeOperationCall(update));
}

Status Session::Kill(const TaskPlace& task, std::optional<Milliseconds> grace) {
  if (Status status = ValidateTaskId(task.task_id, "the task id"); !status.ok()) return status;
  kills_.Add(task, grace, clock_.Now());
  SendDue();
  return {};
}

Status Session::Suppress(std::span<const std::string> roles) {
  const std::vector<std::string> changed = demand_.Suppress(roles);
  if (changed.empty() || state() != ClientState::kSubscribed) return {};
  // What is held goes back first: the master takes nothing back by itself.
  std::vector<std::string> gone = offers_.RemoveOfRoles({changed.begin(), changed.end()});
  if (!gone.empty()) {
    SendQuietly(DeclineCall(Call::DECLINE, gone, times_.refuse));
    TellGone(OfferEnd::kSuppressed, std::move(gone));
  }
  SendQuietly(RolesCall(Call::SUPPRESS, changed));
  return {};
}

Status Session::Revive(std::span<const std::string> roles) {
  demand_.Revive(roles, clock_.Now());
  SendDue();
  return {};
}

Status Session::AcceptInverseOffers(std::span<const std::string> offer_ids) {
  return AnswerInverseOffers(Call::ACCEPT_INVERSE_OFFERS, offer_ids, times_.refuse);
}

Status Session::DeclineInverseOffers(std::span<const std::string> offer_ids,
                                     std::optional<Milliseconds> refuse) {
  return AnswerInverseOffers(Call::DECLINE_INVERSE_OFFERS, offer_ids,
                             refuse.value_or(times_.refuse));
}

// The master forgets those that were answered, and says nothing of them any more.
Status Session::AnswerInverseOffers(Call::Type answer, std::span<const std::string> offer_ids,
                                    Milliseconds refuse) {
  Status status = Send(DeclineCall(answer, offer_ids, refuse));
  if (!status.ok()) return status;
  for (const std::string& id : offer_ids) inverse_offers_.erase(id);
  return {};
}

Status Session::ShutdownExecutor(std::string_view executor_id, std::string_view agent_id) {
  return Send(ShutdownCall(executor_id, agent_id));
}

Status Session::SendMessage(std::string_view executor_id, std::string_view agent_id,
                            std::string data) {
  return Send(MessageCall(executor_id, agent_id, std::move(data)));
}

Status Session::UpdateFramework(const FrameworkInfo& framework) {
  if (Status status = ValidateFramework(framework); !status.ok()) return status;
  if (Status status = CheckUnchanged(framework_, framework); !status.ok()) return status;
  if (state() != ClientState::kSubscribed) {
    framework_ = framework;
    demand_.SetRoles(framework_.roles);
    return {};
  }
  if (proposed_) return FailedPrecondition("an update of the framework is still pending");
  // The roles that go may not be named as suppressed.
  std::set<std::string> suppressed;
  for (const std::string& role : framework.roles) {
    if (demand_.IsSuppressed(role)) suppressed.insert(role);
  }
  Status status = Send(UpdateFrameworkCall(framework, framework_id_, suppressed));
  if (status.ok()) proposed_ = framework;
  return status;
}

Status Session::Teardown() {
  Call call;
  call.set_type(Call::TEARDOWN);
  return Send(std::move(call));
}

// --- Tasks.

void Session::Track(std::span<const TaskPlace> tasks) {
  for (const TaskPlace& task : tasks) ledger_.Track(task);
}

void Session::Forget(std::string_view task_id) {
  ledger_.Forget(task_id);
  reconciler_.Strike(std::string(task_id));
  kills_.Forget(task_id);
}

void Session::Reconcile() {
  if (state() != ClientState::kSubscribed) return;
  ledger_.ForgetDue();
  reconciler_.Start(ledger_.All(), clock_.Now());
  SendDue();
}

// --- Time.

TimePoint Session::Deadline() const {
  const TimePoint link = link_.Deadline();
  if (state() != ClientState::kSubscribed) return link;
  const bool offers_expire = times_.offer_age_maximum.count() > 0 && offers_.size() > 0;
  const TimePoint offers =
      offers_expire ? offers_.OldestReceived() + times_.offer_age_maximum : kNever;
  return std::min({link, offers, ledger_.Deadline(), reconciler_.Deadline(), kills_.Deadline(),
                   demand_.Deadline()});
}

void Session::OnTime() {
  link_.OnTime();
  ExpireOffers();
  SendDue();
}

void Session::ExpireOffers() {
  if (state() != ClientState::kSubscribed || times_.offer_age_maximum.count() <= 0) return;
  const TimePoint oldest = clock_.Now() - times_.offer_age_maximum + std::chrono::nanoseconds(1);
  std::vector<std::string> expired = offers_.RemoveReceivedBefore(oldest);
  if (expired.empty()) return;
  SendQuietly(DeclineCall(Call::DECLINE, expired, times_.refuse));
  TellGone(OfferEnd::kExpired, std::move(expired));
}

void Session::SendDue() {
  if (state() != ClientState::kSubscribed) return;
  const TimePoint now = clock_.Now();
  for (const KillList::Kill& kill : kills_.TakeDue(now)) {
    SendQuietly(KillCall(kill.place, kill.grace));
  }
  while (const auto tasks = reconciler_.TakeDue(now)) {
    ++counts_.reconcile_calls;
    SendQuietly(ReconcileCall(*tasks));
  }
  const std::vector<TaskPlace> silent = ledger_.TakeDue(now);
  const auto batch = static_cast<size_t>(std::max(times_.reconcile_batch, 1));
  for (size_t first = 0; first < silent.size(); first += batch) {
    ++counts_.reconcile_calls;
    SendQuietly(
        ReconcileCall(std::span(silent).subspan(first, std::min(batch, silent.size() - first))));
  }
  if (const auto roles = demand_.TakeDue(now)) SendQuietly(RolesCall(Call::REVIVE, *roles));
}

// What the master says.

namespace {

namespace v1_scheduler = v1::scheduler;

// What the master's default is, if SUBSCRIBED does not say.
constexpr Milliseconds kHeartbeat(15'000);
// A clock that says more than this, or less than nothing, is not to be waited for.
constexpr double kHeartbeatSecondsMaximum = 3600;
// From a FAILURE to the question what became of the tasks: their statuses may be under way.
constexpr Milliseconds kFailureDelay(1'000);

// So many problems are remembered as told.
constexpr size_t kProblemsMaximum = 100;

// Two attempts that fail in the same way say so with two durations: "timed out after 10001 ms".
std::string WithoutDurations(std::string_view text) {
  constexpr std::string_view kAfter = " after ";
  std::string rest;
  for (size_t at = text.find(kAfter); at != text.npos; at = text.find(kAfter)) {
    rest += text.substr(0, at + kAfter.size());
    text.remove_prefix(at + kAfter.size());
    text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  }
  return rest.append(text);
}

Milliseconds HeartbeatOf(const v1_scheduler::Event::Subscribed& message) {
  const double seconds = message.heartbeat_interval_seconds();
  if (!(seconds > 0) || seconds > kHeartbeatSecondsMaximum) return kHeartbeat;
  return std::max(Milliseconds(static_cast<int64_t>(seconds * 1000)), Milliseconds(1));
}

bool IsOver(OperationState state) {
  switch (state) {
    case OperationState::kFinished:
    case OperationState::kFailed:
    case OperationState::kError:
    case OperationState::kDropped:
    case OperationState::kGoneByOperator:
      return true;
    default:
      return false;
  }
}

std::string AddressOf(const v1::MasterInfo& master) {
  const std::string& host =
      master.address().hostname().empty() ? master.hostname() : master.address().hostname();
  const auto port =
      master.address().has_port() ? static_cast<uint32_t>(master.address().port()) : master.port();
  return host.empty() ? "" : Format("{}:{}", host, port);
}

}  // namespace

std::string Session::SubscribeBody() {
  return Seal(SubscribeCall(framework_, framework_id_, demand_.suppressed()), framework_id_).body;
}

Status Session::OnEvent(std::string_view bytes) {
  // Thousands of offers are hundreds of thousands of small objects, which an arena frees at once.
  google::protobuf::Arena arena;
  auto& event = *google::protobuf::Arena::CreateMessage<v1_scheduler::Event>(&arena);
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Corrupt(Format("an event of {} bytes is not a scheduler event", bytes.size()));
  }
  ++counts_.events;
  if (event.type() == v1_scheduler::Event::SUBSCRIBED) return TakeSubscribed(event.subscribed());
  if (event.type() == v1_scheduler::Event::ERROR) {
    TakeError(event.error().message());
    return {};
  }
  if (state() != ClientState::kSubscribed) {
    if (event.type() == v1_scheduler::Event::HEARTBEAT) return {};
    return Corrupt(Format("the event {} came before SUBSCRIBED",
                          v1_scheduler::Event::Type_Name(event.type())));
  }
  switch (event.type()) {
    case v1_scheduler::Event::OFFERS:
      TakeOffers(event.offers());
      break;
    case v1_scheduler::Event::RESCIND:
      offers_.Remove(event.rescind().offer_id().value());
      TellGone(OfferEnd::kRescinded, {event.rescind().offer_id().value()});
      break;
    case v1_scheduler::Event::INVERSE_OFFERS:
      TakeInverseOffers(event.inverse_offers());
      break;
    case v1_scheduler::Event::RESCIND_INVERSE_OFFER: {
      const std::string& id = event.rescind_inverse_offer().inverse_offer_id().value();
      inverse_offers_.erase(id);
      Tell(InverseOffersGone{{id}});
      break;
    }
    case v1_scheduler::Event::UPDATE:
      TakeUpdate(event.update().status());
      break;
    case v1_scheduler::Event::UPDATE_OPERATION_STATUS:
      TakeOperationUpdate(event.update_operation_status().status());
      break;
    case v1_scheduler::Event::MESSAGE:
      Tell(ExecutorMessage{event.message().agent_id().value(),
                           event.message().executor_id().value(), event.message().data()});
      break;
    case v1_scheduler::Event::FAILURE:
      TakeFailure(event.failure());
      break;
    default:
      break;  // A heartbeat, or something of a newer Mesos.
  }
  return {};
}

Status Session::TakeSubscribed(const v1_scheduler::Event::Subscribed& message) {
  const std::string& id = message.framework_id().value();
  if (id.empty()) return Corrupt("SUBSCRIBED has no framework_id");
  if (!framework_id_.empty() && id != framework_id_) {
    Fail(FailureKind::kRefused, Format("the master subscribed this framework as \"{}\", "
                                       "expected \"{}\"",
                                       id, framework_id_));
    return {};
  }
  is_new_ = is_new_ || framework_id_.empty();
  // Kept in memory whatever becomes of saving it: the next subscription must not make yet another
  // framework.
  framework_id_ = id;
  if (!KeepId(id)) return {};
  TellGone(OfferEnd::kDisconnected, offers_.RemoveAll());
  link_.Confirm(HeartbeatOf(message));
  ++counts_.subscriptions;
  told_problems_.clear();
  Subscribed subscribed;
  subscribed.framework_id = framework_id_;
  subscribed.new_framework = std::exchange(is_new_, false);
  subscribed.master_id = message.master_info().id();
  subscribed.master_version = message.master_info().version();
  subscribed.master_address = AddressOf(message.master_info());
  subscribed.master_domain = ReadDomain(message.master_info().domain());
  Tell(std::move(subscribed));

  const TimePoint now = clock_.Now();
  ledger_.ForgetDue();
  reconciler_.Start(ledger_.All(), now);
  kills_.Restart(now);
  demand_.Restart(now);
  if (!operations_.empty()) SendQuietly(ReconcileOperationsCall(operations_));
  SendDue();
  return {};
}

// Nothing may be launched before the id is safe, so without that there is no subscription.
bool Session::KeepId(const std::string& id) {
  if (is_id_saved_) return true;
  const Status status = store_.Save({id, generation_});
  is_id_saved_ = status.ok();
  if (!status.ok()) {
    link_.Lose(Format("the framework id \"{}\" cannot be kept: {}", id, status.text()));
  }
  return is_id_saved_;
}

void Session::TakeOffers(const v1_scheduler::Event::Offers& message) {
  OffersMade made;
  made.offers.reserve(static_cast<size_t>(message.offers_size()));
  std::vector<std::string> unwanted;
  for (const v1::Offer& offer_message : message.offers()) {
    Offer offer = ReadOffer(offer_message);
    // Without MULTI_ROLE the master does not say: there is only one.
    if (offer.role.empty()) offer.role = framework_.roles.front();
    if (!offers_.Add(offer, clock_.Now())) continue;
    ++counts_.offers;
    demand_.Confirm(offer.role);
    // It was made before the master knew that the role is suppressed.
    if (demand_.IsSuppressed(offer.role)) {
      offers_.Remove(offer.id);
      unwanted.push_back(offer.id);
    } else {
      made.offers.push_back(std::move(offer));
    }
  }
  if (!unwanted.empty()) {
    SendQuietly(DeclineCall(v1_scheduler::Call::DECLINE, unwanted, times_.refuse));
  }
  if (!made.offers.empty()) Tell(std::move(made));
}

void Session::TakeInverseOffers(const v1_scheduler::Event::InverseOffers& message) {
  InverseOffersMade made;
  for (const v1::InverseOffer& offer : message.inverse_offers()) {
    made.offers.push_back(ReadInverseOffer(offer));
    inverse_offers_.insert(made.offers.back().id);
  }
  if (!made.offers.empty()) Tell(std::move(made));
}

void Session::TakeUpdate(const v1::TaskStatus& message) {
  TaskUpdate update;
  update.status = ReadTaskStatus(message);
  if (update.status.task_id.empty()) return;
  update.tracked = ledger_.Update(update.status);
  reconciler_.Strike(update.status.task_id);
  kills_.Update(update.status);
  Tell(std::move(update));
}

void Session::TakeOperationUpdate(const v1::OperationStatus& message) {
  OperationUpdate update = ReadOperationUpdate(message);
  if (IsOver(update.state)) operations_.erase(update.operation_id);
  Tell(std::move(update));
}

void Session::TakeFailure(const v1_scheduler::Event::Failure& message) {
  AgentFailure failure;
  failure.agent_id = message.agent_id().value();
  failure.executor_id = message.executor_id().value();
  if (message.has_status()) failure.exit_status = message.status();
  ledger_.Hasten(failure.agent_id, clock_.Now() + kFailureDelay);
  Tell(std::move(failure));
}

void Session::TakeError(const std::string& text) {
  // An older master says this of a connection, not of the framework.
  if (text == "Framework disconnected") return link_.Lose(text);
  FailureKind kind = FailureKind::kRefused;
  if (text.find("has been removed") != std::string::npos) kind = FailureKind::kRemoved;
  if (text.find("failed over") != std::string::npos) kind = FailureKind::kReplaced;
  Fail(kind, text);
}

void Session::Fail(FailureKind kind, const std::string& text) {
  const bool was_subscribed = state() == ClientState::kSubscribed;
  std::vector<OutgoingCall> unsent = link_.Fail();
  if (was_subscribed) OnLost(text, std::move(unsent));
  Tell(SchedulerFailed{kind, text});
}

void Session::OnLost(const std::string& reason, std::vector<OutgoingCall> unsent) {
  TellGone(OfferEnd::kDisconnected, offers_.RemoveAll());
  acknowledging_.clear();
  if (!inverse_offers_.empty()) {
    Tell(InverseOffersGone{{inverse_offers_.begin(), inverse_offers_.end()}});
    inverse_offers_.clear();
  }
  counts_.calls_dropped += unsent.size();
  for (const OutgoingCall& call : unsent) DropLaunch(call.task_ids, reason);
  if (proposed_) {
    proposed_.reset();
    Tell(FrameworkUpdated{false, 0, reason});
  }
  reconciler_.Stop();
  Tell(Disconnected{reason});
}

void Session::OnProblem(const std::string& text, int http_status) {
  // What masters answer may be another text each time.
  if (told_problems_.size() >= kProblemsMaximum) told_problems_.clear();
  if (told_problems_.insert(WithoutDurations(text)).second) Tell(Problem{text, http_status});
}

void Session::OnAnswer(const OutgoingCall& call, const CallAnswer& answer) {
  const bool is_taken = answer.status >= 200 && answer.status < 300;
  acknowledging_.erase(call.uuid);
  if (call.name == "UPDATE_FRAMEWORK") {
    if (is_taken && proposed_) {
      framework_ = *proposed_;
      demand_.SetRoles(framework_.roles);
    }
    proposed_.reset();
    return Tell(FrameworkUpdated{is_taken, answer.status, answer.text});
  }
  if (call.name == "TEARDOWN" && is_taken) {
    return Fail(FailureKind::kRemoved, "the framework was torn down");
  }
  if (is_taken) return;
  DropLaunch(call.task_ids, Format("{} ({})", answer.status, answer.text));
  Tell(CallRefused{call.name, answer.status, answer.text});
}

void Session::TellGone(OfferEnd why, std::vector<std::string> offer_ids) {
  if (!offer_ids.empty()) Tell(OffersGone{why, std::move(offer_ids)});
}

void Session::DropLaunch(const std::vector<std::string>& task_ids, const std::string& reason) {
  if (task_ids.empty()) return;
  for (const std::string& id : task_ids) Forget(id);
  Tell(LaunchDropped{task_ids, reason});
}

}  // namespace rostrum::mesos
