// The executor's subscription: rules 59 to 65.

#include <gtest/gtest.h>

#include "lib/mesos/recordio/encoder.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using v1::executor::Call;
using AgentEvent = v1::executor::Event;

class ExecutorSessionTest : public testing::Test {
 protected:
  void BeginWithRunningLrp() {
    world.Begin();
    world.Launch("a", LrpData("pg"));
    world.rep.Lrp("pg").state = "RUNNING";
    world.Advance(seconds(1));
    ASSERT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  }
  void SendEvent(AgentEvent::Type type) {
    AgentEvent event;
    event.set_type(type);
    if (type == AgentEvent::ERROR) event.mutable_error()->set_message("something is wrong");
    world.Send(event);
    world.Settle();
  }
  const Call::Subscribe& LastSubscribe() {
    for (auto call = world.agent.calls.rbegin(); call != world.agent.calls.rend(); ++call) {
      if (call->type() == Call::SUBSCRIBE) return call->subscribe();
    }
    ADD_FAILURE() << "no SUBSCRIBE";
    return Call::default_instance().subscribe();
  }
  size_t Subscriptions() { return world.CallsOf(Call::SUBSCRIBE); }

  ExecutorWorld world;
};

TEST_F(ExecutorSessionTest, TheFirstCallIsSubscribe) {
  world.Begin();
  ASSERT_EQ(Subscriptions(), 1u);
  EXPECT_TRUE(world.has_stream());
  EXPECT_EQ(LastSubscribe().unacknowledged_tasks_size(), 0);
}

// Rule 60.
TEST_F(ExecutorSessionTest, ANewSubscriptionCarriesWhatIsNotAcknowledged) {
  world.Begin();
  world.agent.acknowledges = false;
  world.Launch("a", LrpData("pg", 0));
  world.Launch("b", LrpData("pg", 1));
  world.rep.Lrp("pg", 0).state = "RUNNING";
  world.Advance(seconds(1));
  world.BreakStream();
  world.Advance(seconds(3));
  ASSERT_EQ(Subscriptions(), 2u);
  const Call::Subscribe& subscribe = LastSubscribe();
  ASSERT_EQ(subscribe.unacknowledged_updates_size(), 3);
  EXPECT_EQ(subscribe.unacknowledged_updates(2).status().state(), v1::TASK_RUNNING);
  ASSERT_EQ(subscribe.unacknowledged_tasks_size(), 2);
  EXPECT_EQ(subscribe.unacknowledged_tasks(1).task_id().value(), "b");
  EXPECT_EQ(subscribe.unacknowledged_tasks(1).data(), LrpData("pg", 1));
}

TEST_F(ExecutorSessionTest, ATaskIsAcknowledgedOnceAnyOfItsUpdatesIs) {
  BeginWithRunningLrp();
  world.agent.acknowledges = false;
  world.rep.Lrp("pg").state = "CRASHED";
  world.Advance(seconds(1));
  world.rep.containers.clear();
  world.Advance(seconds(1));
  world.BreakStream();
  world.Advance(seconds(3));
  ASSERT_EQ(LastSubscribe().unacknowledged_updates_size(), 1);
  EXPECT_EQ(LastSubscribe().unacknowledged_updates(0).status().state(), v1::TASK_FAILED);
  EXPECT_EQ(LastSubscribe().unacknowledged_tasks_size(), 0);
}

TEST_F(ExecutorSessionTest, WhatHappensWhileTheAgentIsAwayIsToldAfterwards) {
  BeginWithRunningLrp();
  world.agent.refuses = 503;
  world.BreakStream();
  world.rep.containers.clear();
  world.Advance(minutes(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  world.agent.refuses = 0;
  world.Advance(seconds(3));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

TEST_F(ExecutorSessionTest, WhatHappensBetweenSubscribeAndSubscribedIsToldAtOnce) {
  BeginWithRunningLrp();
  world.agent.is_silent = true;
  world.BreakStream();
  world.Advance(seconds(3));
  ASSERT_TRUE(world.has_stream());
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  SendEvent(AgentEvent::SUBSCRIBED);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

TEST_F(ExecutorSessionTest, AnAgentThatNeverSaysSubscribedIsAskedAnew) {
  world.agent.is_silent = true;
  world.Begin();
  world.Advance(seconds(59));
  EXPECT_EQ(Subscriptions(), 1u) << "it may be slow";
  world.Advance(seconds(6));
  EXPECT_EQ(Subscriptions(), 2u);
}

// Rule 61: what is not acknowledged is sent again, and acknowledged updates stay in their order.
TEST_F(ExecutorSessionTest, AnUpdateWithoutAcknowledgementIsSentAgainLessAndLessOften) {
  BeginWithRunningLrp();
  world.agent.acknowledges = false;
  world.rep.containers.clear();
  world.Advance(seconds(1));
  const size_t first = world.CallsOf(Call::UPDATE);
  world.Advance(seconds(11));
  EXPECT_EQ(world.CallsOf(Call::UPDATE), first + 1);
  world.Advance(seconds(21));
  EXPECT_EQ(world.CallsOf(Call::UPDATE), first + 2);
  world.agent.acknowledges = true;
  world.Advance(minutes(2));
  const size_t last = world.CallsOf(Call::UPDATE);
  EXPECT_EQ(last, first + 3);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

// Or an agent that is only slow would tell the master that a task that runs is starting, for good.
TEST_F(ExecutorSessionTest, AnUpdateIsNotSentAgainAfterALaterOneOfItsTask) {
  world.Begin();
  world.agent.acknowledges = false;
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  ASSERT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  const size_t first = world.agent.calls.size();
  world.Advance(seconds(11));
  std::vector<v1::TaskState> again;
  for (size_t i = first; i < world.agent.calls.size(); ++i) {
    const Call& call = world.agent.calls[i];
    if (call.type() == Call::UPDATE) again.push_back(call.update().status().state());
  }
  EXPECT_EQ(again, std::vector<v1::TaskState>{v1::TASK_RUNNING});
}

TEST_F(ExecutorSessionTest, AnAcknowledgementCountsForOlderUpdatesOfItsTask) {
  world.Begin();
  world.agent.acknowledges = false;
  world.Launch("a", LrpData("pg"));
  world.agent.acknowledges = true;
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  world.BreakStream();
  world.Advance(seconds(3));
  EXPECT_EQ(LastSubscribe().unacknowledged_updates_size(), 0);
}

// Rule 62.
TEST_F(ExecutorSessionTest, AttemptsComeWithinTheSpanThatTheAgentGives) {
  BeginWithRunningLrp();
  world.agent.refuses = 404;
  world.BreakStream();
  for (int i = 0; i < 100; ++i) {
    const size_t before = Subscriptions();
    world.Advance(seconds(2));
    EXPECT_GE(Subscriptions(), before + 1);
    EXPECT_LE(Subscriptions(), before + 100);
  }
}

TEST_F(ExecutorSessionTest, AnAgentThatDoesNotComeBackEndsAllWorkAndTheExecutor) {
  BeginWithRunningLrp();
  world.agent.refuses = 503;
  world.BreakStream();
  world.Advance(minutes(14));
  EXPECT_FALSE(world.rep.Lrp("pg").stops);
  world.Advance(minutes(1));
  world.Advance(seconds(1));
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
  world.rep.containers.clear();
  world.Advance(seconds(1));
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kAgentGone);
}

TEST_F(ExecutorSessionTest, WithoutCheckpointingALostStreamEndsAllWorkAndTheExecutor) {
  world.options.environment.checkpoint = false;
  BeginWithRunningLrp();
  world.BreakStream();
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
  world.Advance(seconds(6));
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kAgentGone);
  EXPECT_EQ(Subscriptions(), 1u);
}

TEST_F(ExecutorSessionTest, WithoutCheckpointingTheFirstSubscriptionIsTriedForAMinute) {
  world.options.environment.checkpoint = false;
  world.agent.refuses = 503;
  world.Begin();
  world.Advance(seconds(30));
  EXPECT_FALSE(world.executor->end());
  EXPECT_GT(Subscriptions(), 10u);
  world.Advance(seconds(40));
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kAgentGone);
}

// As often as the agent's longest delay of 2 s has it, and no more often than twice a second.
TEST_F(ExecutorSessionTest, AnAgentThatRefusesAllIsAskedSoManyTimesAMinute) {
  BeginWithRunningLrp();
  const size_t before = Subscriptions();
  world.agent.refuses = 503;
  world.BreakStream();
  world.Advance(seconds(60));
  EXPECT_GE(Subscriptions() - before, 40u);
  EXPECT_LE(Subscriptions() - before, 120u);
}

TEST_F(ExecutorSessionTest, AnAgentThatForbidsEachUpdateIsAskedSoManyTimesAMinute) {
  BeginWithRunningLrp();
  const size_t before = Subscriptions();
  world.agent.update_status = 403;
  world.rep.containers.clear();
  world.Advance(seconds(60));
  EXPECT_GE(Subscriptions() - before, 1u);
  EXPECT_LE(Subscriptions() - before, 120u);
}

TEST_F(ExecutorSessionTest, AnAgentThatDoesNotKnowUsIsNotAskedForLong) {
  BeginWithRunningLrp();
  world.agent.refuses = 400;
  world.agent.refusal_text = "Executor cannot be found";
  world.BreakStream();
  world.Advance(seconds(20));
  EXPECT_EQ(Subscriptions(), 4u);
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kAgentGone);
}

TEST_F(ExecutorSessionTest, AnUpdateThatTheAgentCannotTakeNowIsTriedAgain) {
  BeginWithRunningLrp();
  world.agent.update_status = 503;
  world.rep.containers.clear();
  world.Advance(seconds(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  EXPECT_EQ(Subscriptions(), 1u);
  world.agent.update_status = 202;
  world.Advance(seconds(3));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

TEST_F(ExecutorSessionTest, AnUpdateThatIsForbiddenMeansANewSubscription) {
  BeginWithRunningLrp();
  world.agent.update_status = 403;
  world.rep.containers.clear();
  world.Advance(seconds(1));
  world.agent.update_status = 202;
  world.Advance(seconds(3));
  EXPECT_GE(Subscriptions(), 2u);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

// Rule 64.
TEST_F(ExecutorSessionTest, ShutdownStopsAllWorkTellsItAndEnds) {
  BeginWithRunningLrp();
  world.Launch("t", TaskData("t"));
  world.Advance(seconds(1));
  SendEvent(AgentEvent::SHUTDOWN);
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
  EXPECT_TRUE(world.rep.Task("t").stops);
  EXPECT_FALSE(world.executor->end());
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING KILLED");
  EXPECT_EQ(world.StatesOf("t"), "STARTING RUNNING KILLING KILLED");
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kDone);
}

TEST_F(ExecutorSessionTest, ShutdownEndsWithinTheGracePeriodWhateverRepAndTheAgentDo) {
  for (const bool acknowledges : {true, false}) {
    ExecutorWorld other;
    other.options.environment.shutdown_grace = seconds(2);
    other.Begin();
    other.Launch("a", LrpData("pg"));
    other.agent.acknowledges = acknowledges;
    other.rep.is_up = false;
    AgentEvent event;
    event.set_type(AgentEvent::SHUTDOWN);
    other.Send(event);
    other.Settle();
    other.Advance(Milliseconds(1400));
    EXPECT_FALSE(other.executor->end());
    other.Advance(Milliseconds(500));
    EXPECT_EQ(other.StatesOf("a"), "STARTING KILLING KILLED");
    EXPECT_TRUE(other.executor->end()) << acknowledges;
  }
}

TEST_F(ExecutorSessionTest, AFrameworkThatIsGoneDoesNotMakeTheGracePeriodPass) {
  world.options.environment.shutdown_grace = seconds(60);
  BeginWithRunningLrp();
  world.agent.acknowledges = false;
  SendEvent(AgentEvent::SHUTDOWN);
  world.Advance(seconds(10));
  EXPECT_FALSE(world.executor->end()) << "rep has not stopped it yet";
  world.rep.containers.clear();
  world.Advance(seconds(4));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING KILLED");
  EXPECT_FALSE(world.executor->end()) << "an acknowledgement may be on its way";
  world.Advance(seconds(3));
  EXPECT_TRUE(world.executor->end());
}

TEST_F(ExecutorSessionTest, ShutdownAsTheFirstEventIsHeard) {
  world.agent.refuses = 503;
  world.Begin();
  world.agent.refuses = 0;
  world.Advance(seconds(2));
  SendEvent(AgentEvent::SHUTDOWN);
  EXPECT_TRUE(world.executor->end());
}

TEST_F(ExecutorSessionTest, ALaunchAfterShutdownIsKilled) {
  BeginWithRunningLrp();
  SendEvent(AgentEvent::SHUTDOWN);
  world.Launch("late", LrpData("pg", 1));
  EXPECT_EQ(world.StatesOf("late"), "KILLED");
  EXPECT_EQ(world.rep.containers.size(), 1u);
}

TEST_F(ExecutorSessionTest, ASignalEndsItAsShutdownDoes) {
  BeginWithRunningLrp();
  world.executor->Shutdown("signal 15");
  world.Settle();
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kDone);
}

TEST_F(ExecutorSessionTest, AnErrorMeansANewSubscriptionWithCheckpointingOrWithout) {
  for (const bool checkpoint : {true, false}) {
    ExecutorWorld other;
    other.options.environment.checkpoint = checkpoint;
    other.Begin();
    AgentEvent event;
    event.set_type(AgentEvent::ERROR);
    other.Send(event);
    EXPECT_FALSE(other.has_stream());
    other.Advance(seconds(3));
    EXPECT_TRUE(other.has_stream()) << checkpoint;
    EXPECT_FALSE(other.executor->end());
  }
}

// Rule 65.
TEST_F(ExecutorSessionTest, HeartbeatsAreSentAndMayBeRefused) {
  // Older agents do not know them.
  for (const int status : {202, 501, 403}) {
    ExecutorWorld other;
    other.options.times.idle = std::chrono::hours(10);
    other.agent.heartbeat_status = status;
    other.Begin();
    other.Advance(minutes(95));
    EXPECT_EQ(other.CallsOf(Call::HEARTBEAT), 3u) << status;
    EXPECT_EQ(other.CallsOf(Call::SUBSCRIBE), 1u) << status;
    EXPECT_TRUE(other.has_stream()) << status;
  }
}

TEST_F(ExecutorSessionTest, AnAgentThatSentHeartbeatsAndFallsSilentIsLost) {
  world.options.times.idle = std::chrono::hours(10);
  world.Begin();
  world.Advance(std::chrono::hours(5));
  EXPECT_EQ(Subscriptions(), 1u) << "older agents send no heartbeats at all";
  SendEvent(AgentEvent::HEARTBEAT);
  world.Advance(minutes(74));
  EXPECT_EQ(Subscriptions(), 1u);
  world.Advance(minutes(2));
  EXPECT_EQ(Subscriptions(), 2u);
}

TEST_F(ExecutorSessionTest, EventsAreTakenHoweverTheyAreCut) {
  for (const size_t piece : {1u, 2u, 3u, 7u}) {
    ExecutorWorld other;
    other.Begin();
    AgentEvent event;
    event.set_type(AgentEvent::LAUNCH);
    event.mutable_launch()->mutable_task()->mutable_task_id()->set_value("a");
    event.mutable_launch()->mutable_task()->set_data(LrpData("pg"));
    std::string bytes;
    AppendRecord(event.SerializeAsString(), &bytes);
    other.SendBytes(bytes, piece);
    other.Settle();
    EXPECT_EQ(other.StatesOf("a"), "STARTING");
  }
}

TEST_F(ExecutorSessionTest, WhatIsNoEventMeansANewSubscription) {
  for (const char* const bytes : {"x\n", "0\n", "999999999999\n", "3\n\xff\xff\xff"}) {
    ExecutorWorld other;
    other.Begin();
    other.SendBytes(bytes, 100);
    EXPECT_FALSE(other.has_stream()) << bytes;
    other.Advance(seconds(3));
    EXPECT_TRUE(other.has_stream());
  }
}

TEST_F(ExecutorSessionTest, MessagesOfTheFrameworkArePassedOver) {
  BeginWithRunningLrp();
  SendEvent(AgentEvent::MESSAGE);
  SendEvent(AgentEvent::UNKNOWN);
  EXPECT_TRUE(world.has_stream());
}

}  // namespace
}  // namespace rostrum::mesos
