// A session with ZooKeeper, and the masters' election in it.

#ifndef ROSTRUM_LIB_MESOS_ZK_ZOOKEEPER_H_
#define ROSTRUM_LIB_MESOS_ZK_ZOOKEEPER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/leader/election.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// A session with a ZooKeeper ensemble, over its C client.
enum class ZkState {
  kConnecting,  // Also after a connection was lost: the client looks for another server by itself.
  kConnected,
  kExpired,  // Over for good; open another one.
  kRefused,  // The credentials are wrong; over for good as well.
};

// The calls wait for the server's answer, or for the loss of the connection, which is noticed
// within two thirds of the session's timeout. kNotFound: there is no such node;
// kFailedPrecondition: not allowed; kUnavailable: all else.
//
// Thread safety: one thread, but state() any.
class ZkSession {
 public:
  // @param changed  called on the client's own threads when the state changes, and when what
  //                 Children was asked for changes; it must not block nor call the session.
  static Expected<std::unique_ptr<ZkSession>> Open(const ZkAddress& address, Milliseconds timeout,
                                                   std::function<void()> changed);
  // Closes the session, within a few seconds.
  ~ZkSession();

  ZkState state() const;

  // The names of a node's children. `changed` is called once when they change, or the node, or, if
  // there was none, when it is made.
  Expected<std::vector<std::string>> Children(const std::string& path);
  Expected<std::string> Get(const std::string& path);
  Status Set(const std::string& path, const std::string& data);
  // A node that stays. With credentials, only they can read and change it.
  Status Create(const std::string& path, const std::string& data);
  Status Delete(const std::string& path);

 private:
  struct Impl;
  explicit ZkSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The leader that masters elect in ZooKeeper.
//
// @param tls  whether masters speak HTTPS, which their entries do not say.
// kFailedPrecondition if this build has no ZooKeeper client.
Expected<std::unique_ptr<LeaderSource>> MakeZkLeader(const ZkAddress& address, bool tls);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_ZK_ZOOKEEPER_H_
