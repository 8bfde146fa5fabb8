// The offers that the framework holds.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_OFFER_POOL_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_OFFER_POOL_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/mesos/base/clock.h"
#include "lib/mesos/framework/purse.h"
#include "rostrum/mesos/offer.h"

namespace rostrum::mesos {

// Each offer is held once, and goes out once. What of it can be used together is a parcel: all
// offers of one agent that were made to one role.
//
// Thread safety: none. Results are in a fixed order, so that a run can be repeated.
class OfferPool {
 public:
  struct Held {
    Offer offer;
    // Since when a round has had no use for it; kNever: none has looked at it yet.
    TimePoint spared_since = kNever;
  };

  // False for an offer that is held already.
  bool Add(Offer offer);
  // The agent of the offer; "" if it is not held.
  std::string Remove(std::string_view offer_id);
  // Takes all offers of one agent and role out. Returns their ids.
  std::vector<std::string> TakeParcel(const std::string& agent_id, const std::string& role);
  void Clear();
  // Whose offers are held.
  std::vector<std::string> Agents() const;

  // The roles under which an agent's offers are held.
  std::vector<std::string> RolesOf(const std::string& agent_id) const;
  // What of an agent's offers to one role may be used: for ordinary work, or for such that may lose
  // its resources.
  Purse PurseOf(const std::string& agent_id, const std::string& role, bool revocable) const;
  // Whether one of an agent's offers has some of a scalar resource, usable or not.
  bool HasScalar(const std::string& agent_id, std::string_view name) const;
  // A round is over, and these were of no use to it.
  void SpareAll(TimePoint now);
  // Takes out those that were spared at `oldest` or before, and the longest spared of those beyond
  // `maximum`. Returns their ids; `on_agent` is told whose they are.
  std::vector<std::string> TakeSpared(TimePoint oldest, size_t maximum,
                                      const std::function<void(const std::string&)>& on_agent);
  // When the first of them was spared; kNever if none was.
  TimePoint FirstSpared() const;

  size_t size() const { return offers_.size(); }
  bool Holds(std::string_view offer_id) const { return offers_.find(offer_id) != offers_.end(); }

 private:
  // By agent and role, the ids in the order in which they came.
  using ParcelKey = std::pair<std::string, std::string>;

  std::map<std::string, Held, std::less<>> offers_;
  std::map<ParcelKey, std::vector<std::string>> parcels_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_OFFER_POOL_H_
