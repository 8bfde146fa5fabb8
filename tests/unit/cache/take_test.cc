// Take and its exact inverse, GiveBack.

#include <gtest/gtest.h>

#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

std::vector<Cell> CellsOf(Cache& cache) { return cache.TakeSnapshot()->Cells(); }

TEST(TakeTest, TakesWhatTheWorkAsksAndOneContainer) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  auto work = MakeWork(Kind::kLrp, "p", 100);
  work->asked.containers = 7;  // Ignored: an instance is one container.
  ASSERT_TRUE(cache.Take("a", {work, 0, 0, 0, 0}).ok());

  Cell expected = MakeCell("a");
  expected.available = MakeResources(900, 990, 99);
  expected.lrps = {"p"};
  expected.starting_containers = 1;
  EXPECT_EQ(*cache.Find("a"), expected);
}

TEST(TakeTest, CountsTasksApartFromLrps) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeTask("t")).ok());
  EXPECT_EQ(cache.Find("a")->task_count, 1);
  EXPECT_TRUE(cache.Find("a")->lrps.empty());
}

TEST(TakeTest, NeedsRoomForEveryResource) {
  const auto takes = [](auto change) {
    Cell cell = MakeCell("a");
    cell.available.cpu = 1000;
    cell.available.scalars = {{"gpus", 1000}};
    auto work = MakeWork(Kind::kLrp, "p", 1000);
    work->asked.disk = WholeAmount(1000);
    work->asked.cpu = 1000;
    work->asked.scalars = {{"gpus", 1000}};
    change(&cell.available);
    Cache cache;
    EXPECT_TRUE(cache.Update(std::vector<Cell>{cell}).ok());
    return cache.Take("a", {work, 0, 0, 0, 0}).ok();
  };
  EXPECT_TRUE(takes([](Resources*) {})) << "an exact fit fits";
  EXPECT_FALSE(takes([](Resources* free) { --free->memory; }));
  EXPECT_FALSE(takes([](Resources* free) { --free->disk; }));
  EXPECT_FALSE(takes([](Resources* free) { --free->cpu; }));
  EXPECT_FALSE(takes([](Resources* free) { free->containers = 0; }));
  EXPECT_FALSE(takes([](Resources* free) { --free->scalars[0].amount; }));
}

TEST(TakeTest, DoesNotLookAtConstraintsOrFlags) {
  Cell cell = MakeCell("a");
  cell.evacuating = true;
  cell.signature = {};
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{cell}).ok());
  EXPECT_TRUE(cache.Take("a", MakeLrp("p")).ok());
}

TEST(GiveBackTest, IsTheExactInverseInAnyOrder) {
  Cell cell = MakeCell("a");
  cell.lrps = {"p", "q"};
  cell.overhead = MakeResources(50, 0, 1);
  cell.overhead.scalars = {{"ports", 3}};
  cell.available.scalars = {{"gpus", 1000}, {"ports", 10}};
  cell.started = false;
  auto with_gpu = MakeWork(Kind::kTask, "t");
  with_gpu->asked.scalars = {{"gpus", 1000}};
  const std::vector<Auction> auctions = {MakeLrp("p", 0), MakeLrp("p", 1), {with_gpu, 0, 0, 0, 0}};

  for (const std::vector<size_t>& order :
       std::vector<std::vector<size_t>>{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}}) {
    Cache cache;
    ASSERT_TRUE(cache.Update(std::vector<Cell>{cell, MakeCell("b")}).ok());
    const std::vector<Cell> before = CellsOf(cache);
    for (const Auction& auction : auctions) ASSERT_TRUE(cache.Take("a", auction).ok());
    EXPECT_FALSE(CellsOf(cache) == before);
    for (const size_t i : order) ASSERT_TRUE(cache.GiveBack("a", auctions[i]).ok());
    EXPECT_EQ(CellsOf(cache), before);
  }
}

TEST(GiveBackTest, NeedsWhatWasTaken) {
  Cell cell = MakeCell("a");
  cell.lrps = {"told"};
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{cell}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p", 1)).ok());
  for (const Auction& other :
       {MakeLrp("p", 0), MakeLrp("q", 1), MakeTask("p"), MakeLrp("told", 0)}) {
    EXPECT_EQ(cache.GiveBack("a", other).code(), Code::kFailedPrecondition);
  }
  EXPECT_EQ(cache.GiveBack("a", MakeLrp("q", 1)).text(),
            "lrp \"q.1\" was not placed on cell \"a\" since its last state");
  EXPECT_TRUE(cache.GiveBack("a", MakeLrp("p", 1)).ok());
  EXPECT_EQ(cache.GiveBack("a", MakeLrp("p", 1)).code(), Code::kFailedPrecondition);
}

// The caller may have lost the very work and made it anew; what counts is what was taken.
TEST(GiveBackTest, ReturnsWhatWasTakenWhateverIsSaidNow) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p", 0, 100)).ok());
  ASSERT_TRUE(cache.GiveBack("a", MakeLrp("p", 0, 999)).ok());
  EXPECT_EQ(*cache.Find("a"), MakeCell("a"));
}

TEST(GiveBackTest, AfterANewStateThereIsNothingToGiveBack) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  EXPECT_EQ(cache.GiveBack("a", MakeLrp("p")).code(), Code::kFailedPrecondition);
  EXPECT_EQ(*cache.Find("a"), MakeCell("a"));
}

}  // namespace
}  // namespace rostrum
