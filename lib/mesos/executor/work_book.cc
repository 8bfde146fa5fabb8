#include "lib/mesos/executor/work_book.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

// Posts of the same work that rep did not answer, or did not take for a fault of its own.
constexpr int kAttemptsMaximum = 3;
// How many ended tasks are remembered. Mesos asks for none but by mistake, or late.
constexpr size_t kEndedMaximum = 1000;

// Each LRP instance has a proxy beside it, if the cell has proxies.
int64_t MemoryOf(const TaskWork& work, const RepState& state) {
  return work.memory_mb + (work.kind == Kind::kLrp ? state.proxy_memory_mb : 0);
}

// Rep does not say why it hands work back; its state mostly tells. The auctioneer in Go knows these
// texts by their beginning (bindings/go/auctionrunner/mesos_tell.go).
std::string WhyHandedBack(const TaskWork& work, const RepState& state, const RepRoom& room) {
  if (state.evacuating) return "rep handed the work back: the cell is evacuating";
  const int64_t memory = MemoryOf(work, state);
  std::string shortage;
  const auto add = [&](const char* name, int64_t asked, int64_t available) {
    if (asked <= available) return;
    shortage +=
        Format("{}{} (asked {}, free {})", shortage.empty() ? "" : ", ", name, asked, available);
  };
  add("containers", 1, room.containers);
  add("disk", work.disk_mb, room.disk_mb);
  add("memory", memory, room.memory_mb);
  if (!shortage.empty()) {
    return Format("rep handed the work back: insufficient resources: {}", shortage);
  }
  return Format(
      "rep handed the work back: it had no room together with other work, or has no root file "
      "system {}",
      work.rootfs);
}

}  // namespace

bool WorkBook::Add(const std::string& task_id, TaskWork work) {
  if (by_id_.count(task_id) != 0 || ended_.count(task_id) != 0) return false;
  const auto item = items_.insert(items_.end(), {.task_id = task_id, .work = std::move(work)});
  by_id_[task_id] = item;
  ++queued_;
  return true;
}

void WorkBook::SetPhase(Item* item, Phase phase) {
  if (item->phase == Phase::kQueued) --queued_;
  if (phase == Phase::kQueued) ++queued_;
  item->phase = phase;
}

TaskState WorkBook::StateOf(End end) {
  switch (end) {
    case End::kFinished:
      return TaskState::kFinished;
    case End::kFailed:
      return TaskState::kFailed;
    case End::kUnseen:
      break;
  }
  return TaskState::kEndedUnseen;
}

void WorkBook::Terminate(Item* item, TaskState state, std::string message, int32_t reason,
                         std::vector<TaskChange>* changes) {
  if (item->phase == Phase::kQueued) --queued_;
  if (item->work.kind == Kind::kTask) {
    bound_tasks_.erase(item->guid);
  } else if (bound_lrps_.erase(item->guid) != 0) {
    // Its container may still be shown, and is not that of other work.
    foreign_lrps_.insert(item->guid);
  }
  item->is_gone = true;
  changes->push_back({item->task_id, state, std::move(message), reason,
                      item->work.kind == Kind::kLrp ? item->guid : ""});
  ended_[item->task_id] = changes->back();
  ended_order_.push_back(item->task_id);
  if (ended_order_.size() > kEndedMaximum) {
    ended_.erase(ended_order_.front());
    ended_order_.pop_front();
  }
}

void WorkBook::Sweep() {
  for (auto item = items_.begin(); item != items_.end();) {
    if (!item->is_gone) {
      ++item;
      continue;
    }
    by_id_.erase(item->task_id);
    item = items_.erase(item);
  }
}

std::vector<TaskChange> WorkBook::Kill(const std::string& task_id) {
  std::vector<TaskChange> changes;
  const auto found = by_id_.find(task_id);
  if (found == by_id_.end()) {
    const auto ended = ended_.find(task_id);
    if (ended != ended_.end()) return {ended->second};
    return {{.task_id = task_id,
             .state = TaskState::kKilled,
             .message = "this executor does not know the task"}};
  }
  Item& item = *found->second;
  if (item.phase == Phase::kQueued) {
    Terminate(&item, TaskState::kKilled, "killed before rep was asked for it", kReasonNone,
              &changes);
    Sweep();
  } else if (!item.is_killed) {
    item.is_killed = true;
    item.next_stop = TimePoint::min();
    changes.push_back({.task_id = task_id, .state = TaskState::kKilling});
  }
  return changes;
}

std::vector<TaskChange> WorkBook::KillAll() {
  std::vector<TaskChange> changes;
  for (const View& view : Views()) {
    const std::string task_id = view.task_id;
    for (TaskChange& change : Kill(task_id)) changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<TaskChange> WorkBook::EndAll(TaskState state, const std::string& message) {
  std::vector<TaskChange> changes;
  for (Item& item : items_) {
    Terminate(&item, item.is_killed ? TaskState::kKilled : state, message, kReasonNone, &changes);
  }
  Sweep();
  return changes;
}

std::vector<WorkOrder> WorkBook::TakeQueued(TimePoint now) {
  std::vector<WorkOrder> orders;
  if (queued_ == 0) return orders;
  for (Item& item : items_) {
    if (item.phase != Phase::kQueued || item.next_post > now) continue;
    SetPhase(&item, Phase::kPosting);
    ++item.attempts;
    orders.push_back({item.task_id, item.work.body});
  }
  return orders;
}

// What rep had free when its state was looked at last, without what it has taken since.
RepRoom WorkBook::RoomLeft(const RepState& state) const {
  RepRoom room = state.available;
  for (const Item& item : items_) {
    if (item.phase != Phase::kPlaced) continue;
    room.memory_mb -= MemoryOf(item.work, state);
    room.disk_mb -= item.work.disk_mb;
    --room.containers;
  }
  return room;
}

std::vector<TaskChange> WorkBook::OnWorkAnswer(const std::string& task_id,
                                               const Expected<HandedBack>& answer,
                                               const RepState& state, TimePoint now) {
  std::vector<TaskChange> changes;
  const auto found = by_id_.find(task_id);
  if (found == by_id_.end() || found->second->phase != Phase::kPosting) return changes;
  Item& item = *found->second;
  const bool is_back = answer.ok() && !(answer->lrps.empty() && answer->tasks.empty());
  const TaskState end = item.is_killed ? TaskState::kKilled : TaskState::kFailed;
  // A rep that fails is not asked again at once.
  if (!answer.ok()) item.next_post = now + times_.work_retry * (1 << (item.attempts - 1));
  if (is_back) {
    Terminate(&item, end, WhyHandedBack(item.work, state, RoomLeft(state)),
              kReasonContainerLaunchFailed, &changes);
  } else if (answer.ok()) {
    SetPhase(&item, Phase::kPlaced);
  } else if (answer.status().retriable()) {
    SetPhase(&item, Phase::kUnsure);
  } else if (item.is_killed || item.attempts >= kAttemptsMaximum) {
    Terminate(&item, end, Format("rep did not take the work: {}", answer.status().text()),
              kReasonContainerLaunchFailed, &changes);
  } else {
    SetPhase(&item, Phase::kQueued);
  }
  Sweep();
  return changes;
}

WorkBook::Seen WorkBook::Index(const RepState& state) {
  Seen seen;
  for (const RepLrp& lrp : state.lrps) {
    seen.lrps[lrp.instance_guid] = &lrp;
    seen.keys[{lrp.process_guid, lrp.index}].push_back(&lrp);
  }
  for (const RepTask& task : state.tasks) seen.tasks[task.guid] = &task;
  return seen;
}

// Finds the container of work that rep took: one that nobody else has, and that was not there
// before the work was posted.
bool WorkBook::Bind(Item* item, const Seen& seen) {
  if (item->work.kind == Kind::kTask) {
    const std::string& guid = item->work.guid;
    if (seen.tasks.count(guid) == 0 || bound_tasks_.count(guid) != 0) return false;
    item->guid = guid;
    bound_tasks_.insert(guid);
    return true;
  }
  const auto key = seen.keys.find({item->work.guid, item->work.index});
  if (key == seen.keys.end()) return false;
  for (const RepLrp* lrp : key->second) {
    const std::string& guid = lrp->instance_guid;
    if (bound_lrps_.count(guid) != 0 || foreign_lrps_.count(guid) != 0) continue;
    item->guid = guid;
    bound_lrps_.insert(guid);
    return true;
  }
  return false;
}

std::vector<TaskChange> WorkBook::OnState(const RepState& state, bool after_outage, TimePoint now) {
  std::vector<TaskChange> changes;
  const Seen seen = Index(state);
  std::vector<Item*> missing;
  size_t before = 0;
  size_t found = 0;
  for (Item& item : items_) {
    if (item.phase == Phase::kQueued || item.phase == Phase::kPosting) continue;
    const bool was_bound = !item.guid.empty();
    bool is_there = false;
    if (!was_bound) {
      is_there = Bind(&item, seen);
    } else {
      is_there = item.work.kind == Kind::kLrp ? seen.lrps.count(item.guid) != 0
                                              : seen.tasks.count(item.guid) != 0;
      ++before;
      if (is_there) ++found;
    }
    if (is_there) {
      Follow(&item, seen, now, &changes);
    } else {
      missing.push_back(&item);
    }
  }
  // A rep that is started again begins with destroying all containers.
  const bool was_restarted = after_outage && before > 0 && found == 0;
  for (Item* item : missing) FollowMissing(item, was_restarted, state.evacuating, &changes);
  foreign_lrps_.clear();
  for (const auto& [guid, lrp] : seen.lrps) {
    if (bound_lrps_.count(guid) == 0) foreign_lrps_.insert(guid);
  }
  foreign_tasks_.clear();
  for (const auto& [guid, task] : seen.tasks) {
    if (bound_tasks_.count(guid) == 0) foreign_tasks_.insert(guid);
  }
  Sweep();
  return changes;
}

// Its container is there.
void WorkBook::Follow(Item* item, const Seen& seen, TimePoint now,
                      std::vector<TaskChange>* changes) {
  End end = End::kUnseen;
  bool is_running = false;
  if (item->work.kind == Kind::kLrp) {
    const std::string& state = seen.lrps.at(item->guid)->state;
    if (state == "CRASHED") end = End::kFailed;
    if (state == "SHUTDOWN") end = End::kFinished;
    // Older reps do not tell the state of an LRP; what they have then runs.
    is_running = state == "RUNNING" || state.empty();
  } else {
    const RepTask& task = *seen.tasks.at(item->guid);
    // It is completed as soon as rep knows its end, before the BBS has resolved it.
    if (task.state == "Completed" || task.state == "Resolving") {
      end = task.failed ? End::kFailed : End::kFinished;
    }
    is_running = end == End::kUnseen;
  }
  if (end != End::kUnseen) {
    if (item->phase != Phase::kCompleted) {
      SetPhase(item, Phase::kCompleted);
      item->end = end;
      item->completed_at = now;
    }
    if (now - item->completed_at >= times_.completed_patience) TellEnd(item, "", changes);
    return;
  }
  if (!is_running) return SetPhase(item, Phase::kStarting);
  if (item->phase == Phase::kRunning) return;
  SetPhase(item, Phase::kRunning);
  item->has_run = true;
  // A task that is being killed has been told so.
  if (item->is_killed) return;
  changes->push_back({.task_id = item->task_id,
                      .state = TaskState::kRunning,
                      .instance_guid = item->work.kind == Kind::kLrp ? item->guid : ""});
}

void WorkBook::FollowMissing(Item* item, bool was_restarted, bool evacuates,
                             std::vector<TaskChange>* changes) {
  if (item->phase == Phase::kUnsure) {
    if (item->is_killed || item->attempts >= kAttemptsMaximum) {
      return Terminate(item, item->is_killed ? TaskState::kKilled : TaskState::kFailed,
                       "rep gave no answer when it was asked for the work, and does not have it",
                       kReasonContainerLaunchFailed, changes);
    }
    return SetPhase(item, Phase::kQueued);
  }
  if (item->end != End::kUnseen || item->is_killed) return TellEnd(item, "", changes);
  if (was_restarted) {
    item->end = End::kFailed;
    return TellEnd(item, "rep was away, and has come back without it", changes);
  }
  const char* const seen =
      evacuates       ? "the cell is evacuating"
      : item->has_run ? "its end fell between two looks"
                      : "before it ran, or soon after: rep could not claim or start it, or it "
                        "ended between two looks";
  TellEnd(item, Format("ended unseen: gone from rep's state: {}", seen), changes);
}

void WorkBook::TellEnd(Item* item, std::string message, std::vector<TaskChange>* changes) {
  if (item->is_killed) {
    return Terminate(item, TaskState::kKilled,
                     item->work.kind == Kind::kLrp ? "stopped by rep" : "cancelled by rep",
                     kReasonNone, changes);
  }
  if (message.empty()) {
    const bool is_lrp = item->work.kind == Kind::kLrp;
    message = item->end == End::kFailed ? (is_lrp ? "the instance crashed" : "the task failed")
                                        : (is_lrp ? "the instance was stopped" : "");
  }
  Terminate(item, StateOf(item->end), std::move(message), kReasonNone, changes);
}

std::vector<StopOrder> WorkBook::TakeStops(TimePoint now) {
  std::vector<StopOrder> orders;
  for (Item& item : items_) {
    if (!item.is_killed || item.phase == Phase::kCompleted || item.next_stop > now) continue;
    // An LRP instance can be named only once it was seen.
    if (item.guid.empty()) continue;
    item.next_stop = kNever;  // Until there is an answer.
    item.last_stop = now;
    orders.push_back({item.task_id, item.work.kind == Kind::kLrp
                                        ? StopPath(item.work.guid, item.guid)
                                        : CancelPath(item.guid)});
  }
  return orders;
}

TimePoint WorkBook::NextOrder() const {
  TimePoint next = kNever;
  for (const Item& item : items_) {
    if (item.phase == Phase::kQueued) next = std::min(next, item.next_post);
    if (item.is_killed && !item.guid.empty() && item.phase != Phase::kCompleted) {
      next = std::min(next, item.next_stop);
    }
  }
  return next;
}

void WorkBook::OnStopAnswer(const std::string& task_id, bool taken, TimePoint now) {
  const auto found = by_id_.find(task_id);
  if (found == by_id_.end()) return;
  found->second->next_stop = now + (taken ? times_.stop_again : times_.stop_retry);
}

void WorkBook::OnOutage(TimePoint now) {
  for (Item& item : items_) {
    if (item.is_killed) {
      // A rep that comes and goes is not asked each time.
      const TimePoint soonest = std::max(now, item.last_stop + times_.stop_retry);
      item.next_stop = std::min(item.next_stop, soonest);
    }
    if (item.phase != Phase::kPosting) continue;
    SetPhase(&item, Phase::kQueued);
    --item.attempts;
  }
}

bool WorkBook::is_restless() const {
  return std::any_of(items_.begin(), items_.end(), [](const Item& item) {
    return item.is_killed || item.phase != Phase::kRunning || item.work.kind == Kind::kTask;
  });
}

std::vector<WorkBook::View> WorkBook::Views() const {
  std::vector<View> views;
  for (const Item& item : items_) {
    views.push_back(
        {item.task_id, item.work, item.guid, item.phase == Phase::kRunning, item.is_killed});
  }
  return views;
}

}  // namespace rostrum::mesos
