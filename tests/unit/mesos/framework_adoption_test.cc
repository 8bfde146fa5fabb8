// Tasks that are found running and that the journal does not know.

#include <set>
#include <string>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/tasks.h"
#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::chrono_literals;

// As an earlier life would have named the task.
std::string TaskOf(const std::string& work) { return work + ".0123456789abcdef-1"; }

class FrameworkAdoption : public FrameworkTest {
 protected:
  // A start that knows that there was an earlier one.
  void StartAgain(bool has_lost_some = false) {
    Begin({.has_past = true, .has_lost_some = has_lost_some});
    Connect();
  }

  void Find(const std::string& task_id, const std::string& agent = "agent-1",
            const std::string& executor_id = "") {
    TaskStatus status = StatusOf(task_id, TaskState::kRunning);
    status.agent_id = agent;
    status.executor_id = executor_id;
    status.reason = kReasonReconciliation;
    Send(TaskUpdate{std::move(status), false});
  }

  void Ask(const WorkRequest& request, size_t added) {
    const auto queued = machine->Submit({{request}});
    ASSERT_TRUE(queued.ok()) << queued.status().text();
    EXPECT_EQ(*queued, added);
  }

  // More than enough for all that waits, for long enough.
  void GiveAndWait() {
    Give(MakeOffer("agent-9", 5000));
    Advance(10s);
  }
};

TEST_F(FrameworkAdoption, ATaskOfAnEarlierLifeIsAdoptedAndFollowedToItsEnd) {
  Start();
  Find(TaskOf("web.0"));
  EXPECT_TRUE(master.killed.empty());
  EXPECT_EQ(master.acknowledged.size(), 1u);
  EXPECT_EQ(master.tracked, std::set<std::string>{TaskOf("web.0")});
  EXPECT_TRUE(disk.HasLaunch(TaskOf("web.0")));
  EXPECT_EQ(machine->counts().running, 1u);
  const auto told = Outcomes(OutcomeKind::kStatus);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].Identifier(), "web.0");
  EXPECT_EQ(told[0].text, "it was found running, and is adopted");
  Find(TaskOf("web.0"));
  EXPECT_TRUE(Outcomes(OutcomeKind::kStatus).empty());
  Crash();
  Start();
  EXPECT_EQ(machine->counts().launched, 1u);
  Update(TaskOf("web.0"), TaskState::kFailed);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
  EXPECT_EQ(machine->counts().launched, 0u);
}

TEST_F(FrameworkAdoption, WhatIsAdoptedIsNotStartedASecondTimeWheneverItIsAskedFor) {
  for (const bool is_asked_before : {true, false}) {
    const std::vector<WorkRequest> requests = {Lrp("web", {2}, 100), Task("job", 100),
                                               Task("job.7", 100), Lrp("a/b", {0}, 100)};
    const auto ask = [&](size_t added) {
      for (const WorkRequest& request : requests) Ask(request, added);
    };
    Begin({.has_past = true});
    if (is_asked_before) ask(1);
    Connect();
    for (const char* work : {"web.2", "job", "job.7", "a_b.0"}) Find(TaskOf(work));
    if (!is_asked_before) ask(0);
    EXPECT_EQ(machine->counts().waiting, 0u);
    GiveAndWait();
    EXPECT_TRUE(master.launched.empty());
    EXPECT_EQ(machine->counts().running, 4u);
    // From then on each is what was asked for.
    EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", 2), 1u);
    EXPECT_EQ(machine->Cancel(Kind::kTask, "job.7", {}), 1u);
    EXPECT_EQ(machine->Cancel(Kind::kLrp, "a/b", 0), 1u);
    EXPECT_EQ(master.killed.size(), 3u);
    Crash();
    Start();
    EXPECT_EQ(machine->Cancel(Kind::kLrp, "a/b", 0), 0u) << "it is being stopped";
    Crash();
    disk.kept.clear();
    master.killed.clear();
  }
}

TEST_F(FrameworkAdoption, AnAdoptedServiceIsKeptAtItsCount) {
  Begin({.has_past = true});
  const WorkRequest router = Lrp("router", {0}, 100);
  ASSERT_TRUE(machine->SetService({router.work, router.launch, 3, 5}).ok());
  Connect();
  Find(TaskOf("router.0"));
  Find(TaskOf("router.1"));
  Find(TaskOf("router.7"));
  GiveAndWait();
  EXPECT_EQ(master.launched.size(), 1u);
  EXPECT_EQ(TasksOf("router.2").size(), 1u);
  Update(TaskOf("router.0"), TaskState::kFailed);
  Advance(10s);
  Give(MakeOffer("agent-9", 5000));
  EXPECT_EQ(TasksOf("router.0").size(), 1u) << "it is started again as any other";
  ASSERT_TRUE(machine->SetService({router.work, router.launch, 3, 5}).ok());
  EXPECT_EQ(master.killed, std::vector<std::string>{TaskOf("router.7")}) << "as a count says";
}

TEST_F(FrameworkAdoption, NoRoundTakesPlaceWhileTheMasterTellsWhatRuns) {
  Begin({.has_past = true});
  Ask(Lrp("web", {0, 1, 2}, 100), 3);
  Connect();
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  EXPECT_TRUE(master.launched.empty());
  Find(TaskOf("web.0"));
  Advance(1500ms);
  EXPECT_TRUE(master.launched.empty()) << "the last one came a moment ago";
  Advance(1s);
  EXPECT_EQ(master.launched.size(), 2u);
  EXPECT_TRUE(TasksOf("web.0").empty());
}

TEST_F(FrameworkAdoption, AFrameworkWithoutAPastWaitsForNothing) {
  Start();
  Ask(Lrp("web", {0}, 100), 1);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(master.launched.size(), 1u);
}

TEST_F(FrameworkAdoption, WhereAnotherOneRunsByThenTheStrangerIsKilled) {
  Start();
  Ask(Lrp("web", {0}, 100), 1);
  Give(MakeOffer("agent-1", 1000));
  Find(TaskOf("web.0"), "agent-2");
  EXPECT_EQ(master.killed, std::vector<std::string>{TaskOf("web.0")});
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
}

// As of a copy of the journal that was made a little earlier.
TEST_F(FrameworkAdoption, TheOneThatTheJournalKnowsMayBeTheOlderOneAndOver) {
  for (const bool is_over : {true, false}) {
    Start();
    const std::string guid = is_over ? "web" : "api";
    Ask(Lrp(guid, {0}, 100), 1);
    Give(MakeOffer("agent-1", 1000));
    const std::string known = TasksOf(guid + ".0").at(0);
    Update(known, TaskState::kRunning);
    Crash();
    options.settings.replace_lost = true;
    StartAgain();
    Find(TaskOf(guid + ".0"), "agent-2");
    EXPECT_TRUE(master.killed.empty());
    if (is_over) Update(known, TaskState::kGone, kReasonReconciliation);
    Advance(10s);
    GiveAndWait();
    EXPECT_EQ(TasksOf(guid + ".0").size(), 1u);
    EXPECT_EQ(machine->counts().running, 1u);
    EXPECT_EQ(master.killed.size(), is_over ? 0u : 1u);
    Crash();
    disk.kept.clear();
    master.killed.clear();
  }
}

TEST_F(FrameworkAdoption, WithAJournalThatHasLostSomeNothingIsKilled) {
  for (const bool is_set : {true, false}) {
    options.settings.adopt_running = is_set;
    StartAgain(/*has_lost_some=*/!is_set);
    Find("web.0.0123456789abcdef-1", "agent-1");
    Find("web.0.0123456789abcdef-2", "agent-2");
    EXPECT_TRUE(master.killed.empty());
    EXPECT_EQ(machine->counts().running, 2u);
    EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
    Crash();
    disk.kept.clear();
  }
}

TEST_F(FrameworkAdoption, WhatIsNotOfOursIsLeftAloneAndThatIsToldOnce) {
  StartAgain();
  for (int time = 0; time < 3; ++time) Find("somebody's");
  EXPECT_TRUE(master.killed.empty());
  EXPECT_EQ(master.acknowledged.size(), 3u);
  EXPECT_EQ(machine->counts().launched, 0u);
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
  Update("late", TaskState::kFinished);
  EXPECT_EQ(master.acknowledged.size(), 4u) << "its agent would repeat it for ever";
}

TEST_F(FrameworkAdoption, WhatWasGivenUpIsKilledWhenItComesBackAlsoAfterARestart) {
  for (const bool has_restarted : {false, true}) {
    Start();
    const std::string guid = has_restarted ? "b" : "a";
    Ask(Lrp(guid, {0}, 100), 1);
    Give(MakeOffer("agent-1", 1000));
    const std::string id = TasksOf(guid + ".0").at(0);
    Update(id, TaskState::kRunning);
    Update(id, TaskState::kUnreachable);
    EXPECT_EQ(machine->Cancel(Kind::kLrp, guid, 0), 1u);
    master.killed.clear();
    Update(id, TaskState::kUnknown, kReasonReconciliation);
    EXPECT_EQ(machine->counts().launched, 0u);
    if (has_restarted) {
      disk.record_bytes = 1 << 20;  // So that all is written anew.
      Update("any", TaskState::kFinished);
      Crash();
      options.settings.adopt_running = true;
      Start();
    }
    Find(id);
    EXPECT_EQ(master.killed, std::vector<std::string>{id});
    Update(id, TaskState::kKilled);
    Crash();
    disk.kept.clear();
  }
}

TEST_F(FrameworkAdoption, OfWhatNobodyAskedForNobodyKnowsHowToStartItAgain) {
  options.settings.replace_lost = true;
  options.settings.replace_unreachable = 1s;
  options.executor = SomeExecutor();
  StartAgain();
  Find(TaskOf("web.0"));
  Find(TaskOf("web.1"));
  Find(TaskOf("web.2"));
  Ask(Lrp("web", {2}, 100), 0);
  Update(TaskOf("web.0"), TaskState::kGone);
  Update(TaskOf("web.1"), TaskState::kUnreachable);
  Advance(10s);
  EXPECT_EQ(machine->counts().waiting, 0u);
  Update(TaskOf("web.2"), TaskState::kGone);
  EXPECT_EQ(machine->counts().waiting, 1u) << "it was asked for";
}

TEST_F(FrameworkAdoption, WhatAReadablePartOfTheOldJournalKnowsHolds) {
  options.executor = SomeExecutor();
  Start();
  Ask(ForCell(Lrp("web", {0, 1}, 100)), 2);
  Give(MakeOffer("agent-1", 1000));
  const std::vector<std::string> ids = {TasksOf("web.0").at(0), TasksOf("web.1").at(0)};
  const std::string executor_id = master.launched[ids[0]].executor->id;
  disk.record_bytes = 1 << 20;  // So that all is written anew, with the states.
  for (const std::string& id : ids) Update(id, TaskState::kRunning);
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", 0), 1u);
  const std::vector<journal::Record> salvaged = disk.kept;
  Crash();
  master.killed.clear();
  disk.kept.clear();
  Begin({.has_past = true, .has_lost_some = true, .salvaged = salvaged});
  Connect();
  EXPECT_EQ(machine->counts().launched, 0u) << "what does not run does not count";
  Find(ids[0], "agent-1", executor_id);
  EXPECT_EQ(Outcomes(OutcomeKind::kStatus).size(), 1u);
  EXPECT_TRUE(master.killed.empty());
  EXPECT_EQ(machine->counts().running, 1u);
  // The cell is known, so that it gets more work as it is.
  Offer offer = MakeOffer("agent-1", 1000);
  offer.executor_ids = {executor_id};
  Ask(ForCell(Lrp("api", {0}, 100)), 1);
  Give(offer);
  Advance(10s);
  ASSERT_EQ(TasksOf("api.0").size(), 1u);
  EXPECT_EQ(master.launched[TasksOf("api.0")[0]].executor->id, executor_id);
  Update(ids[0], TaskState::kFailed);
  const auto ended = Outcomes(OutcomeKind::kEnded);
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].domain, Lrp("web", {0}, 100).work->domain);
}

TEST_F(FrameworkAdoption, AnOldDescriptionOfAnotherExecutorIsNotUsed) {
  options.executor = SomeExecutor();
  Start();
  Ask(ForCell(Lrp("web", {0}, 100)), 1);
  Give(MakeOffer("agent-1", 1000));
  const std::vector<journal::Record> salvaged = disk.kept;
  Crash();
  disk.kept.clear();
  options.executor->overhead.cpu = 300;
  Begin({.has_past = true, .has_lost_some = true, .salvaged = salvaged});
  Connect();
  Find(TaskOf("api.0"), "agent-1", "rostrum-of-another-description");
  Offer offer = MakeOffer("agent-1", 1000);
  offer.executor_ids = {"rostrum-of-another-description"};
  Ask(ForCell(Lrp("db", {0}, 100)), 1);
  Give(offer);
  Advance(10s);
  EXPECT_TRUE(TasksOf("db.0").empty()) << "there would be two cells on the agent";
}

TEST_F(FrameworkAdoption, AJournalThatCouldNotBeWrittenAtTheStartIsWrittenAnewBeforeAnythingElse) {
  disk.fails = true;
  Begin({.generation = 7, .is_kept = false, .problems = {"the disk is full"}});
  Connect();
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
  Ask(Lrp("web", {0}, 100), 1);
  Give(MakeOffer("agent-1", 1000));
  Advance(10s);
  EXPECT_TRUE(master.launched.empty());
  disk.fails = false;
  Advance(10s);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(master.launched.size(), 1u);
  ASSERT_GE(disk.kept.size(), 2u);
  EXPECT_EQ(disk.kept[0].framework_id(), "framework-1");
  EXPECT_EQ(disk.kept[1].generation(), 7u);
}

}  // namespace
}  // namespace rostrum::mesos
