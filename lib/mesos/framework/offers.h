// Offers in hand, agent by agent, and what an agent is to work.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_OFFERS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_OFFERS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/mesos/base/time.h"
#include "rostrum/constraint.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/resource.h"
#include "rostrum/resources.h"

namespace rostrum::mesos {

// What an offer says of its agent, in the terms of placing.
struct AgentTraits {
  std::string zone;
  int64_t index = 0;
  Signature signature;  // Normalized.

  friend bool operator==(const AgentTraits&, const AgentTraits&) = default;
};

// See AgentMapping. What an attribute says that cannot be understood, such as a range where a name
// is expected, counts as not said.
//
// What Diego's rep offers for constraints is put together so:
//   preloaded, preloaded+layer   a fixed set: `stack`, or the mapping's stacks
//   each of `rootfs_scheme`      everything of that scheme
//   mesos                        everything: work that does not mind says mesos:any
AgentTraits TraitsOf(const Offer& offer, const AgentMapping& mapping);

// The resources of offers, from which tasks are cut.
//
// Whether a framework may put ordinary work on a resource that was offered: it is plain, and not
// reserved with labels, by which somebody has marked it for something of his own.
bool IsUsable(const Resource& resource);
// The same for work that may lose its resources at any time.
bool IsUsableRevocable(const Resource& resource);

// What is left of some resources. Parts of it are cut off object by object, so that everything that
// comes out was offered exactly so.
class Purse {
 public:
  Purse() = default;
  explicit Purse(std::vector<Resource> resources);

  void Add(const Resource& resource);

  // What work can be placed on: memory, disk, cpu, the number of ports as the scalar "ports", and
  // other scalars by their names. No containers, which Mesos does not count.
  Resources Sum() const;
  bool empty() const { return left_.empty(); }

  // Cuts off what is asked. Nothing, and nothing is cut, if there is too little of something. What
  // is reserved for a role goes first: others cannot use it.
  std::optional<std::vector<Resource>> Cut(const Resources& asked);

 private:
  bool CutScalar(std::string_view name, Amount amount, std::vector<Resource>* parts);
  bool CutPorts(uint64_t count, std::vector<Resource>* parts);

  std::vector<Resource> left_;  // Reserved ones first.
};

// The offers that the framework holds.
//
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

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_OFFERS_H_
