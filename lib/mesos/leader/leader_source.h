// Who leads, wherever that is known from.

#ifndef ROSTRUM_LIB_MESOS_LEADER_LEADER_SOURCE_H_
#define ROSTRUM_LIB_MESOS_LEADER_LEADER_SOURCE_H_

#include <functional>
#include <optional>
#include <string>

#include "rostrum/status.h"

namespace rostrum::mesos {

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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_LEADER_LEADER_SOURCE_H_
