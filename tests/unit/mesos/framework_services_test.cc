// Services: groups that are kept at their count.

#include <string>

#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::chrono_literals;

class FrameworkServices : public FrameworkTest {
 protected:
  void Set(int32_t count, int64_t memory_mb = 100) {
    const WorkRequest request = Lrp("router", {0}, memory_mb);
    const Status status = machine->SetService({request.work, request.launch, count, 5});
    EXPECT_TRUE(status.ok()) << status.text();
  }
};

TEST_F(FrameworkServices, AreStartedAtTheirCount) {
  Start();
  Set(3);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_EQ(master.launched.size(), 3u);
  const auto placed = Outcomes(OutcomeKind::kPlaced);
  ASSERT_EQ(placed.size(), 3u);
  EXPECT_TRUE(placed[0].service);
  EXPECT_EQ(placed[0].tag, 5u);
}

TEST_F(FrameworkServices, AnInstanceThatEndsIsStartedAgainAfterDelaysThatGrow) {
  Start();
  Set(1);
  Give(MakeOffer("agent-1", 1000));
  Milliseconds delay = options.settings.restart_initial;
  for (size_t attempt = 1; attempt <= 3; ++attempt) {
    ASSERT_EQ(TasksOf("router.0").size(), attempt);
    Update(TasksOf("router.0").back(), TaskState::kRunning);
    Update(TasksOf("router.0").back(), TaskState::kFailed);
    Advance(delay - 1ms);
    EXPECT_EQ(machine->counts().waiting, 0u);
    Advance(1ms);
    EXPECT_EQ(machine->counts().waiting, 1u);
    Give(MakeOffer("agent-1", 1000));
    delay *= 2;
  }
}

TEST_F(FrameworkServices, OneThatRanForLongIsStartedAgainSoon) {
  Start();
  Set(1);
  Give(MakeOffer("agent-1", 1000));
  for (int i = 0; i < 2; ++i) {
    Update(TasksOf("router.0").back(), TaskState::kRunning);
    Advance(options.settings.restart_maximum);
    Update(TasksOf("router.0").back(), TaskState::kFinished);
    Advance(options.settings.restart_initial);
    EXPECT_EQ(machine->counts().waiting, 1u);
    Give(MakeOffer("agent-1", 1000));
  }
}

TEST_F(FrameworkServices, ASmallerCountEndsTheLastOnes) {
  Start();
  Set(3);
  Give(MakeOffer("agent-1", 250));
  Advance(1s);
  ASSERT_EQ(master.launched.size(), 2u) << "the third one waits";
  Set(1);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(master.killed, TasksOf("router.1"));
  Update(TasksOf("router.1").at(0), TaskState::kKilled);
  Advance(1h);
  EXPECT_EQ(machine->counts().waiting, 0u) << "it is not started again";
  Set(0);
  EXPECT_EQ(master.killed.size(), 2u);
}

TEST_F(FrameworkServices, OneThatIsKilledFromOutsideIsStartedAgain) {
  Start();
  Set(1);
  Give(MakeOffer("agent-1", 1000));
  Update(TasksOf("router.0").at(0), TaskState::kKilled);
  Advance(1s);
  EXPECT_EQ(machine->counts().waiting, 1u);
}

TEST_F(FrameworkServices, AreKnownAfterARestartAndNotStartedTwice) {
  Start();
  Set(2);
  Give(MakeOffer("agent-1", 1000));
  Crash();
  Start();
  Set(3);
  EXPECT_EQ(machine->counts().waiting, 1u);
  EXPECT_EQ(machine->counts().launched, 2u);
}

TEST_F(FrameworkServices, OneWhoseAgentIsAwayStaysAsLongAsItIsNotReplaced) {
  options.settings.replace_unreachable = 60s;
  Start();
  Set(1);
  Give(MakeOffer("agent-1", 1000));
  Update(TasksOf("router.0").at(0), TaskState::kUnreachable);
  EXPECT_EQ(machine->counts().waiting, 0u);
  Advance(60s);
  EXPECT_EQ(machine->counts().waiting, 1u);
  Give(MakeOffer("agent-2", 1000));
  EXPECT_EQ(TasksOf("router.0").size(), 2u);
}

TEST_F(FrameworkServices, WaitEvenIfOtherWorkDoesNot) {
  options.settings.keep_waiting = false;
  Start();
  Set(1, 5000);
  Advance(10s);
  EXPECT_EQ(machine->counts().waiting, 1u);
  Give(MakeOffer("agent-1", 5000));
  EXPECT_EQ(master.launched.size(), 1u);
}

TEST_F(FrameworkServices, AndLrpsDoNotShareNames) {
  Start();
  Set(1);
  EXPECT_FALSE(machine->Submit({{Lrp("router", {7}, 10)}}).ok());
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 10)}}).ok());
  const WorkRequest request = Lrp("web", {0}, 10);
  EXPECT_FALSE(machine->SetService({request.work, request.launch, 1, 0}).ok());
  EXPECT_FALSE(machine->SetService({request.work, request.launch, -1, 0}).ok());
}

TEST_F(FrameworkServices, TakeNoLrpOverThatRuns) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 7}, 10)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  const WorkRequest request = Lrp("web", {0}, 10);
  const Service service{request.work, request.launch, 1, 0};
  EXPECT_EQ(machine->SetService(service).text(),
            "service \"web\" has the name of an LRP, expected another");
  EXPECT_TRUE(master.killed.empty());
  // Once it is to end the name is free.
  machine->Cancel(Kind::kLrp, "web", {});
  EXPECT_TRUE(machine->SetService(service).ok());
}

}  // namespace
}  // namespace rostrum::mesos
