// A session whose master, clock and chance are the test's.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_SESSION_FIXTURE_H_
#define ROSTRUM_TESTS_UNIT_MESOS_SESSION_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/scheduler/session.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "tests/unit/mesos/fake_network.h"

namespace rostrum::mesos {

using SchedulerCall = v1::scheduler::Call;
using SchedulerEvent = v1::scheduler::Event;

// Names whom the test says.
class FakeLeaders : public LeaderSource {
 public:
  Status Start(std::function<void()>) override { return {}; }
  void Stop() override {}
  std::optional<Endpoint> Leader() override { return leader; }
  void Skip(const Endpoint& endpoint) override { skipped.push_back(endpoint.host); }
  bool authoritative() const override { return elected; }
  std::string Problem() override { return problem; }

  std::optional<Endpoint> leader = Endpoint{.host = "master", .port = 5050};
  bool elected = false;
  std::string problem;
  std::vector<std::string> skipped;
};

// Keeps ids, or fails to.
class FakeStore : public FrameworkIdStore {
 public:
  Expected<StoredId> Load() override {
    if (!load_problem.ok()) return load_problem;
    return StoredId{id, generation};
  }
  Status Save(const StoredId& stored) override {
    if (!save_problem.ok()) return save_problem;
    ++saves;
    id = stored.id;
    generation = stored.generation;
    return {};
  }
  Status Clear() override {
    id.clear();
    return {};
  }
  Expected<std::string> SetAside() override {
    id.clear();
    return std::string();
  }

  std::string id;
  uint64_t generation = 0;
  int saves = 0;
  Status load_problem;
  Status save_problem;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    options.framework.name = "cf";
    options.framework.user = "root";
    options.framework.roles = {"web"};
  }

  // Makes the session as `options` say, and starts it.
  void Begin();
  // As Begin, and the master takes the subscription.
  void Subscribe();

  // --- The master's side.

  // The last SUBSCRIBE that was sent.
  SchedulerCall LastSubscribe() const;
  // The stream's answer begins.
  void AnswerStream(int status = 200,
                    const std::vector<http::Header>& headers = {{"Mesos-Stream-Id", "stream-1"}});
  void EndStream(const Status& status = {});
  void Send(const SchedulerEvent& event);
  void SendBytes(std::string_view bytes);
  void SendSubscribed(const std::string& id = "id-1", double heartbeat_seconds = 15);
  // An offer of 4 cpus and 1024 MB.
  void SendOffer(const std::string& id, const std::string& agent, const std::string& role = "web");
  void SendUpdate(const std::string& task, v1::TaskState state, const std::string& uuid = "",
                  const std::string& agent = "agent-1");
  void SendError(const std::string& text);

  // The call that is on its way; nothing if there is none.
  std::optional<SchedulerCall> CallUnderWay() const;
  const http::Request& CallRequest() const;
  void AnswerCall(int status = 202, const std::string& text = "",
                  const std::vector<http::Header>& headers = {});
  // Answers all calls by 202 and returns them in order.
  std::vector<SchedulerCall> TakeCalls();

  // --- Time.

  // Goes on step by step, as the session's deadlines come.
  void Advance(Milliseconds by);

  // --- What the embedder got.

  // All events since the last time.
  std::vector<Event> Events() { return session->TakeEvents(); }
  // The events of one kind since the last time; the others are dropped.
  template <typename Kind>
  std::vector<Kind> Told() {
    std::vector<Kind> found;
    for (Event& event : session->TakeEvents()) {
      if (auto* kind = std::get_if<Kind>(&event)) found.push_back(std::move(*kind));
    }
    return found;
  }

  static TaskInfo MakeTask(const std::string& id, const std::string& agent = "agent-1");

  SchedulerOptions options;
  FakeStore store;
  FakeLeaders leaders;
  FakeNetwork network;
  ManualClock clock;
  FixedRandom random{0.5};
  std::unique_ptr<Session> session;

 private:
  // The request that is open now and is a stream, or is not.
  const FakeNetwork::Started* Open(bool stream) const;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_TESTS_UNIT_MESOS_SESSION_FIXTURE_H_
