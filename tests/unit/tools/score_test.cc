#include <gtest/gtest.h>

#include <limits>

#include "lib/tools/text.h"

namespace rostrum::tools {
namespace {

std::string Json(double value) {
  wire::JsonWriter json;
  json.BeginObject();
  WriteScore({value, 2}, &json);
  json.EndObject();
  return json.TakeText();
}

TEST(ScoreTest, InfinitiesAreTextsInJson) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Json(0.5), "{\"score\":0.5,\"tier\":2}");
  EXPECT_EQ(Json(kInfinity), "{\"score\":\"inf\",\"tier\":2}");
  EXPECT_EQ(Json(-kInfinity), "{\"score\":\"-inf\",\"tier\":2}");
}

TEST(ScoreTest, ATierIsSaidWhereItIsNotTheFirst) {
  EXPECT_EQ(ScoreText({0.5, 0}), "score 0.5");
  EXPECT_EQ(ScoreText({-1, 3}), "score -1, tier 3");
}

}  // namespace
}  // namespace rostrum::tools
