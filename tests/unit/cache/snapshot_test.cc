#include "rostrum/snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lib/cache/cell_table.h"
#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

std::vector<std::string> IdsOf(const std::vector<Cell>& cells) {
  std::vector<std::string> ids;
  for (const Cell& cell : cells) ids.push_back(cell.id);
  return ids;
}

TEST(SnapshotTest, IsInTheOrderOfZoneIndexAndId) {
  Cell closed = MakeCell("closed", "z1", 1);
  closed.evacuating = true;
  const std::vector<Cell> cells = {
      MakeCell("e", "z2", 0),  MakeCell("d", "z1", 2),  MakeCell("b", "z1", 1), closed,
      MakeCell("f", "z10", 0), MakeCell("a", "z1", -1), MakeCell("g", "", 99)};
  const auto snapshot = *Snapshot::FromCells(cells);
  EXPECT_EQ(snapshot->size(), cells.size());
  EXPECT_EQ(IdsOf(snapshot->Cells()),
            (std::vector<std::string>{"g", "a", "b", "closed", "d", "f", "e"}))
      << "zones are names, not numbers; closed cells stand among the open ones";
}

TEST(SnapshotTest, DoesNotDependOnTheOrderInWhichCellsCame) {
  std::vector<Cell> cells = {MakeCell("a", "z1", 1), MakeCell("b", "z1", 0), MakeCell("c", "z0")};
  const std::vector<Cell> forward = (*Snapshot::FromCells(cells))->Cells();
  std::reverse(cells.begin(), cells.end());
  EXPECT_EQ((*Snapshot::FromCells(cells))->Cells(), forward);
}

TEST(SnapshotTest, OfNothingIsEmpty) {
  const auto snapshot = *Snapshot::FromCells({});
  EXPECT_EQ(snapshot->size(), 0u);
  EXPECT_TRUE(snapshot->Cells().empty());
}

TEST(SnapshotTest, OfItsOwnCellsIsTheSame) {
  Cache cache;
  Cell cell = MakeCell("a");
  cell.overhead = MakeResources(5, 0, 0);
  cell.started = false;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{cell, MakeCell("b")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  const std::vector<Cell> cells = cache.TakeSnapshot()->Cells();
  EXPECT_EQ((*Snapshot::FromCells(cells))->Cells(), cells);
}

TEST(SnapshotTest, RefusesCellsAsTheCacheDoes) {
  const std::vector<Cell> cells = {MakeCell("a"), MakeCell("a")};
  EXPECT_EQ(Snapshot::FromCells(cells).status().code(), Code::kInvalidArgument);
}

TEST(SnapshotTest, StaysAsItIsWhileTheCacheChanges) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a"), MakeCell("b")}).ok());
  const auto snapshot = cache.TakeSnapshot();
  const std::vector<Cell> before = snapshot->Cells();

  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.SetDisabled("b", true).ok());
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("c"), MakeCell("a", "z9")}).ok());
  ASSERT_TRUE(cache.Remove("b").ok());
  EXPECT_EQ(snapshot->Cells(), before);
  EXPECT_FALSE(cache.TakeSnapshot()->Cells() == before);
}

TEST(SnapshotTest, OutlivesTheCache) {
  std::shared_ptr<const Snapshot> snapshot;
  {
    Cache cache;
    Cell cell = MakeCell("a");
    cell.lrps = {"process"};
    ASSERT_TRUE(cache.Update(std::vector<Cell>{cell}).ok());
    snapshot = cache.TakeSnapshot();
  }
  EXPECT_EQ(snapshot->Cells()[0].lrps, std::vector<std::string>{"process"});
  EXPECT_EQ(snapshot->Cells()[0].signature, PlainSignature());
}

TEST(SnapshotTest, IsTheSameObjectWhileNothingChanges) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  const auto snapshot = cache.TakeSnapshot();
  EXPECT_EQ(cache.TakeSnapshot(), snapshot);
  EXPECT_FALSE(cache.Take("a", MakeLrp("p", 0, 5000)).ok());
  EXPECT_EQ(cache.TakeSnapshot(), snapshot) << "what failed has changed nothing";
  EXPECT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  EXPECT_NE(cache.TakeSnapshot(), snapshot);
}

TEST(SnapshotTest, SharesItsLayoutWhileOnlyAmountsChange) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a"), MakeCell("b")}).ok());
  const auto first = cache.TakeSnapshot();
  Cell busier = MakeCell("a");
  busier.available.memory = 0;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{busier}).ok());
  const auto second = cache.TakeSnapshot();
  EXPECT_EQ(second->table().layout, first->table().layout);
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  EXPECT_NE(cache.TakeSnapshot()->table().layout, first->table().layout);
}

TEST(SignatureSharingTest, CellsThatOfferTheSameHaveOneSignature) {
  Cell plain = MakeCell("a");
  Cell same = MakeCell("b");
  same.signature.rootfs_providers[0].set = {"cflinuxfs4", "cflinuxfs4"};
  Cell other = MakeCell("c");
  other.signature.volume_drivers = {"nfs"};
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{plain, same, other});
  const CellLayout& layout = *snapshot->table().layout;
  EXPECT_EQ(layout.signatures.size(), 2u);
  EXPECT_EQ(layout.cells[0]->signature, layout.cells[1]->signature) << "one object, not equal ones";
  EXPECT_NE(layout.cells[0]->signature, layout.cells[2]->signature);
}

// The texts of a signature are joined to one key. These differ only in where one text ends.
TEST(SignatureSharingTest, CellsThatOfferNearlyTheSameDoNot) {
  Cell a = MakeCell("a");
  a.signature.placement_tags = {"x", "yz"};
  Cell b = MakeCell("b");
  b.signature.placement_tags = {"xy", "z"};
  Cell c = MakeCell("c");
  c.signature.placement_tags = {"x"};
  c.signature.optional_placement_tags = {"yz"};
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{a, b, c});
  EXPECT_EQ(snapshot->table().layout->signatures.size(), 3u);
}

TEST(CellLayoutTest, HasAZoneForEveryNameWithAnOpenCell) {
  Cell closed = MakeCell("closed", "z3");
  closed.disabled = true;
  const auto snapshot = *Snapshot::FromCells(
      std::vector<Cell>{MakeCell("c", "z2"), MakeCell("a", "z1"), MakeCell("b", "z1"), closed});
  const CellLayout& layout = *snapshot->table().layout;
  ASSERT_EQ(layout.zones.size(), 2u);
  EXPECT_EQ(layout.zones[0].name, "z1");
  EXPECT_EQ(layout.zones[0].begin, 0u);
  EXPECT_EQ(layout.zones[0].end, 2u);
  EXPECT_EQ(layout.zones[1].name, "z2");
  EXPECT_EQ(layout.open_count, 3u);
  EXPECT_EQ(layout.cells[3]->id, "closed");
}

}  // namespace
}  // namespace rostrum
