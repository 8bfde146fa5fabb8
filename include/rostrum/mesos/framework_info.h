// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// As what a framework is known to the master.

#ifndef ROSTRUM_MESOS_FRAMEWORK_INFO_H_
#define ROSTRUM_MESOS_FRAMEWORK_INFO_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/mesos/resource.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// What the framework can cope with. Each shows or hides offers or states. The first four are on by
// default. A capability may be switched on later; that one may be taken back is not promised by
// Mesos.
struct Capabilities {
  bool partition_aware = true;         // Without it every unclear end is TASK_LOST.
  bool multi_role = true;              // `roles` needs it.
  bool reservation_refinement = true;  // Offers come with Resource::reservations filled.
  bool task_killing_state = true;      // TASK_KILLING is told.
  bool revocable_resources = false;
  bool shared_resources = false;
  bool region_aware = false;   // Offers from other regions than the master's.
  bool gpu_resources = false;  // Offers of agents with GPUs; keep other work off them.

  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

// A test on an agent, made by the master (1.11 and newer) before it offers anything of it. It looks
// at an attribute with a text; other types of attributes pass always, so test again on the offer.
struct OfferConstraint {
  enum class Subject : int32_t { kAttribute = 0, kHostname = 1, kRegion = 2, kZone = 3 };
  enum class Test : int32_t {
    kExists = 1,
    kNotExists = 2,
    kEquals = 3,
    kNotEquals = 4,
    kMatches = 5,  // `text` is a regular expression of RE2.
    kNotMatches = 6,
  };
  Subject subject = Subject::kAttribute;
  std::string attribute;  // With kAttribute.
  Test test = Test::kExists;
  std::string text;

  friend bool operator==(const OfferConstraint&, const OfferConstraint&) = default;
};

// All of them must pass.
using OfferConstraintGroup = std::vector<OfferConstraint>;

// A framework, as it subscribes.
struct FrameworkInfo {
  std::string name;
  // As whom tasks run on agents. Must be set. Never changes for an id, nor do `principal` and
  // `checkpoint`: the master refuses another principal and silently keeps the others as they were.
  std::string user;
  std::string principal;
  bool checkpoint = true;  // Without it tasks die with the agent's process.

  // For how long tasks outlive a framework that is away. 0: not at all.
  std::chrono::seconds failover_timeout = std::chrono::hours(24 * 14);
  // No role twice. Two frameworks must not share one.
  std::vector<std::string> roles = {"*"};
  Capabilities capabilities;
  std::string hostname;
  std::string web_ui_url;
  std::vector<Label> labels;

  // By role: an agent is offered if one of the groups passes. A role that is not here has none.
  std::map<std::string, std::vector<OfferConstraintGroup>> offer_constraints;
  // By role: what an offer must at least hold, as alternatives of amounts by resource name. A role
  // that is not here has the master's own minimum.
  std::map<std::string, std::vector<std::map<std::string, Amount>>> minimal_offers;

  friend bool operator==(const FrameworkInfo&, const FrameworkInfo&) = default;
};

// An error that names the field, the value and what was expected, for what the master would refuse.
Status ValidateFramework(const FrameworkInfo& framework);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_FRAMEWORK_INFO_H_
