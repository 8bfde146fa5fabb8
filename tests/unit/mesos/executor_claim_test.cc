// Whose rep it is: an executor asks the rep of nobody else for anything.

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "lib/base/format.h"
#include "lib/mesos/executor/rep_link.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

class ExecutorClaimTest : public testing::Test {
 protected:
  ExecutorClaimTest() {
    world.options.claim_rep = [this] { return holder; };
  }
  void ExpectRefused(const std::string& task_id, const std::string& reason) {
    EXPECT_EQ(world.StatesOf(task_id), "STARTING FAILED");
    EXPECT_NE(world.LastOf(task_id).message().find(reason), std::string::npos)
        << world.LastOf(task_id).message();
    ASSERT_TRUE(world.executor->end());
    EXPECT_EQ(*world.executor->end(), ExecutorEnd::kRepForeign);
  }

  std::optional<std::string> holder;
  ExecutorWorld world;
};

TEST_F(ExecutorClaimTest, ARepThatAnotherExecutorUsesIsAskedForNothing) {
  holder = "executor e of framework f";
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(19));
  EXPECT_EQ(world.StatesOf("a"), "STARTING");
  EXPECT_FALSE(world.executor->end());
  world.Advance(seconds(2));
  ExpectRefused("a", "rep at http://rep:1801 is used by executor e of framework f");
  EXPECT_TRUE(world.rep.requests.empty());
}

TEST_F(ExecutorClaimTest, AnExecutorThatIsAboutToEndIsWaitedFor) {
  holder = "executor e of framework f";
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(10));
  EXPECT_TRUE(world.rep.requests.empty());
  holder.reset();
  world.Advance(seconds(1));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
}

// The tasks of one executor come one after another, and each is told why it did not run.
TEST_F(ExecutorClaimTest, WorkThatComesAfterTheRefusalIsToldTheReason) {
  holder = "executor e of framework f";
  world.Begin();
  world.Advance(seconds(30));
  EXPECT_FALSE(world.executor->end()) << "nothing is there to be told yet";
  world.agent.acknowledges = false;
  world.LaunchGroup({{"a", LrpData("pg")}, {"b", TaskData("t")}});
  world.Launch("c", LrpData("pg", 1));
  EXPECT_EQ(world.StatesOf("b"), "STARTING FAILED");
  EXPECT_EQ(world.StatesOf("c"), "FAILED");
  EXPECT_EQ(world.LastOf("c").message(), world.LastOf("a").message());
  world.Advance(seconds(6));
  ExpectRefused("a", "is used by executor e");
  EXPECT_TRUE(world.rep.requests.empty());
}

TEST_F(ExecutorClaimTest, ARefusedExecutorWithoutWorkEndsWhenItIsIdle) {
  holder = "executor e of framework f";
  world.Begin();
  world.Advance(seconds(62));
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kRepForeign);
}

TEST_F(ExecutorClaimTest, AShutdownWhileItWaitsEndsItAtOnce) {
  holder = "executor e of framework f";
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.executor->Shutdown("signal 15");
  world.Settle();
  EXPECT_EQ(world.StatesOf("a"), "STARTING KILLED");
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kDone);
}

TEST_F(ExecutorClaimTest, TheRepOfAnotherCellIsAskedForNothingButItsState) {
  world.options.cell_id = "cell-2";
  world.Begin();
  world.Launch("a", LrpData("pg"));
  ExpectRefused("a", R"(is that of cell "cell-1", expected cell "cell-2")");
  EXPECT_EQ(world.rep.requests, std::vector<std::string>{"GET /state"});
}

TEST_F(ExecutorClaimTest, ACellThatIsExpectedAndARepThatDoesNotSayAreTaken) {
  for (const char* const told : {"cell-2", ""}) {
    ExecutorWorld other;
    other.options.cell_id = "cell-2";
    other.rep.cell_id = told;
    other.Begin();
    other.Launch("a", LrpData("pg"));
    EXPECT_EQ(other.rep.containers.size(), 1u) << told;
  }
}

// Another cell's rep has come to the same address: what runs there is none of ours.
TEST_F(ExecutorClaimTest, ARepThatTurnsIntoAnotherCellsIsLeftAlone) {
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  world.rep.cell_id = "cell-2";
  world.Launch("b", LrpData("pg", 1));
  world.Advance(seconds(1));
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING FAILED");
  EXPECT_NE(world.LastOf("a").message().find(R"(of cell "cell-2", expected cell "cell-1")"),
            std::string::npos);
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kRepForeign);
  for (const PlayedContainer& each : world.rep.containers) EXPECT_FALSE(each.stops) << each.guid;
}

// Between two looks only rep itself can see for whom the work is.
TEST_F(ExecutorClaimTest, WorkNamesTheCellThatIsToTakeIt) {
  world.Begin();
  world.rep.cell_id = "cell-2";
  world.Launch("a", LrpData("pg"));
  world.Advance(seconds(2));
  EXPECT_TRUE(world.rep.containers.empty());
  EXPECT_GE(world.rep.CountOf("POST /work"), 1u);
  ExpectRefused("a", R"(is that of cell "cell-2", expected cell "cell-1")");
}

// The same at the very moment in which everything is to be stopped.
TEST_F(ExecutorClaimTest, NothingIsStoppedAtTheRepOfAnotherCell) {
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  world.rep.is_up = false;
  world.Advance(seconds(1));
  world.executor->Shutdown("signal 15");
  world.rep.cell_id = "cell-2";
  world.rep.is_up = true;
  world.Advance(seconds(1));
  EXPECT_FALSE(world.rep.Lrp("pg").stops);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING KILLING KILLED");
  ASSERT_TRUE(world.executor->end());
  EXPECT_EQ(*world.executor->end(), ExecutorEnd::kDone);
}

// Ports that no other test claims.
std::string UrlOfTest(const char* host, int port) {
  return Format("http://{}:{}", host, 1'000'000 + 10 * getpid() + port);
}

TEST(RepClaimTest, OneAtATimeHasARepAndSaysWhoItIs) {
  auto first = std::make_unique<RepClaim>(UrlOfTest("127.0.0.1", 1), "the first");
  RepClaim second(UrlOfTest("127.0.0.1", 1), "the second");
  RepClaim elsewhere(UrlOfTest("127.0.0.1", 2), "somebody else");
  EXPECT_EQ(first->Take(), std::nullopt);
  EXPECT_EQ(first->Take(), std::nullopt) << "it is ours";
  EXPECT_EQ(second.Take(), "the first");
  EXPECT_EQ(second.Take(), "the first");
  EXPECT_EQ(elsewhere.Take(), std::nullopt);
  first.reset();
  EXPECT_EQ(second.Take(), std::nullopt);
}

TEST(RepClaimTest, TheMachinesOwnAddressHasOneName) {
  RepClaim first(UrlOfTest("127.0.0.1", 3), "the first");
  EXPECT_EQ(first.Take(), std::nullopt);
  for (const char* const host : {"localhost", "[::1]", "127.0.0.2"}) {
    EXPECT_EQ(RepClaim(UrlOfTest(host, 3), "another").Take(), "the first") << host;
  }
  EXPECT_EQ(RepClaim(UrlOfTest("rep.example", 3), "another").Take(), std::nullopt);
}

TEST(RepClaimTest, APortThatIsNotSaidIsTheSchemes) {
  const std::string host = Format("host-{}", getpid());
  RepClaim first("https://" + host, "the first");
  EXPECT_EQ(first.Take(), std::nullopt);
  EXPECT_EQ(RepClaim("https://" + host + ":443", "another").Take(), "the first");
  EXPECT_EQ(RepClaim("http://" + host, "another").Take(), std::nullopt);
}

TEST(RepClaimTest, AHolderMaySayAnything) {
  RepClaim first(UrlOfTest("127.0.0.1", 4), "a\nb\x1b[31m\xff");
  EXPECT_EQ(first.Take(), std::nullopt);
  const std::string told = *RepClaim(UrlOfTest("127.0.0.1", 4), "another").Take();
  EXPECT_EQ(told.find_first_of("\n\x1b\xff"), std::string::npos) << told;
}

TEST(RepClaimTest, LongNamesAndLongTextsAreTakenAsFarAsTheyGo) {
  const std::string host = Format("{}-{}", std::string(300, 'a'), getpid());
  RepClaim first("http://" + host + ":1", std::string(2000, 'x'));
  EXPECT_EQ(first.Take(), std::nullopt);
  EXPECT_EQ(RepClaim("http://" + host + ":1", "another").Take(), std::string(512, 'x'));
}

}  // namespace
}  // namespace rostrum::mesos
