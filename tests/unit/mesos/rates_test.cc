// How many calls a minute a master gets at most, whatever it and the embedder do.

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "tests/unit/mesos/session_fixture.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

class RatesSessionTest : public SessionTest {
 protected:
  // Does something a hundred times a second for a minute. Returns how many calls of each type were
  // made meanwhile, SUBSCRIBEs among them.
  std::map<std::string, int> CallsInAMinute(const std::function<void()>& act) {
    std::map<std::string, int> calls;
    const size_t before = network.started.size();
    for (int i = 0; i < 6'000; ++i) {
      act();
      Advance(Milliseconds(10));
      TakeCalls();
    }
    for (size_t i = before; i < network.started.size(); ++i) {
      SchedulerCall call;
      EXPECT_TRUE(call.ParseFromString(network.started[i].request.body));
      ++calls[SchedulerCall::Type_Name(call.type())];
    }
    return calls;
  }
};

TEST_F(RatesSessionTest, SubscribeWhereNobodyAnswers) {
  Begin();
  const auto calls = CallsInAMinute([this] {
    if (session->state() == ClientState::kSubscribing) EndStream(Unavailable("refused"));
  });
  EXPECT_GE(calls.at("SUBSCRIBE"), 5);
  EXPECT_LE(calls.at("SUBSCRIBE"), 20);
}

TEST_F(RatesSessionTest, SubscribeWhereAllIsRefused) {
  for (const int status : {401, 404, 500, 503}) {
    Begin();
    const auto calls = CallsInAMinute([&] {
      if (session->state() != ClientState::kSubscribing) return;
      AnswerStream(status, {});
      EndStream();
    });
    // Of 404, each of the two paths is asked.
    EXPECT_LE(calls.at("SUBSCRIBE"), status == 404 ? 40 : 20) << status;
  }
}

TEST_F(RatesSessionTest, SubscribeWhereEverySubscriptionEndsAtOnce) {
  Begin();
  const auto calls = CallsInAMinute([this] {
    if (session->state() != ClientState::kSubscribing) return;
    AnswerStream();
    SendSubscribed();
    EndStream();
  });
  EXPECT_LE(calls.at("SUBSCRIBE"), 20);
  EXPECT_LE(calls.count("RECONCILE") == 0 ? 0 : calls.at("RECONCILE"), 20);
}

TEST_F(RatesSessionTest, SubscribeWhereRedirectionsGoInACircle) {
  Begin();
  const auto calls = CallsInAMinute([this] {
    if (session->state() != ClientState::kSubscribing) return;
    AnswerStream(307, {{"Location", "//master:5050/api/v1/scheduler"}});
    EndStream();
  });
  EXPECT_LE(calls.at("SUBSCRIBE"), 120);
}

TEST_F(RatesSessionTest, SubscribeWhereTheLeaderChangesAllTheTime) {
  leaders.elected = true;
  Begin();
  int turn = 0;
  const auto calls = CallsInAMinute([&] {
    if (++turn % 50 != 0) return;
    leaders.leader->port = static_cast<uint16_t>(5050 + turn / 50 % 2);
    session->OnLeaderChanged();
  });
  EXPECT_LE(calls.at("SUBSCRIBE"), 60) << "of 120 leaders";
}

TEST_F(RatesSessionTest, ReviveAndSuppressWhereWorkComesAndIsPlacedAgainAndAgain) {
  Subscribe();
  const auto calls = CallsInAMinute([this] {
    session->Revive({});
    session->Suppress({});
  });
  EXPECT_GE(calls.at("REVIVE"), 10);
  EXPECT_LE(calls.at("REVIVE"), 75);
  EXPECT_LE(calls.at("SUPPRESS"), 75);
}

TEST_F(RatesSessionTest, ReviveWhereItIsAskedForAllTheTime) {
  Subscribe();
  const auto calls = CallsInAMinute([this] { session->Revive({}); });
  EXPECT_GE(calls.at("REVIVE"), 30);
  EXPECT_LE(calls.at("REVIVE"), 61);
  EXPECT_EQ(calls.count("SUPPRESS"), 0u);
}

// A REVIVE that waits is not forgotten.
TEST_F(RatesSessionTest, TheLastReviveGoesOut) {
  Subscribe();
  for (int i = 0; i < 100; ++i) {
    session->Suppress({});
    session->Revive({});
  }
  const auto calls = CallsInAMinute([] {});
  EXPECT_GE(calls.at("REVIVE"), 10);
  EXPECT_EQ(network.started.empty(), false);
  SchedulerCall last;
  ASSERT_TRUE(last.ParseFromString(network.last().request.body));
  EXPECT_EQ(last.type(), SchedulerCall::REVIVE);
}

TEST_F(RatesSessionTest, ReconcileWhereItIsAskedForAllTheTime) {
  options.tasks = {{"a", "agent-1"}};
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 600);
  const auto calls = CallsInAMinute([this] { session->Reconcile(); });
  EXPECT_GE(calls.at("RECONCILE"), 30);
  EXPECT_LE(calls.at("RECONCILE"), 125) << "a run each second, of one batch and of all";
}

TEST_F(RatesSessionTest, ReconcileOfTasksOfWhichTheMasterSaysNothing) {
  options.tasks = {{"a", "agent-1"}};
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 600);
  const auto calls = CallsInAMinute([] {});
  EXPECT_LE(calls.at("RECONCILE"), 8);
}

TEST_F(RatesSessionTest, ReconcileWhereAnExecutorFailsAllTheTime) {
  options.tasks = {{"a", "agent-1"}};
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 600);
  const auto calls = CallsInAMinute([this] {
    SchedulerEvent event;
    event.set_type(SchedulerEvent::FAILURE);
    event.mutable_failure()->mutable_agent_id()->set_value("agent-1");
    Send(event);
  });
  EXPECT_LE(calls.at("RECONCILE"), 70);
}

TEST_F(RatesSessionTest, KillOfATaskThatDoesNotEnd) {
  options.tasks = {{"a", "agent-1"}};
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 600);
  session->Kill({"a", "agent-1"}, {});
  const auto calls = CallsInAMinute([this] { SendUpdate("a", v1::TASK_KILLING); });
  EXPECT_LE(calls.at("KILL"), 6);
}

TEST_F(RatesSessionTest, AcknowledgeOfAStatusThatIsRepeatedAllTheTime) {
  Subscribe();
  const auto calls = CallsInAMinute([this] {
    for (int i = 0; i < 3; ++i) SendUpdate("a", v1::TASK_RUNNING, "uuid");
    for (const TaskUpdate& update : Told<TaskUpdate>()) session->Acknowledge(update.status);
  });
  EXPECT_LE(calls.at("ACKNOWLEDGE"), 6'000) << "one for each time that it came";
}

}  // namespace
}  // namespace rostrum::mesos
