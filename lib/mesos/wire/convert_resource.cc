#include <algorithm>
#include <cmath>

#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

template <typename Message>
void ReadValues(const Message& message, std::vector<ValueRange>* ranges,
                std::vector<std::string>* items) {
  for (const wire::Value::Range& range : message.ranges().range()) {
    ranges->push_back({range.begin(), range.end()});
  }
  items->assign(message.set().item().begin(), message.set().item().end());
}

Reservation ReadReservation(const wire::Resource::ReservationInfo& message) {
  return {.dynamic = message.type() == wire::Resource::ReservationInfo::DYNAMIC,
          .role = message.role(),
          .principal = message.principal(),
          .labels = ReadLabels(message.labels())};
}

// Offers to frameworks without RESERVATION_REFINEMENT have `role`, and `reservation` if it was made
// by a framework or an operator at run time.
void ReadOldReservation(const wire::Resource& message, Resource* resource) {
  if (!message.has_role() || message.role() == "*") return;
  Reservation reservation = ReadReservation(message.reservation());
  reservation.dynamic = message.has_reservation();
  reservation.role = message.role();
  resource->reservations.push_back(std::move(reservation));
}

void WriteReservations(const Resource& resource, wire::Resource* message) {
  for (const Reservation& reservation : resource.reservations) {
    wire::Resource::ReservationInfo* written = message->add_reservations();
    written->set_type(reservation.dynamic ? wire::Resource::ReservationInfo::DYNAMIC
                                          : wire::Resource::ReservationInfo::STATIC);
    written->set_role(reservation.role);
    if (!reservation.principal.empty()) written->set_principal(reservation.principal);
    if (!reservation.labels.empty()) WriteLabels(reservation.labels, written->mutable_labels());
  }
}

// What the view shows of an object that was not offered.
void WriteNew(const Resource& resource, wire::Resource* message) {
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

std::vector<Label> ReadLabels(const wire::Labels& message) {
  std::vector<Label> labels;
  for (const wire::Label& label : message.labels()) labels.push_back({label.key(), label.value()});
  return labels;
}

void WriteLabels(const std::vector<Label>& labels, wire::Labels* message) {
  for (const Label& label : labels) {
    wire::Label* written = message->add_labels();
    written->set_key(label.key);
    if (!label.value.empty()) written->set_value(label.value);
  }
}

Resource ReadResource(const wire::Resource& message) {
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

void WriteResource(const Resource& resource, wire::Resource* message) {
  // Bytes that do not parse were not made by ReadResource; the view alone counts then.
  if (resource.exact.empty() || !message->ParseFromString(resource.exact)) {
    message->Clear();
    WriteNew(resource, message);
  }
  message->set_name(resource.name);
  message->set_type(static_cast<wire::Value::Type>(resource.type));
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
        wire::Value::Range* written = message->mutable_ranges()->add_range();
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

Attribute ReadAttribute(const wire::Attribute& message) {
  Attribute attribute;
  attribute.name = message.name();
  attribute.type = static_cast<ValueType>(message.type());
  attribute.text = message.text().value();
  attribute.scalar = message.scalar().value();
  ReadValues(message, &attribute.ranges, &attribute.items);
  return attribute;
}

}  // namespace rostrum::mesos
