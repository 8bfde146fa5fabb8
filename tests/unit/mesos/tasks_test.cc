// Statuses, acknowledgements, reconciliation, kills, operations: rules 42 to 55.

#include "tests/unit/mesos/session_fixture.h"

namespace rostrum::mesos {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class TasksSessionTest : public SessionTest {
 protected:
  void Launch(const std::string& task, const std::string& agent = "agent-1") {
    const std::string offer = "offer-for-" + task;
    SendOffer(offer, agent);
    ASSERT_TRUE(session->Accept({.offer_ids = {offer}, .tasks = {MakeTask(task, agent)}}).ok());
    TakeCalls();
    Events();
  }

  // The RECONCILEs among the calls, as "t1@agent-1,t2@" each; "all" for an implicit one.
  std::vector<std::string> TakeReconciles() {
    std::vector<std::string> found;
    for (const SchedulerCall& call : TakeCalls()) {
      if (call.type() != SchedulerCall::RECONCILE) continue;
      std::string text;
      for (const auto& task : call.reconcile().tasks()) {
        text += (text.empty() ? "" : ",") + task.task_id().value() + "@" + task.agent_id().value();
      }
      found.push_back(text.empty() ? "all" : text);
    }
    return found;
  }

  size_t TakeKills() {
    size_t kills = 0;
    for (const SchedulerCall& call : TakeCalls()) kills += call.type() == SchedulerCall::KILL;
    return kills;
  }

  void Resubscribe() {
    EndStream();
    Advance(seconds(1));
    AnswerStream();
    SendSubscribed();
  }
};

TEST_F(TasksSessionTest, AStatusWithAUuidIsAcknowledgedWhenTheEmbedderSaysSo) {
  Subscribe();
  Launch("t1");
  SendUpdate("t1", v1::TASK_RUNNING, "0123456789abcdef");
  EXPECT_FALSE(CallUnderWay());
  const auto updates = Told<TaskUpdate>();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_TRUE(updates[0].tracked);
  EXPECT_EQ(updates[0].status.state, TaskState::kRunning);
  ASSERT_TRUE(session->Acknowledge(updates[0].status).ok());
  const SchedulerCall call = *CallUnderWay();
  EXPECT_EQ(call.acknowledge().agent_id().value(), "agent-1");
  EXPECT_EQ(call.acknowledge().task_id().value(), "t1");
  EXPECT_EQ(call.acknowledge().uuid(), "0123456789abcdef");
}

TEST_F(TasksSessionTest, AStatusWithoutAUuidIsNeverAcknowledged) {
  Subscribe();
  SendUpdate("t1", v1::TASK_LOST);
  EXPECT_TRUE(session->Acknowledge(Told<TaskUpdate>().at(0).status).ok());
  EXPECT_FALSE(CallUnderWay());
}

TEST_F(TasksSessionTest, ARepeatedStatusIsToldAgainSinceItsAcknowledgementWasLost) {
  Subscribe();
  SendUpdate("t1", v1::TASK_FINISHED, "0123456789abcdef");
  SendUpdate("t1", v1::TASK_FINISHED, "0123456789abcdef");
  const auto updates = Told<TaskUpdate>();
  ASSERT_EQ(updates.size(), 2u);
  EXPECT_EQ(updates[0].status, updates[1].status);
}

TEST_F(TasksSessionTest, ARepeatedStatusIsNotAcknowledgedTwiceWhileTheFirstOneWaits) {
  Subscribe();
  SendUpdate("t1", v1::TASK_RUNNING, "0123456789abcdef");
  SendUpdate("t1", v1::TASK_RUNNING, "0123456789abcdef");
  const auto updates = Told<TaskUpdate>();
  for (const TaskUpdate& update : updates) ASSERT_TRUE(session->Acknowledge(update.status).ok());
  EXPECT_EQ(TakeCalls().size(), 1u);
  ASSERT_TRUE(session->Acknowledge(updates[0].status).ok());
  EXPECT_EQ(TakeCalls().size(), 1u) << "the agent has not got the first one";
  ASSERT_TRUE(session->Acknowledge(updates[0].status).ok());
  Resubscribe();
  TakeCalls();
  ASSERT_TRUE(session->Acknowledge(updates[0].status).ok());
  EXPECT_EQ(TakeCalls().size(), 1u) << "what waited is lost with the subscription";
}

TEST_F(TasksSessionTest, ATaskIsTrackedUntilItIsOver) {
  Subscribe();
  Launch("t1");
  for (const v1::TaskState state :
       {v1::TASK_STAGING, v1::TASK_RUNNING, v1::TASK_UNREACHABLE, v1::TASK_LOST,
        v1::TASK_UNKNOWN, v1::TASK_GONE_BY_OPERATOR}) {
    SendUpdate("t1", state);
    EXPECT_EQ(session->counts().tasks_tracked, 1u) << state;
  }
  SendUpdate("t1", v1::TASK_GONE);
  EXPECT_EQ(session->counts().tasks_tracked, 0u);
  for (const v1::TaskState state : {v1::TASK_FINISHED, v1::TASK_FAILED, v1::TASK_KILLED,
                                      v1::TASK_ERROR, v1::TASK_DROPPED}) {
    session->Track(std::vector<TaskPlace>{{"t2", "agent-1"}});
    SendUpdate("t2", state);
    EXPECT_EQ(session->counts().tasks_tracked, 0u) << state;
  }
}

TEST_F(TasksSessionTest, ATaskWithoutAStatusIsAskedFor) {
  Subscribe();
  Launch("t1");
  Launch("t2", "agent-2");
  SendUpdate("t2", v1::TASK_STARTING, "", "agent-2");
  Advance(seconds(29));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{});
  Advance(seconds(1));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"t1@agent-1"});
  SchedulerEvent heartbeat;
  heartbeat.set_type(SchedulerEvent::HEARTBEAT);
  Send(heartbeat);
  Advance(seconds(60));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"t1@agent-1"});
  SendUpdate("t1", v1::TASK_RUNNING);
  Advance(seconds(70));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{});
}

TEST_F(TasksSessionTest, AfterEachSubscriptionAllTasksAreAskedForThenEverything) {
  options.tasks = {{"a", "agent-1"}, {"b", "agent-2"}, {"c", ""}};
  Begin();
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(TakeReconciles(), (std::vector<std::string>{"a@agent-1,b@agent-2,c@", "all"}));
  SendUpdate("b", v1::TASK_RUNNING, "", "agent-2");
  Advance(seconds(2));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"a@agent-1,c@"});
  Resubscribe();
  EXPECT_EQ(TakeReconciles(), (std::vector<std::string>{"a@agent-1,b@agent-2,c@", "all"}));
}

TEST_F(TasksSessionTest, WhatIsNotAnsweredIsAskedForAgainWithGrowingDelays) {
  random.Set(0.999999);
  options.tasks = {{"a", "agent-1"}};
  options.times.reconcile_initial = seconds(10);
  options.times.reconcile_maximum = seconds(40);
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 600);
  TakeReconciles();
  std::vector<int64_t> times;
  const TimePoint begin = clock.Now();
  while (clock.Now() < begin + seconds(120)) {
    Advance(seconds(1));
    if (!TakeReconciles().empty()) {
      times.push_back(std::chrono::duration_cast<seconds>(clock.Now() - begin).count());
    }
  }
  EXPECT_EQ(times, (std::vector<int64_t>{10, 30, 70, 110}));
  SendUpdate("a", v1::TASK_UNREACHABLE);
  Advance(seconds(120));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{});
}

TEST_F(TasksSessionTest, LargeRunsGoInBatchesWithPauses) {
  options.times.reconcile_batch = 2;
  for (const char* id : {"a", "b", "c", "d", "e"}) options.tasks.push_back({id, "x"});
  Begin();
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"a@x,b@x"});
  SendUpdate("c", v1::TASK_RUNNING, "", "x");
  Advance(Milliseconds(100));
  EXPECT_EQ(TakeReconciles(), (std::vector<std::string>{"d@x,e@x", "all"}));
}

TEST_F(TasksSessionTest, ANewRunTakesThePlaceOfOneThatGoesOn) {
  options.times.reconcile_batch = 1;
  options.tasks = {{"a", "x"}, {"b", "x"}};
  Begin();
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"a@x"});
  session->Reconcile();
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>());
  Advance(seconds(1));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"a@x"});
  Advance(Milliseconds(100));
  EXPECT_EQ(TakeReconciles(), (std::vector<std::string>{"b@x", "all"}));
}

TEST_F(TasksSessionTest, EverythingIsAskedForFromTimeToTime) {
  random.Set(0);
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 3600);
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"all"});
  Advance(seconds(13 * 60 + 29));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{});
  Advance(seconds(1));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"all"});
}

TEST_F(TasksSessionTest, ATaskThatNobodyKnowsOfIsToldAsSuch) {
  Subscribe();
  SendUpdate("orphan", v1::TASK_RUNNING);
  EXPECT_FALSE(Told<TaskUpdate>().at(0).tracked);
  session->Track(std::vector<TaskPlace>{{"orphan", "agent-1"}});
  SendUpdate("orphan", v1::TASK_RUNNING);
  EXPECT_TRUE(Told<TaskUpdate>().at(0).tracked);
}

TEST_F(TasksSessionTest, AFailureOnlyHastensReconciliation) {
  Subscribe();
  Launch("t1");
  Launch("t2", "agent-2");
  SendUpdate("t1", v1::TASK_RUNNING);
  SendUpdate("t2", v1::TASK_RUNNING, "", "agent-2");
  Events();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::FAILURE);
  event.mutable_failure()->mutable_agent_id()->set_value("agent-1");
  event.mutable_failure()->mutable_executor_id()->set_value("e1");
  event.mutable_failure()->set_status(9);
  Send(event);
  const auto failures = Told<AgentFailure>();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].executor_id, "e1");
  EXPECT_EQ(failures[0].exit_status, 9);
  EXPECT_EQ(session->counts().tasks_tracked, 2u);
  Advance(seconds(1));
  EXPECT_EQ(TakeReconciles(), std::vector<std::string>{"t1@agent-1"});
}

TEST_F(TasksSessionTest, KillIsRepeatedUntilTheTaskIsOver) {
  random.Set(0.999999);
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 3600);
  TakeCalls();
  session->Kill({"t1", "agent-1"}, Milliseconds(1500));
  const SchedulerCall call = *CallUnderWay();
  EXPECT_EQ(call.kill().task_id().value(), "t1");
  EXPECT_EQ(call.kill().agent_id().value(), "agent-1");
  EXPECT_EQ(call.kill().kill_policy().grace_period().nanoseconds(), 1'500'000'000);
  EXPECT_EQ(TakeKills(), 1u);
  Advance(seconds(4));
  EXPECT_EQ(TakeKills(), 0u);
  Advance(seconds(1));
  EXPECT_EQ(TakeKills(), 1u);
  SendUpdate("t1", v1::TASK_KILLING);
  Advance(seconds(10));
  EXPECT_EQ(TakeKills(), 1u);
  SendUpdate("t1", v1::TASK_UNREACHABLE);
  Advance(seconds(20));
  EXPECT_EQ(TakeKills(), 1u);
  SendUpdate("t1", v1::TASK_KILLED);
  Advance(minutes(30));
  EXPECT_EQ(TakeKills(), 0u);
}

TEST_F(TasksSessionTest, AKillLearnsTheAgentFromAStatus) {
  Subscribe();
  session->Kill({"t1", ""}, {});
  EXPECT_FALSE(CallUnderWay()->kill().has_agent_id());
  EXPECT_FALSE(CallUnderWay()->kill().has_kill_policy());
  TakeCalls();
  SendUpdate("t1", v1::TASK_RUNNING, "", "agent-3");
  Advance(seconds(5));
  EXPECT_EQ(CallUnderWay()->kill().agent_id().value(), "agent-3");
}

TEST_F(TasksSessionTest, AKillOfADisconnectedTimeIsSentOnceSubscribed) {
  Begin();
  ASSERT_TRUE(session->Kill({"t1", "agent-1"}, {}).ok());
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(TakeKills(), 1u);
  Resubscribe();
  EXPECT_EQ(TakeKills(), 1u);
  session->Forget("t1");
  Resubscribe();
  EXPECT_EQ(TakeKills(), 0u);
}

TEST_F(TasksSessionTest, LaunchesThatNeverLeftAreDroppedAndOthersAreAskedFor) {
  Subscribe();
  SendOffer("o1", "agent-1");
  SendOffer("o2", "agent-2");
  ASSERT_TRUE(session->Accept({.offer_ids = {"o1"}, .tasks = {MakeTask("t1")}}).ok());
  ASSERT_TRUE(session->Accept({.offer_ids = {"o2"}, .tasks = {MakeTask("t2", "agent-2")}}).ok());
  EndStream();  // The first is under way, the second waits for it.
  const auto dropped = Told<LaunchDropped>();
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].task_ids, std::vector<std::string>{"t2"});
  Advance(seconds(1));
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(TakeReconciles().at(0), "t1@agent-1");
}

TEST_F(TasksSessionTest, OperationsAreReconciledAndAcknowledged) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Acceptance acceptance{.offer_ids = {"o1"}};
  acceptance.operations = {{.resources = {MakeScalar("disk", 1000)}, .id = "op-1"}};
  ASSERT_TRUE(session->Accept(acceptance).ok());
  TakeCalls();
  Resubscribe();
  bool is_asked = false;
  for (const SchedulerCall& call : TakeCalls()) {
    if (call.type() != SchedulerCall::RECONCILE_OPERATIONS) continue;
    is_asked = true;
    EXPECT_EQ(call.reconcile_operations().operations(0).operation_id().value(), "op-1");
    EXPECT_EQ(call.reconcile_operations().operations(0).agent_id().value(), "agent-1");
  }
  EXPECT_TRUE(is_asked);
  SchedulerEvent event;
  event.set_type(SchedulerEvent::UPDATE_OPERATION_STATUS);
  v1::OperationStatus* status = event.mutable_update_operation_status()->mutable_status();
  status->mutable_operation_id()->set_value("op-1");
  status->set_state(2);
  status->mutable_uuid()->set_value("fedcba9876543210");
  status->mutable_agent_id()->set_value("agent-1");
  Send(event);
  const auto updates = Told<OperationUpdate>();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].state, OperationState::kFinished);
  ASSERT_TRUE(session->AcknowledgeOperation(updates[0]).ok());
  EXPECT_EQ(CallUnderWay()->acknowledge_operation_status().uuid(), "fedcba9876543210");
  Resubscribe();
  for (const SchedulerCall& call : TakeCalls()) {
    EXPECT_NE(call.type(), SchedulerCall::RECONCILE_OPERATIONS);
  }
}

TEST_F(TasksSessionTest, MessagesOfExecutorsAreTold) {
  Subscribe();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::MESSAGE);
  event.mutable_message()->mutable_executor_id()->set_value("e1");
  event.mutable_message()->set_data(std::string("a\0b", 3));
  Send(event);
  EXPECT_EQ(Told<ExecutorMessage>().at(0).data, std::string("a\0b", 3));
}

TEST_F(TasksSessionTest, AStateOfANewerMesosIsUnclear) {
  Subscribe();
  Launch("t1");
  // An UPDATE of t1 with the state 99.
  const std::string status = "\x0a\x04\x0a\x02t1\x10\x63";
  SendBytes("14\n\x08\x04\x2a\x0a\x0a\x08" + status);
  const auto updates = Told<TaskUpdate>();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].status.state, TaskState::kUnknown);
  EXPECT_EQ(session->counts().tasks_tracked, 1u);
}

}  // namespace
}  // namespace rostrum::mesos
