// What becomes of work: from launch to its end, as rep's state shows it.

#include <gtest/gtest.h>

#include "lib/base/format.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

class ExecutorWorkTest : public testing::Test {
 protected:
  void Begin() { world.Begin(); }
  // An LRP that runs, as task "a".
  void BeginWithRunningLrp() {
    Begin();
    world.Launch("a", LrpData("pg"));
    world.rep.Lrp("pg").state = "RUNNING";
    world.Advance(seconds(1));
    ASSERT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  }
  std::string MessageOf(const std::string& task_id) { return world.LastOf(task_id).message(); }

  ExecutorWorld world;
};

TEST_F(ExecutorWorkTest, ALaunchIsToldAsStartingAndRunsWhenRepSaysSo) {
  Begin();
  world.Launch("a", LrpData("pg", 2));
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  ASSERT_EQ(world.rep.containers.size(), 1u);
  world.Advance(seconds(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  world.rep.Lrp("pg", 2).state = "RUNNING";
  world.Advance(seconds(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  EXPECT_EQ(world.rep.CountOf("POST /work"), 1u);
}

// Rule 61.
TEST_F(ExecutorWorkTest, UpdatesSayWhoTheyAreFrom) {
  BeginWithRunningLrp();
  for (const v1::TaskStatus& status : world.agent.updates) {
    EXPECT_EQ(status.uuid().size(), 16u);
    EXPECT_EQ(status.source(), v1::TaskStatus::SOURCE_EXECUTOR);
    EXPECT_EQ(status.executor_id().value(), "executor-1");
    EXPECT_EQ(status.agent_id().value(), "agent-1");
    EXPECT_EQ(status.timestamp(), 1000.0);
    EXPECT_NE(status.state(), v1::TASK_STAGING);
  }
  EXPECT_EQ(world.LastOf("a").labels().labels(0).key(), "diego.cell_id");
  EXPECT_EQ(world.LastOf("a").labels().labels(1).value(), "instance-1");
}

TEST_F(ExecutorWorkTest, AnLrpThatCrashedHasFailedAndOneThatWasStoppedHasFinished) {
  Begin();
  world.Launch("a", LrpData("pg", 0));
  world.Launch("b", LrpData("pg", 1));
  world.rep.Lrp("pg", 0).state = "CRASHED";
  world.rep.Lrp("pg", 1).state = "SHUTDOWN";
  world.Advance(seconds(1));
  // As long as the containers are there, so is what they take up.
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING FAILED");
  EXPECT_EQ(world.StatesOf("b"), "STARTING FINISHED");
}

TEST_F(ExecutorWorkTest, ACompletedContainerThatStaysIsNotWaitedForTooLong) {
  Begin();
  world.Launch("t", TaskData("t"));
  world.rep.Task("t").state = "Completed";
  world.rep.Task("t").failed = true;
  world.Advance(seconds(7));
  EXPECT_EQ(world.StatesOf("t"), "STARTING RUNNING FAILED");
  EXPECT_EQ(MessageOf("t"), "the task failed");
}

// Whether it succeeded, failed or crashed.
TEST_F(ExecutorWorkTest, AnEndBetweenTwoLooksIsUnseenAndNoSuccess) {
  BeginWithRunningLrp();
  world.Launch("t", TaskData("t"));
  world.Advance(seconds(1));
  world.rep.containers.clear();
  world.Advance(seconds(1));
  for (const char* const id : {"a", "t"}) {
    EXPECT_EQ(world.StatesOf(id), "STARTING RUNNING ENDED_UNSEEN");
    EXPECT_EQ(world.LastOf(id).state(), v1::TASK_FAILED) << "all that Mesos has for it";
    EXPECT_EQ(MessageOf(id), "ended unseen: gone from rep's state: its end fell between two looks");
  }
}

// It may have been refused by the BBS, or have run for a moment.
TEST_F(ExecutorWorkTest, WhatGoesBeforeItWasSeenToRunEndedUnseen) {
  Begin();
  world.Launch("a", LrpData("pg"));
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING ENDED_UNSEEN");
  EXPECT_EQ(MessageOf("a").find("ended unseen: gone from rep's state: before it ran"), 0u);
}

// From the moment in which rep knows its end; what the BBS makes of it comes later.
TEST_F(ExecutorWorkTest, ATaskThatRepShowsAsCompletedHasAnEndThatWasSeen) {
  Begin();
  for (const char* const state : {"Completed", "Resolving"}) {
    for (const bool failed : {false, true}) {
      const std::string id = Format("{} {}", state, failed);
      world.Launch(id, TaskData(id));
      world.Advance(seconds(1));
      world.rep.Task(id).state = state;
      world.rep.Task(id).failed = failed;
      world.Advance(Milliseconds(200));
      world.rep.Remove(id);
      world.Advance(seconds(1));
      EXPECT_EQ(world.StatesOf(id),
                failed ? "STARTING RUNNING FAILED" : "STARTING RUNNING FINISHED");
    }
  }
}

TEST_F(ExecutorWorkTest, AnInstanceThatWasThereBeforeIsNotTakenForOurs) {
  world.rep.containers.push_back({.guid = "pg", .instance_guid = "other", .state = "RUNNING"});
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  // The new container cannot be claimed, and goes; the other one goes on.
  std::erase_if(world.rep.containers, [](auto& each) { return each.instance_guid != "other"; });
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING ENDED_UNSEEN");
}

TEST_F(ExecutorWorkTest, AnInstanceThatIsStartedAgainHereIsANewTask) {
  BeginWithRunningLrp();
  world.rep.Lrp("pg").state = "CRASHED";
  world.Advance(seconds(1));
  world.Launch("b", LrpData("pg"));
  world.rep.containers.back().state = "RUNNING";
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("b"), "STARTING RUNNING");
  world.rep.containers.erase(world.rep.containers.begin());
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING FAILED");
  EXPECT_EQ(world.StatesOf("b"), "STARTING RUNNING");
}

TEST_F(ExecutorWorkTest, AnInstanceWhoseEndIsToldIsNotTakenForTheNextOne) {
  world.options.times.completed_patience = Milliseconds(0);
  BeginWithRunningLrp();
  world.rep.Lrp("pg").state = "CRASHED";
  // The next look tells the end of the one and finds the container of the other.
  world.Launch("b", LrpData("pg"));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING FAILED");
  world.rep.containers.back().state = "RUNNING";
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("b"), "STARTING RUNNING");
}

TEST_F(ExecutorWorkTest, WorkThatIsHandedBackFailsAtOnceWithTheReason) {
  world.rep.memory_mb = 100;
  Begin();
  world.rep.hands_back = true;
  world.Launch("large", LrpData("pg", 0, 101));
  EXPECT_EQ(world.StatesOf("large"), "STARTING FAILED");
  EXPECT_NE(MessageOf("large").find("insufficient resources: memory (asked 101, free 100)"),
            std::string::npos);
  world.Launch("strange", LrpData("pg", 1, 10));
  EXPECT_NE(MessageOf("strange").find("preloaded:cflinuxfs4"), std::string::npos);
  world.rep.evacuating = true;
  world.Advance(seconds(1));
  world.Launch("late", TaskData("t"));
  EXPECT_NE(MessageOf("late").find("evacuating"), std::string::npos);
}

TEST_F(ExecutorWorkTest, DataThatIsNoWorkIsAnErrorOfItsTask) {
  Begin();
  world.Launch("bad", "{}");
  EXPECT_EQ(world.StatesOf("bad"), "ERROR");
  EXPECT_EQ(world.LastOf("bad").reason(), 14);  // REASON_TASK_INVALID
  EXPECT_EQ(world.rep.CountOf("POST /work"), 0u);
}

// Rule 63.
TEST_F(ExecutorWorkTest, AGroupGetsAnUpdateForEachTask) {
  Begin();
  world.LaunchGroup({{"a", LrpData("pg")}, {"b", "{"}, {"c", TaskData("t")}});
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  EXPECT_EQ(world.StatesOf("b"), "ERROR");
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("c"), "STARTING RUNNING");
}

TEST_F(ExecutorWorkTest, AKillStopsAnLrpAndIsToldWhenItHasEnded) {
  BeginWithRunningLrp();
  world.Kill("a");
  EXPECT_EQ(world.rep.CountOf("POST /v1/lrps/pg/instances/instance-1/stop"), 1u);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING");
  world.Advance(seconds(8));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING");
  world.rep.Lrp("pg").state = "SHUTDOWN";
  world.Advance(seconds(1));
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING KILLED");
  EXPECT_EQ(world.rep.CountOf("POST /v1/lrps/pg/instances/instance-1/stop"), 1u);
}

TEST_F(ExecutorWorkTest, AKillCancelsATask) {
  Begin();
  world.Launch("t", TaskData("task guid"));
  world.Advance(seconds(1));
  world.Kill("t");
  EXPECT_EQ(world.rep.CountOf("POST /v1/tasks/task%20guid/cancel"), 1u);
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("t"), "STARTING RUNNING KILLING KILLED");
}

TEST_F(ExecutorWorkTest, KillingIsToldOnlyToThoseWhoKnowIt) {
  world.agent.knows_killing = false;
  BeginWithRunningLrp();
  world.Kill("a");
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLED");
}

TEST_F(ExecutorWorkTest, AKillBeforeRepIsUpIsToldAtOnceAndStartsNothing) {
  world.rep.is_up = false;
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Kill("a");
  EXPECT_EQ(world.StatesOf("a"), "STARTING KILLED");
  world.rep.is_up = true;
  world.Advance(seconds(5));
  EXPECT_EQ(world.rep.CountOf("POST /work"), 0u);
}

TEST_F(ExecutorWorkTest, AKillThatRepDoesNotTakeIsTriedAgain) {
  BeginWithRunningLrp();
  int failures = 2;
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/stop") || failures-- <= 0) return std::nullopt;
    return PlayedAnswer{500, ""};
  };
  world.Kill("a");
  world.Advance(seconds(10));
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
}

TEST_F(ExecutorWorkTest, AStopThatRepHoldsBackIsNoOutage) {
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Launch("b", LrpData("other"));
  world.Advance(seconds(1));
  int held_back = 1;
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/stop") || held_back-- <= 0) return std::nullopt;
    // The container is being created, and rep does not answer in time.
    EXPECT_EQ(request.timeout, seconds(1));
    return PlayedAnswer{0, ""};
  };
  world.Kill("a");
  // What else there is to do goes on: other work is followed, and the stop is made again.
  world.rep.Lrp("other").state = "RUNNING";
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("b"), "STARTING RUNNING");
  world.Advance(seconds(5));
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
  world.rep.Remove("pg");
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING KILLING KILLED");
  for (const std::string& line : world.log) EXPECT_EQ(line.find("away"), std::string::npos) << line;
}

TEST_F(ExecutorWorkTest, AKillOfAnUnknownTaskIsTold) {
  Begin();
  world.Kill("nobody");
  EXPECT_EQ(world.StatesOf("nobody"), "KILLED");
}

TEST_F(ExecutorWorkTest, AKillOfATaskThatHasEndedTellsItsEndAgain) {
  BeginWithRunningLrp();
  world.rep.containers.clear();
  world.Advance(seconds(1));
  const size_t before = world.agent.updates.size();
  world.Kill("a");
  EXPECT_EQ(world.agent.updates.size(), before + 1);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
}

TEST_F(ExecutorWorkTest, ALaunchThatComesTwiceStartsOnce) {
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Launch("a", LrpData("pg"));
  EXPECT_EQ(world.rep.containers.size(), 1u);
}

TEST_F(ExecutorWorkTest, WorkWhoseAnswerWasLostIsNotStartedTwice) {
  Begin();
  world.rep.LoseNextWork();
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  EXPECT_EQ(world.rep.CountOf("POST /work"), 1u);
}

TEST_F(ExecutorWorkTest, WorkThatWasLostIsPostedAgainAFewTimes) {
  Begin();
  int failures = 2;
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/work") || failures-- <= 0) return std::nullopt;
    return PlayedAnswer{0, ""};
  };
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(5));
  EXPECT_EQ(world.rep.containers.size(), 1u);
  failures = 1000;
  world.Launch("b", LrpData("pg", 1));
  world.Advance(seconds(10));
  EXPECT_EQ(world.StatesOf("b"), "STARTING FAILED");
}

TEST_F(ExecutorWorkTest, ARepThatRefusesWorkIsNamedInTheEnd) {
  Begin();
  world.rep.fault = [](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/work")) return std::nullopt;
    return PlayedAnswer{500, ""};
  };
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(5));
  EXPECT_EQ(world.StatesOf("a"), "STARTING FAILED");
  EXPECT_NE(MessageOf("a").find("http://rep:1801 answered 500"), std::string::npos);
  EXPECT_EQ(world.rep.CountOf("POST /work"), 3u);
}

TEST_F(ExecutorWorkTest, WorkWaitsForARepThatIsNotUpYet) {
  world.rep.is_up = false;
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(60));
  EXPECT_EQ(world.rep.CountOf("POST /work"), 0u);
  world.rep.is_up = true;
  world.Advance(seconds(2));
  EXPECT_EQ(world.rep.containers.size(), 1u);
}

TEST_F(ExecutorWorkTest, ACellThatIsNotHealthyIsFollowedAllTheSame) {
  Begin();
  world.rep.state_status = 503;
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
}

TEST_F(ExecutorWorkTest, AnAnswerThatIsNoStateEndsNothing) {
  BeginWithRunningLrp();
  world.rep.fault = [](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/state")) return std::nullopt;
    return PlayedAnswer{200, "{}"};
  };
  world.Advance(seconds(20));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  world.rep.fault = nullptr;
  world.Advance(seconds(20));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
}

TEST_F(ExecutorWorkTest, ARepThatWasAwayForAShortTimeKeepsItsWork) {
  BeginWithRunningLrp();
  world.rep.is_up = false;
  world.Advance(seconds(30));
  world.Kill("a");
  world.rep.is_up = true;
  world.Advance(seconds(1));
  EXPECT_TRUE(world.rep.Lrp("pg").stops);
}

TEST_F(ExecutorWorkTest, WhatARestartedRepDoesNotHaveHasFailed) {
  BeginWithRunningLrp();
  world.rep.is_up = false;
  world.Advance(seconds(5));
  world.rep.containers.clear();
  world.rep.is_up = true;
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING FAILED");
  EXPECT_NE(MessageOf("a").find("come back without it"), std::string::npos);
}

TEST_F(ExecutorWorkTest, ARepThatStaysAwayEndsAllWorkAndTheExecutor) {
  BeginWithRunningLrp();
  world.rep.is_up = false;
  world.Advance(seconds(59));
  EXPECT_FALSE(world.executor->end());
  world.Advance(seconds(3));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING FAILED");
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kRepGone);
}

TEST_F(ExecutorWorkTest, ARepThatNeverComesUpEndsTheExecutorLater) {
  world.rep.is_up = false;
  world.options.times.idle = std::chrono::hours(1);
  Begin();
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(299));
  EXPECT_FALSE(world.executor->end());
  world.Advance(seconds(2));
  EXPECT_EQ(world.StatesOf("a"), "STARTING FAILED");
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kRepGone);
}

// Rule 66.
TEST_F(ExecutorWorkTest, AnIdleExecutorEnds) {
  Begin();
  world.Advance(seconds(59));
  EXPECT_FALSE(world.executor->end());
  world.Advance(seconds(2));
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kDone);
}

TEST_F(ExecutorWorkTest, WorkOfOthersInItsCellKeepsTheExecutor) {
  world.rep.containers.push_back({.guid = "other", .instance_guid = "o", .state = "RUNNING"});
  Begin();
  world.Advance(std::chrono::minutes(10));
  EXPECT_FALSE(world.executor->end());
  world.rep.containers.clear();
  world.Advance(seconds(62));
  EXPECT_TRUE(world.executor->end());
}

TEST_F(ExecutorWorkTest, WorkAndUnacknowledgedUpdatesAreNoIdleness) {
  BeginWithRunningLrp();
  world.Advance(std::chrono::hours(1));
  EXPECT_FALSE(world.executor->end());
  world.agent.acknowledges = false;
  world.rep.containers.clear();
  world.Advance(std::chrono::minutes(5));
  EXPECT_FALSE(world.executor->end());
}

TEST_F(ExecutorWorkTest, RepIsLookedAtMoreOftenWhileSomethingIsAboutToChange) {
  BeginWithRunningLrp();
  const size_t before = world.rep.CountOf("GET /state");
  world.Advance(seconds(10));
  const size_t quiet = world.rep.CountOf("GET /state") - before;
  world.Kill("a");
  world.Advance(seconds(10));
  const size_t restless = world.rep.CountOf("GET /state") - before - quiet;
  EXPECT_NEAR(static_cast<double>(quiet), 20, 2);
  EXPECT_NEAR(static_cast<double>(restless), 50, 3);
}

// The times of looks after the work was posted, in milliseconds.
TEST_F(ExecutorWorkTest, TheLooksAfterAStartComeSoonAndThenLessOften) {
  Begin();
  world.Advance(seconds(3));
  std::vector<int64_t> looks;
  const TimePoint start = world.clock.Now();
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (request.url.ends_with("/state")) {
      looks.push_back(std::chrono::duration_cast<Milliseconds>(world.clock.Now() - start).count());
    }
    return std::nullopt;
  };
  world.Launch("a", LrpData("pg"));
  world.Advance(Milliseconds(1000));
  EXPECT_EQ(looks, (std::vector<int64_t>{0, 20, 60, 140, 300, 500, 700, 900}));
  // So does what follows a stop.
  looks.clear();
  world.Kill("a");
  world.Advance(Milliseconds(300));
  EXPECT_EQ(looks, (std::vector<int64_t>{1000, 1020, 1060, 1140, 1300}));
}

TEST_F(ExecutorWorkTest, WhatRunsAtOnceIsToldSoon) {
  Begin();
  world.Advance(seconds(3));
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(Milliseconds(20));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
}

// Whatever rep does, what it is asked in a minute has a bound.
TEST_F(ExecutorWorkTest, ARepThatAlwaysFailsIsNotAskedTooOften) {
  struct Failure {
    const char* name;
    const char* path;
    PlayedAnswer answer;  // A status of 0: the connection breaks.
  };
  for (const Failure& failure : {Failure{"work is refused", "/work", {500, ""}},
                                 {"work is lost", "/work", {0, ""}},
                                 {"the state is refused", "/state", {500, ""}},
                                 {"the state is lost", "/state", {0, ""}},
                                 {"stops are refused", "/stop", {500, ""}},
                                 {"stops are lost", "/stop", {0, ""}}}) {
    ExecutorWorld other;
    other.options.times.rep_away = std::chrono::hours(1);
    other.Begin();
    if (std::string_view(failure.path) == "/stop") other.Launch("a", LrpData("pg"));
    other.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
      if (!request.url.ends_with(failure.path)) return std::nullopt;
      return failure.answer;
    };
    other.rep.requests.clear();
    other.Launch("b", LrpData("pg", 1));
    other.Launch("c", TaskData("t"));
    other.Kill("a");
    other.Advance(std::chrono::minutes(1));
    const size_t looks = other.rep.CountOf("GET /state");
    EXPECT_LE(looks, 350u) << failure.name;
    EXPECT_LE(other.rep.CountOf("POST /work"), 6u) << failure.name << ": three for each";
    EXPECT_LE(other.rep.requests.size() - looks, 6u + 32u) << failure.name;
  }
}

// Every second look fails, and what it was asked for before may be lost.
TEST_F(ExecutorWorkTest, ARepThatComesAndGoesIsNotAskedToStopEachTime) {
  BeginWithRunningLrp();
  int looks = 0;
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/state") || ++looks % 2 != 0) return std::nullopt;
    return PlayedAnswer{0, ""};
  };
  world.Kill("a");
  world.Advance(std::chrono::minutes(1));
  EXPECT_LE(world.rep.CountOf("POST /v1/lrps/pg/instances/instance-1/stop"), 31u);
  EXPECT_LE(looks, 300 + 31 * 4) << "each stop that rep takes brings four more";
}

TEST_F(ExecutorWorkTest, WorkThatRepRefusesIsPostedAgainLater) {
  Begin();
  std::vector<int64_t> posts;
  const TimePoint start = world.clock.Now();
  world.rep.fault = [&](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/work")) return std::nullopt;
    posts.push_back(std::chrono::duration_cast<Milliseconds>(world.clock.Now() - start).count());
    return PlayedAnswer{500, ""};
  };
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(10));
  EXPECT_EQ(posts, (std::vector<int64_t>{0, 250, 750}));
  EXPECT_EQ(world.StatesOf("a"), "STARTING FAILED");
}

TEST_F(ExecutorWorkTest, WhatGoesFromACellThatEvacuatesSaysSo) {
  BeginWithRunningLrp();
  world.Launch("b", LrpData("other"));
  world.rep.evacuating = true;
  world.rep.containers.clear();
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING ENDED_UNSEEN");
  EXPECT_EQ(world.StatesOf("b"), "STARTING ENDED_UNSEEN");
  for (const char* const id : {"a", "b"}) {
    EXPECT_NE(world.LastOf(id).message().find("the cell is evacuating"), std::string::npos);
  }
}

}  // namespace
}  // namespace rostrum::mesos
