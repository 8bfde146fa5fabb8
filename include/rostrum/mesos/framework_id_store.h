// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Where a framework keeps the id that the master gave it.

#ifndef ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_
#define ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_

#include <chrono>
#include <memory>
#include <string>

#include "rostrum/status.h"

namespace rostrum::mesos {

// A framework that lost its id has lost its tasks: they run on, and nobody may stop them. So
// nothing is launched before Save has returned success.
//
// Thread safety: the client calls from its own thread, one call at a time.
class FrameworkIdStore {
 public:
  virtual ~FrameworkIdStore() = default;

  // The id; "" if there is none yet. An error if it cannot be told whether there is one.
  virtual Expected<std::string> Load() = 0;
  // Keeps the id so that it outlives a power failure.
  virtual Status Save(const std::string& id) = 0;
  // Forgets the id. Success if there was none.
  virtual Status Clear() = 0;
};

// A file of one line. It is replaced atomically: its content and its folder's entry have reached
// the disk when Save returns.
std::unique_ptr<FrameworkIdStore> MakeFileStore(std::string path);

// A node of a ZooKeeper ensemble, `zk://[user:password@]host:port[,host:port]/path/of/node`, for
// schedulers that take over from one another on several machines. The node's parents are made as
// needed. Each call waits for a server for `timeout` at most, which is the session's timeout as
// well: each of the few requests of a call is answered within it, or fails. An error if this build
// has no ZooKeeper client, or the address is none.
Expected<std::unique_ptr<FrameworkIdStore>> MakeZkStore(const std::string& address,
                                                        std::chrono::milliseconds timeout);

// In memory only: for tests, and for frameworks whose tasks may end with them.
std::unique_ptr<FrameworkIdStore> MakeMemoryStore(std::string id = "");

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_
