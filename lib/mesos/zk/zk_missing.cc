// In place of what needs ZooKeeper's client, where it was not found at build time.

#include "lib/mesos/zk/zookeeper.h"
#include "rostrum/mesos/framework_id_store.h"

namespace rostrum::mesos {
namespace {

Status Missing(const char* what) {
  return FailedPrecondition(std::string(what) +
                            " needs ZooKeeper's client, which this build does not have; build with "
                            "libzookeeper-mt-dev, or name the masters as host:port,host:port");
}

}  // namespace

Expected<std::unique_ptr<LeaderSource>> MakeZkLeader(const ZkAddress&, bool) {
  return Missing("an address that begins with zk://");
}

Expected<std::unique_ptr<FrameworkIdStore>> MakeZkStore(const std::string&,
                                                        std::chrono::milliseconds) {
  return Missing("a framework id in ZooKeeper");
}

}  // namespace rostrum::mesos
