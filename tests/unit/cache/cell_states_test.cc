// Cells that come as whole states, as Diego's do.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

std::vector<std::string> IdsOf(Cache& cache) {
  std::vector<std::string> ids;
  for (const Cell& cell : cache.TakeSnapshot()->Cells()) ids.push_back(cell.id);
  return ids;
}

Status Update(Cache* cache, std::vector<Cell> cells) { return cache->Update(cells); }

// A cell that runs one task, so that draining it does not remove it.
Cell BusyCell(std::string id) {
  Cell cell = MakeCell(std::move(id));
  cell.task_count = 1;
  return cell;
}

using Ids = std::vector<std::string>;

TEST(CacheUpdateTest, AddsCellsAndReplacesThoseOfTheSameId) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a"), MakeCell("b")}).ok());
  Cell changed = MakeCell("b", "z2", 7);
  changed.lrps = {"process"};
  ASSERT_TRUE(Update(&cache, {changed, MakeCell("c")}).ok());

  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(*cache.Find("a"), MakeCell("a"));
  EXPECT_EQ(*cache.Find("b"), changed);
}

TEST(CacheUpdateTest, TellsACellBackAsItCame) {
  Cell cell = MakeCell("a", "zone", -3);
  cell.total.cpu = 4000;
  cell.available = MakeResources(-5, 7, -1);
  cell.available.scalars = {{"gpus", WholeAmount(2)}};
  cell.signature.volume_drivers = {"nfs"};
  cell.lrps = {"p", "q", "p"};
  cell.other_lrps = 4;
  cell.first_fit_index = 9;
  cell.task_count = 2;
  cell.starting_containers = 3;
  cell.proxy_memory = WholeAmount(32);
  cell.overhead.cpu = 100;
  cell.started = false;
  cell.evacuating = true;
  cell.tag = 42;
  Cache cache;
  ASSERT_TRUE(Update(&cache, {cell}).ok());
  EXPECT_EQ(*cache.Find("a"), cell);
}

TEST(CacheUpdateTest, ANewStateForgetsWhatWasPlacedBefore) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_EQ(*cache.Find("a"), MakeCell("a"));
}

TEST(CacheUpdateTest, SeesWhateverANewStateSaysOtherwise) {
  using Change = void (*)(Cell*);
  const std::vector<Change> changes = {
      [](Cell* cell) { cell->zone = "z2"; },
      [](Cell* cell) { ++cell->index; },
      [](Cell* cell) { cell->first_fit_index = 0; },
      [](Cell* cell) { ++cell->total.memory; },
      [](Cell* cell) { --cell->available.disk; },
      [](Cell* cell) {
        cell->total.scalars = {{"gpus", WholeAmount(1)}};
      },
      [](Cell* cell) {
        cell->available.scalars = {{"gpus", WholeAmount(1)}};
      },
      [](Cell* cell) { cell->overhead.memory = WholeAmount(1); },
      [](Cell* cell) {
        cell->overhead.scalars = {{"gpus", WholeAmount(1)}};
      },
      [](Cell* cell) { cell->signature.placement_tags.push_back("other"); },
      [](Cell* cell) { cell->lrps.push_back("p"); },
      [](Cell* cell) { cell->lrps = {"q"}; },
      [](Cell* cell) { ++cell->other_lrps; },
      [](Cell* cell) { ++cell->task_count; },
      [](Cell* cell) { ++cell->starting_containers; },
      [](Cell* cell) { ++cell->proxy_memory; },
      [](Cell* cell) { cell->started = !cell->started; },
      [](Cell* cell) { cell->evacuating = true; },
      [](Cell* cell) { cell->disabled = true; },
      [](Cell* cell) { cell->draining = true; },
      [](Cell* cell) { ++cell->tag; },
  };
  Cell known = BusyCell("b");
  known.lrps = {"p"};
  for (size_t i = 0; i < changes.size(); ++i) {
    Cell changed = known;
    changes[i](&changed);
    // There and back, since a thing may be seen to come and not to go.
    Cache cache;
    ASSERT_TRUE(Update(&cache, {MakeCell("drained")}).ok());
    ASSERT_TRUE(cache.Drain("drained").ok());
    for (const Cell& told : {known, known, changed, changed, known}) {
      ASSERT_TRUE(Update(&cache, {MakeCell("a"), told, MakeCell("c")}).ok()) << "change " << i;
      EXPECT_EQ(*cache.Find("b"), told) << "change " << i;
      const std::vector<Cell> cells = cache.TakeSnapshot()->Cells();
      EXPECT_EQ(std::count(cells.begin(), cells.end(), told), 1) << "change " << i;
      EXPECT_EQ(cells.size(), 3u);
    }
  }
}

TEST(CacheUpdateTest, FindsTheCellsInWhateverOrderTheyAreTold) {
  constexpr uint32_t kSeed = 20261123;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  std::vector<Cell> cells;
  for (int i = 0; i < 20; ++i) cells.push_back(BusyCell("cell-" + std::to_string(i)));
  Cache cache;
  for (int round = 0; round < 200; ++round) {
    std::shuffle(cells.begin(), cells.end(), random);
    std::vector<Cell> told(cells.begin(), cells.begin() + random() % cells.size());
    for (Cell& cell : told) {
      if (random() % 4 == 0) cell.task_count = 1 + random() % 5;
    }
    ASSERT_TRUE(cache.Replace(told).ok());
    ASSERT_EQ(cache.size(), told.size());
    for (const Cell& cell : told) ASSERT_EQ(*cache.Find(cell.id), cell) << "round " << round;
    if (round % 10 == 9) {
      ASSERT_TRUE(cache.Remove(told.empty() ? "cell-0" : told[0].id).ok() || told.empty());
    }
  }
}

TEST(CacheUpdateTest, ChangesNothingIfOneCellIsNotValid) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  Cell bad = MakeCell("c");
  bad.task_count = -1;
  const Status status = Update(&cache, {MakeCell("a", "z9"), MakeCell("b"), bad});
  EXPECT_EQ(status.text(),
            "cell \"c\": task count is -1, expected a number from 0 to 1000000000000");
  EXPECT_EQ(IdsOf(cache), Ids{"a"});
  EXPECT_EQ(cache.Find("a")->zone, "z1");
}

TEST(CacheUpdateTest, RefusesAnIdThatComesTwice) {
  Cache cache;
  EXPECT_EQ(Update(&cache, {MakeCell("a"), MakeCell("b"), MakeCell("a")}).text(),
            "cell \"a\" is given twice, expected each id once");
  EXPECT_EQ(cache.size(), 0u);
}

TEST(CacheUpdateTest, RefusesACellOfOffers) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "a")).ok());
  const Status status = Update(&cache, {MakeCell("b"), MakeCell("a")});
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_EQ(status.text(), "cell \"a\" was made of offers, expected a cell of states");
  EXPECT_EQ(cache.size(), 1u);
}

TEST(CacheReplaceTest, RemovesCellsThatDidNotCome) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a"), MakeCell("b"), MakeCell("c")}).ok());
  ASSERT_TRUE(cache.Replace(std::vector<Cell>{MakeCell("d"), MakeCell("b")}).ok());
  EXPECT_EQ(IdsOf(cache), (Ids{"b", "d"}));
}

TEST(CacheReplaceTest, LeavesCellsOfOffersAlone) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Replace({}).ok());
  EXPECT_EQ(IdsOf(cache), Ids{"agent"});
}

TEST(CacheReplaceTest, ChangesNothingIfOneCellIsNotValid) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_EQ(cache.Replace(std::vector<Cell>{MakeCell("b"), MakeCell("")}).text(),
            "cell 2 of 2 has no id");
  EXPECT_EQ(IdsOf(cache), Ids{"a"});
}

TEST(CacheRemoveTest, RemovesOneCell) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a"), MakeCell("b"), MakeCell("c")}).ok());
  EXPECT_TRUE(cache.Remove("a").ok());
  EXPECT_EQ(IdsOf(cache), (Ids{"b", "c"}));
  EXPECT_EQ(cache.Find("c")->id, "c");
}

TEST(CacheRemoveTest, ACellThatIsNotThereIsNotFound) {
  Cache cache;
  EXPECT_EQ(cache.Remove("a").code(), Code::kNotFound);
  EXPECT_EQ(cache.Find("a").status().text(), "there is no cell \"a\"");
  EXPECT_EQ(cache.SetDisabled("a", true).code(), Code::kNotFound);
  EXPECT_EQ(cache.Drain("a").code(), Code::kNotFound);
  EXPECT_EQ(cache.Take("a", MakeLrp("p")).code(), Code::kNotFound);
  EXPECT_EQ(cache.GiveBack("a", MakeLrp("p")).code(), Code::kNotFound);
}

TEST(CacheDisableTest, LaterStatesDoNotEnableACell) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  EXPECT_TRUE(cache.Find("a")->disabled);
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_TRUE(cache.Find("a")->disabled);
  ASSERT_TRUE(cache.SetDisabled("a", false).ok());
  EXPECT_EQ(*cache.Find("a"), MakeCell("a"));
}

TEST(CacheDisableTest, OutlivesTheCell) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  ASSERT_TRUE(cache.Remove("a").ok());
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_TRUE(cache.Find("a")->disabled);
}

TEST(CacheDisableTest, CanBeTakenBackWhileTheCellIsAway) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  ASSERT_TRUE(cache.Remove("a").ok());
  ASSERT_TRUE(cache.SetDisabled("a", false).ok());
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_FALSE(cache.Find("a")->disabled);
}

TEST(CacheDisableTest, ResumingHoldsUntilTheNextStateSaysOtherwise) {
  Cell cell = MakeCell("a");
  cell.disabled = true;
  Cache cache;
  ASSERT_TRUE(Update(&cache, {cell}).ok());
  ASSERT_TRUE(cache.SetDisabled("a", false).ok());
  EXPECT_FALSE(cache.Find("a")->disabled);
  ASSERT_TRUE(Update(&cache, {cell}).ok());
  EXPECT_TRUE(cache.Find("a")->disabled);
}

TEST(CacheDrainTest, AnEmptyCellGoesAtOnceAndDoesNotComeBack) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Drain("a").ok());
  EXPECT_EQ(cache.size(), 0u);
  ASSERT_TRUE(Update(&cache, {MakeCell("a"), MakeCell("b")}).ok());
  EXPECT_EQ(IdsOf(cache), Ids{"b"});
  ASSERT_TRUE(cache.Replace(std::vector<Cell>{MakeCell("a"), MakeCell("b")}).ok());
  EXPECT_EQ(IdsOf(cache), Ids{"b"});
}

TEST(CacheDrainTest, ABusyCellGoesWhenItsStateSaysThatItIsEmpty) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {BusyCell("a")}).ok());
  ASSERT_TRUE(cache.Drain("a").ok());
  EXPECT_TRUE(cache.Find("a")->draining);
  ASSERT_TRUE(Update(&cache, {BusyCell("a")}).ok());
  EXPECT_TRUE(cache.Find("a")->draining);
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(CacheDrainTest, WhatWasPlacedKeepsACellUntilItIsGivenBack) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p", 0)).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p", 1)).ok());
  ASSERT_TRUE(cache.Drain("a").ok());
  ASSERT_TRUE(cache.GiveBack("a", MakeLrp("p", 0)).ok());
  EXPECT_EQ(cache.size(), 1u);
  ASSERT_TRUE(cache.GiveBack("a", MakeLrp("p", 1)).ok());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(CacheDrainTest, ResumingEndsADrain) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {BusyCell("a")}).ok());
  ASSERT_TRUE(cache.Drain("a").ok());
  ASSERT_TRUE(cache.SetDisabled("a", false).ok());
  EXPECT_EQ(*cache.Find("a"), BusyCell("a"));
  ASSERT_TRUE(Update(&cache, {MakeCell("a")}).ok());
  EXPECT_EQ(IdsOf(cache), Ids{"a"});
}

TEST(CacheDrainTest, DisablingADrainingCellDoesNotEndTheDrain) {
  Cache cache;
  ASSERT_TRUE(Update(&cache, {BusyCell("a")}).ok());
  ASSERT_TRUE(cache.Drain("a").ok());
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  EXPECT_TRUE(cache.Find("a")->draining);
  EXPECT_TRUE(cache.Find("a")->disabled);
}

TEST(CacheDrainTest, DisablingACellThatDrainsByItsOwnStateDoesNotEndTheDrain) {
  Cell draining = BusyCell("a");
  draining.draining = true;
  Cache cache;
  ASSERT_TRUE(Update(&cache, {draining}).ok());
  ASSERT_TRUE(cache.SetDisabled("a", true).ok());
  EXPECT_TRUE(cache.Find("a")->draining);
}

TEST(CacheDrainTest, ACellThatDrainsByItsOwnStateGoesWhenItIsEmpty) {
  Cell draining = BusyCell("a");
  draining.draining = true;
  Cache cache;
  ASSERT_TRUE(Update(&cache, {draining}).ok());
  EXPECT_EQ(cache.size(), 1u);
  draining.task_count = 0;
  draining.other_lrps = 1;
  ASSERT_TRUE(Update(&cache, {draining}).ok());
  EXPECT_EQ(cache.size(), 1u);
  draining.other_lrps = 0;
  ASSERT_TRUE(Update(&cache, {draining}).ok());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(ValidateCellTest, NamesWhatIsWrong) {
  const auto error_of = [](auto change) {
    Cell cell = MakeCell("a");
    change(&cell);
    return ValidateCell(cell).text();
  };
  EXPECT_EQ(error_of([](Cell*) {}), "");
  EXPECT_EQ(error_of([](Cell* cell) { cell->id = ""; }), "a cell has no id");
  EXPECT_EQ(error_of([](Cell* cell) { cell->total.containers = kContainersMaximum + 1; }),
            "cell \"a\", total: containers is 1000000000001, expected a number from -1000000000000 "
            "to 1000000000000");
  EXPECT_EQ(error_of([](Cell* cell) {
              cell->available.scalars = {{"", 1}};
            }),
            "cell \"a\", available: resource number 0 has no name");
  EXPECT_EQ(error_of([](Cell* cell) { cell->overhead.cpu = -1; }),
            "cell \"a\": overhead is negative, expected zero or more");
  EXPECT_EQ(error_of([](Cell* cell) { cell->other_lrps = -1; }),
            "cell \"a\": count of other LRPs is -1, expected a number from 0 to 1000000000000");
  EXPECT_EQ(error_of([](Cell* cell) { cell->starting_containers = -1; }),
            "cell \"a\": starting containers is -1, expected a number from 0 to 1000000000000");
  EXPECT_EQ(error_of([](Cell* cell) { cell->proxy_memory = kAmountMaximum + 1; }),
            "cell \"a\": proxy memory is 4000000000000001 thousandths of a MB, expected a number "
            "from -4000000000000000 to 4000000000000000");
}

TEST(ValidateCellTest, AllowsACellThatIsOverCommitted) {
  Cell cell = MakeCell("a");
  cell.available = MakeResources(-1, -1, -1);
  EXPECT_TRUE(ValidateCell(cell).ok());
}

}  // namespace
}  // namespace rostrum
