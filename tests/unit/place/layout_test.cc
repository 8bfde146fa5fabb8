#include "lib/place/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "lib/cache/internals.h"
#include "rostrum/cache.h"
#include "rostrum/engine.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

std::vector<uint32_t> AllRows(std::span<const CellSlot> cells) {
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < cells.size(); ++row) rows.push_back(row);
  return rows;
}

// A group as others see it: its zone, its signature, and its rows in order.
struct SeenGroup {
  std::string zone;
  const Signature* signature = nullptr;
  std::vector<uint32_t> rows;

  friend bool operator==(const SeenGroup&, const SeenGroup&) = default;
};

// Everything that decisions can depend on, zone by zone.
std::vector<std::vector<SeenGroup>> Seen(const Layout& layout) {
  std::vector<std::vector<SeenGroup>> seen;
  for (const uint32_t zone : layout.zones_in_order()) {
    std::vector<SeenGroup>& groups = seen.emplace_back();
    groups.push_back({layout.zones()[zone].name, nullptr, layout.zones()[zone].rows});
    for (const uint32_t number : layout.zones()[zone].groups) {
      const LayoutGroup& group = layout.groups()[number];
      SeenGroup& shown = groups.emplace_back();
      shown.zone = layout.zones()[group.zone].name;
      shown.signature = layout.signatures()[group.signature].get();
      for (uint32_t slot = 0; slot < group.slots.size(); ++slot) {
        const uint32_t row = group.slots[slot];
        if (row == kNoRow) continue;
        shown.rows.push_back(row);
        EXPECT_TRUE(layout.is_open(row) && layout.group(row) == number);
        EXPECT_EQ(layout.slot(row), slot);
      }
      EXPECT_EQ(shown.rows.size(), group.cells);
    }
  }
  return seen;
}

TEST(LayoutTest, HasAZoneForEveryNameWithAnOpenCell) {
  Cell closed = MakeCell("closed", "z3");
  closed.disabled = true;
  Cache cache;
  ASSERT_TRUE(cache
                  .Update(std::vector<Cell>{MakeCell("c", "z2"), MakeCell("b", "z1", 2),
                                            MakeCell("a", "z1", 1), closed})
                  .ok());
  const std::vector<CellSlot>& cells = Internals::StoreOf(cache).slots();
  Layout layout;
  EXPECT_TRUE(layout.Update(cells, AllRows(cells)).any());
  ASSERT_EQ(layout.zones_in_order().size(), 2u);
  const LayoutZone& first = layout.zones()[layout.zones_in_order()[0]];
  EXPECT_EQ(first.name, "z1");
  EXPECT_EQ(first.rows, (std::vector<uint32_t>{2, 1})) << "by index";
  EXPECT_EQ(layout.zones()[layout.zones_in_order()[1]].name, "z2");
  EXPECT_EQ(layout.RowsInOrder(), (std::vector<uint32_t>{2, 1, 0, 3}));
  EXPECT_EQ(layout.closed()[Layout::kDisabled], 1u);
  EXPECT_TRUE(layout.Before(1, 0));
  EXPECT_FALSE(layout.Update(cells, AllRows(cells)).any()) << "nothing is new";
}

// Cells that come, go, open, close and change: each time it is as if it had been made anew.
TEST(LayoutTest, IsWhatAFreshOneIs) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto below = [&](uint64_t limit) { return static_cast<int64_t>(random() % limit); };
    const int64_t most = seed % 3 == 0 ? 600 : 60;
    Cache cache;
    CellStore& store = Internals::StoreOf(cache);
    Layout layout;
    const auto some_cell = [&] {
      const int64_t number = below(static_cast<uint64_t>(most));
      Cell cell =
          MakeCell(Numbered("c", number), Numbered("z", below(20) == 0 ? below(5) : number % 3),
                   below(10) == 0 ? below(50) : number * 7 % most);
      cell.signature.placement_tags = {Numbered("tag", below(15) == 0 ? below(4) : number % 2)};
      cell.evacuating = below(12) == 0;
      cell.draining = false;
      return cell;
    };
    for (int64_t step = 0; step < 80; ++step) {
      std::vector<Cell> cells;
      std::set<std::string> ids;
      for (int64_t i = step == 0 ? most : below(6); i > 0; --i) {
        Cell cell = some_cell();
        if (ids.insert(cell.id).second) cells.push_back(cell);
      }
      ASSERT_TRUE(cache.Update(cells).ok());
      for (int64_t i = below(4); i > 0; --i) static_cast<void>(cache.Remove(some_cell().id));
      static_cast<void>(cache.SetDisabled(some_cell().id, below(2) == 0));
      static_cast<void>(layout.Update(store.slots(), store.changed_rows()));
      store.TakeNoteOfChanges();
      Layout fresh;
      static_cast<void>(fresh.Update(store.slots(), AllRows(store.slots())));
      ASSERT_EQ(Seen(layout), Seen(fresh)) << "step " << step;
      EXPECT_EQ(layout.closed(), fresh.closed());
      EXPECT_EQ(layout.RowsInOrder(), fresh.RowsInOrder());
    }
  }
}

TEST(LayoutTest, IsWornOnceMostOfItIsOfCellsThatAreGone) {
  Cache cache;
  CellStore& store = Internals::StoreOf(cache);
  Layout layout;
  int64_t steps = 0;
  for (; steps < 1000 && !layout.IsWorn(); ++steps) {
    Cell cell = MakeCell("a");
    cell.signature.placement_tags = {Numbered("tag", steps)};
    ASSERT_TRUE(cache.Update({&cell, 1}).ok());
    static_cast<void>(layout.Update(store.slots(), store.changed_rows()));
    store.TakeNoteOfChanges();
  }
  EXPECT_GT(steps, 200);
  EXPECT_LT(steps, 300);
  // An engine makes it anew, and decides as before.
  Engine engine(MakeStrategy("diego"));
  for (int64_t i = 0; i < 600; ++i) {
    Cell cell = MakeCell("a");
    cell.signature.optional_placement_tags = {Numbered("tag", i)};
    ASSERT_TRUE(engine.UseCache([&](Cache& all) { return all.Update({&cell, 1}); }).ok());
    const std::vector<LrpStart> starts = {StartLrp(Numbered("p", i))};
    ASSERT_TRUE(engine.Submit(starts, {}, 0).ok());
    EXPECT_EQ((*engine.RunRound(1, 0))->placed_count(), 1u);
  }
}

// What changes little costs little: most cells stay where they are.
TEST(LayoutTest, MovesFewCells) {
  std::vector<Cell> cells;
  for (int64_t i = 0; i < 4000; ++i) cells.push_back(MakeCell(Numbered("c", i), "z", 2 * i));
  Cache cache;
  ASSERT_TRUE(cache.Update(cells).ok());
  CellStore& store = Internals::StoreOf(cache);
  Layout layout;
  static_cast<void>(layout.Update(store.slots(), store.changed_rows()));
  store.TakeNoteOfChanges();
  std::vector<Cell> fresh;
  for (int64_t i = 0; i < 40; ++i) fresh.push_back(MakeCell(Numbered("new", i), "z", i * 200 + 1));
  ASSERT_TRUE(cache.Update(fresh).ok());
  const LayoutChanges changes = layout.Update(store.slots(), store.changed_rows());
  EXPECT_TRUE(changes.spaced_groups.empty());
  EXPECT_LT(changes.slots.size(), 40u * 16u);
}

}  // namespace
}  // namespace rostrum
