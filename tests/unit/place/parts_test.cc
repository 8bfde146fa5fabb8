// The parts that a round is made of, where they have behaviour of their own.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "lib/cache/internals.h"
#include "lib/place/go_sort.h"
#include "lib/place/instances.h"
#include "lib/place/layout.h"
#include "lib/place/refusal.h"
#include "lib/place/workspace.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

struct Numbered {
  int key;
  uint32_t number;
};

std::vector<Numbered> WithEqualKeys(uint32_t count) {
  std::vector<Numbered> elements;
  for (uint32_t i = 0; i < count; ++i) elements.push_back({static_cast<int>(i * i % 7), i});
  return elements;
}

bool KeyLess(const Numbered& a, const Numbered& b) { return a.key < b.key; }

TEST(GoSortTest, LeavesEqualElementsWhereGoLeavesThem) {
  // Hashes (FNV-1a, by element) of what sort.Sort of Go 1.26 makes of the same elements.
  const std::vector<std::pair<uint32_t, uint32_t>> from_go = {
      {12, 3882486135u}, {13, 3114590245u},  {30, 3099936574u},
      {60, 1181107273u}, {200, 3295352983u}, {1000, 2921868625u},
  };
  for (const auto& [count, expected] : from_go) {
    std::vector<Numbered> elements = WithEqualKeys(count);
    GoSort(&elements, KeyLess);
    EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end(), KeyLess)) << count;
    uint32_t hash = 2166136261u;
    for (const Numbered& element : elements) hash = (hash ^ element.number) * 16777619u;
    EXPECT_EQ(hash, expected) << count;
  }
}

TEST(GoSortTest, SortsWhateverTheInputLooksLike) {
  for (size_t count : {0u, 1u, 2u, 12u, 13u, 49u, 50u, 500u}) {
    std::vector<size_t> ascending(count);
    for (size_t i = 0; i < count; ++i) ascending[i] = i;
    std::vector<size_t> organ_pipe = ascending;
    for (size_t i = 0; i < count; ++i) organ_pipe[i] = std::min(i, count - i);
    std::vector<size_t> descending(ascending.rbegin(), ascending.rend());
    for (std::vector<size_t> elements : {ascending, descending, organ_pipe}) {
      GoSort(&elements, std::less<>());
      EXPECT_TRUE(std::is_sorted(elements.begin(), elements.end())) << count;
    }
  }
}

TEST(GoSortTest, EndsThoughTheComparisonContradictsItself) {
  std::vector<Numbered> elements = WithEqualKeys(1000);
  uint32_t answer = 1;
  GoSort(&elements, [&](const Numbered&, const Numbered&) {
    answer = answer * 1664525u + 1013904223u;
    return answer >> 31 != 0;
  });
  std::sort(elements.begin(), elements.end(),
            [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
  for (uint32_t i = 0; i < elements.size(); ++i) EXPECT_EQ(elements[i].number, i);
}

TEST(InstancesTest, CountsTheCurrentProcessByRowAndZone) {
  std::vector<Cell> cells = {MakeCell("a", "z1", 0), MakeCell("b", "z1", 1), MakeCell("c", "z2")};
  cells[0].lrps = {"p", "q", "p"};
  cells[1].lrps = {"p"};
  cells[2].lrps = {"q"};
  const auto snapshot = *Snapshot::FromCells(cells);
  const Auction p = MakeLrp("p");
  const Auction q = MakeLrp("q");
  const Auction task = MakeTask("p");
  FakeStrategy strategy;
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*snapshot).cells);
  Instances& instances = workspace.instances();
  instances.BeginRound();

  instances.Select(instances.ProcessOf(p.work));
  EXPECT_EQ(instances.OnRow(0), 2);
  EXPECT_EQ(instances.OnRow(1), 1);
  EXPECT_EQ(instances.OnRow(2), 0);
  EXPECT_EQ(instances.InZone(0), 3);
  instances.Add(2);
  EXPECT_EQ(instances.OnRow(2), 1);

  instances.Select(instances.ProcessOf(q.work));
  EXPECT_EQ(instances.OnRow(0), 1);
  EXPECT_EQ(instances.InZone(1), 1);
  instances.Select(instances.ProcessOf(task.work));
  EXPECT_EQ(instances.OnRow(0), 0) << "a task has no instances, though an LRP has its guid";
  instances.Add(0);

  instances.Select(instances.ProcessOf(p.work));
  EXPECT_EQ(instances.OnRow(0), 2);
  EXPECT_EQ(instances.OnRow(2), 1) << "what was placed stays";
  EXPECT_EQ(instances.InZone(1), 1);
  std::vector<uint32_t> rows = instances.rows();
  std::sort(rows.begin(), rows.end());
  EXPECT_EQ(rows, (std::vector<uint32_t>{0, 1, 2})) << "each row once";
}

// Of one row, what runs on it by its newest state.
TEST(InstancesTest, ForgetsWhatRanOnARowBefore) {
  std::vector<Cell> cells = {MakeCell("a"), MakeCell("b")};
  cells[0].lrps = {"p", "q"};
  cells[1].lrps = {"p"};
  const auto snapshot = *Snapshot::FromCells(cells);
  FakeStrategy strategy;
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*snapshot).cells);
  Instances& instances = workspace.instances();
  const Auction p = MakeLrp("p");
  const Auction q = MakeLrp("q");
  // Often enough that what was forgotten is cleaned up on the way.
  for (int i = 0; i < 2000; ++i) {
    instances.BeginRound();
    instances.Select(instances.ProcessOf(p.work));
    instances.Add(0);
    CellSlot cell;
    cell.info = workspace.layout().info(0);
    cell.lrps = LrpList::Copy(std::vector<std::string>{"q"});
    cell.Place(q, 0);
    instances.BeginRound();
    instances.Load(0, cell);
    instances.Select(instances.ProcessOf(p.work));
    ASSERT_EQ(instances.OnRow(0), 0);
    ASSERT_EQ(instances.OnRow(1), 1);
    instances.Select(instances.ProcessOf(q.work));
    ASSERT_EQ(instances.OnRow(0), 2);
    ASSERT_EQ(instances.InZone(0), 2);
  }
}

Layout LayoutOf(const Snapshot& snapshot) {
  const std::vector<CellSlot>& cells = Internals::TableOf(snapshot).cells;
  std::vector<uint32_t> rows(cells.size());
  std::iota(rows.begin(), rows.end(), 0);
  Layout layout;
  static_cast<void>(layout.Update(cells, rows));
  return layout;
}

TEST(MatcherTest, LooksAtEveryConstraintOnce) {
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{MakeCell("a")});
  const Layout layout = LayoutOf(*snapshot);
  Matcher matcher(layout);
  const Constraint plain = {kRootfs, {}, {}};
  const Constraint other = {kRootfs, {}, {"nfs"}};
  EXPECT_EQ(&matcher.Find(plain), &matcher.Find(Constraint(plain)));
  EXPECT_NE(&matcher.Find(plain), &matcher.Find(other));
  EXPECT_TRUE(matcher.Find(plain).anywhere());
  EXPECT_FALSE(matcher.Find(other).anywhere());
}

// Constraints are found by a key of their texts. These differ only in what a text is.
TEST(MatcherTest, DoesNotTakeTagsForDrivers) {
  Cell cell = MakeCell("a");
  cell.signature.volume_drivers = {"x"};
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{cell});
  const Layout layout = LayoutOf(*snapshot);
  Matcher matcher(layout);
  EXPECT_TRUE(matcher.Find({kRootfs, {}, {"x"}}).anywhere());
  EXPECT_FALSE(matcher.Find({kRootfs, {"x"}, {}}).anywhere());
}

TEST(ShortagesTest, ListsEveryShortageInOrder) {
  Cell cell = MakeCell("a");
  cell.available = {};
  const auto snapshot = *Snapshot::FromCells(std::vector<Cell>{cell});
  FakeStrategy strategy;
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*snapshot).cells);
  const Rows& rows = workspace.rows();
  auto work = MakeWork(Kind::kTask, "t");
  work->asked.cpu = 5;
  work->asked.scalars = {{"ports", 1}, {"gpus", 2}, {"none", 0}};
  work->asked.Normalize();
  EXPECT_FALSE(FitsWithProxy(rows[0], *work));
  std::vector<std::string_view> names;
  for (const Shortage& shortage : ShortagesOn(rows[0], *work, /*with_proxy=*/true)) {
    names.push_back(shortage.resource);
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"containers", "cpu", "disk", "memory", "gpus",
                                                  "ports"}));
}

}  // namespace
}  // namespace rostrum
