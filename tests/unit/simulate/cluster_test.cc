#include "lib/tools/simulate/cluster.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/builders.h"

namespace rostrum::tools {
namespace {

using Ids = std::vector<std::string>;

// Two cells, and instances 0 to 2 of an LRP and 3 of a task, each of 400 MB.
class ClusterTest : public testing::Test {
 protected:
  ClusterTest() : cluster_({MakeCell("a"), MakeCell("b")}) {
    lrp_.work = MakeWork(Kind::kLrp, "lrp", 400);
    lrp_.instances = 3;
    cluster_.AddInstances(lrp_);
    task_.work = MakeWork(Kind::kTask, "task", 400);
    cluster_.AddInstances(task_);
    static_cast<void>(cluster_.TakeChanges());
  }

  Job lrp_;
  Job task_;
  Cluster cluster_;
};

TEST_F(ClusterTest, TellsWhatRunsWhere) {
  ASSERT_TRUE(cluster_.Put(0, 1).ok());
  ASSERT_TRUE(cluster_.Put(3, 1).ok());
  Cluster::Changes changes = cluster_.TakeChanges();
  ASSERT_EQ(changes.states.size(), 1U);
  EXPECT_TRUE(changes.gone.empty());
  Cell state = changes.states[0];
  EXPECT_EQ(state.id, "b");
  EXPECT_EQ(state.lrps, Ids{"lrp"});
  EXPECT_EQ(state.task_count, 1);
  EXPECT_EQ(state.starting_containers, 2);
  EXPECT_EQ(state.available, MakeResources(200, 980, 98));
  EXPECT_TRUE(cluster_.TakeChanges().states.empty());

  cluster_.SetStarted(0);
  cluster_.SetStarted(0);
  cluster_.TakeOff(3);
  changes = cluster_.TakeChanges();
  ASSERT_EQ(changes.states.size(), 1U);
  EXPECT_EQ(changes.states[0].starting_containers, 0);
  EXPECT_EQ(changes.states[0].task_count, 0);
  EXPECT_EQ(changes.states[0].available, MakeResources(600, 990, 99));
  EXPECT_EQ(cluster_.CellOf(0), 1U);
  EXPECT_EQ(cluster_.CellOf(3), std::nullopt);
}

TEST_F(ClusterTest, KeepsSums) {
  EXPECT_EQ(cluster_.total(), MakeResources(2000, 2000, 200));
  ASSERT_TRUE(cluster_.Put(0, 0).ok());
  ASSERT_TRUE(cluster_.Put(1, 0).ok());
  EXPECT_EQ(cluster_.used(), MakeResources(800, 20, 2));
  EXPECT_EQ(cluster_.cells_used(), 1);
  EXPECT_EQ(cluster_.running(), 2);
  cluster_.TakeOff(0);
  cluster_.TakeOff(1);
  EXPECT_EQ(cluster_.used(), Resources());
  EXPECT_EQ(cluster_.cells_used(), 0);
  cluster_.SetFailed(1);
  cluster_.SetFailed(1);
  EXPECT_EQ(cluster_.total(), MakeResources(1000, 1000, 100));
}

TEST_F(ClusterTest, TellsOfCellsThatAreGoneAndBack) {
  cluster_.SetUp(0, false);
  Cluster::Changes changes = cluster_.TakeChanges();
  EXPECT_EQ(changes.gone, Ids{"a"});
  EXPECT_TRUE(changes.states.empty());
  cluster_.SetUp(0, true);
  changes = cluster_.TakeChanges();
  EXPECT_TRUE(changes.gone.empty());
  ASSERT_EQ(changes.states.size(), 1U);
  EXPECT_FALSE(cluster_.HasFailed(0));
}

TEST_F(ClusterTest, RefusesWhatNoRoundMayDecide) {
  ASSERT_TRUE(cluster_.Put(0, 0).ok());
  EXPECT_EQ(cluster_.Put(0, 1).text(), "\"lrp\" was placed on b, but runs on a already");
  cluster_.SetEvacuating(1, true);
  EXPECT_EQ(cluster_.Put(1, 1).text(), "\"lrp\" was placed on b, which takes no work");
  cluster_.SetEvacuating(1, false);
  cluster_.SetUp(1, false);
  EXPECT_EQ(cluster_.Put(1, 1).code(), Code::kInternal);
}

TEST_F(ClusterTest, FindsOverCommitment) {
  ASSERT_TRUE(cluster_.Put(0, 0).ok());
  ASSERT_TRUE(cluster_.Put(1, 0).ok());
  EXPECT_TRUE(cluster_.CheckChanged().ok());
  ASSERT_TRUE(cluster_.Put(2, 0).ok());
  EXPECT_EQ(cluster_.CheckAll().code(), Code::kInternal);
  EXPECT_EQ(cluster_.CheckChanged().text(),
            "cell a is over-committed: its work asks for more than it has (free memory -200 MB, "
            "disk 970 MB, cpu 0, containers 97)");
  // Said once; CheckAll looks again.
  EXPECT_TRUE(cluster_.CheckChanged().ok());
  EXPECT_FALSE(cluster_.CheckAll().ok());
}

}  // namespace
}  // namespace rostrum::tools
