#include <gtest/gtest.h>

#include <map>
#include <random>

#include "lib/record/round_bytes.h"

namespace rostrum::record {
namespace {

TEST(GuidTable, NumbersEachGuidOnceInTheOrderInWhichTheyCome) {
  std::mt19937_64 random(1);
  for (const size_t count : {0u, 1u, 2u, 3u, 100u, 10'000u}) {
    for (const size_t distinct : {size_t{1}, count / 3 + 1, 2 * count + 1}) {
      GuidTable table(count);
      std::map<std::string, uint32_t> expected;
      std::string characters;
      std::vector<uint32_t> lengths;
      for (size_t done = 0; done < count;) {
        std::vector<std::string> texts;
        for (size_t k = random() % 30; k > 0 && done < count; --k, ++done) {
          // Of all lengths, the empty one included.
          texts.emplace_back(random() % distinct % 50, static_cast<char>(random() % 3));
        }
        std::vector<uint32_t> numbers;
        table.Add(std::vector<std::string_view>(texts.begin(), texts.end()),
                  [&](uint32_t number) { numbers.push_back(number); });
        ASSERT_EQ(numbers.size(), texts.size());
        for (size_t i = 0; i < texts.size(); ++i) {
          const auto next = static_cast<uint32_t>(expected.size());
          const auto [at, is_new] = expected.try_emplace(texts[i], next);
          ASSERT_EQ(numbers[i], at->second);
          if (!is_new) continue;
          characters += texts[i];
          lengths.push_back(static_cast<uint32_t>(texts[i].size()));
        }
      }
      EXPECT_EQ(table.characters(), characters);
      EXPECT_EQ(table.Lengths(), lengths);
    }
  }
}

TEST(GuidTable, HoldsAsManyAsWereAnnounced) {
  for (size_t count = 1; count < 200; ++count) {
    GuidTable table(count);
    for (size_t i = 0; i < count; ++i) {
      const std::string text = std::to_string(i);
      const std::string_view view = text;
      table.Add(std::span(&view, 1), [&](uint32_t number) { ASSERT_EQ(number, i); });
    }
    EXPECT_EQ(table.Lengths().size(), count);
  }
}

}  // namespace
}  // namespace rostrum::record
