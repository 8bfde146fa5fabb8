// Every cell's answer to an auction, and what would have placed it.

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

class ExplainTest : public testing::Test {
 protected:
  TestRound Run(std::vector<Auction> auctions) {
    return TestRound(cells_, std::move(auctions), *strategy_, configuration_);
  }
  // Of a single LRP that asks for 100 MB and 10 MB of disk.
  Explanation ExplainPlainLrp() { return Run({MakeLrp("p")}).Explain(Kind::kLrp, "p.0"); }

  std::unique_ptr<Strategy> strategy_ = MakeStrategy("diego");
  Configuration configuration_;
  std::vector<Cell> cells_ = {MakeCell("a", "z1", 0), MakeCell("b", "z1", 1)};
};

TEST_F(ExplainTest, ListsEveryCellInOrderAndMarksTheWinner) {
  cells_ = {MakeCell("d", "z2"), MakeCell("c", "z1", 2), MakeCell("b", "z1", 1),
            MakeCell("a", "z1", 0)};
  cells_[1].evacuating = true;
  cells_[2].available.memory = WholeAmount(99);
  cells_[3].available.memory = WholeAmount(500);
  const Explanation explanation = ExplainPlainLrp();
  ASSERT_EQ(explanation.answers.size(), 4u);
  EXPECT_EQ(explanation.answers[0].cell_id, "a");
  EXPECT_TRUE(explanation.answers[0].fits);
  EXPECT_FALSE(explanation.answers[0].winner);
  EXPECT_EQ(explanation.answers[1].cell_id, "b");
  EXPECT_FALSE(explanation.answers[1].fits);
  EXPECT_EQ(explanation.answers[1].reasons[0].subject, "memory");
  EXPECT_EQ(explanation.answers[2].cell_id, "c");
  EXPECT_EQ(explanation.answers[2].reasons[0].reason, Reason::kEvacuating);
  EXPECT_EQ(explanation.answers[3].cell_id, "d");
  EXPECT_EQ(explanation.answers[3].zone, "z2");
  EXPECT_TRUE(explanation.answers[3].winner);
  EXPECT_LT(explanation.answers[3].score.value, explanation.answers[0].score.value);
  EXPECT_EQ(explanation.decision.cell_id, "d");
  EXPECT_EQ(explanation.remedy, "");
}

TEST_F(ExplainTest, ShowsTheCellsAsTheyWereWhenItWasDecided) {
  cells_ = {CellWithMemory("a", 250)};
  const auto work = MakeWork(Kind::kLrp, "p");
  const TestRound round = Run({{work, 0, 0, 0, 0}, {work, 1, 0, 0, 0}, {work, 2, 0, 0, 0}});
  EXPECT_TRUE(round.Explain(Kind::kLrp, "p.1").answers[0].fits);
  const Explanation last = round.Explain(Kind::kLrp, "p.2");
  EXPECT_FALSE(last.answers[0].fits);
  EXPECT_EQ(last.answers[0].reasons[0].free, WholeAmount(50));
}

TEST_F(ExplainTest, AgreesWithTheRound) {
  cells_ = {CellWithMemory("a", 250), CellWithMemory("b", 120)};
  const TestRound round = Run(
      {MakeLrp("p", 0), MakeLrp("p", 1), MakeLrp("p", 2), MakeTask("t"), MakeTask("huge", 9000)});
  for (const Decision& decision : round->decisions()) {
    const Auction& auction = round->auctions()[decision.auction];
    const Explanation explanation = round.Explain(auction.kind(), auction.Identifier());
    EXPECT_EQ(explanation.auction.Identifier(), auction.Identifier());
    EXPECT_EQ(explanation.decision.placed, decision.placed);
    EXPECT_EQ(explanation.decision.cell_id, decision.cell_id);
    EXPECT_EQ(explanation.decision.score, decision.score);
    if (!decision.placed) {
      EXPECT_EQ(explanation.refusal.error, round->refusals()[decision.refusal].error);
      EXPECT_EQ(explanation.refusal.reasons, round->refusals()[decision.refusal].reasons);
    }
  }
}

TEST_F(ExplainTest, AnAuctionThatWasNotInTheRoundIsNotFound) {
  const TestRound round = Run({MakeLrp("p")});
  const auto explanation = round->Explain(*strategy_, Kind::kTask, "p.0");
  EXPECT_EQ(explanation.status().code(), Code::kNotFound);
  EXPECT_EQ(explanation.status().text(), "the round had no task \"p.0\"");
}

TEST_F(ExplainTest, OutlivesItsRound) {
  Explanation explanation;
  {
    const TestRound round = Run({MakeLrp("p")});
    explanation = round.Explain(Kind::kLrp, "p.0");
  }
  EXPECT_EQ(explanation.answers[0].cell_id, "a");
  EXPECT_EQ(explanation.auction.Identifier(), "p.0");
}

TEST_F(ExplainTest, AStrategyThatThrowsIsOneCellsAnswer) {
  FakeStrategy strategy;
  strategy.accepts = [](const AuctionView&, const CellView& cell, std::string*) -> bool {
    if (cell.id == "b") throw std::runtime_error("out of luck");
    return true;
  };
  const TestRound round(cells_, {MakeLrp("p")}, strategy);
  const Explanation explanation = round.Explain(Kind::kLrp, "p.0");
  EXPECT_TRUE(explanation.answers[0].fits);
  EXPECT_EQ(explanation.answers[1].reasons[0].reason, Reason::kStrategy);
  EXPECT_EQ(explanation.answers[1].reasons[0].subject, "out of luck");
  EXPECT_EQ(explanation.refusal.code, RefusalCode::kStrategyFailed);
}

// The remedy.

TEST_F(ExplainTest, NamesTheCellThatLacksLeast) {
  cells_ = {MakeCell("a"), MakeCell("b"), MakeCell("c")};
  cells_[0].available = MakeResources(99, 9, 100);  // Lacks little, but of two resources.
  cells_[1].available.memory = WholeAmount(40);     // Lacks 60 percent.
  cells_[2].available.disk = 4'500;                 // Lacks 55 percent.
  EXPECT_EQ(ExplainPlainLrp().remedy,
            "It would fit on cell \"c\" with 5.5 MB more disk (asked 10 MB, free 4.5 MB).");
}

TEST_F(ExplainTest, ListsAllThatTheNearestCellLacks) {
  cells_ = {MakeCell("a")};
  cells_[0].available = MakeResources(40, 1000, 0);
  EXPECT_EQ(ExplainPlainLrp().remedy,
            "It would fit on cell \"a\" with 1 more container (asked 1, free 0) and 60 MB more "
            "memory (asked 100 MB, free 40 MB).");
}

TEST_F(ExplainTest, SaysIfTheCellCouldNeverTakeIt) {
  cells_ = {CellWithMemory("a", 60)};
  EXPECT_EQ(ExplainPlainLrp().remedy,
            "It would fit on cell \"a\" with 40 MB more memory (asked 100 MB, free 60 MB); that is "
            "more than the cell has in all.");
}

TEST_F(ExplainTest, SaysWhatIsNeededForTheConstraint) {
  auto work = MakeWork(Kind::kLrp, "p");
  const auto remedy = [&] { return Run({{work, 0, 0, 0, 0}}).Explain(Kind::kLrp, "p.0").remedy; };
  work->constraint.rootfs = "docker:///image";
  EXPECT_EQ(remedy(),
            "A cell whose rootfs providers take \"docker:///image\" is needed; no open cell of 2 "
            "does.");
  work->constraint.rootfs = kRootfs;
  work->constraint.volume_drivers = {"nfs", "smb"};
  EXPECT_EQ(remedy(), "A cell with all of the volume drivers \"nfs\", \"smb\" is needed.");
  work->constraint.volume_drivers = {};
  work->constraint.placement_tags = {"gpu"};
  EXPECT_EQ(remedy(),
            "A cell whose required and optional placement tags include \"gpu\", and that requires "
            "no others, is needed.");
  work->constraint.placement_tags = {};
  cells_[0].signature.placement_tags = cells_[1].signature.placement_tags = {"ssd"};
  EXPECT_EQ(remedy(),
            "A cell without required placement tags is needed, or work that wants the tags of the "
            "cells there are.");
}

TEST_F(ExplainTest, DoesNotSayThatNoCellDoesWhereAClosedOneDoes) {
  cells_[0].signature = {};
  cells_[1].disabled = true;
  EXPECT_EQ(ExplainPlainLrp().remedy.find("none of the 2"), std::string::npos);
}

TEST_F(ExplainTest, KnowsNoRemedyForAStrategyThatFails) {
  FakeStrategy strategy;
  strategy.score = [](const AuctionView&, const CellView&) -> Score {
    throw std::runtime_error("out of luck");
  };
  cells_[1].available.memory = 0;
  EXPECT_EQ(TestRound(cells_, {MakeLrp("p")}, strategy).Explain(Kind::kLrp, "p.0").remedy, "");
}

TEST_F(ExplainTest, SaysWhyThereIsNoCell) {
  cells_[0].evacuating = true;
  cells_[1].disabled = true;
  EXPECT_EQ(ExplainPlainLrp().remedy,
            "All cells are closed: 1 evacuating, 1 disabled, 0 draining.");
  cells_ = {};
  EXPECT_EQ(ExplainPlainLrp().remedy, "A cell is needed; there is none.");
}

TEST_F(ExplainTest, SaysThatTheLimitIsReached) {
  configuration_.starting_container_count_maximum = 1;
  cells_[0].starting_containers = 1;
  const Explanation explanation = ExplainPlainLrp();
  EXPECT_EQ(explanation.remedy,
            "It waits until containers that are starting have started, or for a higher "
            "starting_container_count_maximum.");
  EXPECT_TRUE(explanation.answers[0].fits) << "the cell itself would take it";
}

}  // namespace
}  // namespace rostrum
