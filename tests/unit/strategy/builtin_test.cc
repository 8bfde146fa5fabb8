// The rules of the strategies that come with the library, cell by cell. How a round uses them is in
// tests/unit/place.

#include <gtest/gtest.h>

#include <cmath>

#include "rostrum/engine.h"
#include "rostrum/strategy.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

AuctionView ViewOf(const Work& work) {
  AuctionView view;
  view.kind = work.kind;
  view.guid = work.guid;
  view.work = &work;
  return view;
}

Score ScoreOf(Strategy* strategy, const Work& work, const CellView& cell,
              const Configuration& configuration = {}) {
  strategy->BeginRound({0, 0, &configuration});
  return strategy->ScoreCell(ViewOf(work), cell);
}

TEST(MakeStrategyTest, KnowsItsStrategiesByName) {
  for (const std::string_view name : StrategyNames()) {
    const std::unique_ptr<Strategy> strategy = MakeStrategy(name);
    ASSERT_NE(strategy, nullptr) << name;
    EXPECT_EQ(strategy->Name(), name);
  }
  EXPECT_EQ(StrategyNames(),
            (std::vector<std::string_view>{"diego", "binpack", "spread", "bestfit"}));
  EXPECT_EQ(MakeStrategy("Diego"), nullptr);
  EXPECT_EQ(MakeStrategy(""), nullptr);
}

// 1000 MB, 2000 MB and 10 containers, all of it free.
CellView EmptyView() {
  CellView cell;
  cell.memory_total = cell.memory_free = WholeAmount(1000);
  cell.disk_total = cell.disk_free = WholeAmount(2000);
  cell.containers_total = cell.containers_free = 10;
  return cell;
}

class DiegoStrategyTest : public testing::Test {
 protected:
  DiegoStrategyTest() {
    lrp_->asked.memory = task_->asked.memory = WholeAmount(500);
    lrp_->asked.disk = task_->asked.disk = WholeAmount(500);
  }

  double LrpScore(const CellView& cell) {
    return ScoreOf(strategy_.get(), *lrp_, cell, configuration_).value;
  }
  double TaskScore(const CellView& cell) {
    return ScoreOf(strategy_.get(), *task_, cell, configuration_).value;
  }

  std::unique_ptr<Strategy> strategy_ = MakeStrategy("diego");
  std::shared_ptr<Work> lrp_ = MakeWork(Kind::kLrp, "p");
  std::shared_ptr<Work> task_ = MakeWork(Kind::kTask, "t");
  Configuration configuration_;
  CellView cell_ = EmptyView();
};

TEST_F(DiegoStrategyTest, IsTheMeanOfTheUsedFractionsAfterPlacing) {
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.5 + 0.25 + 0.1) / 3);
  EXPECT_DOUBLE_EQ(TaskScore(cell_), (0.5 + 0.25 + 0.1) / 3);
}

TEST_F(DiegoStrategyTest, ChargesContainersThatAreStarting) {
  cell_.starting_containers = 3;
  configuration_.starting_container_weight = 0.5;
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.5 + 0.25 + 0.1) / 3 + 1.5);
  EXPECT_DOUBLE_EQ(TaskScore(cell_), (0.5 + 0.25 + 0.1) / 3 + 1.5);
}

TEST_F(DiegoStrategyTest, ChargesAnLrpForInstancesAndATaskForTasks) {
  cell_.instances = 2;
  cell_.task_count = 3;
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.5 + 0.25 + 0.1) / 3 + 2000);
  EXPECT_DOUBLE_EQ(TaskScore(cell_), (0.5 + 0.25 + 0.1) / 3 + 3000);
}

TEST_F(DiegoStrategyTest, AddsProxyMemoryForAnLrpOnly) {
  cell_.proxy_memory = WholeAmount(100);
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.6 + 0.25 + 0.1) / 3);
  EXPECT_DOUBLE_EQ(TaskScore(cell_), (0.5 + 0.25 + 0.1) / 3);
}

TEST_F(DiegoStrategyTest, AddsThePlaceInTheZoneForAnLrpOnly) {
  cell_.index = 40;
  cell_.position = 4;
  configuration_.bin_pack_first_fit_weight = 0.5;
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.5 + 0.25 + 0.1) / 3 + 2);
  EXPECT_DOUBLE_EQ(TaskScore(cell_), (0.5 + 0.25 + 0.1) / 3);
}

TEST_F(DiegoStrategyTest, CountsTheRawIndexWhereTheWeightIsNotAboveZero) {
  cell_.index = 40;
  cell_.position = 4;
  configuration_.bin_pack_first_fit_weight = -0.5;
  EXPECT_DOUBLE_EQ(LrpScore(cell_), (0.5 + 0.25 + 0.1) / 3 - 20);
}

TEST_F(DiegoStrategyTest, ATotalOfZeroMakesNaNOrMinusInfinity) {
  cell_.disk_total = 0;
  EXPECT_EQ(LrpScore(cell_), -INFINITY) << "what is free of nothing counts as endless";
  cell_.disk_free = WholeAmount(500);
  EXPECT_TRUE(std::isnan(LrpScore(cell_)));
}

TEST_F(DiegoStrategyTest, SearchesBelowDiegosStartingScore) {
  EXPECT_EQ(strategy_->ScoreLimit(), 1e20);
  EXPECT_EQ(strategy_->Order(), AuctionOrder::kDiego);
  EXPECT_TRUE(strategy_->BalancesZones());
  EXPECT_FALSE(strategy_->HasBaseScore());
}

// Whether the strategy would rather have the first cell than the second.
bool Prefers(std::string_view strategy_name, Kind kind, const CellView& first,
             const CellView& second) {
  const std::unique_ptr<Strategy> strategy = MakeStrategy(strategy_name);
  const auto work = MakeWork(kind, "x");
  return Better(ScoreOf(strategy.get(), *work, first), ScoreOf(strategy.get(), *work, second));
}

CellView View(int64_t free_mb, int64_t lrps, int64_t tasks, int64_t instances = 0) {
  CellView cell = EmptyView();
  cell.memory_free = WholeAmount(free_mb);
  cell.lrp_count = lrps;
  cell.task_count = tasks;
  cell.instances = instances;
  return cell;
}

TEST(BinpackStrategyTest, FillsCellsThatRunWorkFirst) {
  for (const Kind kind : {Kind::kLrp, Kind::kTask}) {
    EXPECT_TRUE(Prefers("binpack", kind, View(900, 1, 0), View(100, 0, 0)));
    EXPECT_TRUE(Prefers("binpack", kind, View(900, 0, 1), View(100, 0, 0)));
  }
}

TEST(BinpackStrategyTest, ThenTheCellWithTheLeastFreeMemory) {
  EXPECT_TRUE(Prefers("binpack", Kind::kLrp, View(100, 1, 0), View(101, 5, 5)));
  EXPECT_TRUE(Prefers("binpack", Kind::kTask, View(0, 0, 0), View(1, 0, 0)));
  EXPECT_FALSE(Prefers("binpack", Kind::kLrp, View(100, 1, 0, 1), View(100, 2, 0, 0)));
}

TEST(BinpackStrategyTest, ItsScoreIsOfTheCellAlone) {
  const std::unique_ptr<Strategy> strategy = MakeStrategy("binpack");
  ASSERT_TRUE(strategy->HasBaseScore());
  const auto work = MakeWork(Kind::kLrp, "p");
  for (const CellView& cell : {View(100, 1, 0), View(100, 0, 0), View(7, 0, 3, 2)}) {
    EXPECT_EQ(strategy->BaseScore(cell), strategy->ScoreCell(ViewOf(*work), cell));
  }
}

TEST(SpreadStrategyTest, AnLrpGoesToAnEmptyCellWithTheMostMemory) {
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(100, 0, 0), View(900, 1, 0)));
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(100, 0, 0), View(900, 0, 1)));
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(900, 0, 0), View(100, 0, 0)));
}

TEST(SpreadStrategyTest, ThenToTheCellWithTheFewestInstancesThenTheMostMemory) {
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(100, 9, 0, 1), View(900, 2, 0, 2)));
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(900, 9, 0, 1), View(100, 2, 0, 1)));
  EXPECT_TRUE(Prefers("spread", Kind::kLrp, View(100, 9, 0, 0), View(900, 2, 0, 1)));
}

TEST(SpreadStrategyTest, ATaskGoesToACellWithWorkThenTheMostMemory) {
  EXPECT_TRUE(Prefers("spread", Kind::kTask, View(100, 0, 1), View(900, 0, 0)));
  EXPECT_TRUE(Prefers("spread", Kind::kTask, View(900, 1, 0), View(100, 1, 0)));
  EXPECT_TRUE(Prefers("spread", Kind::kTask, View(900, 0, 0), View(100, 0, 0)));
}

double BestfitScore(const Work& work, const CellView& cell) {
  return ScoreOf(MakeStrategy("bestfit").get(), work, cell).value;
}

TEST(BestfitStrategyTest, IsItsFormula) {
  const auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = WholeAmount(500);
  work->asked.disk = WholeAmount(500);
  // Asked are the shares 0.5, 0.25 and 0.1 of memory, disk and containers; all is free.
  const double cosine = (0.5 + 0.25 + 0.1) / std::sqrt((0.25 + 0.0625 + 0.01) * 3);
  EXPECT_DOUBLE_EQ(BestfitScore(*work, EmptyView()),
                   2 * (0.5 + 0.75 + 0.9) / 3 - 30 * cosine + 8 * (0.9 - 0.5));
}

TEST(BestfitStrategyTest, TakesTheFullerOfTwoCellsOfTheSameProportions) {
  const auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = WholeAmount(100);
  work->asked.disk = WholeAmount(200);
  CellView fuller = EmptyView();
  fuller.memory_free /= 2;
  fuller.disk_free /= 2;
  fuller.containers_free /= 2;
  EXPECT_LT(BestfitScore(*work, fuller), BestfitScore(*work, EmptyView()));
}

TEST(BestfitStrategyTest, TakesTheKindOfCellThatHasWhatIsAsked) {
  const auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = WholeAmount(400);
  work->asked.disk = WholeAmount(100);
  CellView much_memory = EmptyView();
  much_memory.memory_total = much_memory.memory_free = 4 * much_memory.memory_total;
  CellView much_disk = EmptyView();
  much_disk.disk_total = much_disk.disk_free = 4 * much_disk.disk_total;
  EXPECT_LT(BestfitScore(*work, much_memory), BestfitScore(*work, much_disk));
}

TEST(BestfitStrategyTest, LeavesNoCellUsedUpInOneResource) {
  const auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = WholeAmount(100);
  work->asked.disk = WholeAmount(200);
  CellView little_memory = EmptyView();
  little_memory.memory_free = WholeAmount(100);
  EXPECT_LT(BestfitScore(*work, EmptyView()), BestfitScore(*work, little_memory));
}

TEST(BestfitStrategyTest, KeepsGpusForWorkThatAsksForThem) {
  const std::vector<ScalarView> gpus = {{"gpus", WholeAmount(4), WholeAmount(4)}};
  const std::vector<ScalarView> none_left = {{"gpus", WholeAmount(4), 0}};
  const std::vector<ScalarView> no_gpus = {{"gpus", 0, 0}};
  CellView with = EmptyView();
  with.scalars = gpus;
  CellView without = EmptyView();
  without.scalars = no_gpus;
  CellView used_up = EmptyView();
  used_up.scalars = none_left;
  const std::unique_ptr<Strategy> strategy = MakeStrategy("bestfit");
  const auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = WholeAmount(100);
  EXPECT_EQ(ScoreOf(strategy.get(), *work, with).tier, 1);
  EXPECT_EQ(ScoreOf(strategy.get(), *work, used_up).tier, 0) << "nothing is kept there";
  EXPECT_EQ(ScoreOf(strategy.get(), *work, without), ScoreOf(strategy.get(), *work, EmptyView()));
  work->asked.scalars = {{"gpus", WholeAmount(4)}};
  EXPECT_EQ(ScoreOf(strategy.get(), *work, with).tier, 0);
}

// One node without GPUs, one with eight: work without GPUs must leave room beside them for the work
// with. All fifteen fit; so they do with other amounts of the same kind.
TEST(BestfitStrategyTest, StrandsNoGpus) {
  for (const int64_t scale : {1, 3}) {
    std::vector<Cell> cells;
    for (const int64_t gpus : {0, 8}) {
      Cell cell = MakeCell(gpus == 0 ? "cpu-node" : "gpu-node");
      cell.total = MakeResources(65536 * scale, 1'000'000, 1'000'000);
      cell.total.cpu = WholeAmount(16 * scale);
      if (gpus > 0) cell.total.scalars = {{"gpus", WholeAmount(gpus)}};
      cell.available = cell.total;
      cells.push_back(cell);
    }
    Engine engine(MakeStrategy("bestfit"));
    ASSERT_TRUE(engine.UseCache([&](Cache& cache) { return cache.Update(cells); }).ok());
    size_t placed = 0;
    for (int64_t i = 0; i < 15; ++i) {
      auto work = MakeWork(Kind::kTask, Numbered("t", i), 8192 * scale);
      work->asked.disk = 0;
      work->asked.cpu = WholeAmount(2 * scale);
      if (i == 0 || i >= 8) work->asked.scalars = {{"gpus", WholeAmount(1)}};
      const std::vector<TaskStart> tasks = {{work}};
      ASSERT_TRUE(engine.Submit({}, tasks, 0).ok());
      placed += (*engine.RunRound(1, 0))->placed_count();
    }
    EXPECT_EQ(placed, 15u);
  }
}

TEST(BestfitStrategyTest, InstancesMakeNoDifferenceAndNothingMakesNaN) {
  EXPECT_FALSE(Prefers("bestfit", Kind::kLrp, View(100, 1, 0, 0), View(100, 1, 0, 1)));
  const auto work = MakeWork(Kind::kLrp, "p");
  EXPECT_EQ(BestfitScore(*work, CellView()), 0);
  CellView odd = EmptyView();
  odd.memory_total = 1;
  odd.memory_free = kAmountMaximum;
  odd.disk_free = -kAmountMaximum;
  odd.containers_free = 0;
  EXPECT_TRUE(std::isfinite(BestfitScore(*work, odd)));
}

TEST(BetterTest, LooksAtTheTierBeforeTheValue) {
  EXPECT_TRUE(Better({5, 0}, {1, 1}));
  EXPECT_FALSE(Better({1, 1}, {5, 0}));
  EXPECT_TRUE(Better({1, 0}, {2, 0}));
  EXPECT_FALSE(Better({1, 0}, {1, 0}));
  EXPECT_TRUE(Better({0, -1}, {-INFINITY, 0}));
}

}  // namespace
}  // namespace rostrum
