#include "rostrum/auction.h"

#include <gtest/gtest.h>

#include <limits>

#include "rostrum/cache.h"
#include "rostrum/cache.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

std::string ErrorOf(const Work& work) { return ValidateWork(work).text(); }

TEST(AuctionTest, AnLrpInstanceIsNamedByProcessAndIndex) {
  EXPECT_EQ(MakeLrp("process", 3).Identifier(), "process.3");
  EXPECT_EQ(MakeLrp("a.b", 0).Identifier(), "a.b.0");
  EXPECT_EQ(MakeLrp("p", -2).Identifier(), "p.-2");
  EXPECT_EQ(MakeLrp("p", std::numeric_limits<int32_t>::max()).Identifier(), "p.2147483647");
}

TEST(AuctionTest, ATaskIsNamedByItsGuidAlone) {
  EXPECT_EQ(MakeTask("task.1").Identifier(), "task.1");
}

TEST(AuctionTest, KindsHaveNames) {
  EXPECT_STREQ(KindName(Kind::kLrp), "lrp");
  EXPECT_STREQ(KindName(Kind::kTask), "task");
}

TEST(ValidateWorkTest, AcceptsPlainWork) {
  EXPECT_TRUE(ValidateWork(*MakeWork(Kind::kLrp, "p")).ok());
  EXPECT_TRUE(ValidateWork(*MakeWork(Kind::kTask, "t")).ok());
}

TEST(ValidateWorkTest, AcceptsWorkThatAsksForNothing) {
  auto work = MakeWork(Kind::kTask, "t");
  work->asked = {};
  EXPECT_TRUE(ValidateWork(*work).ok());
}

TEST(ValidateWorkTest, NeedsAGuid) {
  EXPECT_EQ(ErrorOf(*MakeWork(Kind::kLrp, "")), "an LRP has no process guid");
  EXPECT_EQ(ErrorOf(*MakeWork(Kind::kTask, "")), "a task has no task guid");
  EXPECT_EQ(ErrorOf(*MakeWork(Kind::kTask, std::string(kIdMaximum, 'x'))), "");
  EXPECT_EQ(ErrorOf(*MakeWork(Kind::kTask, std::string(kIdMaximum + 1, 'x'))),
            "task guid \"" + std::string(64, 'x') + "...\" has 1025 bytes, expected at most 1024");
}

TEST(ValidateWorkTest, OnlyAnLrpNeedsADomain) {
  auto lrp = MakeWork(Kind::kLrp, "p");
  lrp->domain = "";
  EXPECT_EQ(ErrorOf(*lrp), "LRP \"p\": domain is empty, expected a name");
  auto task = MakeWork(Kind::kTask, "t");
  task->domain = "";
  EXPECT_EQ(ErrorOf(*task), "");
}

TEST(ValidateWorkTest, NeedsARootFileSystem) {
  auto work = MakeWork(Kind::kTask, "t");
  work->constraint.rootfs = "";
  EXPECT_EQ(ErrorOf(*work),
            "task \"t\": rootfs is empty, expected a URL such as \"preloaded:cflinuxfs4\"");
}

TEST(ValidateWorkTest, RefusesToAskForLessThanNothing) {
  auto work = MakeWork(Kind::kLrp, "p");
  work->asked.memory = -1;
  EXPECT_EQ(ErrorOf(*work), "LRP \"p\": memory (MB) is -0.001, expected zero or more");
  work->asked.memory = 0;
  work->asked.disk = WholeAmount(-5);
  EXPECT_EQ(ErrorOf(*work), "LRP \"p\": disk (MB) is -5, expected zero or more");
  work->asked.disk = 0;
  work->asked.cpu = -500;
  EXPECT_EQ(ErrorOf(*work), "LRP \"p\": cpu is -0.5, expected zero or more");
  work->asked.cpu = 0;
  work->asked.scalars = {{"gpus", WholeAmount(-1)}};
  EXPECT_EQ(ErrorOf(*work), "LRP \"p\": gpus is -1, expected zero or more");
}

TEST(ValidateWorkTest, RefusesToAskForTooMuch) {
  auto work = MakeWork(Kind::kTask, "t");
  work->asked.memory = kAmountMaximum + 1;
  EXPECT_EQ(ErrorOf(*work),
            "task \"t\": memory (thousandths of a MB) is 4000000000000001, expected a number from "
            "-4000000000000000 to 4000000000000000");
}

// There is a field for it, which a strategy and a refusal would look at.
TEST(ValidateWorkTest, RefusesANamedResourceThatHasAFieldOfItsOwn) {
  for (const char* name : {"memory", "disk", "cpu", "containers"}) {
    const auto work = MakeWork(Kind::kTask, "t");
    work->asked.scalars = {{"gpus", 1000}, {name, 1000}};
    EXPECT_EQ(ValidateWork(*work).text(),
              "task \"t\": a named resource is called \"" + std::string(name) +
                  "\", expected another name: there is a field for that");
    Cell cell = MakeCell("a");
    cell.available.scalars = work->asked.scalars;
    EXPECT_EQ(ValidateCell(cell).code(), Code::kInvalidArgument) << name;
    Cache cache;
    Offer offer = MakeOffer("o", "agent");
    offer.resources.scalars = work->asked.scalars;
    EXPECT_EQ(cache.AddOffer(offer).code(), Code::kInvalidArgument) << name;
  }
}

TEST(ValidateWorkTest, RefusesAKindThatItDoesNotKnow) {
  auto work = MakeWork(static_cast<Kind>(7), "p");
  EXPECT_EQ(ErrorOf(*work), "work kind is 7, expected 1 (lrp) or 2 (task)");
}

TEST(ValidateLrpStartTest, NeedsAnIndex) {
  EXPECT_TRUE(ValidateLrpStart(StartLrp("p", {0, 2})).ok());
  EXPECT_TRUE(ValidateLrpStart(StartLrp("p", {-1})).ok()) << "Diego takes it as well";
  EXPECT_EQ(ValidateLrpStart(StartLrp("p", {})).text(),
            "LRP \"p\": indices is empty, expected at least one index");
}

TEST(ValidateStartTest, NeedsWorkOfItsOwnKind) {
  EXPECT_EQ(ValidateLrpStart({}).text(), "an LRP start has no work");
  EXPECT_EQ(ValidateTaskStart({}).text(), "a task start has no work");
  EXPECT_EQ(ValidateLrpStart({MakeWork(Kind::kTask, "t"), {0}, 0}).text(),
            "\"t\" is a task, expected an LRP");
  EXPECT_EQ(ValidateTaskStart({MakeWork(Kind::kLrp, "p"), 0}).text(),
            "\"p\" is an LRP, expected a task");
}

}  // namespace
}  // namespace rostrum
