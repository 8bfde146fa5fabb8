#include <gtest/gtest.h>

#include <random>

#include "lib/cache/internals.h"
#include "lib/place/rows.h"
#include "lib/place/workspace.h"
#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

// A cell whose amounts are near those that are asked, or at the end of what there can be.
Cell RandomCell(int number, std::mt19937_64* random) {
  const auto near = [&](int64_t asked) {
    const int64_t odd[] = {asked - 1, asked, asked + 1, 0, -kAmountMaximum, kAmountMaximum};
    return odd[(*random)() % 6];
  };
  Cell cell = MakeCell("cell-" + std::to_string(number), number % 3 == 0 ? "z1" : "z2", number);
  cell.available = {near(WholeAmount(100)),
                    near(WholeAmount(10)),
                    near(0),
                    static_cast<int64_t>((*random)() % 3),
                    {}};
  const Amount proxies[] = {0, 0, 1, -1, kAmountMaximum};
  cell.proxy_memory = proxies[(*random)() % 5];
  return cell;
}

std::vector<uint32_t> RowsThatFit(const Rows& all, const LayoutZone& zone, const Work& work) {
  std::vector<uint32_t> rows;
  for (const uint32_t row : zone.rows) {
    if (FitsWithProxy(all[row], work)) rows.push_back(row);
  }
  return rows;
}

TEST(RoomScanTest, FindsTheRowsThatTheRuleSaysFit) {
  constexpr uint64_t kSeed = 20261123;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  // More than one block of rows, and a part of one.
  constexpr int kCells = 700;
  std::vector<Cell> cells;
  for (int i = 0; i < kCells; ++i) cells.push_back(RandomCell(i, &random));
  Cache cache;
  ASSERT_TRUE(cache.Update(cells).ok());
  const auto snapshot = cache.TakeSnapshot();
  FakeStrategy strategy;
  Workspace workspace(strategy);
  workspace.CatchUpWithAll(Internals::TableOf(*snapshot).cells);
  workspace.BeginRound({});
  const Rows& all = workspace.rows();
  RoomScan& scan = *workspace.room_scan();
  ASSERT_EQ(workspace.layout().zones().size(), 2u);
  const auto lrp = MakeWork(Kind::kLrp, "p");
  const auto task = MakeWork(Kind::kTask, "t");
  size_t found = 0;
  for (int step = 0; step < 2000; ++step) {
    const Work& work = step % 2 == 0 ? *lrp : *task;
    const uint32_t zone = step / 2 % 2;
    const std::vector<uint32_t> rows = RowsThatFit(all, workspace.layout().zones()[zone], work);
    ASSERT_EQ(scan.Find(zone, work), rows);
    found += rows.size();
    if (rows.empty()) continue;
    const uint32_t row = rows[random() % rows.size()];
    if (Fits(all[row], work)) workspace.Place(row, work);
  }
  EXPECT_GT(found, 1000u);
}

}  // namespace
}  // namespace rostrum
