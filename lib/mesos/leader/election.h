// How masters write in ZooKeeper who they are.

#ifndef ROSTRUM_LIB_MESOS_LEADER_ELECTION_H_
#define ROSTRUM_LIB_MESOS_LEADER_ELECTION_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lib/mesos/leader/leader_source.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

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
