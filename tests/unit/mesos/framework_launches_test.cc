// Launches that come to nothing, again and again: how often they are tried, and where.

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

class FrameworkLaunches : public FrameworkTest {
 protected:
  // Answers each launch as `answer` says, and offers every agent anew as soon as nothing of it is
  // held. Returns how many launches each agent got.
  std::map<std::string, int> Run(seconds time, const std::set<std::string>& agents,
                                 const std::function<void(const TaskInfo&)>& answer) {
    std::map<std::string, int> launches;
    for (int64_t i = 0; i < 10 * time.count(); ++i) {
      Advance(Milliseconds(100));
      for (; next_ < master.acceptances.size(); ++next_) {
        const std::vector<TaskInfo> tasks = master.acceptances[next_].tasks;
        for (const TaskInfo& task : tasks) {
          ++launches[task.agent_id];
          answer(task);
        }
      }
      std::set<std::string> missing = agents;
      for (const auto& [id, offer] : master.out) missing.erase(offer.agent_id);
      for (const std::string& agent : missing) {
        if (master.wants_offers) Give(MakeOffer(agent, 4'000));
      }
    }
    return launches;
  }

  std::function<void(const TaskInfo&)> Ends(TaskState state, int32_t reason = kReasonNone) {
    return [this, state, reason](const TaskInfo& task) { Update(task.id, state, reason); };
  }

  size_t next_ = 0;  // The first acceptance that Run has not seen.
};

// The agent takes nothing, though its offers come: it was drained while its executor was there.
TEST_F(FrameworkLaunches, AnAgentThatDropsEachLaunchIsSetAsideAndAnotherOneGetsTheWork) {
  options.executor = SomeExecutor();
  Start();
  std::vector<int32_t> indices;
  for (int32_t i = 0; i < 20; ++i) indices.push_back(i);
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", indices, 100))}}).ok());
  const auto launches = Run(seconds(25), {"agent-1", "agent-2"}, [this](const TaskInfo& task) {
    Update(task.id, task.agent_id == "agent-1" ? TaskState::kDropped : TaskState::kRunning);
  });
  EXPECT_EQ(machine->counts().running, 20u);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_LE(launches.at("agent-1"), 20) << "what failed there is placed elsewhere";
  EXPECT_EQ(launches.at("agent-2"), 20);
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
}

struct Way {
  const char* name;
  TaskState state;
  int32_t reason;
};

class VainLaunches : public FrameworkLaunches, public testing::WithParamInterface<Way> {};

TEST_P(VainLaunches, AreLimitedByAgentAndInstanceAndToldOnce) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0, 1, 2, 3, 4}, 100))}}).ok());
  const auto ends = Ends(GetParam().state, GetParam().reason);
  const auto first = Run(seconds(60), {"agent-1"}, ends);
  EXPECT_GE(first.at("agent-1"), 5 * 4) << "it is tried again";
  EXPECT_LE(first.at("agent-1"), 5 * 9);
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
  // Much later, it is once a minute for each instance.
  Run(seconds(300), {"agent-1"}, ends);
  const auto later = Run(seconds(300), {"agent-1"}, ends);
  EXPECT_GE(later.at("agent-1"), 5 * 3);
  EXPECT_LE(later.at("agent-1"), 5 * 8);
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 0u);
  EXPECT_EQ(machine->counts().waiting + machine->counts().launched, 5u) << "none is given up";
  // As soon as the agent takes work again, all of it runs.
  Run(seconds(70), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_EQ(machine->counts().running, 5u);
}

INSTANTIATE_TEST_SUITE_P(
    EachWay, VainLaunches,
    testing::Values(Way{"Dropped", TaskState::kDropped, kReasonNone},
                    Way{"Gone", TaskState::kGone, kReasonNone},
                    Way{"InvalidOffers", TaskState::kDropped, kReasonInvalidOffers},
                    Way{"Lost", TaskState::kLost, kReasonInvalidOffers}),
    [](const auto& way) { return std::string(way.param.name); });

TEST_F(FrameworkLaunches, ThoseThatTheMasterRefusesAreLimitedToo) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2}, 100)}}).ok());
  const auto launches = Run(seconds(60), {"agent-1"}, [this](const TaskInfo& task) {
    Send(LaunchDropped{{task.id}, "400 (no)"});
  });
  EXPECT_GE(launches.at("agent-1"), 3 * 4);
  EXPECT_LE(launches.at("agent-1"), 3 * 9);
}

TEST_F(FrameworkLaunches, ThoseThatTheClientDoesNotTakeAreLimitedToo) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  int refused = 0;
  for (int i = 0; i < 600; ++i) {
    master.refuse_next = FailedPrecondition("too many calls wait");
    if (master.out.empty()) Give(MakeOffer("agent-1", 1'000));
    Advance(Milliseconds(100));
    refused += master.refuse_next.ok();
  }
  EXPECT_GE(refused, 4);
  EXPECT_LE(refused, 9);
}

// An error is told of what was asked for: after three of them, the instance is over.
TEST_F(FrameworkLaunches, ErrorsOfTheMasterEndTheInstance) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  const auto launches = Run(seconds(60), {"agent-1"}, Ends(TaskState::kError));
  EXPECT_EQ(launches.at("agent-1"), 4);
  EXPECT_EQ(Outcomes(OutcomeKind::kEnded).size(), 1u);
}

// Its executor does not come up, so whatever else is launched there fails likewise.
TEST_F(FrameworkLaunches, AnAgentWhoseExecutorEndsBeforeAnythingStartsIsSetAside) {
  options.executor = SomeExecutor();
  options.settings.restart_initial = Milliseconds(1);
  options.settings.restart_maximum = Milliseconds(1);
  Start();
  const WorkRequest request = ForCell(Lrp("router", {}, 100));
  ASSERT_TRUE(machine->SetService({request.work, nullptr, 5}).ok());
  const auto launches = Run(seconds(60), {"agent-1"}, Ends(TaskState::kFailed));
  EXPECT_GE(launches.at("agent-1"), 5 * 4);
  EXPECT_LE(launches.at("agent-1"), 5 * 8);
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u);
}

// What its own command does is not the agent's fault: other work is launched there meanwhile.
TEST_F(FrameworkLaunches, AnAgentIsNotSetAsideForWorkWithACommandThatFails) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("bad", {0}, 100)}}).ok());
  Run(seconds(1), {"agent-1"}, Ends(TaskState::kFailed));
  ASSERT_TRUE(machine->Submit({{Lrp("good", {0}, 100)}}).ok());
  Run(seconds(1), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_EQ(machine->counts().running, 1u);
  EXPECT_TRUE(Outcomes(OutcomeKind::kProblem).empty());
}

TEST_F(FrameworkLaunches, AnAgentOnWhichSomethingStartsIsTrustedAgain) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  Run(seconds(30), {"agent-1"}, Ends(TaskState::kDropped));
  Run(seconds(40), {"agent-1"}, Ends(TaskState::kRunning));
  ASSERT_EQ(machine->counts().running, 1u);
  Outcomes();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("api", {0}, 100))}}).ok());
  Run(seconds(1), {"agent-1"}, Ends(TaskState::kDropped));
  EXPECT_EQ(Outcomes(OutcomeKind::kProblem).size(), 1u) << "it is told anew";
  Run(seconds(2), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_EQ(machine->counts().running, 2u) << "a second is enough again";
}

// As the auctioneer has it: what a round refuses is over.
TEST_F(FrameworkLaunches, WhereNothingWaitsTheWorkIsNotRefusedForTheAgentThatIsSetAside) {
  options.settings.keep_waiting = false;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Give(MakeOffer("agent-1", 4'000));
  ASSERT_EQ(TasksOf("web.0").size(), 1u);
  Update(TasksOf("web.0")[0], TaskState::kDropped);
  Run(seconds(3), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty());
  EXPECT_EQ(machine->counts().running, 1u);
}

TEST_F(FrameworkLaunches, AnAgentIsNotSetAsideForWhatAnEarlierLifeDidNotLaunch) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Give(MakeOffer("agent-1", 4'000));
  const std::string id = TasksOf("web.0").at(0);
  Crash();
  Start();
  Update(id, TaskState::kGone, kReasonReconciliation);
  EXPECT_TRUE(Outcomes(OutcomeKind::kProblem).empty());
  EXPECT_EQ(machine->counts().waiting, 1u);
}

TEST_F(FrameworkLaunches, WhatWaitsForItsNextLaunchCanBeCancelled) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Run(seconds(20), {"agent-1"}, Ends(TaskState::kDropped));
  EXPECT_EQ(machine->Cancel(Kind::kLrp, "web", 0), 1u);
  EXPECT_EQ(machine->counts().waiting, 0u);
  const auto launches = Run(seconds(120), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_TRUE(launches.empty());
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Run(seconds(60), {"agent-1"}, Ends(TaskState::kRunning));
  EXPECT_EQ(machine->counts().running, 1u) << "asked for again, it is placed";
}

}  // namespace
}  // namespace rostrum::mesos
