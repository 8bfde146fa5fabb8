// Whether offers are wanted, by role: what to SUPPRESS and to REVIVE, and when.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_DEMAND_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_DEMAND_H_

#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lib/mesos/base/backoff.h"
#include "lib/mesos/base/clock.h"
#include "lib/mesos/base/random.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// A REVIVE is sent once, then not again for a while; only an offer shows that it did something, so
// it is repeated with growing delays until one comes. One that ends a SUPPRESS need not wait, unless
// many of them were sent of late: work that comes and is placed again and again must not cost the
// master two calls each time.
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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_DEMAND_H_
