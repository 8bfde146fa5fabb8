// What a scheduler's session keeps track of: tasks, kills, offers, roles' demand, and what is to be
// reconciled.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_TRACKERS_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_TRACKERS_H_

#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/time.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/scheduler_client.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Tasks that are to end.
//
// A KILL may be lost anywhere on its way, and one with a wrong agent is dropped without a word. So
// each is repeated until the task is over.
class KillList {
 public:
  struct Kill {
    TaskPlace place;
    std::optional<Milliseconds> grace;
  };

  KillList(Milliseconds initial, Milliseconds maximum, Random& random)
      : initial_(initial), maximum_(maximum), random_(random) {}

  // Due at once, also if the task is here already.
  void Add(const TaskPlace& place, std::optional<Milliseconds> grace, TimePoint now);
  // Takes in a status: its agent, and whether the task is over.
  void Update(const TaskStatus& status);
  void Forget(std::string_view task_id);
  // All are due, since what was sent before may be lost.
  void Restart(TimePoint now);

  // What to send now; each is due again later.
  std::vector<Kill> TakeDue(TimePoint now);
  TimePoint Deadline() const { return due_.First(); }

 private:
  struct Entry {
    Kill kill;
    Backoff backoff;
  };

  const Milliseconds initial_;
  const Milliseconds maximum_;
  Random& random_;
  StringMap<Entry> kills_;
  DueIndex due_;
};

// The tasks that are not known to be over.
//
// Knows where each task is, and which of them nothing was heard of for too long.
class TaskLedger {
 public:
  // @param ask_first    from a launch to the first question after its task.
  // @param ask_maximum  between two questions; the delay doubles until then.
  TaskLedger(Milliseconds ask_first, Milliseconds ask_maximum)
      : ask_first_(ask_first), ask_maximum_(ask_maximum) {}

  // A task that was launched now, whose status is waited for.
  void Launched(const TaskPlace& place, TimePoint now);
  // A task of which something was heard before. A task that is here already gets the agent, if one
  // is named.
  void Track(const TaskPlace& place);
  void Forget(std::string_view task_id);

  // Takes in a status, also one that ends the task. Returns whether the task was here.
  bool Update(const TaskStatus& status);

  // Makes the tasks of an agent due at `when`.
  void Hasten(std::string_view agent_id, TimePoint when);
  // The tasks to ask for now; each is due again later, until something is heard of it.
  std::vector<TaskPlace> TakeDue(TimePoint now);
  TimePoint Deadline() const { return due_.First(); }
  // Nobody is due any more: all are asked for in another way.
  void ForgetDue();

  std::vector<TaskPlace> All() const;
  size_t size() const { return tasks_.size(); }

 private:
  struct Entry {
    std::string agent_id;
    Milliseconds next_delay{0};
  };

  const Milliseconds ask_first_;
  const Milliseconds ask_maximum_;
  StringMap<Entry> tasks_;
  DueIndex due_;
};

// Finding out what became of tasks: Mesos' algorithm for explicit reconciliation, and implicit
// reconciliation from time to time.
//
// A run asks for all tasks that are given to it, in batches, and strikes each of which something is
// heard. What is left after a delay is asked for again, and the delay doubles up to its maximum:
// the master says nothing of a task whose agent has not come back yet. A new run takes the place of
// one that goes on, a second after its beginning at the earliest.
//
// When the first pass of a run has been sent, the master is asked for all that it knows, which
// finds tasks that nobody here knows of; then again every interval.
class Reconciler {
 public:
  Reconciler(const SchedulerTimes& times, Random& random);

  void Start(const std::vector<TaskPlace>& tasks, TimePoint now);
  // Nothing is due any more, until Start.
  void Stop();
  // Something was heard of the task, or it is of no interest any more.
  void Strike(const std::string& task_id);

  // The next RECONCILE to send, if it is time: some tasks, or none for all that the master knows.
  std::optional<std::vector<TaskPlace>> TakeDue(TimePoint now);
  TimePoint Deadline() const;

 private:
  std::vector<TaskPlace> NextBatch();
  void EndPass(TimePoint now);

  const size_t batch_;
  const Milliseconds interval_;
  Random& random_;
  Backoff backoff_;
  // By task id, with the agent.
  std::map<std::string, std::string> remaining_;
  // The last id of this pass that was asked for; "" at its beginning.
  std::string position_;
  bool first_pass_ = false;
  std::optional<TimePoint> run_began_;
  TimePoint explicit_due_ = kNever;
  TimePoint implicit_due_ = kNever;
};

// Whether offers are wanted, by role: what to SUPPRESS and to REVIVE, and when.
//
// A REVIVE is sent once, then not again for a while; only an offer shows that it did something, so
// it is repeated with growing delays until one comes. One that ends a SUPPRESS need not wait,
// unless many of them were sent of late: work that comes and is placed again and again must not
// cost the master two calls each time.
class Demand {
 public:
  Demand(const SchedulerTimes& times, Random& random);

  // The framework's roles; those that are no longer among them are forgotten.
  void SetRoles(const std::vector<std::string>& roles);

  // Each takes an empty span for all roles. Suppress returns the roles that the master does not
  // know as suppressed: a call is due for them.
  std::vector<std::string> Suppress(std::span<const std::string> roles);
  void Revive(std::span<const std::string> roles, TimePoint now);

  bool IsSuppressed(const std::string& role) const { return suppressed_.count(role) != 0; }
  // For SUBSCRIBE and UPDATE_FRAMEWORK.
  const std::set<std::string>& suppressed() const { return suppressed_; }

  // The roles to revive now, if it is time.
  std::optional<std::vector<std::string>> TakeDue(TimePoint now);
  TimePoint Deadline() const { return due_; }
  // An offer of that role came.
  void Confirm(const std::string& role);
  // What was sent before is lost; a REVIVE that was not confirmed is due now.
  void Restart(TimePoint now);

 private:
  std::vector<std::string> Named(std::span<const std::string> roles) const;
  // Nothing is due if nothing is left to be confirmed.
  void SettleDue();
  // When the next REVIVE may be sent.
  TimePoint Earliest(bool lifts_suppression, TimePoint now) const;

  const Milliseconds minimum_;
  Random& random_;
  Backoff backoff_;
  std::set<std::string> roles_;
  std::set<std::string> suppressed_;
  // Not suppressed any more, but the master does not know it yet.
  std::set<std::string> lifted_;
  // Revived, without an offer since.
  std::set<std::string> unconfirmed_;
  // Whether Revive was called since the last one was sent.
  bool is_asked_ = false;
  // When the last ones were sent, the newest last.
  std::deque<TimePoint> sent_;
  TimePoint due_ = kNever;
};

// The offers that are out to us.
//
// Ids with what is needed to know whether they may still be used, and together. Results are in the
// order in which the offers came.
class OfferBook {
 public:
  // False for an offer without an id or an agent, or one that is here already.
  bool Add(const Offer& offer, TimePoint now);
  bool Holds(std::string_view id) const { return by_id_.find(id) != by_id_.end(); }
  // Whether it was held.
  bool Remove(std::string_view id);

  // The agent whose offers these are. kFailedPrecondition if one is not held; kInvalidArgument if
  // there is none, one comes twice, or they are of several agents or roles: the master would void
  // all of them for that.
  Expected<std::string> AgentOf(std::span<const std::string> ids) const;

  std::vector<std::string> RemoveReceivedBefore(TimePoint oldest);
  // An empty set stands for all roles.
  std::vector<std::string> RemoveOfRoles(const std::set<std::string>& roles);
  std::vector<std::string> RemoveAll() { return RemoveOfRoles({}); }

  // When the oldest came; kNever if there is none.
  TimePoint OldestReceived() const { return offers_.empty() ? kNever : offers_.front().received; }
  size_t size() const { return offers_.size(); }

 private:
  struct Held {
    std::string id;
    std::string agent_id;
    std::string role;
    TimePoint received;
  };

  std::list<Held> offers_;
  StringMap<std::list<Held>::iterator> by_id_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_TRACKERS_H_
