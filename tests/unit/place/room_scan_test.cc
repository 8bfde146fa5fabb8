#include "lib/place/rows.h"

#include <gtest/gtest.h>

#include <random>

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

std::vector<uint32_t> RowsThatFit(const Rows& all, uint32_t begin, uint32_t end,
                                  const Work& work) {
  std::vector<uint32_t> rows;
  for (uint32_t row = begin; row < end; ++row) {
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
  Rows all(snapshot->table());
  RoomScan scan(all);
  const auto lrp = MakeWork(Kind::kLrp, "p");
  const auto task = MakeWork(Kind::kTask, "t");
  size_t found = 0;
  for (int step = 0; step < 2000; ++step) {
    const Work& work = step % 2 == 0 ? *lrp : *task;
    auto begin = static_cast<uint32_t>(random() % kCells);
    auto end = static_cast<uint32_t>(random() % (kCells + 1));
    if (begin > end) std::swap(begin, end);
    const std::vector<uint32_t> rows = RowsThatFit(all, begin, end, work);
    ASSERT_EQ(scan.Find(begin, end, work), rows);
    found += rows.size();
    if (rows.empty() || !Fits(all[rows.front()], work)) continue;
    static_cast<void>(all.Reserve(rows.front(), work));
    scan.NoteChange(rows.front());
  }
  EXPECT_GT(found, 1000u);
}

}  // namespace
}  // namespace rostrum
