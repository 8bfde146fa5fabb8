// What an offer says of its agent, in the terms of placing.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_AGENT_TRAITS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_AGENT_TRAITS_H_

#include <cstdint>
#include <string>

#include "rostrum/constraint.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/mesos/offer.h"

namespace rostrum::mesos {

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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_AGENT_TRAITS_H_
