#include <gtest/gtest.h>

#include <string>

#include "lib/tools/place/place_command.h"
#include "rostrum/engine.h"
#include "tests/unit/builders.h"

namespace rostrum::tools {
namespace {

// One LRP instance on one cell that has no container free, with names that would spoil a terminal.
PlaceResult PlaceOne(const std::string& cell_id, const std::string& guid) {
  Cell cell = MakeCell(cell_id, "z\x1b[31m", 0);
  cell.available.containers = 0;
  Engine engine(MakeStrategy("diego"));
  engine.SetKeepRefused(false);
  EXPECT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update({&cell, 1}); }).ok());
  const LrpStart start = {MakeWork(Kind::kLrp, guid, 100), {0}};
  EXPECT_TRUE(engine.Submit({&start, 1}, {}, 0).ok());
  PlaceResult result;
  result.strategy_name = "di\x07go";
  result.round = *engine.RunRound(1, 0);
  result.after = engine.TakeSnapshot();
  result.explanations.push_back(*engine.Explain(*result.round, Kind::kLrp, guid + ".0"));
  return result;
}

TEST(PlaceTextTest, HasNothingThatATerminalObeys) {
  const std::string text = PlaceText(PlaceOne("c\u202E\n1", "p\u200B\x1b]0;x\x07"));
  for (const std::string_view hidden : {"\x1b", "\x07", "\u202E", "\u200B", "c\\u202e\n1"}) {
    EXPECT_EQ(text.find(hidden), std::string::npos) << text;
  }
  EXPECT_NE(text.find("lrp p\\u200b\\u001b]0;x\\u0007.0: refused: "), std::string::npos) << text;
}

TEST(PlaceTextTest, CountsOneAndMany) {
  PlaceResult result = PlaceOne("c1", "app");
  std::string text = PlaceText(result);
  EXPECT_TRUE(text.starts_with("1 auction: 0 placed, 1 refused (strategy di\\u0007go, 1 cell)\n"))
      << text;
  EXPECT_NE(text.find("1 cell: too few containers; nearest is c1: asked 1, free 0, short by 1\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("named before"), std::string::npos);
  result.duplicates = 1;
  EXPECT_NE(
      PlaceText(result).find("\n1 entry names an instance or a task that is named before; the "
                             "first one counts\n"),
      std::string::npos);
  result.duplicates = 1200;
  EXPECT_NE(PlaceText(result).find("\n1,200 entries name an"), std::string::npos);
}

}  // namespace
}  // namespace rostrum::tools
