// Offers, rounds and launches.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/machine.h"
#include "lib/mesos/framework/tasks.h"

namespace rostrum::mesos {
namespace {

std::string CellId(const std::string& agent_id, const std::string& role, bool revocable) {
  std::string id = agent_id;
  if (!role.empty()) id += "/" + role;
  if (revocable) id += "+" + std::string(kRevocableTag);
  return id;
}

// Tells a command which ports it has: PORT0, PORT1 and so on, and all of them in PORTS. Mesos
// itself does not.
void AddPorts(const std::vector<Resource>& resources, CommandInfo* command) {
  std::string all;
  size_t number = 0;
  for (const Resource& resource : resources) {
    if (resource.name != "ports") continue;
    for (const ValueRange& range : resource.ranges) {
      for (uint64_t port = range.begin; port <= range.end; ++port) {
        command->environment.push_back({Format("PORT{}", number++), std::to_string(port)});
        all += (all.empty() ? "" : ",") + std::to_string(port);
      }
    }
  }
  if (number > 0) command->environment.push_back({"PORTS", all});
}

std::string KeyOfAuction(const Auction& auction) {
  return KeyOf(auction.kind(), auction.work->guid, auction.index);
}

}  // namespace

// Sees to everything that may be due after something has come in.
void FrameworkMachine::Step() {
  if (!failed_) {
    TakeDoubles();
    EndDelays();
    KeepServices();
    if (!waiting_.empty()) Place();
    if (waiting_.empty()) WantNoOffers();
  }
  if (Sync()) SendAcknowledgements();
}

void FrameworkMachine::Place() {
  WantOffers();
  OpenWindow();
  if (news_ && IsRoundDue(clock_.Now()) && Sync()) RunRounds();
  DeclineSpared();
  // For what the round has put back.
  OpenWindow();
}

void FrameworkMachine::OpenWindow() {
  if (news_ && window_end_ == kNever) window_end_ = clock_.Now() + settings_.window;
}

bool FrameworkMachine::IsRoundDue(TimePoint now) {
  if (now < rounds_from_) return false;
  if (now >= window_end_) return connected_ || !settings_.keep_waiting;
  return connected_ && std::exchange(untried_, false) && CanServe();
}

void FrameworkMachine::WantOffers() {
  if (wants_offers_) return;
  static_cast<void>(calls_.Revive());
  wants_offers_ = true;
  declined_since_revive_ = false;
}

// The client declines what is held when it suppresses.
void FrameworkMachine::WantNoOffers() {
  news_ = false;
  window_end_ = kNever;
  if (!wants_offers_ && offers_.size() == 0) return;
  static_cast<void>(calls_.Suppress());
  wants_offers_ = false;
  for (const std::string& agent_id : offers_.Agents()) MarkDirty(agent_id);
  offers_.Clear();
}

void FrameworkMachine::DeclineSpared() {
  const TimePoint now = clock_.Now();
  const std::vector<std::string> ids =
      offers_.TakeSpared(now - settings_.hoard, static_cast<size_t>(settings_.hoard_offers),
                         [this](const std::string& agent_id) { MarkDirty(agent_id); });
  if (ids.empty()) return;
  static_cast<void>(calls_.Decline(ids, settings_.refuse));
  declined_since_revive_ = true;
}

// --- Cells.

void FrameworkMachine::FeedCells() {
  const bool for_executor = waiting_for_executor_ > 0;
  if (for_executor != fed_for_executor_) {
    for (const auto& [agent_id, agent] : agents_) MarkDirty(agent_id);
  }
  fed_for_executor_ = for_executor;
  std::vector<Cell> cells;
  std::vector<std::string> gone;
  for (const std::string& agent_id : dirty_) FeedAgent(agent_id, &cells, &gone);
  dirty_.clear();
  const Status status = engine_.UseCache([&](Cache& cache) {
    for (const std::string& id : gone) static_cast<void>(cache.Remove(id));
    return cache.Update(cells);
  });
  // Amounts beyond what a cell may have, of which Mesos has none.
  if (!status.ok()) TellText(OutcomeKind::kProblem, status.text());
}

void FrameworkMachine::FeedAgent(const std::string& agent_id, std::vector<Cell>* cells,
                                 std::vector<std::string>* gone) {
  const auto at = agents_.find(agent_id);
  if (at == agents_.end()) return;
  Agent& agent = at->second;
  Load load = LoadOf(agent_id);
  std::vector<std::string> fed;
  const auto feed = [&](const std::string& role, bool revocable) {
    Cell cell = MakeCell(agent_id, agent, load, role, revocable);
    fed.push_back(cell.id);
    cells_[cell.id] = {agent_id, role, revocable};
    cells->push_back(std::move(cell));
  };
  const std::vector<std::string> roles = RolesInTurn(agent_id, load);
  if (!roles.empty()) {
    const std::string& role = roles[std::min(turn_, roles.size() - 1)];
    load.has_revocable = capabilities_.revocable_resources &&
                         !offers_.PurseOf(agent_id, role, /*revocable=*/true).empty();
    feed(role, false);
    if (capabilities_.revocable_resources) feed(role, true);
  }
  // Its work counts for the balance of zones, though nothing can be placed there now.
  const bool has_tasks = load.used.containers > 0;
  if (roles.empty() && has_tasks) feed("", false);

  for (const std::string& id : agent.cells) {
    if (std::find(fed.begin(), fed.end(), id) != fed.end()) continue;
    gone->push_back(id);
    cells_.erase(id);
  }
  agent.cells = std::move(fed);
  if (roles.empty() && !has_tasks) agents_.erase(at);
}

bool FrameworkMachine::HasExecutorTask(const std::string& agent_id) {
  const std::vector<LaunchedTask*> tasks = tasks_.OfAgent(agent_id);
  return std::any_of(tasks.begin(), tasks.end(),
                     [](const LaunchedTask* task) { return !task->executor_id.empty(); });
}

FrameworkMachine::Load FrameworkMachine::LoadOf(const std::string& agent_id) {
  Load load;
  bool has_executor_task = false;
  for (const LaunchedTask* const task : tasks_.OfAgent(agent_id)) {
    load.used.Add(task->used);
    if (task->starting()) ++load.starting;
    if (!task->executor_id.empty()) has_executor_task = true;
    if (task->instance.work->kind == Kind::kLrp) {
      load.lrps.push_back(task->instance.work->guid);
    } else {
      ++load.tasks;
    }
  }
  load.used.containers = static_cast<int64_t>(load.lrps.size()) + load.tasks;
  load.executor = executors_.Running(agent_id, has_executor_task);
  load.has_gpus = offers_.HasScalar(agent_id, kGpuResource) || load.used.Scalar(kGpuResource) > 0;
  return load;
}

// The two cells of a role, of which one has the revocable resources, share the agent's containers,
// since a round sees both. Who gets the odd one changes from round to round.
int64_t FrameworkMachine::FreeContainers(const Load& load, bool revocable) const {
  const int64_t free = std::max<int64_t>(settings_.containers_per_cell - load.used.containers, 0);
  if (!load.has_revocable) return free;
  const int64_t for_revocable = (free + static_cast<int64_t>(counts_.rounds % 2)) / 2;
  return revocable ? for_revocable : free - for_revocable;
}

bool FrameworkMachine::IsMaintained(const Agent& agent) const {
  if (!agent.unavailability) return false;
  const int64_t margin =
      std::chrono::duration_cast<std::chrono::nanoseconds>(settings_.maintenance_margin).count();
  const Unavailability& window = *agent.unavailability;
  const int64_t now = now_ns_();
  const bool is_past = window.duration_ns && window.start_ns + *window.duration_ns <= now;
  return !is_past && (window.start_ns - now <= margin || !uses_maintained_);
}

// Whether the executor can neither be used nor be started on what `purse` has.
bool FrameworkMachine::IsClosed(const std::string& agent_id, const Load& load,
                                const std::string& role, Purse purse) const {
  // There can be one cell on an agent, and it has one role.
  if (load.executor != nullptr && !role.empty() && load.executor->role != role) return true;
  const std::vector<std::string> strangers = executors_.Strangers(agent_id);
  if (strangers.empty()) return false;
  const auto parts = purse.Cut(executor_->overhead);
  if (!parts) return true;
  const std::string id = MakeExecutor(*executor_, *parts).id;
  return std::any_of(strangers.begin(), strangers.end(),
                     [&](const std::string& stranger) { return stranger != id; });
}

Cell FrameworkMachine::MakeCell(const std::string& agent_id, const Agent& agent, const Load& load,
                                const std::string& role, bool revocable) const {
  Cell cell;
  cell.id = CellId(agent_id, is_multi_role_ ? role : "", revocable);
  cell.zone = agent.traits.zone;
  cell.ignore_absent = true;
  cell.index = agent.traits.index;
  cell.signature = agent.traits.signature;
  if (revocable) cell.signature.placement_tags.emplace_back(kRevocableTag);
  if (load.has_gpus) cell.signature.placement_tags.emplace_back(kGpuTag);
  if (revocable || load.has_gpus) cell.signature.Normalize();
  cell.lrps = load.lrps;
  cell.task_count = load.tasks;
  cell.starting_containers = load.starting;
  Purse purse = offers_.PurseOf(agent_id, role, revocable);
  cell.available = purse.Sum();
  cell.available.containers = FreeContainers(load, revocable);
  const bool has_executor = executor_ && load.executor != nullptr;
  cell.total = cell.available;
  cell.total.Add(load.used);
  if (has_executor) cell.total.Add(executor_->overhead);
  cell.disabled = IsMaintained(agent) || failed_launches_.EndOf(agent_id) != kNever;
  // Work on revocable resources has a command of its own: it needs no executor of ours, and must
  // not pay for one.
  if (!fed_for_executor_ || revocable) return cell;
  if (!has_executor) {
    cell.started = false;
    cell.overhead = executor_->overhead;
  }
  cell.disabled = cell.disabled || IsClosed(agent_id, load, role, std::move(purse));
  return cell;
}

// --- Rounds.

// Whether there is nothing to wait for: all that waits has a place on the offers in hand, or at
// least all that no round has seen yet. What was refused before may wait for ever, and must not
// make other work wait for the window each time.
bool FrameworkMachine::CanServe() {
  if (offers_.size() == 0) return false;
  const auto is_new = [](const Auction& auction) {
    return auction.last_refusal == RefusalCode::kNone;
  };
  std::vector<Auction> left = engine_.WaitingAuctions();
  const bool has_new = std::any_of(left.begin(), left.end(), is_new);
  const size_t turns = Turns();
  for (size_t turn = 0; turn < turns && !left.empty(); ++turn) {
    UseTurn(turn);
    if (!TryRound(&left)) return false;
  }
  return left.empty() || (has_new && std::none_of(left.begin(), left.end(), is_new));
}

bool FrameworkMachine::TryRound(std::vector<Auction>* auctions) {
  FeedCells();
  RoundInput input;
  input.snapshot = engine_.TakeSnapshot();
  input.auctions = std::move(*auctions);
  input.configuration = engine_.configuration();
  input.seed = settings_.seed + counts_.rounds;
  input.now_ms = NowMs();
  auctions->clear();
  const auto round = ::rostrum::RunRound(std::move(input), *strategy_);
  if (!round.ok()) return false;
  for (const Decision& decision : (*round)->decisions()) {
    if (!decision.placed) auctions->push_back((*round)->auctions()[decision.auction]);
  }
  return true;
}

// Agents that are to be maintained some day are used by a second round, for what the first one
// found no place for.
void FrameworkMachine::RunRounds() {
  news_ = false;
  window_end_ = kNever;
  UseMaintained(false);
  std::shared_ptr<const Round> round = RunTurns();
  const bool has_maintained = std::any_of(agents_.begin(), agents_.end(), [](const auto& agent) {
    return agent.second.unavailability.has_value();
  });
  if (round != nullptr && round->refused_count() > 0 && has_maintained) {
    UseMaintained(true);
    round = RunTurns();
  }
  if (round != nullptr) TellRefused(*round);
  offers_.SpareAll(clock_.Now());
}

// The roles under which an agent is offered are one host: what runs there counts for each of them.
// So a round sees one of them, and for what it finds no place, another one sees the next.
std::shared_ptr<const Round> FrameworkMachine::RunTurns() {
  std::shared_ptr<const Round> round;
  const size_t turns = Turns();
  for (size_t turn = 0; turn < turns; ++turn) {
    UseTurn(turn);
    round = RunRound();
    if (round == nullptr || round->refused_count() == 0) break;
  }
  return round;
}

// First the one that the agent's cell has, then those with more memory.
std::vector<std::string> FrameworkMachine::RolesInTurn(const std::string& agent_id,
                                                       const Load& load) const {
  std::vector<std::string> roles = offers_.RolesOf(agent_id);
  if (roles.size() < 2) return roles;
  const auto has_cell = [&](const std::string& role) {
    return load.executor != nullptr && load.executor->role == role;
  };
  std::map<std::string, Amount> memory;
  for (const std::string& role : roles) {
    memory[role] = offers_.PurseOf(agent_id, role, /*revocable=*/false).Sum().memory;
  }
  std::stable_sort(roles.begin(), roles.end(), [&](const std::string& a, const std::string& b) {
    if (has_cell(a) != has_cell(b)) return has_cell(a);
    return memory[a] > memory[b];
  });
  return roles;
}

// In how many rounds each agent's roles have been seen.
size_t FrameworkMachine::Turns() const {
  size_t turns = 1;
  if (!is_multi_role_) return turns;
  for (const auto& [agent_id, agent] : agents_) {
    turns = std::max(turns, offers_.RolesOf(agent_id).size());
  }
  return turns;
}

void FrameworkMachine::UseTurn(size_t turn) {
  if (turn_ == turn) return;
  turn_ = turn;
  for (const auto& [agent_id, agent] : agents_) {
    if (offers_.RolesOf(agent_id).size() > 1) MarkDirty(agent_id);
  }
}

void FrameworkMachine::UseMaintained(bool use) {
  if (uses_maintained_ == use) return;
  uses_maintained_ = use;
  for (const auto& [agent_id, agent] : agents_) {
    if (agent.unavailability) MarkDirty(agent_id);
  }
}

std::shared_ptr<const Round> FrameworkMachine::RunRound() {
  FeedCells();
  auto round = engine_.RunRound(settings_.seed + counts_.rounds, NowMs());
  if (!round.ok()) {
    TellText(OutcomeKind::kProblem, round.status().text());
    return nullptr;
  }
  ++counts_.rounds;
  const bool leaves_some = (*round)->refused_count() > 0;
  std::vector<Launching> launchings;
  for (const auto& [place, parcel] : Sort(**round)) {
    launchings.push_back(Prepare(parcel));
    // What an offer has left may serve what still waits, so it is wanted back at once then.
    launchings.back().acceptance.refuse = leaves_some ? Milliseconds(0) : settings_.refuse;
    MarkDirty(parcel.agent_id);
  }
  SendLaunches(std::move(launchings));
  return *round;
}

std::map<std::pair<std::string, std::string>, FrameworkMachine::Parcel> FrameworkMachine::Sort(
    const Round& round) const {
  std::map<std::pair<std::string, std::string>, Parcel> parcels;
  for (const Decision& decision : round.decisions()) {
    if (!decision.placed) continue;
    const CellSource& source = cells_.find(decision.cell_id)->second;
    Parcel& parcel = parcels[{source.agent_id, source.role}];
    parcel.agent_id = source.agent_id;
    parcel.role = source.role;
    (source.revocable ? parcel.revocable : parcel.plain)
        .push_back(&round.auctions()[decision.auction]);
  }
  return parcels;
}

FrameworkMachine::Launching FrameworkMachine::Prepare(const Parcel& parcel) {
  Launching launching;
  Purse plain = offers_.PurseOf(parcel.agent_id, parcel.role, false);
  for (const Auction* const auction : parcel.plain) {
    PrepareTask(*auction, parcel, &plain, &launching);
  }
  Purse revocable = offers_.PurseOf(parcel.agent_id, parcel.role, true);
  for (const Auction* const auction : parcel.revocable) {
    PrepareTask(*auction, parcel, &revocable, &launching);
  }
  if (!launching.tasks.empty()) {
    launching.acceptance.offer_ids = offers_.TakeParcel(parcel.agent_id, parcel.role);
  }
  return launching;
}

void FrameworkMachine::PrepareTask(const Auction& auction, const Parcel& parcel, Purse* purse,
                                   Launching* launching) {
  const Instance& instance = waiting_.find(KeyOfAuction(auction))->second.instance;
  const Work& work = *instance.work;
  TaskInfo info;
  if (instance.launch == nullptr) {
    const FrozenExecutor* const executor = PrepareExecutor(parcel, purse, launching);
    if (executor == nullptr) return launching->rejected.push_back(instance);
    info.executor = executor->info;
    info.data = WriteWorkData(work, instance.index);
  } else {
    info.command = instance.launch->command;
    info.container = instance.launch->container;
    info.kill_grace_period = instance.launch->kill_grace_period;
  }
  auto parts = purse->Cut(work.asked);
  if (!parts) return launching->rejected.push_back(instance);
  if (info.command) AddPorts(*parts, &*info.command);
  info.id = task_ids_.Next(work, instance.index);
  info.name = auction.Identifier();
  info.agent_id = parcel.agent_id;
  info.resources = std::move(*parts);
  info.labels = {{"rostrum.kind", KindName(work.kind)}, {"rostrum.identifier", info.name}};

  LaunchedTask task;
  task.id = info.id;
  task.instance = instance;
  task.agent_id = parcel.agent_id;
  task.hostname = agents_[parcel.agent_id].hostname;
  task.zone = agents_[parcel.agent_id].traits.zone;
  task.role = parcel.role;
  if (info.executor) task.executor_id = info.executor->id;
  task.launched_at = clock_.Now();
  task.used = work.asked;
  task.used.containers = 1;
  launching->tasks.push_back(std::move(task));
  launching->acceptance.tasks.push_back(std::move(info));
}

// The executor for a task of the parcel; null if none can be had there. It is paid for once.
const FrozenExecutor* FrameworkMachine::PrepareExecutor(const Parcel& parcel, Purse* purse,
                                                        Launching* launching) {
  if (launching->new_executor) return &*launching->new_executor;
  const FrozenExecutor* const running =
      executors_.Running(parcel.agent_id, HasExecutorTask(parcel.agent_id));
  if (running != nullptr) return running->role == parcel.role ? running : nullptr;
  auto parts = purse->Cut(executor_->overhead);
  if (!parts) return nullptr;
  launching->new_executor =
      FrozenExecutor{MakeExecutor(*executor_, std::move(*parts)), parcel.role};
  return &*launching->new_executor;
}

// Everything is kept before the first ACCEPT goes out: appended to the journal, since the books,
// from which it would be written anew, have these tasks after the ACCEPT alone.
void FrameworkMachine::SendLaunches(std::vector<Launching> launchings) {
  for (const Launching& launching : launchings) {
    for (const Instance& instance : launching.rejected) Return(instance, "", clock_.Now());
    if (launching.new_executor && !launching.tasks.empty()) {
      const std::string& agent_id = launching.tasks.front().agent_id;
      executors_.Freeze(agent_id, *launching.new_executor);
      Record(ExecutorRecord(agent_id, *launching.new_executor));
    }
    for (const LaunchedTask& task : launching.tasks) {
      Record(LaunchedRecord(task, /*whole=*/false));
    }
  }
  const bool is_kept = !journal_failed_ && IsKept(journal_.Sync());
  for (Launching& launching : launchings) {
    if (launching.tasks.empty()) continue;
    const std::vector<std::string> offer_ids = launching.acceptance.offer_ids;
    Status status = FailedPrecondition("the journal cannot be written");
    if (is_kept) status = calls_.Accept(std::move(launching.acceptance));
    if (status.ok()) {
      for (LaunchedTask& task : launching.tasks) Launched(std::move(task));
    } else {
      TakeFailedLaunch(launching, status);
      static_cast<void>(calls_.Decline(offer_ids, Milliseconds(0)));
    }
  }
}

void FrameworkMachine::Launched(LaunchedTask task) {
  Outcome outcome = OutcomeOf(OutcomeKind::kPlaced, task);
  outcome.wait_ms = NowMs() - task.instance.queue_time_ms;
  Tell(std::move(outcome));
  ++counts_.placed;
  EraseWaiting(KeyOf(task.instance));
  tasks_.Add(std::move(task));
}

// The client did not take the launch. If the offers are gone, or the subscription is, it is
// nobody's fault; what the client finds wrong with a task stays wrong.
void FrameworkMachine::TakeFailedLaunch(const Launching& launching, const Status& status) {
  for (const LaunchedTask& task : launching.tasks) {
    Record(EndedRecord(task.id));
    if (status.code() != Code::kInvalidArgument) {
      Return(task.instance, status.text(),
             failed_launches_.Delay(KeyOf(task.instance), clock_.Now()));
      continue;
    }
    EraseWaiting(KeyOf(task.instance));
    failed_launches_.Forget(KeyOf(task.instance));
    LaunchedTask failed = task;
    failed.state = TaskState::kError;
    Outcome outcome = OutcomeOf(OutcomeKind::kEnded, failed);
    outcome.text = status.text();
    Tell(std::move(outcome));
    ++counts_.ended;
    if (task.instance.service) {
      services_.Ended(task.instance.work->guid, task.instance.index, Milliseconds(0), clock_.Now());
    }
  }
}

void FrameworkMachine::EraseWaiting(const std::string& key) {
  const auto at = waiting_.find(key);
  if (at == waiting_.end()) return;
  if (at->second.instance.launch == nullptr) --waiting_for_executor_;
  queue_due_.Erase(key);
  waiting_.erase(at);
}

// Back into the queue from a round.
void FrameworkMachine::Return(const Instance& instance, const std::string& text, TimePoint due) {
  EraseWaiting(KeyOf(instance));
  if (!text.empty()) {
    Outcome outcome = OutcomeOf(OutcomeKind::kRequeued, instance);
    outcome.text = text;
    Tell(std::move(outcome));
    ++counts_.requeued;
  }
  PutBack(instance, due);
}

void FrameworkMachine::TellRefused(const Round& round) {
  for (const Decision& decision : round.decisions()) {
    if (decision.placed) continue;
    const Auction& auction = round.auctions()[decision.auction];
    const auto at = waiting_.find(KeyOfAuction(auction));
    if (at == waiting_.end()) continue;
    Waiting& waiting = at->second;
    const Refusal& refusal =
        waiting.hopeless ? *waiting.hopeless : round.refusals()[decision.refusal];
    const bool is_over = !settings_.keep_waiting && !waiting.instance.service;
    if (is_over || waiting.refusal != refusal.error) {
      TellRefusal(&waiting, refusal, auction.attempts + 1);
    }
    if (!is_over) continue;
    engine_.Cancel(auction.kind(), auction.Identifier());
    failed_launches_.Forget(KeyOfAuction(auction));
    EraseWaiting(KeyOfAuction(auction));
  }
}

void FrameworkMachine::TellRefusal(Waiting* waiting, const Refusal& refusal, int32_t attempts) {
  waiting->refusal = refusal.error;
  Outcome outcome = OutcomeOf(OutcomeKind::kRefused, waiting->instance);
  outcome.error = refusal.error;
  outcome.code = refusal.code;
  outcome.reasons = refusal.reasons;
  outcome.attempts = attempts;
  outcome.wait_ms = NowMs() - waiting->instance.queue_time_ms;
  Tell(std::move(outcome));
}

}  // namespace rostrum::mesos
