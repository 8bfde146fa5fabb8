#include "lib/base/position_table.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <vector>

namespace rostrum {
namespace {

// The numbers of an array, by a hash that often collides.
class Numbers {
 public:
  bool Add(int number) {
    if (Has(number)) return false;
    numbers_.push_back(number);
    table_.Insert(HashOf(number), static_cast<uint32_t>(numbers_.size() - 1));
    return true;
  }
  bool Has(int number) const { return Find(number) != PositionTable::kNone; }
  uint32_t Find(int number) const { return table_.Find(HashOf(number), IsAt(number)); }
  void Erase(int number) { table_.Erase(HashOf(number), IsAt(number)); }
  PositionTable& table() { return table_; }

 private:
  static size_t HashOf(int number) { return static_cast<size_t>(number % 7); }
  std::function<bool(uint32_t)> IsAt(int number) const {
    return [this, number](uint32_t position) { return numbers_[position] == number; };
  }

  std::vector<int> numbers_;
  PositionTable table_;
};

TEST(PositionTableTest, IsEmptyAtFirst) {
  Numbers numbers;
  EXPECT_FALSE(numbers.Has(1));
  numbers.Erase(1);
  EXPECT_EQ(numbers.table().size(), 0u);
}

TEST(PositionTableTest, DoesAsAMapDoes) {
  std::mt19937 random(1);
  Numbers numbers;
  std::map<int, bool> expected;
  for (int step = 0; step < 20'000; ++step) {
    const int number = static_cast<int>(random() % 300);
    if (random() % 3 == 0) {
      numbers.Erase(number);
      expected.erase(number);
    } else {
      EXPECT_EQ(numbers.Add(number), expected.try_emplace(number, true).second);
    }
    ASSERT_EQ(numbers.table().size(), expected.size());
    const int other = static_cast<int>(random() % 300);
    ASSERT_EQ(numbers.Has(other), expected.contains(other)) << "step " << step;
  }
}

TEST(PositionTableTest, FindsThePositionAndForgetsAll) {
  Numbers numbers;
  numbers.table().Reserve(100);
  for (int i = 0; i < 100; ++i) numbers.Add(1000 + i);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(numbers.Find(1000 + i), static_cast<uint32_t>(i));
  numbers.table().Clear();
  EXPECT_FALSE(numbers.Has(1000));
  EXPECT_TRUE(numbers.Add(5));
}

// A large use must not make all later small ones slow.
TEST(PositionTableTest, ForgetsRoomThatIsFarTooLarge) {
  Numbers numbers;
  for (int i = 0; i < 10'000; ++i) numbers.Add(i);
  numbers.table().Clear();
  EXPECT_GE(numbers.table().capacity(), 10'000u) << "the next use may be as large";
  numbers.Add(10'000);
  numbers.table().Clear();
  EXPECT_LT(numbers.table().capacity(), 10'000u);
  EXPECT_TRUE(numbers.Add(10'001));
  EXPECT_TRUE(numbers.Has(10'001));
}

}  // namespace
}  // namespace rostrum
