#include "lib/mesos/leader/zk_leader.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/leader/election.h"
#include "lib/mesos/zk/zk_session.h"

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
