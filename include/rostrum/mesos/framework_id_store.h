// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Where a framework keeps the id that the master gave it, and which start was the last.

#ifndef ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_
#define ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "rostrum/status.h"

namespace rostrum::mesos {

struct StoredId {
  std::string id;  // "": there is none yet.
  // The number of the start that kept it last, which the journal of a Framework holds too: a
  // journal with a lower one is an older copy. 0: starts are not counted, as by a scheduler without
  // a journal.
  uint64_t generation = 0;

  friend bool operator==(const StoredId&, const StoredId&) = default;
};

// A framework that lost its id has lost its tasks: they run on, and nobody may stop them. So
// nothing is launched before Save has returned success.
//
// Thread safety: one call at a time. Framework::Create calls, then the client from its own thread.
class FrameworkIdStore {
 public:
  virtual ~FrameworkIdStore() = default;

  // The id. An error if it cannot be told whether there is one: kCorrupt for what is no id.
  virtual Expected<StoredId> Load() = 0;
  // Keeps the id so that it outlives a power failure.
  virtual Status Save(const StoredId& stored) = 0;
  // Forgets the id. Success if there was none.
  virtual Status Clear() = 0;
  // Forgets the id, but keeps what there is where a person finds it. Returns that place, "" if
  // there was no id. What is no id is set aside too.
  virtual Expected<std::string> SetAside() = 0;
};

// A file with the id in one line, and "generation N" in a second one if starts are counted; only
// its owner may read it. It is replaced atomically: its content and its folder's entry have reached
// the disk when Save returns. Set aside, it is beside the file, with ".left" behind its name.
std::unique_ptr<FrameworkIdStore> MakeFileStore(std::string path);

// The same text in a node of a ZooKeeper ensemble,
// `zk://[user:password@]host:port[,host:port]/path/of/node`, for schedulers that take over from one
// another on several machines. The node's parents are made as needed. Each call waits for a server
// for `timeout` at most, which is the session's timeout as well: each of the few requests of a call
// is answered within it, or fails. An error if this build has no ZooKeeper client, or the address
// is none.
Expected<std::unique_ptr<FrameworkIdStore>> MakeZkStore(const std::string& address,
                                                        std::chrono::milliseconds timeout);

// In memory only: for tests, and for frameworks whose tasks may end with them.
std::unique_ptr<FrameworkIdStore> MakeMemoryStore(std::string id = "");

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_FRAMEWORK_ID_STORE_H_
