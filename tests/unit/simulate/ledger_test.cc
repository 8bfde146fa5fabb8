#include "lib/tools/simulate/ledger.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/builders.h"

namespace rostrum::tools {
namespace {

// Two cells, and an app of two instances that has come.
class LedgerTest : public testing::Test {
 protected:
  LedgerTest()
      : engine_(MakeStrategy("diego")),
        cluster_({MakeCell("a"), MakeCell("b")}),
        ledger_(&engine_, &cluster_) {
    Job job;
    job.work = MakeWork(Kind::kLrp, "app");
    job.instances = 2;
    ledger_.AddJob(job);
    EXPECT_TRUE(ledger_.Arrive(0, 0).ok());
  }

  // Takes everything out of the queue.
  std::vector<Auction> TakeQueue() {
    std::vector<Auction> waiting = engine_.WaitingAuctions();
    for (const Auction& auction : waiting) {
      engine_.Cancel(auction.kind(), auction.Identifier());
    }
    return waiting;
  }

  Status Place(const Auction& auction, uint64_t cell) {
    Decision decision;
    decision.placed = true;
    decision.cell_tag = cell;
    return ledger_.Place(auction, decision);
  }

  Engine engine_;
  Cluster cluster_;
  Ledger ledger_;
};

TEST_F(LedgerTest, CountsALife) {
  const std::vector<Auction> waiting = TakeQueue();
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(waiting[1].tag, 1U);
  ASSERT_TRUE(Place(waiting[0], 0).ok());
  ASSERT_TRUE(Place(waiting[1], 1).ok());
  EXPECT_EQ(ledger_.PlacementsOf(0), 1U);

  ASSERT_TRUE(ledger_.ClearCell(1, 5).ok());
  ASSERT_TRUE(ledger_.AuctionAgain(1, 6).ok());
  EXPECT_EQ(engine_.QueueSize(), 1U) << "it waited already";
  ledger_.Stop(0);
  ledger_.Stop(0);
  const Expected<RunCounts> counts = ledger_.FinalCounts();
  ASSERT_TRUE(counts.ok()) << counts.status().text();
  EXPECT_EQ(counts->came, 2);
  EXPECT_EQ(counts->placed, 2);
  EXPECT_EQ(counts->again, 1);
  EXPECT_EQ(counts->ended, 1);
  EXPECT_EQ(counts->running, 0);
  EXPECT_EQ(counts->waiting, 1);
}

TEST_F(LedgerTest, WhatIsEvacuatedKeepsItsCellUntilItHasAnother) {
  std::vector<Auction> waiting = TakeQueue();
  ASSERT_TRUE(Place(waiting[0], 0).ok());
  ASSERT_TRUE(Place(waiting[1], 0).ok());
  cluster_.SetEvacuating(0, true);
  ASSERT_TRUE(ledger_.AuctionAgain(0, 1).ok());
  EXPECT_EQ(cluster_.CellOf(0), 0U);
  EXPECT_EQ(ledger_.FinalCounts()->waiting_to_move, 1);
  EXPECT_EQ(ledger_.FinalCounts()->waiting, 0);
  waiting = TakeQueue();
  ASSERT_TRUE(Place(waiting[0], 1).ok());
  EXPECT_EQ(cluster_.CellOf(0), 1U);
  EXPECT_EQ(cluster_.running(), 2);
}

TEST_F(LedgerTest, WhatNoRoundSawHasLeftAndNotEnded) {
  const std::vector<Auction> waiting = engine_.WaitingAuctions();
  ledger_.Refuse(waiting[0], {RefusalCode::kInflightLimit, "text", {}}, false);
  ledger_.Stop(0);
  ledger_.Stop(1);
  const Expected<RunCounts> counts = ledger_.FinalCounts();
  ASSERT_TRUE(counts.ok()) << counts.status().text();
  EXPECT_EQ(counts->ended, 1);
  EXPECT_EQ(counts->ended_without_running, 1);
  EXPECT_EQ(counts->left_before_round, 1);
  EXPECT_EQ(counts->cancelled, 2);
}

// It was placed once, so it has not left unseen, though no round saw its second auction.
TEST_F(LedgerTest, WhatLosesItsCellAndStopsHasEnded) {
  const std::vector<Auction> waiting = TakeQueue();
  ASSERT_TRUE(Place(waiting[0], 0).ok());
  ASSERT_TRUE(Place(waiting[1], 0).ok());
  ASSERT_TRUE(ledger_.ClearCell(0, 5).ok());
  ledger_.Stop(0);
  const Expected<RunCounts> counts = ledger_.FinalCounts();
  ASSERT_TRUE(counts.ok()) << counts.status().text();
  EXPECT_EQ(counts->ended, 1);
  EXPECT_EQ(counts->ended_without_running, 0);
  EXPECT_EQ(counts->left_before_round, 0);
}

TEST_F(LedgerTest, ARefusalIsCountedOnce) {
  std::vector<Auction> waiting = engine_.WaitingAuctions();
  const Refusal refusal{RefusalCode::kInflightLimit, "text", {}};
  ledger_.Refuse(waiting[0], refusal, false);
  ++waiting[0].attempts;
  ledger_.Refuse(waiting[0], refusal, false);
  EXPECT_EQ(ledger_.counts().refused, 1);
  ASSERT_EQ(ledger_.Reasons().size(), 1U);
  EXPECT_EQ(ledger_.Reasons()[0].text, "in-flight limit");
  EXPECT_EQ(ledger_.Reasons()[0].count, 1);
}

TEST_F(LedgerTest, FindsWorkThatIsPlacedTwice) {
  const std::vector<Auction> waiting = TakeQueue();
  ASSERT_TRUE(Place(waiting[0], 0).ok());
  EXPECT_EQ(Place(waiting[0], 1).text(), "\"app.0\" was placed, but did not wait");
  // On a cell that is not evacuated it may not be placed anew either.
  ASSERT_TRUE(ledger_.AuctionAgain(0, 1).ok());
  EXPECT_EQ(Place(waiting[0], 1).code(), Code::kInternal);
}

TEST_F(LedgerTest, FindsWorkThatIsLost) {
  EXPECT_TRUE(ledger_.FinalCounts().ok());
  const std::vector<Auction> waiting = TakeQueue();
  EXPECT_EQ(ledger_.FinalCounts().status().text(),
            "work was lost or doubled: of 2 that came 2 are accounted for, and of 2 auctions 2; 2 "
            "wait, and 0 are in the queue");
  ASSERT_TRUE(Place(waiting[0], 0).ok());
  ASSERT_TRUE(Place(waiting[1], 0).ok());
  EXPECT_TRUE(ledger_.FinalCounts().ok());
  cluster_.TakeOff(0);
  EXPECT_EQ(ledger_.FinalCounts().status().code(), Code::kInternal);
}

}  // namespace
}  // namespace rostrum::tools
