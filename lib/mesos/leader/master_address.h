// The text by which a user names the masters.

#ifndef ROSTRUM_LIB_MESOS_LEADER_MASTER_ADDRESS_H_
#define ROSTRUM_LIB_MESOS_LEADER_MASTER_ADDRESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/leader/leader_source.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// zk://[user:password@]host:port[,host:port]/path
struct ZkAddress {
  std::string servers;      // host:port,host:port
  std::string credentials;  // user:password, or empty.
  std::string path;         // Begins with a slash and does not end with one, but for "/" itself.
};

// One endpoint: host:port, host, [address]:port, with or without http:// or https:// in front, and
// a path behind.
// @param tls  for a text without a scheme.
Expected<Endpoint> ParseEndpoint(std::string_view text, bool tls, int default_port = 5050);

// Everything after the last @ is servers, since a password may have an @ in it.
Expected<ZkAddress> ParseZkAddress(std::string_view text);

bool IsZkAddress(std::string_view text);

// The text as it may be told to people: what comes before the last @ may have a password in it.
std::string WithoutCredentials(std::string_view address);

// The source for any of the texts that SchedulerOptions::master may be. kInvalidArgument, with the
// text and what was expected, for others; kFailedPrecondition for zk:// where this build has no
// client for it.
Expected<std::unique_ptr<LeaderSource>> MakeLeaderSource(std::string_view text,
                                                         const TlsOptions& tls);

// Where a 307 leads: `//host:port/path`, `host:port`, or a whole URL. The scheme of `from` is kept,
// but that a URL with https:// may lead from a master without TLS to one with it.
Expected<Endpoint> ParseRedirect(std::string_view location, const Endpoint& from);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_LEADER_MASTER_ADDRESS_H_
