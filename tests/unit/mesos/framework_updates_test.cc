// What becomes of launched work: statuses, drops, kills, losses, restarts.

#include <string>

#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::chrono_literals;

class FrameworkUpdates : public FrameworkTest {
 protected:
  // Launches one instance and returns its task.
  std::string Launch(const WorkRequest& request, const std::string& identifier,
                     const std::string& agent = "agent-1") {
    EXPECT_TRUE(machine->Submit({{request}}).ok());
    Give(MakeOffer(agent, 1000));
    const std::vector<std::string> ids = TasksOf(identifier);
    EXPECT_FALSE(ids.empty());
    return ids.empty() ? "" : ids.back();
  }
};

TEST_F(FrameworkUpdates, StatusesAreKeptThenAcknowledgedAndTold) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Outcomes();
  Update(id, TaskState::kStarting);
  Update(id, TaskState::kRunning);
  Update(id, TaskState::kRunning);
  EXPECT_EQ(master.acknowledged.size(), 3u) << "also one that came before";
  EXPECT_EQ(disk.LastOf(id)->status().state(), static_cast<int>(TaskState::kRunning));
  const auto told = Outcomes(OutcomeKind::kStatus);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].state, TaskState::kRunning);
  EXPECT_EQ(machine->counts().running, 1u);
  Update(id, TaskState::kFinished);
  EXPECT_EQ(master.acknowledged.size(), 4u);
  EXPECT_EQ(disk.LastOf(id)->ended(), id);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
  EXPECT_EQ(machine->counts().launched, 0u);
}

TEST_F(FrameworkUpdates, AStatusWithoutUuidIsNotAcknowledged) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  TaskStatus status = StatusOf(id, TaskState::kRunning);
  status.uuid.clear();
  Send(TaskUpdate{status, true});
  EXPECT_TRUE(master.acknowledged.empty());
}

TEST_F(FrameworkUpdates, WhatCannotBeKeptIsNotAcknowledgedBeforeItCan) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  disk.fails = true;
  const TaskStatus status = StatusOf(id, TaskState::kRunning);
  // Agents repeat what nobody acknowledges.
  for (int i = 0; i < 3; ++i) Send(TaskUpdate{status, true});
  EXPECT_TRUE(master.acknowledged.empty());
  disk.fails = false;
  Advance(1s);
  EXPECT_EQ(master.acknowledged.size(), 1u) << "once, however often it came";
  Send(TaskUpdate{status, true});
  EXPECT_EQ(master.acknowledged.size(), 2u) << "the first may have been lost";
  EXPECT_EQ(disk.LastOf(id)->launched().state(), static_cast<int>(TaskState::kRunning));
}

TEST_F(FrameworkUpdates, ALaunchOnAnOfferThatIsGoneWaitsAgainWithoutBlame) {
  Start();
  const std::string first = Launch(Lrp("web", {0}, 100), "web.0");
  Update(first, TaskState::kDropped, kReasonInvalidOffers);
  EXPECT_EQ(Outcomes(OutcomeKind::kRequeued).size(), 1u);
  EXPECT_EQ(machine->counts().waiting, 1u);
  Give(MakeOffer("agent-2", 1000));
  ASSERT_EQ(TasksOf("web.0").size(), 2u);
  EXPECT_NE(TasksOf("web.0")[1], first) << "an id is used once";
  EXPECT_EQ(disk.LastOf(first)->ended(), first);
}

TEST_F(FrameworkUpdates, WithoutPartitionAwarenessSuchALaunchIsLost) {
  Start();
  Update(Launch(Lrp("web", {0}, 100), "web.0"), TaskState::kLost, kReasonInvalidOffers);
  EXPECT_EQ(machine->counts().waiting, 1u);
  EXPECT_EQ(machine->counts().launched, 0u);
}

TEST_F(FrameworkUpdates, ALaunchThatTheClientDroppedWaitsAgain) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Send(LaunchDropped{{id}, "disconnected"});
  EXPECT_EQ(machine->counts().waiting, 1u);
}

TEST_F(FrameworkUpdates, ALaunchThatTheMasterNeverSawWaitsAgain) {
  Start();
  const std::string id = Launch(Task("job", 100), "job");
  Update(id, TaskState::kGone, kReasonReconciliation);
  EXPECT_EQ(machine->counts().waiting, 1u);
}

TEST_F(FrameworkUpdates, ATaskThatRanAndIsGoneIsOver) {
  Start();
  const std::string id = Launch(Task("job", 100), "job");
  Update(id, TaskState::kRunning);
  Update(id, TaskState::kGone);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
}

TEST_F(FrameworkUpdates, AnInstanceThatWasLostWithItsAgentIsReplacedIfThatIsAsked) {
  options.settings.replace_lost = true;
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(id, TaskState::kRunning);
  Update(id, TaskState::kGone);
  EXPECT_EQ(machine->counts().waiting, 1u);
  EXPECT_EQ(Outcomes(OutcomeKind::kReplaced).size(), 1u);
}

TEST_F(FrameworkUpdates, AnAcceptThatTheClientRefusesIsUndone) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  master.refuse_next = FailedPrecondition("not subscribed");
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(machine->counts().launched, 0u);
  EXPECT_EQ(machine->counts().waiting, 1u);
  EXPECT_TRUE(master.out.empty()) << "its offers go back";
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(machine->counts().launched, 1u);
}

TEST_F(FrameworkUpdates, WhatWasPutBackIsSeenByARoundThoughNothingComes) {
  options.settings.keep_waiting = false;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  master.refuse_next = FailedPrecondition("not subscribed");
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(machine->counts().waiting, 1u);
  Outcomes();
  Advance(options.settings.window);
  EXPECT_EQ(Outcomes(OutcomeKind::kRefused).size(), 1u);
  EXPECT_EQ(machine->counts().waiting, 0u);
}

// A task runs at most once, and Diego's BBS asks again for an LRP.
TEST_F(FrameworkUpdates, WorkWhoseEndNobodySawIsOverAndIsNotPlacedAgain) {
  options.settings.replace_lost = true;
  Start();
  const std::string lrp = Launch(Lrp("web", {0}, 100), "web.0");
  const std::string task = Launch(Task("job", 100), "job");
  Update(lrp, TaskState::kRunning);
  Outcomes();
  // Of the task nothing was heard before.
  for (const std::string& id : {lrp, task}) {
    Update(id, TaskState::kEndedUnseen);
    const auto told = Outcomes();
    ASSERT_EQ(told.size(), 1u) << id;
    EXPECT_EQ(told[0].kind, OutcomeKind::kEnded);
    EXPECT_EQ(told[0].state, TaskState::kEndedUnseen);
    EXPECT_EQ(disk.LastOf(id)->ended(), id);
  }
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(machine->counts().launched, 0u);
}

TEST_F(FrameworkUpdates, WorkThatCanNeverBeSentIsOverAndSaysWhy) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  master.refuse_next = InvalidArgument("a task without resources");
  Give(MakeOffer("agent-1", 1000));
  const auto ended = Outcomes(OutcomeKind::kEnded);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].text, "a task without resources");
  EXPECT_EQ(machine->counts().waiting, 0u);
}

TEST_F(FrameworkUpdates, AnErrorOfTheMasterOverAnExecutorIsTriedAgainAFewTimes) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  for (size_t attempt = 1; attempt <= 4; ++attempt) {
    Give(MakeOffer("agent-" + std::to_string(attempt), 1000));
    Advance(10s);
    ASSERT_EQ(TasksOf("web.0").size(), attempt);
    Update(TasksOf("web.0").back(), TaskState::kError);
  }
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
}

// --- What is there already.

TEST_F(FrameworkUpdates, WhatWaitsOrRunsIsNotLaunchedTwice) {
  Start();
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0, 0}, 100)}}), 1u);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 0u);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 0u);
  Update(TasksOf("web.0").at(0), TaskState::kRunning);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 0u);
  Update(TasksOf("web.0").at(0), TaskState::kFailed);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 1u);
}

TEST_F(FrameworkUpdates, WhereAnotherKnowsBetterWhatRunsIsLaunchedAgainButNotWhatStarts) {
  options.settings.launch_known = true;
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 0u);
  Update(id, TaskState::kRunning);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 1u);
  EXPECT_TRUE(master.killed.empty());
}

TEST_F(FrameworkUpdates, AnInstanceAndATaskOfOneNameAreTwoThings) {
  Start();
  EXPECT_EQ(*machine->Submit({{Lrp("a", {0}, 10), Task("a.0", 10)}}), 2u);
}

// --- Unreachable agents.

TEST_F(FrameworkUpdates, UnreachableIsNothingFinal) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(id, TaskState::kRunning);
  Outcomes();
  Update(id, TaskState::kUnreachable);
  const auto told = Outcomes();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, OutcomeKind::kUnclear);
  Advance(24h);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(machine->counts().unclear, 1u);
  Update(id, TaskState::kRunning, kReasonAgentReregistered);
  EXPECT_EQ(machine->counts().running, 1u);
  EXPECT_TRUE(master.killed.empty());
}

TEST_F(FrameworkUpdates, AskedForAgainItIsReplacedAndTheOldOneIsKilledWhenItComesBack) {
  Start();
  const std::string old_id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(old_id, TaskState::kRunning);
  Update(old_id, TaskState::kUnreachable);
  const std::string new_id = Launch(Lrp("web", {0}, 100), "web.0", "agent-2");
  EXPECT_NE(new_id, old_id);
  Update(new_id, TaskState::kRunning);
  EXPECT_TRUE(master.killed.empty());
  Update(old_id, TaskState::kRunning, kReasonAgentReregistered);
  EXPECT_EQ(master.killed, std::vector<std::string>{old_id});
  Update(old_id, TaskState::kKilled);
  EXPECT_EQ(machine->counts().running, 1u);
  EXPECT_EQ(machine->counts().waiting, 0u);
}

TEST_F(FrameworkUpdates, ThatItWasReplacedIsKnownAfterARestart) {
  Start();
  const std::string old_id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(old_id, TaskState::kRunning);
  Update(old_id, TaskState::kUnreachable);
  Launch(Lrp("web", {0}, 100), "web.0", "agent-2");
  Crash();
  Start();
  Update(old_id, TaskState::kRunning, kReasonReconciliation);
  EXPECT_EQ(master.killed, std::vector<std::string>{old_id});
}

TEST_F(FrameworkUpdates, AfterATimeAnInstanceIsReplacedByItselfButATaskNever) {
  options.settings.replace_unreachable = 60s;
  Start();
  Update(Launch(Lrp("web", {0}, 100), "web.0"), TaskState::kUnreachable);
  Update(Launch(Task("job", 100), "job", "agent-2"), TaskState::kUnreachable);
  Advance(59s);
  EXPECT_EQ(machine->counts().waiting, 0u);
  Advance(1s);
  EXPECT_EQ(machine->counts().waiting, 1u);
  Give(MakeOffer("agent-3", 1000));
  EXPECT_EQ(TasksOf("web.0").size(), 2u);
  EXPECT_EQ(TasksOf("job").size(), 1u);
}

TEST_F(FrameworkUpdates, WhatWasReplacedAndNobodyKnowsIsOver) {
  options.settings.replace_unreachable = 60s;
  Start();
  // Known to be forgotten first, or replaced first.
  const std::string first = Launch(Lrp("web", {0}, 100), "web.0");
  const std::string second = Launch(Lrp("web", {1}, 100), "web.1", "agent-2");
  const std::string job = Launch(Task("job", 100), "job", "agent-3");
  Update(first, TaskState::kUnknown, kReasonReconciliation);
  Update(second, TaskState::kUnreachable);
  Update(job, TaskState::kGoneByOperator);
  EXPECT_EQ(machine->counts().launched, 3u);
  Outcomes();
  Advance(60s);
  EXPECT_EQ(machine->counts().waiting, 2u);
  EXPECT_EQ(machine->counts().launched, 2u);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
  Update(second, TaskState::kUnknown, kReasonReconciliation);
  EXPECT_EQ(machine->counts().launched, 1u) << "the task is not replaced";
  EXPECT_EQ(master.forgotten, (std::set<std::string>{first, second}));
  EXPECT_EQ(machine->Cancel(Kind::kTask, "job", {}), 1u);
  EXPECT_EQ(machine->counts().launched, 0u);
  // Should one come back, it is not to run beside the one in its place.
  Update(first, TaskState::kRunning);
  EXPECT_EQ(master.killed.back(), first);
}

TEST_F(FrameworkUpdates, AnAgentThatIsBackInTimeKeepsItsInstance) {
  options.settings.replace_unreachable = 60s;
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(id, TaskState::kUnreachable);
  Advance(59s);
  Update(id, TaskState::kRunning);
  Advance(1h);
  EXPECT_EQ(machine->counts().waiting, 0u);
}

// --- Ends that are asked for.

TEST_F(FrameworkUpdates, CancelTakesWhatWaitsAndKillsWhatRuns) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Update(id, TaskState::kRunning);
  ASSERT_TRUE(machine->Submit({{Lrp("web", {1}, 5000)}}).ok());
  Outcomes();
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", {}), 2u);
  EXPECT_EQ(Outcomes(OutcomeKind::kCancelled).size(), 1u);
  EXPECT_EQ(master.killed, std::vector<std::string>{id});
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", {}), 0u) << "it is being killed";
  Update(id, TaskState::kKilled);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
}

TEST_F(FrameworkUpdates, OneInstanceOfSeveralIsStopped) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1}, 100)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", 1), 1u);
  EXPECT_EQ(master.killed, TasksOf("web.1"));
}

TEST_F(FrameworkUpdates, AKillIsKnownAfterARestart) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  machine->Cancel(Kind::kLrp, "web", 0);
  Crash();
  master.killed.clear();
  Start();
  EXPECT_EQ(master.killed, std::vector<std::string>{id});
}

TEST_F(FrameworkUpdates, ALaunchThatIsToEndIsNotLaunchedAgainWhenItIsDropped) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  machine->Cancel(Kind::kLrp, "web", 0);
  Update(id, TaskState::kDropped, kReasonInvalidOffers);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(machine->counts().launched, 0u);
}

// --- Restarts.

TEST_F(FrameworkUpdates, ARestartKnowsWhatWasLaunchedAndLaunchesItNotAgain) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  Crash();
  Start();
  EXPECT_EQ(machine->counts().launched, 1u);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 0u);
  Update(id, TaskState::kRunning, kReasonReconciliation);
  EXPECT_EQ(machine->counts().running, 1u);
  EXPECT_TRUE(master.killed.empty());
}

TEST_F(FrameworkUpdates, WorkOfAnExecutorThatIsNotConfiguredAnyMoreIsNotPlacedAgain) {
  options.executor = SomeExecutor();
  options.settings.replace_lost = true;
  options.settings.replace_unreachable = 60s;
  Start();
  const std::string lost = Launch(ForCell(Lrp("lost", {0}, 100)), "lost.0");
  const std::string dropped = Launch(ForCell(Lrp("dropped", {0}, 100)), "dropped.0", "agent-2");
  const std::string away = Launch(ForCell(Lrp("away", {0}, 100)), "away.0", "agent-3");
  Update(lost, TaskState::kRunning);
  Crash();
  options.executor.reset();
  Start();
  Update(lost, TaskState::kGone);
  Update(dropped, TaskState::kDropped, kReasonInvalidOffers);
  Update(away, TaskState::kUnreachable);
  Advance(2min);
  EXPECT_EQ(machine->counts().waiting, 0u);
  const auto ended = Outcomes(OutcomeKind::kEnded);
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[1].state, TaskState::kDropped);
  EXPECT_EQ(machine->counts().unclear, 1u);
}

TEST_F(FrameworkUpdates, ALaunchThatWasKeptButNeverSentIsPlacedAgainAfterARestart) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  master.refuse_next = FailedPrecondition("the process ends here");
  Give(MakeOffer("agent-1", 1000));
  // The disk has the intent alone, as if the crash had come right behind it.
  std::erase_if(disk.kept, [](const journal::Record& record) { return record.has_ended(); });
  ASSERT_EQ(disk.kept.back().what_case(), journal::Record::kLaunched);
  const std::string id = disk.kept.back().launched().task_id();
  Crash();
  Start();
  Update(id, TaskState::kGone, kReasonReconciliation);
  EXPECT_EQ(machine->counts().waiting, 1u);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(TasksOf("web.0").size(), 1u);
  EXPECT_NE(TasksOf("web.0")[0], id);
}

TEST_F(FrameworkUpdates, TasksOfAnotherFrameworkIdAreNoTasksOfOurs) {
  Start();
  Launch(Lrp("web", {0}, 100), "web.0");
  Crash();
  Begin();
  Connect("framework-2");
  EXPECT_EQ(machine->counts().launched, 0u);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0}, 100)}}), 1u);
}

TEST_F(FrameworkUpdates, OffersAreVoidWithTheSubscription) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  const std::string id = master.out.begin()->first;
  Send(OffersGone{OfferEnd::kDisconnected, {id}});
  Send(Disconnected{"test"});
  EXPECT_EQ(machine->counts().offers_held, 0u);
  EXPECT_FALSE(machine->counts().connected);
}

TEST_F(FrameworkUpdates, AfterTheEndOfTheFrameworkNothingIsDone) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  Send(SchedulerFailed{FailureKind::kRemoved, "Framework has been removed"});
  EXPECT_EQ(Outcomes(OutcomeKind::kFailed).size(), 1u);
  EXPECT_EQ(machine->Deadline(), kNever);
  EXPECT_TRUE(machine->counts().failed);
}

TEST_F(FrameworkUpdates, WhatStoppedInTheMiddleDoesNothingAnyMore) {
  Start();
  const std::string id = Launch(Lrp("web", {0}, 100), "web.0");
  ASSERT_TRUE(machine->Submit({{Lrp("huge", {0}, 5000)}}).ok());
  Outcomes();
  disk.memory_runs_out = true;
  EXPECT_THROW(Update(id, TaskState::kRunning), std::bad_alloc);
  machine->Break("no memory");
  disk.memory_runs_out = false;
  const size_t kept = disk.kept.size();
  // The status that was taken in last was never recorded.
  Update("another", TaskState::kFinished);
  Give(MakeOffer("agent-2", 10'000));
  Advance(1h);
  EXPECT_EQ(machine->Submit({{Lrp("late", {0}, 10)}}).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", {}), 0u);
  EXPECT_TRUE(master.acknowledged.empty());
  EXPECT_TRUE(master.killed.empty());
  EXPECT_EQ(master.launched.size(), 1u);
  EXPECT_EQ(disk.kept.size(), kept);
  EXPECT_TRUE(machine->counts().failed);
  const auto failed = Outcomes(OutcomeKind::kFailed);
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].text, "the framework stopped: no memory");
  // Whether the id is burnt is known all the same.
  Send(SchedulerFailed{FailureKind::kRemoved, "the framework was torn down"});
  EXPECT_EQ(machine->failure(), FailureKind::kRemoved);
}

TEST_F(FrameworkUpdates, InverseOffersAreAcceptedWhereNothingRuns) {
  Start();
  Launch(Lrp("web", {0}, 100), "web.0", "agent-1");
  InverseOffersMade made;
  made.offers = {{.id = "busy", .agent_id = "agent-1"}, {.id = "vacant", .agent_id = "agent-2"}};
  Send(made);
  EXPECT_EQ(master.inverse_accepted, std::vector<std::string>{"vacant"});
  EXPECT_EQ(master.inverse_declined, std::vector<std::string>{"busy"});
}

}  // namespace
}  // namespace rostrum::mesos
