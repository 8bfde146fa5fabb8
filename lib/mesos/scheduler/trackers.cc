#include "lib/mesos/scheduler/trackers.h"

#include <algorithm>

#include "lib/base/format.h"

namespace rostrum::mesos {

void KillList::Add(const TaskPlace& place, std::optional<Milliseconds> grace, TimePoint now) {
  kills_.insert_or_assign(place.task_id, Entry{{place, grace}, Backoff(initial_, maximum_)});
  due_.Set(place.task_id, now);
}

void KillList::Update(const TaskStatus& status) {
  const auto found = kills_.find(status.task_id);
  if (found == kills_.end()) return;
  if (IsOver(status.state)) {
    Forget(status.task_id);
  } else if (!status.agent_id.empty()) {
    found->second.kill.place.agent_id = status.agent_id;
  }
}

void KillList::Forget(std::string_view task_id) {
  due_.Erase(task_id);
  const auto found = kills_.find(task_id);
  if (found != kills_.end()) kills_.erase(found);
}

void KillList::Restart(TimePoint now) {
  for (auto& [id, entry] : kills_) {
    entry.backoff.Reset();
    due_.Set(id, now);
  }
}

std::vector<KillList::Kill> KillList::TakeDue(TimePoint now) {
  std::vector<Kill> due;
  for (const std::string& id : due_.TakeDue(now)) {
    Entry& entry = kills_.find(id)->second;
    due.push_back(entry.kill);
    due_.Set(id, now + entry.backoff.NextJittered(random_));
  }
  return due;
}

void TaskLedger::Launched(const TaskPlace& place, TimePoint now) {
  tasks_.insert_or_assign(place.task_id, Entry{place.agent_id, ask_first_ * 2});
  due_.Set(place.task_id, now + ask_first_);
}

void TaskLedger::Track(const TaskPlace& place) {
  Entry& entry = tasks_[place.task_id];
  if (!place.agent_id.empty()) entry.agent_id = place.agent_id;
}

void TaskLedger::Forget(std::string_view task_id) {
  due_.Erase(task_id);
  const auto found = tasks_.find(task_id);
  if (found != tasks_.end()) tasks_.erase(found);
}

bool TaskLedger::Update(const TaskStatus& status) {
  const auto found = tasks_.find(status.task_id);
  if (found == tasks_.end()) return false;
  due_.Erase(status.task_id);
  if (IsOver(status.state)) {
    tasks_.erase(found);
  } else if (!status.agent_id.empty()) {
    found->second.agent_id = status.agent_id;
  }
  return true;
}

void TaskLedger::Hasten(std::string_view agent_id, TimePoint when) {
  for (auto& [id, entry] : tasks_) {
    if (entry.agent_id != agent_id) continue;
    entry.next_delay = ask_first_;
    due_.Set(id, when);
  }
}

std::vector<TaskPlace> TaskLedger::TakeDue(TimePoint now) {
  std::vector<TaskPlace> due;
  for (const std::string& id : due_.TakeDue(now)) {
    Entry& entry = tasks_.find(id)->second;
    due.push_back({id, entry.agent_id});
    entry.next_delay = std::min(std::max(entry.next_delay, ask_first_), ask_maximum_);
    due_.Set(id, now + entry.next_delay);
    entry.next_delay *= 2;
  }
  return due;
}

void TaskLedger::ForgetDue() { due_.Clear(); }

// In the order of their ids, so that a run can be repeated.
std::vector<TaskPlace> TaskLedger::All() const {
  std::vector<TaskPlace> all;
  all.reserve(tasks_.size());
  for (const auto& [id, entry] : tasks_) all.push_back({id, entry.agent_id});
  std::sort(all.begin(), all.end(),
            [](const TaskPlace& a, const TaskPlace& b) { return a.task_id < b.task_id; });
  return all;
}

namespace {

// Between two batches: the master's time belongs to others too.
constexpr Milliseconds kBatchPause(100);
// Between the beginnings of two runs, however often they are asked for.
constexpr Milliseconds kRunPause(1'000);
// Whatever the settings say.
constexpr Milliseconds kDelayMinimum(1);

}  // namespace

Reconciler::Reconciler(const SchedulerTimes& times, Random& random)
    : batch_(static_cast<size_t>(std::max(times.reconcile_batch, 1))),
      interval_(times.reconcile_interval),
      random_(random),
      backoff_(times.reconcile_initial, times.reconcile_maximum) {}

void Reconciler::Start(const std::vector<TaskPlace>& tasks, TimePoint now) {
  remaining_.clear();
  for (const TaskPlace& task : tasks) remaining_.emplace(task.task_id, task.agent_id);
  position_.clear();
  first_pass_ = true;
  backoff_.Reset();
  explicit_due_ = run_began_ ? std::max(now, *run_began_ + kRunPause) : now;
  implicit_due_ = kNever;
}

void Reconciler::Stop() {
  remaining_.clear();
  run_began_.reset();
  explicit_due_ = kNever;
  implicit_due_ = kNever;
}

void Reconciler::Strike(const std::string& task_id) { remaining_.erase(task_id); }

std::vector<TaskPlace> Reconciler::NextBatch() {
  std::vector<TaskPlace> batch;
  for (auto task = remaining_.upper_bound(position_);
       task != remaining_.end() && batch.size() < batch_; ++task) {
    batch.push_back({task->first, task->second});
  }
  if (!batch.empty()) position_ = batch.back().task_id;
  return batch;
}

void Reconciler::EndPass(TimePoint now) {
  position_.clear();
  explicit_due_ =
      remaining_.empty() ? kNever : now + std::max(kDelayMinimum, backoff_.NextJittered(random_));
  if (first_pass_) implicit_due_ = now;
  first_pass_ = false;
}

std::optional<std::vector<TaskPlace>> Reconciler::TakeDue(TimePoint now) {
  if (explicit_due_ <= now) {
    if (first_pass_ && position_.empty()) run_began_ = now;
    std::vector<TaskPlace> batch = NextBatch();
    const bool pass_is_over = remaining_.upper_bound(position_) == remaining_.end();
    if (pass_is_over) {
      EndPass(now);
    } else {
      explicit_due_ = now + kBatchPause;
    }
    // An empty one would ask for all tasks.
    if (!batch.empty()) return batch;
  }
  if (implicit_due_ <= now) {
    const double factor = 0.9 + 0.2 * random_.Fraction();
    implicit_due_ =
        now + std::max(kDelayMinimum, Milliseconds(static_cast<int64_t>(
                                          static_cast<double>(interval_.count()) * factor)));
    return std::vector<TaskPlace>();
  }
  return std::nullopt;
}

TimePoint Reconciler::Deadline() const { return std::min(explicit_due_, implicit_due_); }

namespace {

// So many REVIVEs may end a SUPPRESS without a delay.
constexpr size_t kUndelayed = 10;

}  // namespace

Demand::Demand(const SchedulerTimes& times, Random& random)
    : minimum_(times.revive_minimum),
      random_(random),
      backoff_(times.revive_initial, times.revive_maximum) {}

void Demand::SetRoles(const std::vector<std::string>& roles) {
  roles_ = std::set<std::string>(roles.begin(), roles.end());
  const auto is_foreign = [this](const std::string& role) { return roles_.count(role) == 0; };
  std::erase_if(suppressed_, is_foreign);
  std::erase_if(lifted_, is_foreign);
  std::erase_if(unconfirmed_, is_foreign);
  SettleDue();
}

std::vector<std::string> Demand::Named(std::span<const std::string> roles) const {
  if (roles.empty()) return {roles_.begin(), roles_.end()};
  std::vector<std::string> known;
  for (const std::string& role : roles) {
    if (roles_.count(role) != 0) known.push_back(role);
  }
  return known;
}

std::vector<std::string> Demand::Suppress(std::span<const std::string> roles) {
  std::vector<std::string> changed;
  for (const std::string& role : Named(roles)) {
    unconfirmed_.erase(role);
    const bool is_known = lifted_.erase(role) != 0;
    if (suppressed_.insert(role).second && !is_known) changed.push_back(role);
  }
  SettleDue();
  return changed;
}

// A REVIVE that names no role would be one for all of them.
void Demand::SettleDue() {
  if (!unconfirmed_.empty()) return;
  due_ = kNever;
  is_asked_ = false;
}

void Demand::Revive(std::span<const std::string> roles, TimePoint now) {
  bool is_lifted = false;
  for (const std::string& role : Named(roles)) {
    if (suppressed_.erase(role) != 0) lifted_.insert(role);
    is_lifted |= lifted_.count(role) != 0;
    unconfirmed_.insert(role);
  }
  if (unconfirmed_.empty()) return;
  due_ = std::min(due_, Earliest(is_lifted, now));
  is_asked_ = true;
  backoff_.Reset();
}

// A suppressed role gets nothing at all, so the REVIVE that ends that waits for fewer others.
TimePoint Demand::Earliest(bool lifts_suppression, TimePoint now) const {
  const size_t limit = lifts_suppression ? kUndelayed : 1;
  if (sent_.size() < limit) return now;
  const TimePoint first = sent_[sent_.size() - limit];
  return std::max(now, first + minimum_ * static_cast<int64_t>(limit));
}

std::optional<std::vector<std::string>> Demand::TakeDue(TimePoint now) {
  if (due_ > now) return std::nullopt;
  is_asked_ = false;
  due_ = now + backoff_.NextJittered(random_);
  lifted_.clear();
  sent_.push_back(now);
  if (sent_.size() > kUndelayed) sent_.pop_front();
  return std::vector<std::string>(unconfirmed_.begin(), unconfirmed_.end());
}

// A REVIVE that still waits for its minimum delay goes out all the same: this offer may be older
// than the work that it was asked for.
void Demand::Confirm(const std::string& role) {
  if (is_asked_) return;
  unconfirmed_.erase(role);
  SettleDue();
}

void Demand::Restart(TimePoint now) {
  // SUBSCRIBE has said which roles are suppressed.
  lifted_.clear();
  sent_.clear();
  if (unconfirmed_.empty()) return;
  backoff_.Reset();
  due_ = now;
}

bool OfferBook::Add(const Offer& offer, TimePoint now) {
  if (offer.id.empty() || offer.agent_id.empty() || Holds(offer.id)) return false;
  offers_.push_back({offer.id, offer.agent_id, offer.role, now});
  by_id_.emplace(offer.id, std::prev(offers_.end()));
  return true;
}

bool OfferBook::Remove(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return false;
  offers_.erase(found->second);
  by_id_.erase(found);
  return true;
}

Expected<std::string> OfferBook::AgentOf(std::span<const std::string> ids) const {
  if (ids.empty()) return InvalidArgument("there are no offer ids, expected at least one");
  const Held* first = nullptr;
  std::set<std::string_view> seen;
  for (const std::string& id : ids) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      return FailedPrecondition(Format("offer \"{}\" is not held any more", id));
    }
    if (!seen.insert(id).second) {
      return InvalidArgument(Format("offer \"{}\" appears twice, expected it once", id));
    }
    const Held& offer = *found->second;
    if (first == nullptr) first = &offer;
    if (offer.agent_id != first->agent_id || offer.role != first->role) {
      return InvalidArgument(
          Format("offer \"{}\" is of agent \"{}\" and role \"{}\", expected agent \"{}\" and "
                 "role \"{}\" as of \"{}\"",
                 id, offer.agent_id, offer.role, first->agent_id, first->role, first->id));
    }
  }
  return first->agent_id;
}

std::vector<std::string> OfferBook::RemoveReceivedBefore(TimePoint oldest) {
  std::vector<std::string> removed;
  while (!offers_.empty() && offers_.front().received < oldest) {
    removed.push_back(offers_.front().id);
    by_id_.erase(removed.back());
    offers_.pop_front();
  }
  return removed;
}

std::vector<std::string> OfferBook::RemoveOfRoles(const std::set<std::string>& roles) {
  std::vector<std::string> removed;
  for (auto offer = offers_.begin(); offer != offers_.end();) {
    if (!roles.empty() && roles.count(offer->role) == 0) {
      ++offer;
      continue;
    }
    removed.push_back(offer->id);
    by_id_.erase(offer->id);
    offer = offers_.erase(offer);
  }
  return removed;
}

}  // namespace rostrum::mesos
