// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Offers and inverse offers, as the master makes them.

#ifndef ROSTRUM_MESOS_OFFER_H_
#define ROSTRUM_MESOS_OFFER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rostrum/mesos/resource.h"

namespace rostrum::mesos {

// What an operator says of an agent by --attributes. Several may have one name; the first one is
// what Mesos' own constraints look at.
struct Attribute {
  std::string name;
  ValueType type = ValueType::kText;
  std::string text;
  double scalar = 0;
  std::vector<ValueRange> ranges;
  std::vector<std::string> items;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// Where an agent stands; both are empty if its operator has not said.
struct FaultDomain {
  std::string region;
  std::string zone;

  friend bool operator==(const FaultDomain&, const FaultDomain&) = default;
};

// A maintenance window. Times are nanoseconds since 1970; no duration: for good.
struct Unavailability {
  int64_t start_ns = 0;
  std::optional<int64_t> duration_ns;

  friend bool operator==(const Unavailability&, const Unavailability&) = default;
};

// Resources of one agent, to be taken or given back.
struct Offer {
  std::string id;
  std::string agent_id;
  std::string hostname;
  // Where the agent's own HTTP interface is; empty and 0 if the offer does not say.
  std::string agent_ip;
  int32_t agent_port = 0;
  // To which of the framework's roles the offer is made. Offers of one ACCEPT must be of one agent
  // and one role.
  std::string role;
  std::vector<Resource> resources;
  std::vector<Attribute> attributes;
  // Executors of this framework that run there already. The master may know less than is true.
  std::vector<std::string> executor_ids;
  FaultDomain domain;
  std::optional<Unavailability> unavailability;

  friend bool operator==(const Offer&, const Offer&) = default;
};

// A request to vacate an agent, or some of its resources, by a time.
struct InverseOffer {
  std::string id;
  std::string agent_id;  // Empty: no agent in particular.
  Unavailability unavailability;
  std::vector<Resource> resources;  // Empty: all of the agent's.

  friend bool operator==(const InverseOffer&, const InverseOffer&) = default;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_OFFER_H_
