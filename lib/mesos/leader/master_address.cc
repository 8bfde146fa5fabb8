#include "lib/mesos/leader/master_address.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "lib/base/format.h"
#include "lib/mesos/leader/fixed_leaders.h"
#include "lib/mesos/leader/zk_leader.h"

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
