// Strategies that come as a table of C functions.

#include "lib/strategy/table_strategy.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>

#include "tests/unit/builders.h"

namespace rostrum {
namespace {

// What the functions of the table below are given as user data.
struct Recorder {
  int destroyed = 0;
  int32_t answer = 0;  // Of every function that can fail.
  int32_t accepts = 1;
};

Recorder& Of(void* user_data) { return *static_cast<Recorder*>(user_data); }

int32_t BeginRound(void* user_data, const rostrum_round_context_t*) { return Of(user_data).answer; }
int32_t AcceptsCell(void* user_data, const rostrum_auction_view_t*, const rostrum_cell_view_t*,
                    char* reason, size_t capacity) {
  std::memset(reason, 'x', capacity);  // A reason without an end is cut.
  return Of(user_data).accepts;
}
int32_t ScoreByFreeMemory(void* user_data, const rostrum_auction_view_t*,
                          const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  score->value = static_cast<double>(cell->memory_free);
  return Of(user_data).answer;
}
int32_t BaseByFreeMemory(void* user_data, const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  score->value = static_cast<double>(cell->memory_free);
  return Of(user_data).answer;
}
double KeyByIndex(void*, const rostrum_auction_view_t* auction) {
  return -static_cast<double>(auction->index);
}
void Destroy(void* user_data) { ++Of(user_data).destroyed; }

rostrum_strategy_table_t MakeTable() {
  rostrum_strategy_table_t table{};
  table.size = sizeof(table);
  table.name = "tabled";
  table.order = ROSTRUM_ORDER_LARGER_FIRST;
  table.score = ScoreByFreeMemory;
  table.destroy = Destroy;
  return table;
}

std::string ErrorOf(const rostrum_strategy_table_t& table) {
  Recorder recorder;
  const auto strategy = MakeTableStrategy(&table, &recorder);
  EXPECT_FALSE(strategy.ok());
  return strategy.status().text();
}

TEST(TableStrategyTest, PlacesByItsFunctions) {
  Recorder recorder;
  const rostrum_strategy_table_t table = MakeTable();
  const std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  EXPECT_EQ(strategy->Name(), "tabled");
  const TestRound round({CellWithMemory("large", 900), CellWithMemory("small", 300)},
                        {MakeLrp("p")}, *strategy);
  EXPECT_EQ(round.CellOf("p.0"), "small");
}

TEST(TableStrategyTest, ABaseScoreAloneWillDo) {
  Recorder recorder;
  rostrum_strategy_table_t table = MakeTable();
  table.score = nullptr;
  table.base_score = BaseByFreeMemory;
  const std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  const TestRound round({CellWithMemory("large", 900), CellWithMemory("small", 300)},
                        {MakeLrp("p")}, *strategy);
  EXPECT_EQ(round.CellOf("p.0"), "small");
}

TEST(TableStrategyTest, OrdersByItsKey) {
  Recorder recorder;
  rostrum_strategy_table_t table = MakeTable();
  table.order = ROSTRUM_ORDER_BY_KEY;
  table.order_key = KeyByIndex;
  const std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  const TestRound round({MakeCell("a")}, {MakeLrp("p", 0), MakeLrp("p", 3)}, *strategy);
  EXPECT_EQ(round.Order(), (std::vector<std::string>{"p.3", "p.0"}));
}

TEST(TableStrategyTest, AnAnswerThatIsNotZeroIsAFailure) {
  Recorder recorder;
  recorder.answer = -2;
  rostrum_strategy_table_t table = MakeTable();
  const std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  const TestRound round({MakeCell("a")}, {MakeLrp("p")}, *strategy);
  EXPECT_EQ(round.ErrorOf("p.0"),
            "strategy \"tabled\" failed on cell \"a\": its score returned -2, expected 0");

  table.begin_round = BeginRound;
  const std::shared_ptr<Strategy> other = *MakeTableStrategy(&table, &recorder);
  RoundInput input;
  input.snapshot = *Snapshot::FromCells({});
  EXPECT_EQ(RunRound(std::move(input), *other).status().text(),
            "strategy \"tabled\" could not begin the round: its begin_round returned -2, expected "
            "0");
}

TEST(TableStrategyTest, AcceptsAnswersYesNoOrFailure) {
  Recorder recorder;
  rostrum_strategy_table_t table = MakeTable();
  table.accepts = AcceptsCell;
  const std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  const std::vector<Cell> cells = {MakeCell("a")};
  EXPECT_EQ(TestRound(cells, {MakeLrp("p")}, *strategy).CellOf("p.0"), "a");
  recorder.accepts = 0;
  const Refusal refusal = TestRound(cells, {MakeLrp("p")}, *strategy).RefusalOf("p.0");
  EXPECT_EQ(refusal.code, RefusalCode::kStrategyRefused);
  EXPECT_EQ(refusal.reasons[0].subject, std::string(256, 'x'));
  recorder.accepts = 2;
  EXPECT_EQ(TestRound(cells, {MakeLrp("p")}, *strategy).ErrorOf("p.0"),
            "strategy \"tabled\" failed on cell \"a\": its accepts returned 2, expected 0 or 1");
}

TEST(TableStrategyTest, DestroysItsUserDataOnceWhenItGoes) {
  Recorder recorder;
  const rostrum_strategy_table_t table = MakeTable();
  std::shared_ptr<Strategy> strategy = *MakeTableStrategy(&table, &recorder);
  EXPECT_EQ(recorder.destroyed, 0);
  strategy = nullptr;
  EXPECT_EQ(recorder.destroyed, 1);
}

TEST(TableStrategyTest, DestroysItsUserDataIfItIsRefused) {
  Recorder recorder;
  rostrum_strategy_table_t table = MakeTable();
  table.name = "";
  EXPECT_FALSE(MakeTableStrategy(&table, &recorder).ok());
  EXPECT_EQ(recorder.destroyed, 1);
}

TEST(TableStrategyTest, OfATableOfAnotherSizeNothingIsCalled) {
  Recorder recorder;
  rostrum_strategy_table_t table = MakeTable();
  table.size = offsetof(rostrum_strategy_table_t, destroy);
  EXPECT_FALSE(MakeTableStrategy(&table, &recorder).ok());
  EXPECT_EQ(recorder.destroyed, 0) << "where destroy stands in it is not known";
}

TEST(TableStrategyTest, SaysWhatIsWrongWithATable) {
  EXPECT_EQ(MakeTableStrategy(nullptr, nullptr).status().text(), "the strategy table is NULL");
  rostrum_strategy_table_t table = MakeTable();
  table.name = nullptr;
  EXPECT_EQ(ErrorOf(table), "the strategy table has no name");
  table = MakeTable();
  table.flags = 6;
  EXPECT_EQ(ErrorOf(table), "strategy \"tabled\": flags is 6, expected 0 or 1");
  table = MakeTable();
  table.reserved = 1;
  EXPECT_EQ(ErrorOf(table), "strategy \"tabled\": reserved is 1, expected 0");
  table = MakeTable();
  table.order = 4;
  EXPECT_EQ(ErrorOf(table), "strategy \"tabled\": order is 4, expected 1, 2 or 3");
  table.order = ROSTRUM_ORDER_BY_KEY;
  EXPECT_EQ(ErrorOf(table),
            "strategy \"tabled\": order is 3 (by key), which needs the function order_key");
  table = MakeTable();
  table.score = nullptr;
  EXPECT_EQ(ErrorOf(table), "strategy \"tabled\": it needs a function score or base_score");
  table.base_score = BaseByFreeMemory;
  table.accepts = AcceptsCell;
  EXPECT_EQ(
      ErrorOf(table),
      "strategy \"tabled\": base_score and accepts exclude each other: a base score is of the "
      "cell alone");
}

TEST(LoadPluginTest, AFileThatIsNotThereIsUnavailable) {
  const auto strategy = LoadPlugin("/nowhere/strategy.so");
  EXPECT_EQ(strategy.status().code(), Code::kUnavailable);
  EXPECT_NE(strategy.status().text().find("strategy \"/nowhere/strategy.so\" cannot be loaded: "),
            std::string::npos);
}

TEST(LoadPluginTest, ALibraryWithoutTheEntryPointIsNoPlugin) {
  const auto strategy = LoadPlugin("libc.so.6");
  EXPECT_EQ(strategy.status().code(), Code::kInvalidArgument);
  EXPECT_NE(strategy.status().text().find("does not export the function rostrum_strategy_plugin"),
            std::string::npos);
}

}  // namespace
}  // namespace rostrum
