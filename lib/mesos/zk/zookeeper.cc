#include "lib/mesos/zk/zookeeper.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/leader/election.h"
#include "lib/mesos/store/file_store.h"
#include "rostrum/mesos/framework_id_store.h"

// Without it the header hides the calls that wait.
#define THREADED
#include <zookeeper/zookeeper.h>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

constexpr int kDataMaximum = 1 << 20;

Status MakeStatus(int code, const std::string& verb, const std::string& path) {
  if (code == ZOK) return {};
  std::string text = Format("ZooKeeper's node {} cannot be {}: {}", path, verb, zerror(code));
  if (code == ZNONODE) return NotFound(std::move(text));
  if (code == ZNOAUTH || code == ZAUTHFAILED) return FailedPrecondition(std::move(text));
  return Unavailable(std::move(text));
}

// The client writes to standard error unless somebody else takes its lines.
#ifdef ROSTRUM_ZOOKEEPER_INIT2
void DropLine(const char*) {}

zhandle_t* OpenHandle(const char* servers, watcher_fn watcher, int timeout, void* context) {
  return zookeeper_init2(servers, watcher, timeout, nullptr, context, 0, DropLine);
}
#else
zhandle_t* OpenHandle(const char* servers, watcher_fn watcher, int timeout, void* context) {
  zoo_set_debug_level(static_cast<ZooLogLevel>(0));
  return zookeeper_init(servers, watcher, timeout, nullptr, context, 0);
}
#endif

}  // namespace

struct ZkSession::Impl {
  std::function<void()> changed;
  bool has_credentials = false;
  std::atomic<ZkState> state = ZkState::kConnecting;
  zhandle_t* handle = nullptr;

  ~Impl() {
    if (handle != nullptr) zookeeper_close(handle);
  }

  static void OnWatch(zhandle_t*, int type, int session_state, const char*, void* context) {
    auto* impl = static_cast<Impl*>(context);
    if (type == ZOO_SESSION_EVENT) impl->TakeState(session_state);
    impl->changed();
  }

  void TakeState(int session_state) {
    if (session_state == ZOO_CONNECTED_STATE) {
      state = ZkState::kConnected;
    } else if (session_state == ZOO_EXPIRED_SESSION_STATE) {
      state = ZkState::kExpired;
    } else if (session_state == ZOO_AUTH_FAILED_STATE) {
      state = ZkState::kRefused;
    } else if (state == ZkState::kConnected) {
      state = ZkState::kConnecting;
    }
  }
};

ZkSession::ZkSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ZkSession::~ZkSession() = default;

Expected<std::unique_ptr<ZkSession>> ZkSession::Open(const ZkAddress& address, Milliseconds timeout,
                                                     std::function<void()> changed) {
  auto impl = std::make_unique<Impl>();
  impl->changed = std::move(changed);
  impl->has_credentials = !address.credentials.empty();
  impl->handle = OpenHandle(address.servers.c_str(), &Impl::OnWatch,
                            static_cast<int>(timeout.count()), impl.get());
  if (impl->handle == nullptr) {
    return Unavailable(Format("no session with ZooKeeper at {} can be opened: {}",
                                   address.servers, std::generic_category().message(errno)));
  }
  if (impl->has_credentials) {
    zoo_add_auth(impl->handle, "digest", address.credentials.data(),
                 static_cast<int>(address.credentials.size()), nullptr, nullptr);
  }
  return std::unique_ptr<ZkSession>(new ZkSession(std::move(impl)));
}

ZkState ZkSession::state() const { return impl_->state; }

Expected<std::vector<std::string>> ZkSession::Children(const std::string& path) {
  String_vector names{};
  int code = zoo_get_children(impl_->handle, path.c_str(), /*watch=*/1, &names);
  if (code == ZNONODE) {
    Stat about{};
    const int exists = zoo_exists(impl_->handle, path.c_str(), /*watch=*/1, &about);
    // It was made between the two: nobody will be told, so look again.
    if (exists == ZOK) code = zoo_get_children(impl_->handle, path.c_str(), 1, &names);
  }
  if (code != ZOK) return MakeStatus(code, "listed", path);
  std::vector<std::string> children(names.data, names.data + names.count);
  deallocate_String_vector(&names);
  return children;
}

Expected<std::string> ZkSession::Get(const std::string& path) {
  std::string data(kDataMaximum, '\0');
  int size = kDataMaximum;
  const int code = zoo_get(impl_->handle, path.c_str(), 0, data.data(), &size, nullptr);
  if (code != ZOK) return MakeStatus(code, "read", path);
  data.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return data;
}

Status ZkSession::Set(const std::string& path, const std::string& data) {
  return MakeStatus(zoo_set(impl_->handle, path.c_str(), data.data(), static_cast<int>(data.size()),
                            /*version=*/-1),
                    "written", path);
}

Status ZkSession::Create(const std::string& path, const std::string& data) {
  const ACL_vector* acl = impl_->has_credentials ? &ZOO_CREATOR_ALL_ACL : &ZOO_OPEN_ACL_UNSAFE;
  const int code = zoo_create(impl_->handle, path.c_str(), data.data(),
                              static_cast<int>(data.size()), acl, 0, nullptr, 0);
  return MakeStatus(code, "made", path);
}

Status ZkSession::Delete(const std::string& path) {
  return MakeStatus(zoo_delete(impl_->handle, path.c_str(), /*version=*/-1), "removed", path);
}

}  // namespace rostrum::mesos

namespace rostrum::mesos {
namespace {

// As Mesos' own.
constexpr Milliseconds kSessionTimeout(10'000);
constexpr Milliseconds kRetry(1'000);
// For what only an operator mends.
constexpr Milliseconds kLongRetry(5'000);
constexpr Milliseconds kForGood(60'000);

// Looks, on a thread of its own, whenever the session says that something changed.
class ZkLeader : public LeaderSource {
 public:
  ZkLeader(ZkAddress address, bool tls) : address_(std::move(address)), tls_(tls) {}
  ~ZkLeader() override { Stop(); }

  Status Start(std::function<void()> changed) override {
    changed_ = std::move(changed);
    try {
      thread_ = std::thread([this] { Loop(); });
    } catch (const std::system_error& error) {
      return Unavailable(std::string("no thread can be started: ") + error.what());
    }
    return {};
  }

  void Stop() override {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    woken_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  std::optional<Endpoint> Leader() override {
    std::lock_guard lock(mutex_);
    return leader_;
  }

  // The election says who leads, whoever does not answer.
  void Skip(const Endpoint&) override {}
  bool authoritative() const override { return true; }

  std::string Problem() override {
    std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  void Loop() {
    for (;;) {
      const Milliseconds wait = Step();
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, wait, [this] { return is_woken_ || is_stopping_; });
      if (is_stopping_) break;
      is_woken_ = false;
    }
    session_.reset();
  }

  void Wake() {
    {
      std::lock_guard lock(mutex_);
      is_woken_ = true;
    }
    woken_.notify_all();
  }

  // Returns for how long there is nothing to do unless somebody wakes us.
  Milliseconds Step() {
    if (session_ == nullptr) {
      auto session = ZkSession::Open(address_, kSessionTimeout, [this] { Wake(); });
      if (!session.ok()) return Publish({}, session.status().text(), kRetry);
      session_ = std::move(*session);
      lost_at_ = clock_.Now();
    }
    switch (session_->state()) {
      case ZkState::kConnected:
        lost_at_.reset();
        return Look();
      case ZkState::kConnecting:
        return WaitForServer();
      case ZkState::kExpired:
        session_.reset();
        return Publish({}, "the session with ZooKeeper has expired", Milliseconds(0));
      case ZkState::kRefused:
        session_.reset();
        return Publish({}, Format("ZooKeeper at {} refused the credentials", address_.servers),
                       kLongRetry);
    }
    return kRetry;
  }

  // Who led a moment ago may well lead still; but not for longer than the session would last.
  Milliseconds WaitForServer() {
    if (!lost_at_) lost_at_ = clock_.Now();
    const auto left = *lost_at_ + kSessionTimeout - clock_.Now();
    if (left.count() > 0) return std::chrono::ceil<Milliseconds>(left);
    return Publish({}, Format("no ZooKeeper server of {} answers", address_.servers),
                   kForGood);
  }

  Milliseconds Look() {
    const auto children = session_->Children(address_.path);
    if (!children.ok()) return PublishFailure(children.status());
    const auto child = LeaderAmong(*children);
    if (!child) {
      return Publish({}, Format("no master is in ZooKeeper's {}", address_.path), kForGood);
    }
    const std::string path = (address_.path == "/" ? "" : address_.path) + "/" + *child;
    const auto data = session_->Get(path);
    // It went away since; somebody else leads, or nobody.
    if (data.status().code() == Code::kNotFound) return Milliseconds(0);
    if (!data.ok()) return PublishFailure(data.status());
    auto master = ReadMaster(*child, *data, tls_);
    if (!master.ok()) return Publish({}, master.status().text(), kForGood);
    return Publish(std::move(*master), "", kForGood);
  }

  Milliseconds PublishFailure(const Status& status) {
    // The connection was lost: the state says what to do.
    if (status.code() == Code::kUnavailable) return kRetry;
    return Publish({}, status.text(), status.code() == Code::kNotFound ? kForGood : kLongRetry);
  }

  Milliseconds Publish(std::optional<Endpoint> leader, std::string problem, Milliseconds wait) {
    {
      std::lock_guard lock(mutex_);
      if (leader == leader_ && problem == problem_) return wait;
      leader_ = std::move(leader);
      problem_ = std::move(problem);
      if (is_stopping_) return wait;
    }
    changed_();
    return wait;
  }

  const ZkAddress address_;
  const bool tls_;
  const SteadyClock clock_;
  std::function<void()> changed_;
  // Of the thread alone.
  std::unique_ptr<ZkSession> session_;
  std::optional<TimePoint> lost_at_;

  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::optional<Endpoint> leader_;
  std::string problem_;
  std::thread thread_;
};

}  // namespace

Expected<std::unique_ptr<LeaderSource>> MakeZkLeader(const ZkAddress& address, bool tls) {
  return std::unique_ptr<LeaderSource>(std::make_unique<ZkLeader>(address, tls));
}

}  // namespace rostrum::mesos

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
