#include <algorithm>
#include <cmath>
#include <cstdint>

#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {
namespace {

template <typename Message>
void ReadValues(const Message& message, std::vector<ValueRange>* ranges,
                std::vector<std::string>* items) {
  for (const v1::Value::Range& range : message.ranges().range()) {
    ranges->push_back({range.begin(), range.end()});
  }
  items->assign(message.set().item().begin(), message.set().item().end());
}

Reservation ReadReservation(const v1::Resource::ReservationInfo& message) {
  return {.dynamic = message.type() == v1::Resource::ReservationInfo::DYNAMIC,
          .role = message.role(),
          .principal = message.principal(),
          .labels = ReadLabels(message.labels())};
}

// Offers to frameworks without RESERVATION_REFINEMENT have `role`, and `reservation` if it was made
// by a framework or an operator at run time.
void ReadOldReservation(const v1::Resource& message, Resource* resource) {
  if (!message.has_role() || message.role() == "*") return;
  Reservation reservation = ReadReservation(message.reservation());
  reservation.dynamic = message.has_reservation();
  reservation.role = message.role();
  resource->reservations.push_back(std::move(reservation));
}

void WriteReservations(const Resource& resource, v1::Resource* message) {
  for (const Reservation& reservation : resource.reservations) {
    v1::Resource::ReservationInfo* written = message->add_reservations();
    written->set_type(reservation.dynamic ? v1::Resource::ReservationInfo::DYNAMIC
                                          : v1::Resource::ReservationInfo::STATIC);
    written->set_role(reservation.role);
    if (!reservation.principal.empty()) written->set_principal(reservation.principal);
    if (!reservation.labels.empty()) WriteLabels(reservation.labels, written->mutable_labels());
  }
}

// What the view shows of an object that was not offered.
void WriteNew(const Resource& resource, v1::Resource* message) {
  WriteReservations(resource, message);
  if (!resource.allocation_role.empty()) {
    message->mutable_allocation_info()->set_role(resource.allocation_role);
  }
  if (resource.revocable) message->mutable_revocable();
  if (resource.shared) message->mutable_shared();
}

}  // namespace

Amount ReadAmount(double value) {
  if (std::isnan(value)) return 0;
  const double thousandths = std::round(value * kAmountOne);
  const double maximum = static_cast<double>(kAmountMaximum);
  return static_cast<Amount>(std::clamp(thousandths, -maximum, maximum));
}

std::vector<Label> ReadLabels(const v1::Labels& message) {
  std::vector<Label> labels;
  for (const v1::Label& label : message.labels()) labels.push_back({label.key(), label.value()});
  return labels;
}

void WriteLabels(const std::vector<Label>& labels, v1::Labels* message) {
  for (const Label& label : labels) {
    v1::Label* written = message->add_labels();
    written->set_key(label.key);
    if (!label.value.empty()) written->set_value(label.value);
  }
}

Resource ReadResource(const v1::Resource& message) {
  Resource resource;
  resource.name = message.name();
  resource.type = static_cast<ValueType>(message.type());
  resource.scalar = ReadAmount(message.scalar().value());
  ReadValues(message, &resource.ranges, &resource.items);
  for (const auto& reservation : message.reservations()) {
    resource.reservations.push_back(ReadReservation(reservation));
  }
  if (resource.reservations.empty()) ReadOldReservation(message, &resource);
  resource.allocation_role = message.allocation_info().role();
  resource.revocable = message.has_revocable();
  resource.shared = message.has_shared();
  resource.special_disk = message.has_disk() || message.has_provider_id();
  message.SerializeToString(&resource.exact);
  return resource;
}

void WriteResource(const Resource& resource, v1::Resource* message) {
  // Bytes that do not parse were not made by ReadResource; the view alone counts then.
  if (resource.exact.empty() || !message->ParseFromString(resource.exact)) {
    message->Clear();
    WriteNew(resource, message);
  }
  message->set_name(resource.name);
  message->set_type(static_cast<v1::Value::Type>(resource.type));
  message->clear_scalar();
  message->clear_ranges();
  message->clear_set();
  switch (resource.type) {
    case ValueType::kScalar:
      message->mutable_scalar()->set_value(WriteAmount(resource.scalar));
      break;
    case ValueType::kRanges:
      message->mutable_ranges();
      for (const ValueRange& range : resource.ranges) {
        v1::Value::Range* written = message->mutable_ranges()->add_range();
        written->set_begin(range.begin);
        written->set_end(range.end);
      }
      break;
    case ValueType::kSet:
      message->mutable_set();
      for (const std::string& item : resource.items) message->mutable_set()->add_item(item);
      break;
    case ValueType::kText:
      break;  // Mesos has no such resources.
  }
}

Attribute ReadAttribute(const v1::Attribute& message) {
  Attribute attribute;
  attribute.name = message.name();
  attribute.type = static_cast<ValueType>(message.type());
  attribute.text = message.text().value();
  attribute.scalar = message.scalar().value();
  ReadValues(message, &attribute.ranges, &attribute.items);
  return attribute;
}

namespace {

// Operators may post anything. With these bounds the sum of a start and a duration stays in range;
// the start's are the years 1824 and 2116.
constexpr int64_t kNanosecondsMaximum = INT64_MAX / 2;

int64_t Bounded(int64_t nanoseconds, int64_t minimum) {
  return std::clamp(nanoseconds, minimum, kNanosecondsMaximum);
}

Unavailability ReadUnavailability(const v1::Unavailability& message) {
  Unavailability unavailability;
  unavailability.start_ns = Bounded(message.start().nanoseconds(), -kNanosecondsMaximum);
  if (message.has_duration()) {
    unavailability.duration_ns = Bounded(message.duration().nanoseconds(), 0);
  }
  return unavailability;
}

}  // namespace

FaultDomain ReadDomain(const v1::DomainInfo& message) {
  return {.region = message.fault_domain().region().name(),
          .zone = message.fault_domain().zone().name()};
}

Offer ReadOffer(const v1::Offer& message) {
  Offer offer;
  offer.id = message.id().value();
  offer.agent_id = message.agent_id().value();
  offer.hostname = message.hostname();
  offer.agent_ip = message.url().address().ip();
  offer.agent_port = message.url().address().port();
  offer.role = message.allocation_info().role();
  offer.resources = ReadResources(message.resources());
  offer.attributes.reserve(static_cast<size_t>(message.attributes_size()));
  for (const v1::Attribute& attribute : message.attributes()) {
    offer.attributes.push_back(ReadAttribute(attribute));
  }
  for (const v1::ExecutorID& id : message.executor_ids())
    offer.executor_ids.push_back(id.value());
  offer.domain = ReadDomain(message.domain());
  if (message.has_unavailability()) {
    offer.unavailability = ReadUnavailability(message.unavailability());
  }
  return offer;
}

InverseOffer ReadInverseOffer(const v1::InverseOffer& message) {
  return {.id = message.id().value(),
          .agent_id = message.agent_id().value(),
          .unavailability = ReadUnavailability(message.unavailability()),
          .resources = ReadResources(message.resources())};
}

namespace {

using Capability = v1::FrameworkInfo::Capability;

struct CapabilityFlag {
  Capability::Type type;
  bool Capabilities::*flag;
};

constexpr CapabilityFlag kCapabilityFlags[] = {
    {Capability::PARTITION_AWARE, &Capabilities::partition_aware},
    {Capability::MULTI_ROLE, &Capabilities::multi_role},
    {Capability::RESERVATION_REFINEMENT, &Capabilities::reservation_refinement},
    {Capability::TASK_KILLING_STATE, &Capabilities::task_killing_state},
    {Capability::REVOCABLE_RESOURCES, &Capabilities::revocable_resources},
    {Capability::SHARED_RESOURCES, &Capabilities::shared_resources},
    {Capability::REGION_AWARE, &Capabilities::region_aware},
    {Capability::GPU_RESOURCES, &Capabilities::gpu_resources},
};

void WriteSelector(const OfferConstraint& constraint,
                   v1::scheduler::AttributeConstraint::Selector* message) {
  if (constraint.subject == OfferConstraint::Subject::kAttribute) {
    message->set_attribute_name(constraint.attribute);
    return;
  }
  message->set_pseudoattribute_type(
      static_cast<v1::scheduler::AttributeConstraint::Selector::PseudoattributeType>(
          constraint.subject));
}

void WritePredicate(const OfferConstraint& constraint,
                    v1::scheduler::AttributeConstraint::Predicate* message) {
  switch (constraint.test) {
    case OfferConstraint::Test::kExists:
      message->mutable_exists();
      break;
    case OfferConstraint::Test::kNotExists:
      message->mutable_not_exists();
      break;
    case OfferConstraint::Test::kEquals:
      message->mutable_text_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotEquals:
      message->mutable_text_not_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kMatches:
      message->mutable_text_matches()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotMatches:
      message->mutable_text_not_matches()->set_value(constraint.text);
      break;
  }
}

void WriteMinimalOffers(const FrameworkInfo& framework, v1::FrameworkInfo* message) {
  for (const auto& [role, alternatives] : framework.minimal_offers) {
    v1::OfferFilters& filters = (*message->mutable_offer_filters())[role];
    filters.mutable_min_allocatable_resources();
    for (const auto& amounts : alternatives) {
      auto* written = filters.mutable_min_allocatable_resources()->add_quantities();
      for (const auto& [name, amount] : amounts) {
        (*written->mutable_quantities())[name].set_value(WriteAmount(amount));
      }
    }
  }
}

}  // namespace

void WriteFramework(const FrameworkInfo& framework, v1::FrameworkInfo* message) {
  message->set_name(framework.name);
  message->set_user(framework.user);
  if (!framework.principal.empty()) message->set_principal(framework.principal);
  message->set_checkpoint(framework.checkpoint);
  message->set_failover_timeout(static_cast<double>(framework.failover_timeout.count()));
  if (framework.capabilities.multi_role) {
    for (const std::string& role : framework.roles) message->add_roles(role);
  } else if (!framework.roles.empty()) {
    message->set_role(framework.roles.front());
  }
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    if (framework.capabilities.*capability.flag) {
      message->add_capabilities()->set_type(capability.type);
    }
  }
  if (!framework.hostname.empty()) message->set_hostname(framework.hostname);
  if (!framework.web_ui_url.empty()) message->set_webui_url(framework.web_ui_url);
  if (!framework.labels.empty()) WriteLabels(framework.labels, message->mutable_labels());
  WriteMinimalOffers(framework, message);
}

FrameworkInfo ReadFramework(const v1::FrameworkInfo& message) {
  FrameworkInfo framework;
  framework.name = message.name();
  framework.user = message.user();
  framework.principal = message.principal();
  framework.checkpoint = message.checkpoint();
  framework.failover_timeout =
      std::chrono::seconds(ReadAmount(message.failover_timeout()) / kAmountOne);
  framework.roles.assign(message.roles().begin(), message.roles().end());
  if (message.has_role()) framework.roles.push_back(message.role());
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    framework.capabilities.*capability.flag =
        std::any_of(message.capabilities().begin(), message.capabilities().end(),
                    [&](const Capability& given) { return given.type() == capability.type; });
  }
  framework.hostname = message.hostname();
  framework.web_ui_url = message.webui_url();
  framework.labels = ReadLabels(message.labels());
  return framework;
}

void WriteOfferConstraints(const FrameworkInfo& framework,
                           v1::scheduler::OfferConstraints* message) {
  for (const auto& [role, groups] : framework.offer_constraints) {
    auto& written = (*message->mutable_role_constraints())[role];
    for (const OfferConstraintGroup& group : groups) {
      auto* written_group = written.add_groups();
      for (const OfferConstraint& constraint : group) {
        auto* written_constraint = written_group->add_attribute_constraints();
        WriteSelector(constraint, written_constraint->mutable_selector());
        WritePredicate(constraint, written_constraint->mutable_predicate());
      }
    }
  }
}

}  // namespace rostrum::mesos
