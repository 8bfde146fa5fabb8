#include "bench/mesos/offers.h"

#include <algorithm>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/recordio/encoder.h"

namespace rostrum::bench {
namespace {

using mesos::Attribute;
using mesos::Offer;
using mesos::Resource;
using mesos::ValueType;
using mesos::v1::scheduler::Event;

constexpr std::string_view kMaster = "5f0c8a52-7d14-4c3b-9a51-2f6b1c0f9e77";
// What libcurl hands to its user at most (CURL_MAX_WRITE_SIZE).
constexpr size_t kPiece = 16 << 10;

std::string AgentId(int64_t agent) { return Format("{}-S{}", kMaster, agent); }
std::string HostOf(int64_t agent) { return Format("agent-{:05}.dc1.example.com", agent); }
std::string AddressOf(int64_t agent) {
  return Format("10.{}.{}.{}", 16 + agent / 65'536, agent / 256 % 256, agent % 256);
}
std::string ZoneOf(int64_t agent) { return Format("eu-1{}", "abc"[agent % 3]); }

// --- What an agent offers, as values of ours but for the exact bytes.

Resource Scalar(std::string_view name, Amount amount) {
  Resource resource;
  resource.name = name;
  resource.scalar = amount;
  resource.allocation_role = kRole;
  return resource;
}

Amount OpenMemory(int64_t agent) { return WholeAmount(8192 + agent * 7919 % 57'344); }
Amount ReservedMemory(int64_t agent) { return WholeAmount(1024 * (1 + agent % 8)); }

std::vector<Resource> ResourcesOf(int64_t agent) {
  Resource ports;
  ports.name = "ports";
  ports.type = ValueType::kRanges;
  const auto used = static_cast<uint64_t>(31'100 + agent % 700);
  ports.ranges = {{20'000, 20'999}, {31'000, used - 1}, {used + 1, 32'000}, {40'000, 41'999}};
  ports.allocation_role = kRole;
  Resource reserved = Scalar("mem", ReservedMemory(agent));
  reserved.reservations = {
      {.dynamic = true, .role = std::string(kRole), .principal = "operations"}};
  return {Scalar("cpus", 100 * (20 + agent % 300)), Scalar("mem", OpenMemory(agent)),
          Scalar("disk", WholeAmount(51'200 + agent * 104'729 % 450'000)), std::move(ports),
          std::move(reserved)};
}

Attribute Text(std::string_view name, std::string text) {
  Attribute attribute;
  attribute.name = name;
  attribute.text = std::move(text);
  return attribute;
}

std::vector<Attribute> AttributesOf(int64_t agent, bool is_marked) {
  Attribute index;
  index.name = "cell_index";
  index.type = ValueType::kScalar;
  index.scalar = static_cast<double>(agent);
  return {Text("zone", ZoneOf(agent)),
          Text("rack", Format("rack-{:03}", agent / 40)),
          Text("os", "ubuntu-22.04-lts"),
          Text("kernel", "5.15.0-113-generic"),
          Text("instance_type", "m6i.16xlarge"),
          Text("image", Format("mesos-agent-1.11.0-{}", 20'260'101 + agent % 31)),
          Text("owner", "platform-runtime@example.com"),
          Text("maintenance_group", Format("group-{:02}", agent % 40)),
          Text("network", "10gbit"),
          Text("stack", "cflinuxfs4,cflinuxfs3"),
          Text("optional_placement_tags", is_marked ? Format("ssd,{}", kMark) : "ssd"),
          std::move(index)};
}

Offer OfferOf(int64_t agent, bool is_marked) {
  Offer offer;
  offer.id = OfferId(agent);
  offer.agent_id = AgentId(agent);
  offer.hostname = HostOf(agent);
  offer.agent_ip = AddressOf(agent);
  offer.agent_port = 5051;
  offer.role = kRole;
  offer.resources = ResourcesOf(agent);
  offer.attributes = AttributesOf(agent, is_marked);
  offer.domain = {.region = "eu-1", .zone = ZoneOf(agent)};
  return offer;
}

// --- The same in Mesos' messages. Not by lib/mesos/wire, which is what is measured.

void Write(const Resource& resource, mesos::v1::Resource* message) {
  message->set_name(resource.name);
  message->set_type(static_cast<mesos::v1::Value::Type>(resource.type));
  if (resource.type == ValueType::kScalar) {
    message->mutable_scalar()->set_value(static_cast<double>(resource.scalar) / kAmountOne);
  }
  for (const mesos::ValueRange& range : resource.ranges) {
    auto* written = message->mutable_ranges()->add_range();
    written->set_begin(range.begin);
    written->set_end(range.end);
  }
  message->mutable_allocation_info()->set_role(resource.allocation_role);
  for (const mesos::Reservation& reservation : resource.reservations) {
    auto* written = message->add_reservations();
    written->set_principal(reservation.principal);
    written->set_role(reservation.role);
    written->set_type(mesos::v1::Resource::ReservationInfo::DYNAMIC);
  }
}

void Write(const Attribute& attribute, mesos::v1::Attribute* message) {
  message->set_name(attribute.name);
  message->set_type(static_cast<mesos::v1::Value::Type>(attribute.type));
  if (attribute.type == ValueType::kText) message->mutable_text()->set_value(attribute.text);
  if (attribute.type == ValueType::kScalar) message->mutable_scalar()->set_value(attribute.scalar);
}

void Write(const Offer& offer, mesos::v1::Offer* message) {
  message->mutable_id()->set_value(offer.id);
  message->mutable_framework_id()->set_value(Format("{}-0001", kMaster));
  message->mutable_agent_id()->set_value(offer.agent_id);
  message->set_hostname(offer.hostname);
  for (const Resource& resource : offer.resources) Write(resource, message->add_resources());
  for (const Attribute& attribute : offer.attributes) Write(attribute, message->add_attributes());
  auto* url = message->mutable_url();
  url->set_scheme("http");
  url->mutable_address()->set_hostname(offer.hostname);
  url->mutable_address()->set_ip(offer.agent_ip);
  url->mutable_address()->set_port(offer.agent_port);
  url->set_path("/slave(1)");
  message->mutable_allocation_info()->set_role(offer.role);
  auto* domain = message->mutable_domain()->mutable_fault_domain();
  domain->mutable_region()->set_name(offer.domain.region);
  domain->mutable_zone()->set_name(offer.domain.zone);
}

std::string Record(const Event& event) {
  std::string stream;
  mesos::AppendRecord(event.SerializeAsString(), &stream);
  return stream;
}

// --- All that an offer says, as text.

std::string Words(const Resource& resource) {
  std::string text = Format(
      "{} {} {} for {} {}{}{}", resource.name, static_cast<int>(resource.type), resource.scalar,
      resource.allocation_role, resource.revocable, resource.shared, resource.special_disk);
  for (const auto& range : resource.ranges) text += Format(" {}-{}", range.begin, range.end);
  for (const std::string& item : resource.items) text += " " + item;
  for (const auto& step : resource.reservations) {
    text +=
        Format(" [{} {} {} {}]", step.role, step.dynamic, step.principal, step.labels.size());
  }
  return text + "|" + resource.exact;
}

std::string Words(const Attribute& attribute) {
  return Format("{} {} {} {} {} {}", attribute.name, static_cast<int>(attribute.type),
                     attribute.text, attribute.scalar, attribute.ranges.size(),
                     attribute.items.size());
}

std::string Words(const Offer& offer) {
  std::string text =
      Format("{}|{}|{}|{}:{}|{}|{}/{}|{}|{}", offer.id, offer.agent_id, offer.hostname,
                  offer.agent_ip, offer.agent_port, offer.role, offer.domain.region,
                  offer.domain.zone, offer.executor_ids.size(), offer.unavailability.has_value());
  for (const Resource& resource : offer.resources) text += "|" + Words(resource);
  for (const Attribute& attribute : offer.attributes) text += "|" + Words(attribute);
  return text;
}

}  // namespace

std::string OfferId(int64_t agent) { return Format("{}-O{}", kMaster, agent); }

int64_t MemoryOf(int64_t agent) { return (OpenMemory(agent) + ReservedMemory(agent)) / kAmountOne; }

std::string OffersRecord(int64_t agents) {
  Event event;
  event.set_type(Event::OFFERS);
  for (int64_t agent = 0; agent < agents; ++agent) {
    Write(OfferOf(agent, agent == MarkedAgent(agents)), event.mutable_offers()->add_offers());
  }
  return Record(event);
}

std::string SubscribedRecord() {
  Event event;
  event.set_type(Event::SUBSCRIBED);
  event.mutable_subscribed()->mutable_framework_id()->set_value(Format("{}-0001", kMaster));
  event.mutable_subscribed()->set_heartbeat_interval_seconds(15);
  return Record(event);
}

void InPieces(std::string_view bytes, const std::function<void(std::string_view)>& take) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size()))) {
    take(bytes.substr(0, kPiece));
  }
}

// FNV-1a (Fowler, Noll, Vo).
void OfferHash::Add(const Offer& offer) {
  ++count_;
  for (const char byte : Words(offer)) {
    value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
}

uint64_t ExpectedHash(int64_t agents) {
  OfferHash hash;
  for (int64_t agent = 0; agent < agents; ++agent) {
    Offer offer = OfferOf(agent, agent == MarkedAgent(agents));
    for (Resource& resource : offer.resources) {
      mesos::v1::Resource message;
      Write(resource, &message);
      resource.exact = message.SerializeAsString();
    }
    hash.Add(offer);
  }
  return hash.value();
}

}  // namespace rostrum::bench
