#include <algorithm>
#include <cstdint>

#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

// Operators may post anything. With these bounds the sum of a start and a duration stays in range;
// the start's are the years 1824 and 2116.
constexpr int64_t kNanosecondsMaximum = INT64_MAX / 2;

int64_t Bounded(int64_t nanoseconds, int64_t minimum) {
  return std::clamp(nanoseconds, minimum, kNanosecondsMaximum);
}

Unavailability ReadUnavailability(const wire::Unavailability& message) {
  Unavailability unavailability;
  unavailability.start_ns = Bounded(message.start().nanoseconds(), -kNanosecondsMaximum);
  if (message.has_duration()) {
    unavailability.duration_ns = Bounded(message.duration().nanoseconds(), 0);
  }
  return unavailability;
}

}  // namespace

FaultDomain ReadDomain(const wire::DomainInfo& message) {
  return {.region = message.fault_domain().region().name(),
          .zone = message.fault_domain().zone().name()};
}

Offer ReadOffer(const wire::Offer& message) {
  Offer offer;
  offer.id = message.id().value();
  offer.agent_id = message.agent_id().value();
  offer.hostname = message.hostname();
  offer.agent_ip = message.url().address().ip();
  offer.agent_port = message.url().address().port();
  offer.role = message.allocation_info().role();
  offer.resources = ReadResources(message.resources());
  offer.attributes.reserve(static_cast<size_t>(message.attributes_size()));
  for (const wire::Attribute& attribute : message.attributes()) {
    offer.attributes.push_back(ReadAttribute(attribute));
  }
  for (const wire::ExecutorID& id : message.executor_ids())
    offer.executor_ids.push_back(id.value());
  offer.domain = ReadDomain(message.domain());
  if (message.has_unavailability()) {
    offer.unavailability = ReadUnavailability(message.unavailability());
  }
  return offer;
}

InverseOffer ReadInverseOffer(const wire::InverseOffer& message) {
  return {.id = message.id().value(),
          .agent_id = message.agent_id().value(),
          .unavailability = ReadUnavailability(message.unavailability()),
          .resources = ReadResources(message.resources())};
}

}  // namespace rostrum::mesos
