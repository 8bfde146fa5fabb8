#include "lib/mesos/leader/election.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "lib/base/format.h"
#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/mesos/zk/zookeeper.h"
#include "lib/wire/rapidjson.h"

namespace rostrum::mesos {
namespace {

constexpr std::string_view kZkScheme = "zk://";
constexpr int kZkPort = 2181;

// Takes `prefix` off the front of the text, if it is there.
bool TakePrefix(std::string_view prefix, std::string_view* text) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

Status BadEndpoint(std::string_view text) {
  return InvalidArgument(Format(
      "invalid address \"{}\": expected host:port, optionally with http:// or https:// before it "
      "and a path after it",
      WithoutCredentials(text)));
}

bool ParsePort(std::string_view text, int* port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size() && *port > 0 && *port <= 65535;
}

// Splits host:port or [address]:port.
bool ParseAuthority(std::string_view text, Endpoint* endpoint) {
  size_t host_end;
  if (TakePrefix("[", &text)) {
    host_end = text.find(']');
    if (host_end == std::string_view::npos) return false;
    endpoint->host = text.substr(0, host_end);
    text.remove_prefix(host_end + 1);
  } else {
    host_end = std::min(text.find(':'), text.size());
    endpoint->host = text.substr(0, host_end);
    text.remove_prefix(host_end);
  }
  const bool bad_byte = std::any_of(endpoint->host.begin(), endpoint->host.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '@' || c == '/' || c == '?' || c == '#' ||
           c == ',';
  });
  if (endpoint->host.empty() || bad_byte) return false;
  return text.empty() || (TakePrefix(":", &text) && ParsePort(text, &endpoint->port));
}

}  // namespace

std::string WithoutCredentials(std::string_view address) {
  const size_t at = address.rfind('@');
  if (at == std::string_view::npos) return std::string(address);
  return Format("***{}", address.substr(at));
}

std::string Endpoint::Authority() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return Format("{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

std::string Endpoint::Origin() const {
  return Format("{}://{}", tls ? "https" : "http", Authority());
}

Expected<Endpoint> ParseEndpoint(std::string_view text, bool tls, int default_port) {
  std::string_view rest = text;
  Endpoint endpoint;
  endpoint.port = default_port;
  endpoint.tls = tls;
  if (TakePrefix("https://", &rest)) {
    endpoint.tls = true;
  } else if (TakePrefix("http://", &rest)) {
    endpoint.tls = false;
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  endpoint.path = rest.substr(slash);
  while (!endpoint.path.empty() && endpoint.path.back() == '/') endpoint.path.pop_back();
  if (!ParseAuthority(rest.substr(0, slash), &endpoint)) return BadEndpoint(text);
  return endpoint;
}

Expected<Endpoint> ParseRedirect(std::string_view location, const Endpoint& from) {
  std::string_view rest = location;
  TakePrefix("//", &rest);
  auto endpoint = ParseEndpoint(rest, from.tls, from.port);
  if (!endpoint.ok()) {
    return Corrupt(
        Format("the redirection to \"{}\" cannot be followed, expected "
                    "//host:port/path or host:port",
                    location));
  }
  // What was to go through TLS, a secret with it, does not go in the clear because somebody says
  // so.
  endpoint->tls |= from.tls;
  return endpoint;
}

bool IsZkAddress(std::string_view text) { return TakePrefix(kZkScheme, &text); }

Expected<ZkAddress> ParseZkAddress(std::string_view text) {
  const auto bad = [text] {
    return InvalidArgument(Format(
        "invalid address \"{}\": expected zk://[user:password@]host:port[,host:port]/path",
        WithoutCredentials(text)));
  };
  std::string_view rest = text;
  if (!TakePrefix(kZkScheme, &rest)) return bad();
  ZkAddress address;
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
    address.credentials = rest.substr(0, at);
    rest.remove_prefix(at + 1);
    if (address.credentials.find(':') == std::string::npos) return bad();
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  address.path = rest.substr(slash);
  while (address.path.size() > 1 && address.path.back() == '/') address.path.pop_back();
  if (address.path.empty()) address.path = "/";
  for (std::string_view servers = rest.substr(0, slash);;) {
    const size_t comma = std::min(servers.find(','), servers.size());
    Endpoint server;
    server.port = kZkPort;
    if (!ParseAuthority(servers.substr(0, comma), &server)) return bad();
    if (!address.servers.empty()) address.servers += ",";
    address.servers += server.Authority();
    if (comma == servers.size()) return address;
    servers.remove_prefix(comma + 1);
  }
}

Expected<std::unique_ptr<LeaderSource>> MakeLeaderSource(std::string_view text,
                                                         const TlsOptions& tls) {
  if (IsZkAddress(text)) {
    const auto address = ParseZkAddress(text);
    if (!address.ok()) return address.status();
    return MakeZkLeader(*address, tls.enabled);
  }
  std::vector<Endpoint> endpoints;
  for (std::string_view rest = text;;) {
    const size_t comma = std::min(rest.find(','), rest.size());
    auto endpoint = ParseEndpoint(rest.substr(0, comma), tls.enabled);
    // A password may have a comma in it.
    if (!endpoint.ok()) return text.find('@') < text.size() ? BadEndpoint(text) : endpoint.status();
    endpoints.push_back(std::move(*endpoint));
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  return std::unique_ptr<LeaderSource>(std::make_unique<FixedLeaders>(std::move(endpoints)));
}

}  // namespace rostrum::mesos

namespace rostrum::mesos {

std::optional<Endpoint> FixedLeaders::Leader() {
  std::lock_guard lock(mutex_);
  return endpoints_[current_];
}

void FixedLeaders::Skip(const Endpoint& endpoint) {
  std::lock_guard lock(mutex_);
  if (endpoints_[current_] == endpoint) current_ = (current_ + 1) % endpoints_.size();
}

}  // namespace rostrum::mesos

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
  v1::MasterInfo message;
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
