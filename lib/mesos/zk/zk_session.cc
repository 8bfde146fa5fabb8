#include "lib/mesos/zk/zk_session.h"

#include <atomic>
#include <cerrno>
#include <system_error>

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
