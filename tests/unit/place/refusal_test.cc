// What a round says of the auctions that it refuses.

#include "lib/place/refusal.h"

#include <gtest/gtest.h>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

class RefusalTest : public testing::Test {
 protected:
  TestRound Run(std::vector<Auction> auctions) {
    return TestRound(cells_, std::move(auctions), *strategy_);
  }
  // Of a single LRP that asks for 100 MB and 10 MB of disk.
  Refusal RefusalOfPlainLrp() { return Run({MakeLrp("p")}).RefusalOf("p.0"); }

  std::unique_ptr<Strategy> strategy_ = MakeStrategy("diego");
  std::vector<Cell> cells_;
};

// A cell that fails a constraint: "rootfs", "driver" or "tag", of an LRP that wants driver "nfs".
Cell CellWithout(const std::string& what, std::string zone) {
  Cell cell = MakeCell(what + "-" + zone, zone);
  cell.signature.volume_drivers = {"nfs"};
  if (what == "rootfs") cell.signature.rootfs_providers.clear();
  if (what == "driver") cell.signature.volume_drivers.clear();
  if (what == "tag") cell.signature.placement_tags = {"gpu"};
  return cell;
}

std::string MismatchOn(const std::vector<Cell>& cells) {
  auto work = MakeWork(Kind::kLrp, "p");
  work->constraint.volume_drivers = {"nfs"};
  const std::unique_ptr<Strategy> strategy = MakeStrategy("diego");
  return RefusalCodeName(TestRound(cells, {{work, 0, 0, 0, 0}}, *strategy).RefusalOf("p.0").code);
}

TEST(MismatchTest, InAZoneTheFurthestCellNamesTheError) {
  const Cell rootfs = CellWithout("rootfs", "z1");
  const Cell driver = CellWithout("driver", "z1");
  const Cell tag = CellWithout("tag", "z1");
  EXPECT_EQ(MismatchOn({rootfs}), "rootfs mismatch");
  EXPECT_EQ(MismatchOn({rootfs, driver}), "volume driver mismatch");
  EXPECT_EQ(MismatchOn({driver, tag, rootfs}), "placement tag mismatch");
}

// From zone to zone Diego takes the later zone's error, but for a driver mismatch, which stays
// unless a tag mismatch follows. We go through the zones by name.
TEST(MismatchTest, FromZoneToZoneDiegoHasAnOrderOfItsOwn) {
  const auto on_zones = [](const std::string& first, const std::string& second) {
    return MismatchOn({CellWithout(first, "z1"), CellWithout(second, "z2")});
  };
  EXPECT_EQ(on_zones("tag", "rootfs"), "rootfs mismatch");
  EXPECT_EQ(on_zones("tag", "driver"), "volume driver mismatch");
  EXPECT_EQ(on_zones("driver", "rootfs"), "volume driver mismatch");
  EXPECT_EQ(on_zones("driver", "tag"), "placement tag mismatch");
  EXPECT_EQ(on_zones("rootfs", "driver"), "volume driver mismatch");
  EXPECT_EQ(on_zones("rootfs", "tag"), "placement tag mismatch");
}

TEST_F(RefusalTest, WithoutACellThereIsNobodyToTalkTo) {
  const Refusal refusal = RefusalOfPlainLrp();
  EXPECT_EQ(refusal.code, RefusalCode::kNoCells);
  EXPECT_EQ(refusal.error, "unable to communicate to compatible cells");
  EXPECT_TRUE(refusal.reasons.empty());
}

TEST_F(RefusalTest, WithoutCellsLrpsAreRefusedFirstAsQueued) {
  const TestRound round = Run({MakeTask("t"), MakeLrp("p", 1), MakeLrp("p", 0)});
  EXPECT_EQ(round.Order(), (std::vector<std::string>{"p.1", "p.0", "t"}));
  EXPECT_EQ(round->refusals().size(), 1u);
}

TEST_F(RefusalTest, ClosedCellsAreNoneAndSayWhy) {
  cells_ = {MakeCell("a"), MakeCell("b"), MakeCell("c"), MakeCell("d")};
  cells_[0].evacuating = true;
  cells_[1].disabled = true;
  cells_[2].draining = true;
  cells_[2].task_count = 1;
  cells_[3].disabled = cells_[3].evacuating = true;
  const Refusal refusal = RefusalOfPlainLrp();
  EXPECT_EQ(refusal.code, RefusalCode::kNoCells);
  ASSERT_EQ(refusal.reasons.size(), 3u);
  EXPECT_EQ(refusal.reasons[0].reason, Reason::kEvacuating);
  EXPECT_EQ(refusal.reasons[0].cells, 2u) << "what the cell says comes first";
  EXPECT_EQ(refusal.reasons[1].reason, Reason::kDisabled);
  EXPECT_EQ(refusal.reasons[2].reason, Reason::kDraining);
}

TEST_F(RefusalTest, NamesOnlyWhatIsShortOnEveryCell) {
  cells_ = {MakeCell("a"), MakeCell("b")};
  cells_[0].available = MakeResources(50, 5, 1);
  cells_[1].available = MakeResources(50, 1000, 0);
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources: memory");
  cells_[1].available = MakeResources(50, 5, 0);
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources: disk, memory");
  cells_[0].available.containers = 0;
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources: containers, disk, memory");
  cells_[0].available = MakeResources(50, 1000, 1);
  cells_[1].available = MakeResources(1000, 5, 1);
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources");
}

TEST_F(RefusalTest, IncompatibleCellsDoNotCountForWhatIsShort) {
  cells_ = {MakeCell("a"), MakeCell("b")};
  cells_[0].available.memory = 0;
  cells_[1].available.disk = 0;
  cells_[1].signature = {};
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources: memory");
}

TEST_F(RefusalTest, FurtherResourcesAreNamedWhereTheyAreAskedFor) {
  cells_ = {MakeCell("a")};
  auto work = MakeWork(Kind::kLrp, "p");
  work->asked.cpu = 1;
  work->asked.scalars = {{"gpus", 1}};
  EXPECT_EQ(Run({{work, 0, 0, 0, 0}}).ErrorOf("p.0"), "insufficient resources: cpu, gpus");
}

TEST_F(RefusalTest, WhatIsShortForTheOverheadIsNamed) {
  cells_ = {MakeCell("a")};
  cells_[0].started = false;
  cells_[0].overhead.cpu = 100;
  EXPECT_EQ(RefusalOfPlainLrp().error, "insufficient resources: cpu");
}

TEST_F(RefusalTest, TellsAmountsOfTheNearestCell) {
  cells_ = {CellWithMemory("a", 50), CellWithMemory("b", 90), CellWithMemory("c", 90)};
  const Refusal refusal = RefusalOfPlainLrp();
  ASSERT_EQ(refusal.reasons.size(), 1u);
  const ReasonCount& reason = refusal.reasons[0];
  EXPECT_EQ(reason.reason, Reason::kResource);
  EXPECT_EQ(reason.subject, "memory");
  EXPECT_EQ(reason.cells, 3u);
  EXPECT_EQ(reason.asked, WholeAmount(100));
  EXPECT_EQ(reason.free, WholeAmount(90));
  EXPECT_EQ(reason.short_by, WholeAmount(10));
  EXPECT_EQ(reason.cell_id, "b") << "of equal ones the first";
  EXPECT_TRUE(reason.is_static) << "these cells have no 100 MB in all";
}

TEST_F(RefusalTest, CountsCellsThatMayTakeItLaterApart) {
  cells_ = {CellWithMemory("small", 50), MakeCell("full-1", "z1", 1), MakeCell("full-2", "z1", 2)};
  cells_[1].available.memory = WholeAmount(10);
  cells_[2].available.memory = WholeAmount(20);
  const Refusal refusal = RefusalOfPlainLrp();
  ASSERT_EQ(refusal.reasons.size(), 2u);
  EXPECT_FALSE(refusal.reasons[0].is_static);
  EXPECT_EQ(refusal.reasons[0].cells, 2u) << "the larger number first";
  EXPECT_EQ(refusal.reasons[0].cell_id, "full-2");
  EXPECT_TRUE(refusal.reasons[1].is_static);
  EXPECT_EQ(refusal.reasons[1].cell_id, "small");
}

TEST_F(RefusalTest, AskedIsWithProxyAndOverhead) {
  cells_ = {MakeCell("a")};
  cells_[0].available.memory = WholeAmount(120);
  cells_[0].proxy_memory = WholeAmount(32);
  cells_[0].overhead.memory = WholeAmount(64);
  cells_[0].started = false;
  EXPECT_EQ(RefusalOfPlainLrp().reasons[0].asked, WholeAmount(196));
  EXPECT_EQ(Run({MakeTask("t")}).RefusalOf("t").reasons[0].asked, WholeAmount(164));
}

TEST_F(RefusalTest, TellsContainersAsAmounts) {
  cells_ = {MakeCell("a")};
  cells_[0].available.containers = 0;
  const ReasonCount reason = RefusalOfPlainLrp().reasons[0];
  EXPECT_EQ(reason.subject, "containers");
  EXPECT_EQ(reason.asked, WholeAmount(1));
  EXPECT_EQ(reason.free, 0);
  EXPECT_FALSE(reason.is_static);
}

TEST_F(RefusalTest, CountsEveryCellByItsReason) {
  cells_ = {MakeCell("a"), MakeCell("b"), MakeCell("c"), MakeCell("d")};
  cells_[0].signature = {};
  cells_[1].signature.placement_tags = {"gpu"};
  cells_[2].available.memory = 0;
  cells_[3].evacuating = true;
  const Refusal refusal = RefusalOfPlainLrp();
  EXPECT_EQ(refusal.code, RefusalCode::kInsufficientResources);
  std::vector<Reason> reasons;
  for (const ReasonCount& count : refusal.reasons) reasons.push_back(count.reason);
  EXPECT_EQ(reasons, (std::vector<Reason>{Reason::kRootfs, Reason::kPlacementTag, Reason::kResource,
                                          Reason::kEvacuating}));
  EXPECT_TRUE(refusal.reasons[0].is_static);
  EXPECT_TRUE(refusal.reasons[1].is_static);
}

TEST_F(RefusalTest, InstancesOfAProcessShareOneWhileNothingIsPlaced) {
  cells_ = {MakeCell("a")};
  const auto work = MakeWork(Kind::kLrp, "p", 5000);
  const std::vector<Auction> instances = {{work, 1, 0, 0, 0}, {work, 2, 0, 0, 0}};
  EXPECT_EQ(Run(instances)->refusals().size(), 1u);

  std::vector<Auction> with_another = instances;
  with_another.push_back(MakeLrp("q", 1, 1));
  EXPECT_EQ(Run(with_another).RefusalOf("p.2").reasons[0].free, WholeAmount(999))
      << "what is told is what was free when it was refused";
}

TEST(RefusalNamesTest, EveryCodeAndReasonHasAName) {
  for (int32_t code = 0; code <= 9; ++code) {
    EXPECT_STRNE(RefusalCodeName(static_cast<RefusalCode>(code)), "unknown") << code;
  }
  for (int32_t reason = 1; reason <= 9; ++reason) {
    EXPECT_STRNE(ReasonName(static_cast<Reason>(reason)), "unknown") << reason;
  }
  EXPECT_STREQ(RefusalCodeName(static_cast<RefusalCode>(99)), "unknown");
  EXPECT_STREQ(ReasonName(static_cast<Reason>(99)), "unknown");
}

TEST(ReasonCounterTest, ManyDifferentReasonsAreKeptApart) {
  ReasonCounter counter;
  for (int i = 0; i < 50'000; ++i) {
    counter.Add({.reason = Reason::kStrategy, .subject = Numbered("not on ", i), .cells = 1});
  }
  EXPECT_EQ(std::move(counter).Finish().size(), 50'000u);
}

}  // namespace
}  // namespace rostrum
