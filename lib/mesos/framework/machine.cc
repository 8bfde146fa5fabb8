// The life of the machine, and what the embedder asks of it.

#include "lib/mesos/framework/machine.h"

#include <algorithm>
#include <new>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/model/process_texts.h"
#include "lib/model/identifier.h"
#include "lib/wire/text.h"

namespace rostrum::mesos {
namespace {

constexpr Milliseconds kJournalRetry(1'000);
// A journal is rewritten when it has grown to so many times what was alive, and is not small.
constexpr uint64_t kRewriteFactor = 4;
constexpr uint64_t kRewriteMinimum = 1 << 20;

bool Matches(const Instance& instance, Kind kind, std::string_view guid,
             std::optional<int32_t> index) {
  return instance.work->kind == kind && instance.work->guid == guid &&
         (!index || instance.index == *index);
}

Status Broken() { return FailedPrecondition("the framework stopped, see its outcomes"); }

ReasonCount StaticReason(::rostrum::Reason reason, std::string_view subject) {
  ReasonCount count;
  count.reason = reason;
  count.subject = subject;
  count.is_static = true;
  return count;
}

// What becomes of a request on an agent, before anything of it is noted.
Status ValidateProcess(const WorkRequest& request) {
  const Work& work = *request.work;
  const std::string of_what =
      Format("{} \"{}\"", KindName(work.kind), wire::Cut(work.guid));
  if (Status s = ValidateText(work.guid, "the guid", of_what); !s.ok()) return s;
  if (Status s = ValidateText(work.domain, "the domain", of_what); !s.ok()) return s;
  for (const int32_t index : request.indices) {
    if (index >= 0) continue;
    return InvalidArgument(Format("{} has the index {}, expected 0 or more", of_what, index));
  }
  if (request.launch == nullptr) return {};
  if (Status s = ValidateCommand(request.launch->command, of_what); !s.ok()) return s;
  return request.launch->container ? ValidateContainer(*request.launch->container, of_what)
                                   : Status();
}

bool WantsRevocable(const Work& work) {
  const std::vector<std::string>& tags = work.constraint.placement_tags;
  return std::find(tags.begin(), tags.end(), kRevocableTag) != tags.end();
}

}  // namespace

const char* OutcomeKindName(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kPlaced:
      return "placed";
    case OutcomeKind::kRefused:
      return "refused";
    case OutcomeKind::kStatus:
      return "status";
    case OutcomeKind::kEnded:
      return "ended";
    case OutcomeKind::kRequeued:
      return "requeued";
    case OutcomeKind::kUnclear:
      return "unclear";
    case OutcomeKind::kReplaced:
      return "replaced";
    case OutcomeKind::kCancelled:
      return "cancelled";
    case OutcomeKind::kConnected:
      return "connected";
    case OutcomeKind::kDisconnected:
      return "disconnected";
    case OutcomeKind::kProblem:
      return "problem";
    case OutcomeKind::kFailed:
      return "failed";
  }
  return "?";
}

std::string Outcome::Identifier() const { return IdentifierOf(work_kind, guid, index); }

FrameworkMachine::FrameworkMachine(const FrameworkOptions& options, Journal& journal, Calls& calls,
                                   const Clock& clock, std::function<int64_t()> now_ns,
                                   Random& random)
    : settings_(options.settings),
      executor_(options.executor),
      is_multi_role_(options.scheduler.framework.roles.size() > 1),
      capabilities_(options.scheduler.framework.capabilities),
      limits_starting_(options.configuration.starting_container_count_maximum > 0),
      strategy_(options.strategy),
      journal_(journal),
      calls_(calls),
      clock_(clock),
      now_ns_(std::move(now_ns)),
      task_ids_(random),
      engine_(options.strategy),
      services_(options.settings.restart_initial, options.settings.restart_maximum),
      failed_launches_(random) {
  static_cast<void>(engine_.SetConfiguration(options.configuration));
}

int64_t FrameworkMachine::NowMs() const {
  return std::chrono::duration_cast<Milliseconds>(clock_.Now().time_since_epoch()).count();
}

void FrameworkMachine::Replay(const journal::Record& record) {
  switch (record.what_case()) {
    case journal::Record::kFrameworkId:
      framework_id_ = record.framework_id();
      break;
    case journal::Record::kLaunched:
      tasks_.Remove(record.launched().task_id());
      tasks_.Add(ReadLaunched(record.launched()));
      break;
    case journal::Record::kStatus:
      if (LaunchedTask* const task = tasks_.Find(record.status().task_id())) {
        task->state = static_cast<TaskState>(record.status().state());
        task->confirmed = true;
        if (!record.status().agent_id().empty()) {
          tasks_.SetAgent(*task, record.status().agent_id());
        }
      }
      break;
    case journal::Record::kEnded:
      tasks_.Remove(record.ended());
      break;
    case journal::Record::kStopping:
      if (LaunchedTask* const task = tasks_.Find(record.stopping())) task->stopping = true;
      break;
    case journal::Record::kReplaced:
      if (LaunchedTask* const task = tasks_.Find(record.replaced())) task->replaced = true;
      break;
    case journal::Record::kExecutor:
      executors_.Freeze(record.executor().agent_id(), ReadExecutorRecord(record.executor()));
      break;
    case journal::Record::kAbandoned:
      abandoned_.push_back(record.abandoned());
      break;
    case journal::Record::kGeneration:
    case journal::Record::WHAT_NOT_SET:
      break;  // Of start_files.h; of a newer version.
  }
}

std::vector<TaskPlace> FrameworkMachine::Begin(Beginning beginning) {
  generation_ = beginning.generation;
  adopts_all_ = settings_.adopt_running || beginning.has_lost_some;
  has_past_ = beginning.has_past;
  for (std::string& text : beginning.problems) TellText(OutcomeKind::kProblem, std::move(text));
  for (const journal::Record& record : beginning.salvaged) {
    if (record.has_executor()) {
      salvaged_executors_.insert_or_assign(record.executor().agent_id(), record.executor());
    } else if (record.has_launched()) {
      salvaged_.insert_or_assign(record.launched().task_id(), record.launched());
    }
  }
  for (const journal::Record& record : beginning.records) Replay(record);
  journal_failed_ = !beginning.is_kept;
  if (journal_failed_) journal_retry_ = clock_.Now();
  std::vector<TaskPlace> places;
  for (LaunchedTask* const task : tasks_.All()) {
    has_unclaimed_ = has_unclaimed_ || task->adopted;
    places.push_back({task->id, task->agent_id});
    if (task->state == TaskState::kRunning) task->running_since = clock_.Now();
    Agent& agent = agents_[task->agent_id];
    agent.hostname = task->hostname;
    agent.traits.zone = task->zone;
    MarkDirty(task->agent_id);
    if (task->stopping) Kill(*task);
    if (task->unclear() && !task->replaced && settings_.replace_unreachable.count() > 0) {
      replace_due_.Set(task->id, clock_.Now() + settings_.replace_unreachable);
    }
  }
  return places;
}

// --- Requests.

Status FrameworkMachine::Validate(const WorkRequest& request) const {
  if (request.work == nullptr) return InvalidArgument("a request has no work");
  const Work& work = *request.work;
  const bool is_task = work.kind == Kind::kTask;
  Status status = is_task ? ValidateTaskStart({request.work})
                          : ValidateLrpStart({.work = request.work, .indices = request.indices});
  if (!status.ok()) return status;
  if (is_task && !request.indices.empty()) {
    return InvalidArgument(Format("task \"{}\" has {} indices, expected none", work.guid,
                                       request.indices.size()));
  }
  if (request.launch == nullptr && !executor_) {
    return InvalidArgument(
        Format("{} \"{}\" has no command, expected one, or a framework with an executor",
                    KindName(work.kind), work.guid));
  }
  if (request.launch == nullptr && capabilities_.revocable_resources && WantsRevocable(work)) {
    return InvalidArgument(Format(
        "{} \"{}\" wants the tag \"{}\" and has no command, expected work with a command there",
        KindName(work.kind), work.guid, kRevocableTag));
  }
  if (request.launch != nullptr && request.launch->command.value.empty() &&
      !request.launch->container) {
    return InvalidArgument(
        Format("{} \"{}\" has an empty command, expected a command or an "
                    "image",
                    KindName(work.kind), work.guid));
  }
  return ValidateProcess(request);
}

std::shared_ptr<const Work> FrameworkMachine::FillIn(const Work& work) const {
  auto filled = std::make_shared<Work>(work);
  if (filled->asked.cpu == 0) filled->asked.cpu = settings_.cpu_per_instance;
  filled->asked.Normalize();
  if (filled->asked.Scalar(kGpuResource) > 0) {
    filled->constraint.placement_tags.emplace_back(kGpuTag);
  }
  return filled;
}

// It waits all the same: a master may offer GPUs to everyone, and an agent may have the tag.
std::optional<Refusal> FrameworkMachine::WhyHopeless(const Work& work) const {
  const auto short_of = [](std::string_view resource, std::string_view why) {
    return Refusal{RefusalCode::kInsufficientResources,
                   Format("insufficient resources: {} ({})", resource, why),
                   {StaticReason(::rostrum::Reason::kResource, resource)}};
  };
  const Amount gpus = work.asked.Scalar(kGpuResource);
  if (gpus % kAmountOne != 0) {
    return short_of(kGpuResource, Format("it asks for {}, and Mesos gives whole ones alone",
                                              FormatAmount(gpus)));
  }
  if (gpus > 0 && !capabilities_.gpu_resources) {
    return short_of(kGpuResource,
                    "the framework does not have the capability GPU_RESOURCES, and masters offer "
                    "agents with GPUs only to frameworks that have it");
  }
  if (settings_.containers_per_cell == 0) {
    return short_of("containers", "the setting containers_per_cell is 0");
  }
  if (!capabilities_.revocable_resources && WantsRevocable(work)) {
    return Refusal{RefusalCode::kPlacementTagMismatch,
                   Format("no agent has the placement tag \"{}\" (the framework does not have "
                               "the capability REVOCABLE_RESOURCES, and masters offer such "
                               "resources only to frameworks that have it)",
                               kRevocableTag),
                   {StaticReason(::rostrum::Reason::kPlacementTag, "")}};
  }
  return {};
}

// Whether a request for an instance is to be followed, and not passed over.
bool FrameworkMachine::IsWanted(const std::string& key) {
  if (waiting_.find(key) != waiting_.end()) return false;
  for (const LaunchedTask* const task : tasks_.OfInstance(key)) {
    if (!task->counts() || task->unclear()) continue;
    if (!settings_.launch_known || task->starting()) return false;
  }
  return true;
}

size_t FrameworkMachine::Enqueue(Instance instance) {
  const std::string key = KeyOf(instance);
  Claim(instance);
  if (!IsWanted(key)) return 0;
  for (LaunchedTask* const task : tasks_.OfInstance(key)) {
    if (!task->unclear() || !task->counts()) continue;
    task->replaced = true;
    replace_due_.Erase(task->id);
    Record(ReplacedRecord(task->id));
    Outcome outcome = OutcomeOf(OutcomeKind::kReplaced, *task);
    outcome.text = "asked for again while its agent is away";
    Tell(std::move(outcome));
    EndIfForgotten(*task);
  }
  PutBack(instance, clock_.Now());
  return 1;
}

void FrameworkMachine::PutBack(const Instance& instance, TimePoint due) {
  const std::string key = KeyOf(instance);
  const auto [at, is_new] =
      waiting_.try_emplace(key, Waiting{instance, "", WhyHopeless(*instance.work)});
  if (!is_new) return;
  // Else a round ends it, and that is told.
  const bool waits_on = settings_.keep_waiting || instance.service;
  if (at->second.hopeless && waits_on) TellRefusal(&at->second, *at->second.hopeless, 0);
  if (instance.launch == nullptr) ++waiting_for_executor_;
  if (due <= clock_.Now()) return EnterQueue(instance);
  queue_due_.Set(key, due);
}

// With its own queue time.
void FrameworkMachine::EnterQueue(const Instance& instance) {
  if (instance.work->kind == Kind::kTask) {
    const TaskStart start = {instance.work, instance.tag};
    static_cast<void>(engine_.Submit({}, {&start, 1}, instance.queue_time_ms));
  } else {
    const LrpStart start = {instance.work, {instance.index}, instance.tag};
    static_cast<void>(engine_.Submit({&start, 1}, {}, instance.queue_time_ms));
  }
  News();
}

Expected<size_t> FrameworkMachine::Submit(std::span<const WorkRequest> requests) {
  if (is_broken_) return Broken();
  for (const WorkRequest& request : requests) {
    if (Status status = Validate(request); !status.ok()) return status;
    if (request.work->kind == Kind::kLrp && services_.Find(request.work->guid) != nullptr) {
      return InvalidArgument(Format("LRP \"{}\" has the name of a service, expected another",
                                         request.work->guid));
    }
  }
  size_t added = 0;
  for (const WorkRequest& request : requests) {
    Instance instance;
    instance.work = FillIn(*request.work);
    instance.launch = request.launch;
    instance.queue_time_ms = NowMs();
    const bool is_task = request.work->kind == Kind::kTask;
    const size_t count = is_task ? 1 : request.indices.size();
    for (size_t i = 0; i < count; ++i) {
      instance.index = is_task ? 0 : request.indices[i];
      instance.tag = request.tag + i;
      added += Enqueue(instance);
    }
  }
  // Offers that were declined may be what this work needs.
  if (added > 0 && declined_since_revive_) wants_offers_ = false;
  Step();
  return added;
}

size_t FrameworkMachine::CancelWaiting(Kind kind, std::string_view guid,
                                       std::optional<int32_t> index) {
  std::vector<std::string> keys;
  for (const auto& [key, waiting] : waiting_) {
    if (Matches(waiting.instance, kind, guid, index)) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    const auto at = waiting_.find(key);
    const Instance& instance = at->second.instance;
    failed_launches_.Forget(key);
    engine_.Cancel(kind, IdentifierOf(kind, guid, instance.index));
    Tell(OutcomeOf(OutcomeKind::kCancelled, instance));
    EraseWaiting(key);
  }
  return keys.size();
}

void FrameworkMachine::Kill(const LaunchedTask& task) {
  std::optional<Milliseconds> grace;
  if (task.instance.launch != nullptr) grace = task.instance.launch->kill_grace_period;
  static_cast<void>(calls_.Kill({task.id, task.agent_id}, grace));
}

void FrameworkMachine::Stop(LaunchedTask& task) {
  if (task.stopping) return;
  task.stopping = true;
  replace_due_.Erase(task.id);
  Record(StoppingRecord(task.id));
  Kill(task);
  EndIfForgotten(task);
}

size_t FrameworkMachine::Cancel(Kind kind, std::string_view guid, std::optional<int32_t> index) {
  if (is_broken_) return 0;
  size_t found = CancelWaiting(kind, guid, index);
  for (LaunchedTask* const task : tasks_.OfProcess(kind, guid)) {
    if (!Matches(task->instance, kind, guid, index) || task->stopping) continue;
    Stop(*task);
    ++found;
  }
  Step();
  return found;
}

// For what comes after launches that came to nothing.
void FrameworkMachine::EndDelays() {
  const TimePoint now = clock_.Now();
  for (const std::string& agent_id : failed_launches_.TakeDue(now)) {
    MarkDirty(agent_id);
    News();
  }
  for (const std::string& key : queue_due_.TakeDue(now)) {
    EnterQueue(waiting_.find(key)->second.instance);
  }
}

// Whether an LRP of that name waits or runs that is no service.
bool FrameworkMachine::IsLrp(std::string_view guid) {
  const std::vector<LaunchedTask*> tasks = tasks_.OfProcess(Kind::kLrp, guid);
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const auto& waiting) {
                       const Instance& instance = waiting.second.instance;
                       return Matches(instance, Kind::kLrp, guid, {}) && !instance.service;
                     }) ||
         std::any_of(tasks.begin(), tasks.end(), [](const LaunchedTask* task) {
           return task->counts() && !task->instance.service && !task->adopted;
         });
}

Status FrameworkMachine::SetService(const Service& service) {
  if (is_broken_) return Broken();
  if (service.work == nullptr) return InvalidArgument("a service has no work");
  const std::string& guid = service.work->guid;
  if (service.work->kind != Kind::kLrp) {
    return InvalidArgument(Format("service \"{}\" is a task, expected an LRP", guid));
  }
  if (service.count < 0) {
    return InvalidArgument(
        Format("service \"{}\" has the count {}, expected 0 or more", guid, service.count));
  }
  Status status = Validate({service.work, {0}, service.tag, service.launch});
  if (!status.ok()) return status;
  if (IsLrp(guid)) {
    return FailedPrecondition(
        Format("service \"{}\" has the name of an LRP, expected another", guid));
  }
  Service filled = service;
  filled.work = FillIn(*service.work);
  services_.Set(filled);
  StopSurplus(filled);
  Step();
  return {};
}

void FrameworkMachine::StopSurplus(const Service& service) {
  const std::string& guid = service.work->guid;
  std::vector<int32_t> surplus;
  for (const auto& [key, waiting] : waiting_) {
    const Instance& instance = waiting.instance;
    if (Matches(instance, Kind::kLrp, guid, {}) && instance.index >= service.count) {
      surplus.push_back(instance.index);
    }
  }
  std::sort(surplus.begin(), surplus.end());
  for (const int32_t index : surplus) CancelWaiting(Kind::kLrp, guid, index);
  for (LaunchedTask* const task : tasks_.OfProcess(Kind::kLrp, guid)) {
    if (task->instance.index >= service.count) Stop(*task);
  }
}

Instance FrameworkMachine::InstanceOf(const Service& service, int32_t index) const {
  Instance instance;
  instance.work = service.work;
  instance.launch = service.launch;
  instance.index = index;
  instance.tag = service.tag;
  instance.service = true;
  instance.queue_time_ms = NowMs();
  return instance;
}

// Asks for the instances that are due. What ended while nobody looked, and what the journal knew of
// an earlier life, is the same here: an instance is there or it is not.
void FrameworkMachine::KeepServices() {
  for (const Service* const service : services_.All()) {
    for (int32_t index = 0; index < service->count; ++index) {
      const std::string key = KeyOf(Kind::kLrp, service->work->guid, index);
      if (waiting_.find(key) != waiting_.end()) continue;
      if (has_unclaimed_) Claim(InstanceOf(*service, index));
      const std::vector<LaunchedTask*> tasks = tasks_.OfInstance(key);
      const bool is_there = std::any_of(tasks.begin(), tasks.end(),
                                        [](const LaunchedTask* task) { return task->counts(); });
      if (is_there || !services_.IsDue(service->work->guid, index, clock_.Now())) continue;
      services_.Started(service->work->guid, index);
      PutBack(InstanceOf(*service, index), clock_.Now());
    }
  }
}

// --- Time.

TimePoint FrameworkMachine::Deadline() const {
  if (failed_) return kNever;
  TimePoint first = std::min(
      {replace_due_.First(), services_.Deadline(), journal_failed_ ? journal_retry_ : kNever,
       doubles_.empty() ? kNever : rounds_from_});
  if (!waiting_.empty()) {
    first = std::min({first, failed_launches_.Deadline(), queue_due_.First()});
    const TimePoint spared = offers_.FirstSpared();
    if (spared != kNever) first = std::min(first, spared + settings_.hoard);
    // Without its journal the framework launches nothing.
    const bool may_run = (connected_ || !settings_.keep_waiting) && !journal_failed_;
    if (news_ && may_run) first = std::min(first, std::max(window_end_, rounds_from_));
  }
  return first;
}

void FrameworkMachine::OnTime() {
  const TimePoint now = clock_.Now();
  for (const std::string& id : replace_due_.TakeDue(now)) {
    LaunchedTask* const task = tasks_.Find(id);
    if (task != nullptr && task->unclear() && task->counts()) {
      Replace(*task, "its agent was away for too long");
    }
  }
  Step();
}

// --- The journal.

void FrameworkMachine::Record(const journal::Record& record) {
  // If it failed, all of it is written anew once that is possible.
  if (!journal_failed_) journal_.Append(record);
}

std::vector<journal::Record> FrameworkMachine::Everything() {
  std::vector<journal::Record> records;
  // In this order: cut off behind the first of them, it is seen to be no whole journal.
  if (!framework_id_.empty()) records.push_back(FrameworkRecord(framework_id_));
  if (generation_ > 0) records.push_back(GenerationRecord(generation_));
  for (const std::string& id : abandoned_) records.push_back(AbandonedRecord(id));
  std::map<std::string, const FrozenExecutor*> frozen;
  for (const auto& [agent_id, executor] : executors_.frozen()) {
    // Of agents that went for good nothing is to be kept for ever.
    const FrozenExecutor* const running = executors_.Running(agent_id, HasExecutorTask(agent_id));
    if (running != nullptr) frozen[agent_id] = running;
  }
  for (const auto& [agent_id, executor] : frozen) {
    records.push_back(ExecutorRecord(agent_id, *executor));
  }
  for (const LaunchedTask* const task : tasks_.All()) {
    records.push_back(LaunchedRecord(*task, /*whole=*/true));
  }
  return records;
}

bool FrameworkMachine::Sync() {
  if (journal_failed_ && clock_.Now() < journal_retry_) return false;
  const bool is_large =
      journal_.bytes() > std::max(kRewriteMinimum, kRewriteFactor * rewritten_bytes_);
  if (!journal_failed_ && !is_large) return IsKept(journal_.Sync());
  const bool is_kept = IsKept(journal_.Rewrite(Everything()));
  if (is_kept) rewritten_bytes_ = journal_.bytes();
  return is_kept;
}

// Takes note of what came of writing.
bool FrameworkMachine::IsKept(const Status& status) {
  if (!status.ok()) {
    if (!journal_failed_) TellText(OutcomeKind::kProblem, status.text());
    journal_retry_ = clock_.Now() + kJournalRetry;
  }
  journal_failed_ = !status.ok();
  return status.ok();
}

// Those that could not be sent come again by themselves: agents repeat what nobody acknowledged.
void FrameworkMachine::SendAcknowledgements() {
  for (const TaskStatus& status : acknowledgements_) static_cast<void>(calls_.Acknowledge(status));
  ForgetAcknowledgements();
}

void FrameworkMachine::ForgetAcknowledgements() {
  acknowledgements_.clear();
  unacknowledged_.clear();
}

// --- Outcomes.

std::vector<Outcome> FrameworkMachine::TakeOutcomes() { return std::exchange(outcomes_, {}); }

FrameworkCounts FrameworkMachine::counts() const {
  FrameworkCounts counts = counts_;
  counts.waiting = waiting_.size();
  counts.launched = tasks_.size();
  counts.running =
      tasks_.CountOf([](const LaunchedTask& task) { return task.state == TaskState::kRunning; });
  counts.unclear = tasks_.CountOf([](const LaunchedTask& task) { return task.unclear(); });
  counts.offers_held = offers_.size();
  counts.connected = connected_;
  counts.failed = failed_;
  return counts;
}

Outcome FrameworkMachine::OutcomeOf(OutcomeKind kind, const Instance& instance) const {
  Outcome outcome;
  outcome.kind = kind;
  outcome.work_kind = instance.work->kind;
  outcome.guid = instance.work->guid;
  outcome.index = instance.index;
  outcome.domain = instance.work->domain;
  outcome.tag = instance.tag;
  outcome.service = instance.service;
  return outcome;
}

Outcome FrameworkMachine::OutcomeOf(OutcomeKind kind, const LaunchedTask& task) const {
  Outcome outcome = OutcomeOf(kind, task.instance);
  outcome.task_id = task.id;
  outcome.agent_id = task.agent_id;
  outcome.hostname = task.hostname;
  outcome.zone = task.zone;
  outcome.state = task.state;
  return outcome;
}

void FrameworkMachine::Break(std::string_view text) noexcept {
  if (std::exchange(is_broken_, true)) return;
  failed_ = true;
  connected_ = false;
  // What was recorded may be half of it, and what was to be acknowledged not recorded at all. The
  // journal is as good as it was.
  journal_failed_ = true;
  journal_retry_ = kNever;
  ForgetAcknowledgements();
  try {
    TellText(OutcomeKind::kFailed, Format("the framework stopped: {}", text));
  } catch (const std::bad_alloc&) {
    // counts() says it.
  }
}

void FrameworkMachine::TellText(OutcomeKind kind, std::string text) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.text = std::move(text);
  Tell(std::move(outcome));
}

}  // namespace rostrum::mesos
