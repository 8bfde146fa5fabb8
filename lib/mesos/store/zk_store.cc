
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/store/set_aside.h"
#include "lib/mesos/store/stored_id.h"
#include "lib/mesos/zk/zk_session.h"
#include "rostrum/mesos/framework_id_store.h"

namespace rostrum::mesos {
namespace {

// The path up to its last slash; "" for a node right under the root.
std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Opens a session for each call: there are few.
class ZkStore : public FrameworkIdStore {
 public:
  ZkStore(ZkAddress address, Milliseconds timeout)
      : address_(std::move(address)), timeout_(timeout) {}

  Expected<StoredId> Load() override {
    auto session = Connect();
    if (!session.ok()) return session.status();
    const auto text = (*session)->Get(address_.path);
    if (text.status().code() == Code::kNotFound) return StoredId();
    if (!text.ok()) return text.status();
    return ReadStoredId(*text, Name(address_.path));
  }

  Status Save(const StoredId& stored) override {
    auto session = Connect();
    if (!session.ok()) return session.status();
    const std::string text = WriteStoredId(stored);
    const Status status = (*session)->Set(address_.path, text);
    if (status.code() != Code::kNotFound) return status;
    if (Status made = MakeFolders(session->get(), ParentOf(address_.path)); !made.ok()) return made;
    return (*session)->Create(address_.path, text);
  }

  Status Clear() override {
    auto session = Connect();
    if (!session.ok()) return session.status();
    Status status = (*session)->Delete(address_.path);
    return status.code() == Code::kNotFound ? Status() : status;
  }

  Expected<std::string> SetAside() override {
    auto session = Connect();
    if (!session.ok()) return session.status();
    const auto text = (*session)->Get(address_.path);
    if (text.status().code() == Code::kNotFound) return std::string();
    if (!text.ok()) return text.status();
    const std::string path =
        FreeName(address_.path, kLeftBehind,
                 [&](const std::string& name) { return (*session)->Get(name).ok(); });
    if (Status status = (*session)->Create(path, *text); !status.ok()) return status;
    if (Status status = (*session)->Delete(address_.path); !status.ok()) return status;
    return Name(path);
  }

 private:
  // As an operator would look for the node.
  std::string Name(const std::string& path) const {
    return Format("zk://{}{}", address_.servers, path);
  }

  // What the client's threads and ours share; it outlives both.
  struct Bell {
    std::mutex mutex;
    std::condition_variable rung;
    bool is_rung = false;

    void Ring() {
      std::lock_guard lock(mutex);
      is_rung = true;
      rung.notify_all();
    }
    void WaitUntil(TimePoint end) {
      std::unique_lock lock(mutex);
      rung.wait_until(lock, end, [this] { return is_rung; });
      is_rung = false;
    }
  };

  // Waits until the session has a server.
  Expected<std::unique_ptr<ZkSession>> Connect() {
    const SteadyClock clock;
    const TimePoint end = clock.Now() + timeout_;
    const auto bell = std::make_shared<Bell>();
    auto session = ZkSession::Open(address_, timeout_, [bell] { bell->Ring(); });
    if (!session.ok()) return session.status();
    for (;;) {
      const ZkState state = (*session)->state();
      if (state == ZkState::kConnected) return session;
      if (state == ZkState::kRefused) {
        return FailedPrecondition(
            Format("ZooKeeper at {} refused the credentials", address_.servers));
      }
      if (clock.Now() >= end || state == ZkState::kExpired) {
        return Unavailable(Format("no ZooKeeper server of {} answered within {} ms",
                                       address_.servers, timeout_.count()));
      }
      bell->WaitUntil(end);
    }
  }

  // Nodes that are there stay as they are.
  Status MakeFolders(ZkSession* session, const std::string& path) {
    if (path.empty()) return {};
    if (session->Get(path).ok()) return {};
    if (Status status = MakeFolders(session, ParentOf(path)); !status.ok()) return status;
    const Status status = session->Create(path, "");
    // Somebody else may have made it meanwhile.
    return session->Get(path).ok() ? Status() : status;
  }

  const ZkAddress address_;
  const Milliseconds timeout_;
};

}  // namespace

Expected<std::unique_ptr<FrameworkIdStore>> MakeZkStore(const std::string& address,
                                                        std::chrono::milliseconds timeout) {
  auto parsed = ParseZkAddress(address);
  if (!parsed.ok()) return parsed.status();
  if (parsed->path == "/") {
    return InvalidArgument(
        Format("invalid address \"{}\": expected the path of a node after the servers",
                    WithoutCredentials(address)));
  }
  return std::unique_ptr<FrameworkIdStore>(std::make_unique<ZkStore>(std::move(*parsed), timeout));
}

}  // namespace rostrum::mesos
