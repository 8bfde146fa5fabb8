// The leader that masters elect in ZooKeeper.

#ifndef ROSTRUM_LIB_MESOS_LEADER_ZK_LEADER_H_
#define ROSTRUM_LIB_MESOS_LEADER_ZK_LEADER_H_

#include <memory>

#include "lib/mesos/leader/leader_source.h"
#include "lib/mesos/leader/master_address.h"

namespace rostrum::mesos {

// @param tls  whether masters speak HTTPS, which their entries do not say.
// kFailedPrecondition if this build has no ZooKeeper client.
Expected<std::unique_ptr<LeaderSource>> MakeZkLeader(const ZkAddress& address, bool tls);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_LEADER_ZK_LEADER_H_
