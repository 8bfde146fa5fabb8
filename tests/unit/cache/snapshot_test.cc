#include "rostrum/snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "lib/cache/internals.h"
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

// What a snapshot comes to is worked out when somebody looks into it, or when too much has changed.
TEST(SnapshotTest, EachOfManyStaysAsItWas) {
  Cache cache;
  std::vector<Cell> cells;
  for (int64_t i = 0; i < 20; ++i) cells.push_back(MakeCell(Numbered("c", i), "z", i));
  cells[3].started = false;
  cells[3].overhead = MakeResources(7, 7, 1);
  ASSERT_TRUE(cache.Update(cells).ok());
  std::vector<std::pair<std::shared_ptr<const Snapshot>, std::vector<Cell>>> kept;
  // Enough to fill the log more than once.
  for (int64_t step = 0; step < 600; ++step) {
    const auto snapshot = cache.TakeSnapshot();
    // Some are looked into at once, which lets go of what they had to be worked out from.
    std::vector<Cell> now = step % 3 == 0 ? snapshot->Cells()
                                          : (*Snapshot::FromCells([&] {
                                              std::vector<Cell> found;
                                              for (const auto& cell : cells) {
                                                if (const auto at = cache.Find(cell.id); at.ok())
                                                  found.push_back(*at);
                                              }
                                              return found;
                                            }()))
                                                ->Cells();
    EXPECT_EQ(snapshot->size(), now.size());
    if (step % 7 != 0) kept.emplace_back(snapshot, std::move(now));
    if (kept.size() > 40) kept.erase(kept.begin() + step % 40);
    const Cell& cell = cells[static_cast<size_t>(step * 7 % 20)];
    const Auction auction = MakeLrp(Numbered("p", step), 0, 1);
    if (step % 5 == 0) {
      ASSERT_TRUE(cache.Update({&cell, 1}).ok());
    }
    if (step % 5 == 1) static_cast<void>(cache.Remove(cell.id));
    if (step % 11 == 2) static_cast<void>(cache.SetDisabled(cell.id, step % 2 == 0));
    static_cast<void>(cache.Take(cell.id, auction));
    if (step % 4 == 0) static_cast<void>(cache.GiveBack(cell.id, auction));
  }
  for (const auto& [snapshot, before] : kept) EXPECT_EQ(snapshot->Cells(), before);
}

// What happens after a snapshot has gone need not be logged for an older one that has what was
// there before; but what was logged for the one that has gone is still there.
TEST(SnapshotTest, StaysAsItWasWhenANewerOneGoes) {
  Cache cache;
  const std::vector<Cell> cells = {MakeCell("a")};
  ASSERT_TRUE(cache.Update(cells).ok());
  const auto older = cache.TakeSnapshot();
  Cell other = MakeCell("a");
  other.task_count = 5;
  ASSERT_TRUE(cache.Update({&other, 1}).ok());
  auto newer = cache.TakeSnapshot();
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  newer.reset();
  ASSERT_TRUE(cache.GiveBack("a", MakeLrp("p")).ok());
  EXPECT_EQ(older->Cells(), cells);
}

TEST(SignatureSharingTest, CellsThatOfferTheSameHaveOneSignature) {
  Cell plain = MakeCell("a");
  Cell same = MakeCell("b");
  same.signature.rootfs_providers[0].set = {"cflinuxfs4", "cflinuxfs4"};
  Cell other = MakeCell("c");
  other.signature.volume_drivers = {"nfs"};
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{plain, same, other});
  const std::vector<CellSlot>& slots = Internals::TableOf(*snapshot).cells;
  EXPECT_EQ(slots[0].info->signature, slots[1].info->signature) << "one object, not equal ones";
  EXPECT_NE(slots[0].info->signature, slots[2].info->signature);
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
  std::set<const Signature*> signatures;
  for (const CellSlot& slot : Internals::TableOf(*snapshot).cells) {
    signatures.insert(slot.info->signature.get());
  }
  EXPECT_EQ(signatures.size(), 3u);
}

}  // namespace
}  // namespace rostrum
