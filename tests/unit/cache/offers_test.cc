// Cells that are made of offers, as Apache Mesos makes them.

#include <gtest/gtest.h>

#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

using Ids = std::vector<std::string>;

// Every offer is in one state, and this says how many are in each.
void ExpectCounts(const Cache& cache, const OfferCounts& expected) {
  const OfferCounts counts = cache.CountOffers();
  EXPECT_EQ(counts.added, expected.added);
  EXPECT_EQ(counts.held, expected.held);
  EXPECT_EQ(counts.accepted, expected.accepted);
  EXPECT_EQ(counts.declined, expected.declined);
  EXPECT_EQ(counts.rescinded, expected.rescinded);
  EXPECT_EQ(counts.expired, expected.expired);
  EXPECT_TRUE(cache.CheckOffers().ok());
}

Offer OfferOfMemory(std::string id, std::string agent_id, int64_t memory_mb) {
  Offer offer = MakeOffer(std::move(id), std::move(agent_id));
  offer.resources.memory = WholeAmount(memory_mb);
  return offer;
}

Offer OfferAt(std::string id, std::string agent_id, int64_t received_ms) {
  Offer offer = MakeOffer(std::move(id), std::move(agent_id));
  offer.received_ms = received_ms;
  return offer;
}

TEST(OfferTest, BecomesACellWithTheAgentsId) {
  Offer offer = MakeOffer("o1", "agent");
  offer.zone = "z7";
  offer.index = 3;
  offer.lrps = {"p"};
  offer.task_count = 1;
  offer.used = MakeResources(500, 0, 2);
  offer.tag = 9;
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(offer).ok());

  const Cell cell = *cache.Find("agent");
  EXPECT_EQ(cell.zone, "z7");
  EXPECT_EQ(cell.index, 3);
  EXPECT_EQ(cell.available, offer.resources);
  EXPECT_EQ(cell.total.memory, WholeAmount(1500));
  EXPECT_EQ(cell.total.containers, 102);
  EXPECT_EQ(cell.lrps, Ids{"p"});
  EXPECT_EQ(cell.task_count, 1);
  EXPECT_EQ(cell.signature, PlainSignature());
  EXPECT_EQ(cell.tag, 9u);
  EXPECT_EQ(*cache.StateOfOffer("o1"), OfferState::kHeld);
  ExpectCounts(cache, {.added = 1, .held = 1});
}

TEST(OfferTest, SeveralOffersOfAnAgentAddUp) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o1", "agent", 100)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o2", "agent", 200)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o3", "other", 400)).ok());
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(300));
  EXPECT_EQ(cache.Find("agent")->total.memory, WholeAmount(300));

  ASSERT_TRUE(cache.RescindOffer("o1").ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(200));
  EXPECT_EQ(cache.Find("agent")->total.memory, WholeAmount(200));
}

TEST(OfferTest, TheNewestOfferTellsOfTheAgent) {
  Offer newer = MakeOffer("o2", "agent");
  newer.zone = "z2";
  newer.lrps = {"p", "q"};
  newer.signature.volume_drivers = {"nfs"};
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.AddOffer(newer).ok());
  EXPECT_EQ(cache.Find("agent")->zone, "z2");
  EXPECT_EQ(cache.Find("agent")->lrps, (Ids{"p", "q"}));
  EXPECT_EQ(cache.Find("agent")->signature.volume_drivers, Ids{"nfs"});
}

TEST(OfferTest, AnIdIsUsedOnce) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "a")).ok());
  EXPECT_EQ(cache.AddOffer(MakeOffer("o1", "b")).text(),
            "offer \"o1\" was added before, expected an id of its own");
  ASSERT_TRUE(cache.DeclineOffer("o1").ok());
  EXPECT_EQ(cache.AddOffer(MakeOffer("o1", "a")).code(), Code::kInvalidArgument);
  ExpectCounts(cache, {.added = 1, .declined = 1});
}

TEST(OfferTest, ACellOfStatesTakesNoOffer) {
  Cache cache;
  ASSERT_TRUE(cache.Update(std::vector<Cell>{MakeCell("a")}).ok());
  const Status status = cache.AddOffer(MakeOffer("o1", "a"));
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_EQ(status.text(), "cell \"a\" was made of a state, expected a cell of offers");
  ExpectCounts(cache, {});
}

TEST(OfferTest, IsRefusedIfItIsNotValid) {
  const auto error_of = [](auto change) {
    Offer offer = MakeOffer("o1", "agent");
    change(&offer);
    Cache cache;
    const Status status = cache.AddOffer(offer);
    EXPECT_EQ(cache.size(), 0u);
    return status.text();
  };
  EXPECT_EQ(error_of([](Offer* offer) { offer->id = ""; }), "an offer has no id");
  EXPECT_EQ(error_of([](Offer* offer) { offer->agent_id = ""; }), "offer \"o1\" has no agent id");
  EXPECT_EQ(error_of([](Offer* offer) { offer->resources.cpu = -1; }),
            "offer \"o1\": resources is negative, expected zero or more");
  EXPECT_EQ(error_of([](Offer* offer) { offer->used.memory = -1; }),
            "offer \"o1\": used is negative, expected zero or more");
  EXPECT_EQ(error_of([](Offer* offer) {
              offer->overhead.scalars = {{"gpus", -1}};
            }),
            "offer \"o1\": overhead is negative, expected zero or more");
  EXPECT_EQ(error_of([](Offer* offer) { offer->task_count = -1; }),
            "offer \"o1\": task count is -1, expected a number from 0 to 1000000000000");
}

TEST(OfferLifeTest, DeclinedRescindedAndExpiredOffersAreGone) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("declined", "a")).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("rescinded", "b")).ok());
  ASSERT_TRUE(cache.AddOffer(OfferAt("expired", "c", -5)).ok());
  ASSERT_TRUE(cache.DeclineOffer("declined").ok());
  ASSERT_TRUE(cache.RescindOffer("rescinded").ok());
  EXPECT_EQ(cache.ExpireOffers(0), Ids{"expired"});

  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(*cache.StateOfOffer("declined"), OfferState::kDeclined);
  EXPECT_EQ(*cache.StateOfOffer("rescinded"), OfferState::kRescinded);
  EXPECT_EQ(*cache.StateOfOffer("expired"), OfferState::kExpired);
  ExpectCounts(cache, {.added = 3, .declined = 1, .rescinded = 1, .expired = 1});
}

TEST(OfferLifeTest, AnOfferThatWasNeverAddedIsNotFound) {
  Cache cache;
  EXPECT_EQ(cache.RescindOffer("o1").text(), "there is no offer \"o1\"");
  EXPECT_EQ(cache.DeclineOffer("o1").code(), Code::kNotFound);
  EXPECT_EQ(cache.StateOfOffer("o1").status().code(), Code::kNotFound);
  EXPECT_EQ(cache.AcceptOffers("agent").status().code(), Code::kNotFound);
  EXPECT_EQ(cache.LoseAgent("agent").code(), Code::kNotFound);
}

TEST(OfferLifeTest, ARescindThatMeetsAnAcceptSaysWhereTheOfferWent) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.AcceptOffers("agent").ok());
  const Status status = cache.RescindOffer("o1");
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_EQ(status.text(), "offer \"o1\" is accepted, expected one that is held");
  ExpectCounts(cache, {.added = 1, .accepted = 1});
}

TEST(OfferLifeTest, EachWayOutIsFinal) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "a")).ok());
  ASSERT_TRUE(cache.DeclineOffer("o1").ok());
  EXPECT_EQ(cache.DeclineOffer("o1").text(), "offer \"o1\" is declined, expected one that is held");
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o2", "a")).ok());
  ASSERT_TRUE(cache.LoseAgent("a").ok());
  EXPECT_EQ(cache.RescindOffer("o2").text(), "offer \"o2\" is expired, expected one that is held");
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o3", "a")).ok());
  ASSERT_TRUE(cache.RescindOffer("o3").ok());
  EXPECT_EQ(cache.RescindOffer("o3").text(),
            "offer \"o3\" is rescinded, expected one that is held");
  ExpectCounts(cache, {.added = 3, .declined = 1, .rescinded = 1, .expired = 1});
}

TEST(OfferLifeTest, RescindingWhatWorkWasPlacedOnLeavesTheCellOverCommitted) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o1", "agent", 100)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o2", "agent", 200)).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p", 0, 250)).ok());
  ASSERT_TRUE(cache.RescindOffer("o2").ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(-150));
  EXPECT_EQ(cache.Find("agent")->lrps, Ids{"p"});
  ASSERT_TRUE(cache.GiveBack("agent", MakeLrp("p", 0, 250)).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(100));
}

TEST(OfferLifeTest, ACellWithoutOffersAndWorkGoes) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.RescindOffer("o1").ok());
  ASSERT_TRUE(cache.GiveBack("agent", MakeLrp("p")).ok());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(ExpireOffersTest, TakesOutWhatIsOlder) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferAt("o1", "a", 30)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferAt("o2", "b", 10)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferAt("o3", "a", 20)).ok());
  ASSERT_TRUE(cache.AddOffer(OfferAt("o4", "c", 29)).ok());
  EXPECT_EQ(cache.ExpireOffers(10), Ids{});
  EXPECT_EQ(cache.ExpireOffers(30), (Ids{"o2", "o3", "o4"})) << "in the order in which they came";
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Find("a")->available, MakeOffer("o1", "a").resources);
  ExpectCounts(cache, {.added = 4, .held = 1, .expired = 3});
}

TEST(LoseAgentTest, TakesTheCellAndItsOffers) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "a")).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o2", "a")).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o3", "b")).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.LoseAgent("a").ok());
  EXPECT_EQ(cache.size(), 1u);
  ExpectCounts(cache, {.added = 3, .held = 1, .expired = 2});
}

TEST(AcceptOffersTest, TakesOutAllOffersOfTheAgentInOrder) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o2", "a")).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "a")).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o3", "b")).ok());
  ASSERT_TRUE(cache.Take("a", MakeLrp("p")).ok());
  EXPECT_EQ(*cache.AcceptOffers("a"), (Ids{"o2", "o1"}));
  ExpectCounts(cache, {.added = 3, .held = 1, .accepted = 2});
}

TEST(AcceptOffersTest, WhatWasPlacedRunsAndNothingIsFreeUntilTheNextOffer) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p", 0, 300)).ok());
  ASSERT_TRUE(cache.Take("agent", MakeTask("t", 200)).ok());
  ASSERT_TRUE(cache.AcceptOffers("agent").ok());

  const Cell cell = *cache.Find("agent");
  EXPECT_EQ(cell.available, Resources());
  EXPECT_EQ(cell.total.memory, WholeAmount(500)) << "what was not used is the master's again";
  EXPECT_EQ(cell.lrps, Ids{"p"});
  EXPECT_EQ(cell.task_count, 1);
  EXPECT_EQ(cache.Take("agent", MakeLrp("q", 0, 1)).code(), Code::kFailedPrecondition);
  EXPECT_EQ(cache.GiveBack("agent", MakeLrp("p", 0, 300)).code(), Code::kFailedPrecondition);
}

TEST(AcceptOffersTest, TheNextOfferTellsWhatRuns) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p", 0, 300)).ok());
  ASSERT_TRUE(cache.AcceptOffers("agent").ok());

  Offer rest = OfferOfMemory("o2", "agent", 700);
  rest.lrps = {"p"};
  rest.used = MakeResources(300, 10, 1);
  ASSERT_TRUE(cache.AddOffer(rest).ok());
  EXPECT_EQ(cache.Find("agent")->lrps, Ids{"p"});
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(700));
  EXPECT_EQ(cache.Find("agent")->total.memory, WholeAmount(1000));
}

TEST(AcceptOffersTest, ACellOnWhichNothingWasPlacedGoes) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.AcceptOffers("agent").ok());
  EXPECT_EQ(cache.size(), 0u);
}

TEST(AcceptOffersTest, WhatTheNextOfferTellsToRunIsNotStartingAnyMore) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.AcceptOffers("agent").ok());
  Offer next = MakeOffer("o2", "agent");
  next.lrps = {"p"};
  ASSERT_TRUE(cache.AddOffer(next).ok());
  EXPECT_EQ(cache.Find("agent")->starting_containers, 0);
}

TEST(OfferedRoomTest, AnExactFitFits) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferOfMemory("o1", "agent", 100)).ok());
  EXPECT_EQ(cache.Take("agent", MakeLrp("p", 0, 101)).text(),
            "lrp \"p.0\" does not fit on cell \"agent\"");
  EXPECT_TRUE(cache.Take("agent", MakeLrp("p", 0, 100)).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, 0);
}

TEST(OfferedRoomTest, ThirtyTasksOfATenthOfACoreFitOnThreeCores) {
  Offer offer = MakeOffer("o1", "agent");
  offer.resources.cpu = WholeAmount(3);
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(offer).ok());
  for (int i = 0; i < 31; ++i) {
    auto work = MakeWork(Kind::kTask, Numbered("task-", i), 1);
    work->asked.cpu = 100;
    EXPECT_EQ(cache.Take("agent", {work, 0, 0, 0, 0}).ok(), i < 30) << i;
  }
  EXPECT_EQ(cache.Find("agent")->available.cpu, 0);
}

TEST(OfferedRoomTest, NamedResourcesCountAsWell) {
  Offer offer = MakeOffer("o1", "agent");
  offer.resources.scalars = {{"ports", 5}, {"gpus", WholeAmount(1)}};
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(offer).ok());

  auto work = MakeWork(Kind::kTask, "t1");
  work->asked.scalars = {{"gpus", 500}};
  const Auction first = {work, 0, 0, 0, 0};
  ASSERT_TRUE(cache.Take("agent", first).ok());
  EXPECT_EQ(cache.Find("agent")->available.Scalar("gpus"), 500);

  work = MakeWork(Kind::kTask, "t2");
  work->asked.scalars = {{"gpus", 501}};
  EXPECT_FALSE(cache.Take("agent", {work, 0, 0, 0, 0}).ok());
  work = MakeWork(Kind::kTask, "t3");
  work->asked.scalars = {{"fpgas", 1}};
  EXPECT_FALSE(cache.Take("agent", {work, 0, 0, 0, 0}).ok());

  ASSERT_TRUE(cache.GiveBack("agent", first).ok());
  EXPECT_EQ(cache.Find("agent")->available.Scalar("gpus"), WholeAmount(1));
}

Offer OfferWithOverhead(std::string id) {
  Offer offer = OfferOfMemory(std::move(id), "agent", 1000);
  offer.started = false;
  offer.overhead = MakeResources(64, 0, 1);
  offer.overhead.cpu = 100;
  return offer;
}

TEST(OverheadTest, IsChargedOnceAndReturnedExactly) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferWithOverhead("o1")).ok());
  const Cell before = *cache.Find("agent");
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p", 0)).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(1000 - 64 - 100));
  EXPECT_EQ(cache.Find("agent")->available.containers, 98);
  EXPECT_TRUE(cache.Find("agent")->started);
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p", 1)).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(1000 - 64 - 200));

  ASSERT_TRUE(cache.GiveBack("agent", MakeLrp("p", 0)).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(1000 - 64 - 100));
  ASSERT_TRUE(cache.GiveBack("agent", MakeLrp("p", 1)).ok());
  EXPECT_EQ(*cache.Find("agent"), before);
}

TEST(OverheadTest, IsNotChargedOnACellThatRuns) {
  Offer offer = OfferWithOverhead("o1");
  offer.started = true;
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(offer).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p")).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(900));
}

TEST(OverheadTest, CountsForWhetherTheFirstWorkFits) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferWithOverhead("o1")).ok());
  EXPECT_FALSE(cache.Take("agent", MakeLrp("p", 0, 937)).ok());
  EXPECT_TRUE(cache.Take("agent", MakeLrp("p", 0, 936)).ok());
}

TEST(OverheadTest, WhatWasChargedIsReturnedThoughANewOfferSaysOtherwise) {
  Offer second = OfferWithOverhead("o2");
  second.overhead = MakeResources(500, 0, 5);
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(OfferWithOverhead("o1")).ok());
  ASSERT_TRUE(cache.Take("agent", MakeLrp("p")).ok());
  ASSERT_TRUE(cache.AddOffer(second).ok());
  EXPECT_EQ(cache.Find("agent")->total.memory, WholeAmount(2000));
  ASSERT_TRUE(cache.GiveBack("agent", MakeLrp("p")).ok());
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(2000));
}

TEST(OfferedRoomTest, SumsStayWithinTheLargestAmount) {
  Cache cache;
  for (int i = 0; i < 3000; ++i) {
    Offer offer = MakeOffer(Numbered("o", i), "agent");
    offer.resources.memory = kAmountMaximum;
    static_cast<void>(cache.AddOffer(offer));
  }
  EXPECT_TRUE(Snapshot::FromCells(cache.TakeSnapshot()->Cells()).ok());
}

TEST(DrainOffersTest, AnOfferForADrainedAgentExpiresAtOnce) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.Drain("agent").ok());
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(*cache.StateOfOffer("o1"), OfferState::kExpired);
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o2", "agent")).ok());
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(*cache.StateOfOffer("o2"), OfferState::kExpired);
  ExpectCounts(cache, {.added = 2, .expired = 2});
}

TEST(DisableOffersTest, ANewOfferDoesNotEnableACell) {
  Cache cache;
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o1", "agent")).ok());
  ASSERT_TRUE(cache.SetDisabled("agent", true).ok());
  ASSERT_TRUE(cache.AddOffer(MakeOffer("o2", "agent")).ok());
  EXPECT_TRUE(cache.Find("agent")->disabled);
  EXPECT_EQ(cache.Find("agent")->available.memory, WholeAmount(2000));
}

TEST(OfferMemoryTest, TheLastHundredThousandThatWentAreKnown) {
  Cache cache;
  const int count = 100'001;
  for (int i = 0; i < count; ++i) {
    const std::string id = Numbered("o", i);
    ASSERT_TRUE(cache.AddOffer(MakeOffer(id, "agent")).ok());
    ASSERT_TRUE(cache.DeclineOffer(id).ok());
  }
  EXPECT_EQ(cache.StateOfOffer("o0").status().code(), Code::kNotFound);
  EXPECT_EQ(*cache.StateOfOffer("o1"), OfferState::kDeclined);
  ExpectCounts(cache, {.added = 100'001, .declined = 100'001});
}

}  // namespace
}  // namespace rostrum
