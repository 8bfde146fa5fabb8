// Who leads the masters: fixed addresses, or an election in ZooKeeper.

#ifndef ROSTRUM_LIB_MESOS_LEADER_ELECTION_H_
#define ROSTRUM_LIB_MESOS_LEADER_ELECTION_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Who leads, wherever that is known from.
//
// Where a master or agent speaks HTTP.
struct Endpoint {
  bool tls = false;
  std::string host;  // A name or an address; an IPv6 one has no brackets.
  int port = 5050;
  std::string path;  // Begins with a slash, or is empty: the usual one.

  // "host:port".
  std::string Authority() const;
  // "http://host:port", without the path.
  std::string Origin() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Thread safety: every function but Stop by any thread.
class LeaderSource {
 public:
  virtual ~LeaderSource() = default;

  // Begins to look. `changed` is called whenever Leader() may answer otherwise than before, on any
  // thread; it must not block, and is not called after Stop.
  virtual Status Start(std::function<void()> changed) = 0;
  virtual void Stop() = 0;

  // Who is to be asked now; nothing if nobody is known to lead.
  virtual std::optional<Endpoint> Leader() = 0;
  // Says that `endpoint` did not answer as a leader does; another one may be named then.
  virtual void Skip(const Endpoint& endpoint) = 0;
  // Whether a leader that is named may be left at once if another one is: true for elections.
  virtual bool authoritative() const = 0;
  // What keeps it from naming anybody; "" if nothing is known.
  virtual std::string Problem() = 0;
};

// The text by which a user names the masters.
//
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

// Masters that a user named, of which one leads.
//
// Names one after another, as they are skipped, and begins again after the last.
class FixedLeaders : public LeaderSource {
 public:
  // REQUIRES: not empty.
  explicit FixedLeaders(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}

  Status Start(std::function<void()>) override { return {}; }
  void Stop() override {}
  std::optional<Endpoint> Leader() override;
  void Skip(const Endpoint& endpoint) override;
  bool authoritative() const override { return false; }
  std::string Problem() override { return ""; }

 private:
  const std::vector<Endpoint> endpoints_;
  std::mutex mutex_;
  size_t current_ = 0;
};

// How masters write in ZooKeeper who they are.
//
// The child with the smallest sequence number, which stands after the last underscore. Children
// without one, such as log_replicas, are no candidates.
std::optional<std::string> LeaderAmong(std::span<const std::string> children);

// The master that a child stands for: its label says whether the data is JSON ("json.info"), a
// message ("info"), or, without a label, the text of an old process id. kCorrupt for all else.
// @param tls  masters do not say; with it the host's name is taken, which certificates have, and
//             without it the address.
Expected<Endpoint> ReadMaster(std::string_view child, std::string_view data, bool tls);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_LEADER_ELECTION_H_
