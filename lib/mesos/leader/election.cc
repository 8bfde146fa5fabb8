#include "lib/mesos/leader/election.h"

#include <charconv>

#include "lib/base/format.h"
#include "lib/mesos/leader/master_address.h"
#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/wire/rapidjson.h"

// After the one above, which it builds on.
#include <rapidjson/document.h>

namespace rostrum::mesos {
namespace {

struct Name {
  std::string_view label;
  std::optional<int64_t> sequence;
};

Name ParseName(std::string_view child) {
  Name name;
  const size_t underscore = child.rfind('_');
  const std::string_view number =
      underscore == std::string_view::npos ? child : child.substr(underscore + 1);
  if (underscore != std::string_view::npos) name.label = child.substr(0, underscore);
  int64_t sequence = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), sequence);
  if (error == std::errc() && end == number.data() + number.size()) name.sequence = sequence;
  return name;
}

// Whichever of its host's names and addresses a master has given.
struct Host {
  std::string name;
  std::string address;
  int64_t port = 0;
};

// The number is in network order: its first byte is the address' first.
std::string FormatIp(uint32_t ip) {
  return ip == 0 ? ""
                 : Format("{}.{}.{}.{}", ip & 0xff, ip >> 8 & 0xff, ip >> 16 & 0xff, ip >> 24);
}

Expected<Endpoint> MakeEndpoint(const Host& host, std::string_view child, bool tls) {
  Endpoint endpoint;
  endpoint.tls = tls;
  const std::string& wanted = tls ? host.name : host.address;
  const std::string& other = tls ? host.address : host.name;
  endpoint.host = wanted.empty() ? other : wanted;
  endpoint.port = static_cast<int>(host.port);
  if (endpoint.host.empty() || host.port < 1 || host.port > 65535) {
    return Corrupt(
        Format("the master in {} has the host \"{}\" and the port {}, expected both", child,
                    endpoint.host, host.port));
  }
  return endpoint;
}

using JsonValue = rapidjson::Value;

const JsonValue* Member(const JsonValue& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto member = object.FindMember(name);
  return member == object.MemberEnd() ? nullptr : &member->value;
}

std::string TextOf(const JsonValue& object, const char* name) {
  const JsonValue* value = Member(object, name);
  return value != nullptr && value->IsString()
             ? std::string(value->GetString(), value->GetStringLength())
             : std::string();
}

int64_t NumberOf(const JsonValue& object, const char* name) {
  const JsonValue* value = Member(object, name);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

Expected<Endpoint> ReadJson(std::string_view child, std::string_view data, bool tls) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(data.data(), data.size());
  if (document.HasParseError() || !document.IsObject()) {
    return Corrupt(Format("the master in {} is not a JSON object", child));
  }
  Host host;
  if (const JsonValue* address = Member(document, "address")) {
    host = {TextOf(*address, "hostname"), TextOf(*address, "ip"), NumberOf(*address, "port")};
  }
  if (host.name.empty()) host.name = TextOf(document, "hostname");
  if (host.address.empty())
    host.address = FormatIp(static_cast<uint32_t>(NumberOf(document, "ip")));
  if (host.port == 0) host.port = NumberOf(document, "port");
  return MakeEndpoint(host, child, tls);
}

Expected<Endpoint> ReadMessage(std::string_view child, std::string_view data, bool tls) {
  wire::MasterInfo message;
  if (!message.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
    return Corrupt(Format("the master in {} is not a MasterInfo", child));
  }
  Host host{message.address().hostname(), message.address().ip(), message.address().port()};
  if (host.name.empty()) host.name = message.hostname();
  if (host.address.empty()) host.address = FormatIp(message.ip());
  if (host.port == 0) host.port = message.port();
  return MakeEndpoint(host, child, tls);
}

// master@10.0.0.1:5050
Expected<Endpoint> ReadProcessId(std::string_view child, std::string_view data, bool tls) {
  const size_t at = data.find('@');
  auto endpoint = ParseEndpoint(at == std::string_view::npos ? "" : data.substr(at + 1), tls);
  if (!endpoint.ok()) {
    return Corrupt(Format("the master in {} is \"{}\", expected name@host:port", child,
                               data.substr(0, 200)));
  }
  return endpoint;
}

}  // namespace

std::optional<std::string> LeaderAmong(std::span<const std::string> children) {
  std::optional<std::string> leader;
  int64_t smallest = 0;
  for (const std::string& child : children) {
    const Name name = ParseName(child);
    if (!name.sequence || (leader && *name.sequence >= smallest)) continue;
    leader = child;
    smallest = *name.sequence;
  }
  return leader;
}

Expected<Endpoint> ReadMaster(std::string_view child, std::string_view data, bool tls) {
  const std::string_view label = ParseName(child).label;
  if (label == "json.info") return ReadJson(child, data, tls);
  if (label == "info") return ReadMessage(child, data, tls);
  if (label.empty()) return ReadProcessId(child, data, tls);
  return Corrupt(Format("the node {} has the label \"{}\", expected json.info, info or none",
                             child, label));
}

}  // namespace rostrum::mesos
