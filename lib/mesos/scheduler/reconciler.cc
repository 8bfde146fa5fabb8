#include "lib/mesos/scheduler/reconciler.h"

#include <algorithm>

namespace rostrum::mesos {
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

}  // namespace rostrum::mesos
