// A framework with its scheduler's session, driven by hand: the benchmark plays the master, and the
// clock stands still until it is moved.

#ifndef ROSTRUM_BENCH_MESOS_PLAYED_MASTER_H_
#define ROSTRUM_BENCH_MESOS_PLAYED_MASTER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/machine.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/leader/election.h"
#include "lib/mesos/scheduler/session.h"
#include "rostrum/mesos/framework_id_store.h"

namespace rostrum::bench {

// Takes requests in and sends nothing.
class QuietNetwork : public mesos::http::Network {
 public:
  struct Call {
    mesos::http::RequestId id = 0;
    std::string body;
  };

  void Start(mesos::http::RequestId id, mesos::http::Request request) override;
  void Cancel(mesos::http::RequestId) override {}

  mesos::http::RequestId stream = 0;
  std::deque<Call> calls;
};

class OneLeader : public mesos::LeaderSource {
 public:
  Status Start(std::function<void()>) override { return {}; }
  void Stop() override {}
  std::optional<mesos::Endpoint> Leader() override { return mesos::Endpoint{.host = "master"}; }
  void Skip(const mesos::Endpoint&) override {}
  bool authoritative() const override { return false; }
  std::string Problem() override { return ""; }
};

// Where the bytes of the event stream go in: what the client does with them, and the framework
// behind it. Both are those of the library, without their threads. A subscription that fails, or a
// call that is none, ends the program.
class PlayedMaster {
 public:
  // Subscribes a framework that wants offers: an LRP waits that no agent can take.
  PlayedMaster();
  ~PlayedMaster();
  PlayedMaster(const PlayedMaster&) = delete;
  PlayedMaster& operator=(const PlayedMaster&) = delete;

  // A piece of the stream: through RecordIO and the messages into events of the client.
  void Send(std::string_view piece);
  std::vector<mesos::Event> TakeEvents();
  // What the client told goes on to the framework.
  void Feed(std::vector<mesos::Event> events);

  size_t offers_held() const;
  // What went wrong if the framework does not find the agent with the mark among `agents`, all of
  // which it was offered; empty if it does. An LRP for it alone, that takes all of its memory, must
  // be launched on its offer.
  std::string ProblemWithCells(int64_t agents);

 private:
  // Says 202 to all calls. Returns them.
  std::vector<mesos::v1::scheduler::Call> AnswerCalls();

  class SessionCalls;

  mesos::ManualClock clock_;
  mesos::FixedRandom random_{0};
  QuietNetwork network_;
  OneLeader leader_;
  std::unique_ptr<mesos::FrameworkIdStore> store_;
  std::unique_ptr<mesos::Journal> journal_;
  std::unique_ptr<mesos::Session> session_;
  std::unique_ptr<SessionCalls> calls_;
  std::unique_ptr<mesos::FrameworkMachine> machine_;
};

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_MESOS_PLAYED_MASTER_H_
