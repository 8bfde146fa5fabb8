#include "rostrum/queue.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

size_t AddLrp(Queue* queue, std::string guid, std::vector<int32_t> indices, int64_t now_ms = 0) {
  const std::vector<LrpStart> starts = {StartLrp(std::move(guid), std::move(indices))};
  const Expected<size_t> added = queue->Add(starts, {}, now_ms);
  EXPECT_TRUE(added.ok()) << added.status().text();
  return added.ok() ? *added : 0;
}

size_t AddTask(Queue* queue, std::string guid, int64_t now_ms = 0) {
  const std::vector<TaskStart> starts = {StartTask(std::move(guid))};
  const Expected<size_t> added = queue->Add({}, starts, now_ms);
  EXPECT_TRUE(added.ok()) << added.status().text();
  return added.ok() ? *added : 0;
}

TEST(QueueAddTest, MakesOneAuctionForEachIndexAndTask) {
  LrpStart lrp = StartLrp("p", {2, 0});
  lrp.tag = 10;
  TaskStart task = StartTask("t");
  task.tag = 20;
  Queue queue;
  EXPECT_EQ(*queue.Add(std::vector{lrp}, std::vector{task}, 77), 3u);

  const std::vector<Auction> waiting = queue.Waiting();
  EXPECT_EQ(IdentifiersOf(waiting), (Ids{"p.2", "p.0", "t"}));
  EXPECT_EQ(waiting[0].tag, 10u);
  EXPECT_EQ(waiting[1].tag, 11u) << "the request's tag plus the position of the index";
  EXPECT_EQ(waiting[2].tag, 20u);
  for (const Auction& auction : waiting) {
    EXPECT_EQ(auction.queue_time_ms, 77);
    EXPECT_EQ(auction.attempts, 0);
  }
  EXPECT_EQ(waiting[0].work, waiting[1].work) << "instances share their work";
}

TEST(QueueAddTest, PassesOverWhatWaitsAlready) {
  Queue queue;
  EXPECT_EQ(AddLrp(&queue, "p", {0, 1, 0}, 1), 2u);
  EXPECT_EQ(AddLrp(&queue, "p", {1, 2}, 2), 1u);
  EXPECT_EQ(AddTask(&queue, "t", 1), 1u);
  EXPECT_EQ(AddTask(&queue, "t", 2), 0u);
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.0", "p.1", "p.2", "t"}));
  EXPECT_EQ(queue.Waiting()[1].queue_time_ms, 1) << "the first one stays";
}

TEST(QueueAddTest, AnLrpAndATaskOfOneIdentifierAreTwo) {
  Queue queue;
  EXPECT_EQ(AddLrp(&queue, "x", {0}), 1u);
  EXPECT_EQ(AddTask(&queue, "x"), 1u);
  EXPECT_EQ(AddTask(&queue, "x.0"), 1u);
  EXPECT_EQ(queue.size(), 3u);
}

TEST(QueueAddTest, AddsNothingIfOneRequestIsNotValid) {
  const std::vector<LrpStart> lrps = {StartLrp("p", {0, 1}), StartLrp("q", {})};
  Queue queue;
  const Expected<size_t> added = queue.Add(lrps, {}, 0);
  EXPECT_EQ(added.status().text(), "LRP \"q\": indices is empty, expected at least one index");
  const std::vector<TaskStart> tasks = {StartTask("t"), StartTask("")};
  EXPECT_FALSE(queue.Add(std::vector{StartLrp("p")}, tasks, 0).ok());
  EXPECT_EQ(queue.size(), 0u);
}

TEST(QueueCancelTest, TakesOneAuctionOutAndKeepsTheOrder) {
  Queue queue;
  AddLrp(&queue, "p", {0, 1, 2});
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.1"));
  EXPECT_FALSE(queue.Cancel(Kind::kLrp, "p.1"));
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.0", "p.2"}));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(IdentifiersOf(queue.Drain()), (Ids{"p.0", "p.2"}));
}

TEST(QueueCancelTest, TheNewcomerAfterACancelGoesToTheEnd) {
  Queue queue;
  AddLrp(&queue, "p", {0, 1}, 1);
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.0"));
  EXPECT_EQ(AddLrp(&queue, "p", {0}, 2), 1u);
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.1", "p.0"}));
}

TEST(QueueCancelTest, TheLastDotParts) {
  Queue queue;
  AddLrp(&queue, "a.b", {3});
  AddLrp(&queue, "a", {3});
  AddTask(&queue, "a.b.3");
  EXPECT_FALSE(queue.Cancel(Kind::kLrp, "a.b"));
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "a.b.3"));
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"a.3", "a.b.3"}));
  EXPECT_TRUE(queue.Cancel(Kind::kTask, "a.b.3"));
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "a.3"));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(QueueCancelTest, WhatIsNoIdentifierIsNotThere) {
  Queue queue;
  AddLrp(&queue, "p", {0, -3, std::numeric_limits<int32_t>::max()});
  for (const char* text : {"", "p", "p.", ".0", "p.x", "p.+0", "p.0 ", "p.1", "p.2147483648",
                           "p.99999999999999999999999"}) {
    EXPECT_FALSE(queue.Cancel(Kind::kLrp, text)) << text;
  }
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.2147483647"));
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.-3"));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(QueueCancelTest, AnotherSpellingOfTheIndexIsAnotherIdentifier) {
  Queue queue;
  AddLrp(&queue, "p", {0, 7});
  EXPECT_FALSE(queue.Cancel(Kind::kLrp, "p.007"));
  EXPECT_FALSE(queue.Cancel(Kind::kLrp, "p.-0"));
}

TEST(QueueDrainTest, LeavesNothing) {
  Queue queue;
  AddLrp(&queue, "p", {0, 1});
  EXPECT_EQ(queue.Drain().size(), 2u);
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_TRUE(queue.Drain().empty());
  EXPECT_EQ(AddLrp(&queue, "p", {0}), 1u) << "what is in a round does not wait";
}

TEST(QueuePutBackTest, GoesBeforeWhatCameInSince) {
  Queue queue;
  AddLrp(&queue, "p", {0, 1});
  std::vector<Auction> batch = queue.Drain();
  AddTask(&queue, "t");
  queue.PutBack(std::move(batch));
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.0", "p.1", "t"}));
}

TEST(QueuePutBackTest, KeepsQueueTimeAndAttempts) {
  Queue queue;
  AddLrp(&queue, "p", {0}, 5);
  std::vector<Auction> batch = queue.Drain();
  batch[0].attempts = 3;
  queue.PutBack(std::move(batch));
  ASSERT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue.Waiting()[0].queue_time_ms, 5);
  EXPECT_EQ(queue.Waiting()[0].attempts, 3);
}

TEST(QueuePutBackTest, TakesPrecedenceOverTheSameIdentifierThatCameInMeanwhile) {
  Queue queue;
  AddLrp(&queue, "p", {0}, 5);
  std::vector<Auction> batch = queue.Drain();
  AddLrp(&queue, "q", {0}, 9);
  AddLrp(&queue, "p", {0}, 9);
  queue.PutBack(std::move(batch));
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.0", "q.0"}));
  EXPECT_EQ(queue.Waiting()[0].queue_time_ms, 5) << "it has waited since then";
}

TEST(QueuePutBackTest, OfNothingChangesNothing) {
  Queue queue;
  AddLrp(&queue, "p", {0, 1});
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.0"));
  queue.PutBack({});
  EXPECT_EQ(IdentifiersOf(queue.Waiting()), (Ids{"p.1"}));
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.1"));
}

TEST(QueueOldestTest, IsTheLeastQueueTimeOrNone) {
  Queue queue;
  EXPECT_EQ(queue.OldestQueueTimeMs(), -1);
  AddLrp(&queue, "p", {0}, 50);
  AddLrp(&queue, "p", {1}, 20);
  AddLrp(&queue, "p", {2}, 30);
  EXPECT_EQ(queue.OldestQueueTimeMs(), 20);
  EXPECT_TRUE(queue.Cancel(Kind::kLrp, "p.1"));
  EXPECT_EQ(queue.OldestQueueTimeMs(), 30);
}

// The entries' keys point into the work that they hold, whatever the caller does with its own.
TEST(QueueLifeTest, KeepsTheWorkAlive) {
  Queue queue;
  AddLrp(&queue, std::string(100, 'p'), {0});
  Queue moved = std::move(queue);
  EXPECT_TRUE(moved.Cancel(Kind::kLrp, std::string(100, 'p') + ".0"));
  EXPECT_EQ(moved.size(), 0u);
}

}  // namespace
}  // namespace rostrum
