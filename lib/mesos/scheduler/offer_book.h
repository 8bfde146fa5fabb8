// The offers that are out to us.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_OFFER_BOOK_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_OFFER_BOOK_H_

#include <list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/clock.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

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

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_OFFER_BOOK_H_
