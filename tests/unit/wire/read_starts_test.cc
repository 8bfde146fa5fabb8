#include <gtest/gtest.h>

#include <limits>

#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

std::vector<LrpStart> ReadLrps(std::string_view text) {
  Expected<std::vector<LrpStart>> starts = ReadLrpStarts(text, "lrps.json");
  EXPECT_TRUE(starts.ok()) << starts.status().text();
  return starts.ok() ? *starts : std::vector<LrpStart>();
}

std::vector<TaskStart> ReadTasks(std::string_view text) {
  Expected<std::vector<TaskStart>> starts = ReadTaskStarts(text, "tasks.json");
  EXPECT_TRUE(starts.ok()) << starts.status().text();
  return starts.ok() ? *starts : std::vector<TaskStart>();
}

TEST(ReadLrpStarts, ReadsAllThatTheAuctioneerTakes) {
  const std::vector<LrpStart> starts = ReadLrps(R"([
    {"process_guid":"pg-1","domain":"cf-apps","indices":[0,7],"PlacementTags":["gpu","b"],
     "VolumeDrivers":["nfs"],"RootFs":"docker:///x/y#z","MemoryMB":256,"DiskMB":1024,
     "MaxPids":100}])");
  ASSERT_EQ(starts.size(), 1u);
  Work expected;
  expected.kind = Kind::kLrp;
  expected.guid = "pg-1";
  expected.domain = "cf-apps";
  expected.asked = {.memory = 256'000, .disk = 1'024'000};
  expected.constraint = {
      .rootfs = "docker:///x/y#z", .placement_tags = {"gpu", "b"}, .volume_drivers = {"nfs"}};
  expected.max_pids = 100;
  EXPECT_TRUE(*starts[0].work == expected);
  EXPECT_EQ(starts[0].indices, std::vector<int32_t>({0, 7}));
  EXPECT_TRUE(ValidateLrpStart(starts[0]).ok());
}

TEST(ReadLrpStarts, ReadsTextsWithoutStarts) {
  EXPECT_TRUE(ReadLrps("[]").empty());
  EXPECT_TRUE(ReadLrps("null").empty());
}

TEST(ReadStarts, ReadsStreams) {
  const std::vector<LrpStart> lrps = ReadLrps(R"(
    {"process_guid":"p","domain":"d","indices":[0,1],"RootFs":"docker:///x"}
    [{"process_guid":"q","domain":"d","indices":[2],"RootFs":"docker:///x"}])");
  ASSERT_EQ(lrps.size(), 2u);
  EXPECT_EQ(lrps[0].work->guid, "p");
  EXPECT_EQ(lrps[0].indices, std::vector<int32_t>({0, 1}));
  EXPECT_EQ(lrps[1].work->guid, "q");
  EXPECT_EQ(lrps[1].indices, std::vector<int32_t>({2}));
  const std::vector<TaskStart> tasks = ReadTasks(
      R"({"TaskGuid":"t","RootFs":"docker:///x"}{"TaskGuid":"u","RootFs":"docker:///x"})");
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[1].work->guid, "u");
}

TEST(ReadLrpStarts, TakesNullAndWhatIsLeftOutForNothing) {
  const std::vector<LrpStart> starts = ReadLrps(R"([
    {"process_guid":"a","domain":"d","indices":[5],"RootFs":"r","PlacementTags":["t"],
     "VolumeDrivers":["v"],"MemoryMB":1,"DiskMB":2,"MaxPids":3},
    {"process_guid":"b","domain":"d","indices":[null],"RootFs":"r","PlacementTags":null,
     "VolumeDrivers":null,"MemoryMB":null,"DiskMB":null,"MaxPids":null},
    {"ROOTFS":"r","Indices":[0],"DOMAIN":"d","Process_GUID":"b"}])");
  ASSERT_EQ(starts.size(), 3u);
  Work expected;
  expected.guid = "b";
  expected.domain = "d";
  expected.constraint.rootfs = "r";
  for (size_t i : {1u, 2u}) {
    EXPECT_TRUE(*starts[i].work == expected);
    EXPECT_EQ(starts[i].indices, std::vector<int32_t>({0}));
  }
}

TEST(ReadLrpStarts, TakesTheWholeRangeOfNumbers) {
  const std::vector<LrpStart> starts = ReadLrps(R"([
    {"process_guid":"a","domain":"d","indices":[2147483647,-2147483648],"RootFs":"r",
     "MemoryMB":2147483647,"DiskMB":-0,"MaxPids":-2147483648}])");
  ASSERT_EQ(starts.size(), 1u);
  EXPECT_EQ(starts[0].indices, std::vector<int32_t>({std::numeric_limits<int32_t>::max(),
                                                     std::numeric_limits<int32_t>::min()}));
  EXPECT_EQ(starts[0].work->asked.memory, 2'147'483'647'000);
  EXPECT_EQ(starts[0].work->asked.disk, 0);
  EXPECT_EQ(starts[0].work->max_pids, std::numeric_limits<int32_t>::min());
}

TEST(ReadLrpStarts, TakesRepetitionsAndAnyRootFs) {
  const std::vector<LrpStart> starts = ReadLrps(R"([
    {"process_guid":"a","domain":"d","indices":[1,1],"RootFs":"%zz not a URL \u0000"},
    {"process_guid":"a","domain":"d","indices":[1],"RootFs":" "}])");
  ASSERT_EQ(starts.size(), 2u);
  EXPECT_EQ(starts[0].indices, std::vector<int32_t>({1, 1}));
  EXPECT_EQ(starts[0].work->constraint.rootfs, std::string("%zz not a URL \0", 15));
  EXPECT_NE(starts[0].work, starts[1].work);
}

TEST(ReadTaskStarts, ReadsAllThatTheAuctioneerTakes) {
  const std::vector<TaskStart> starts = ReadTasks(R"([
    {"TaskGuid":"t","Domain":"d","PlacementTags":["p"],"VolumeDrivers":["v"],"RootFs":"r",
     "MemoryMB":1,"DiskMB":2,"MaxPids":3,"state":"Resolving","failed":true},
    {"TaskGuid":"t","RootFs":"r","Domain":null,"failed":null}])");
  ASSERT_EQ(starts.size(), 2u);
  Work expected;
  expected.kind = Kind::kTask;
  expected.guid = "t";
  expected.domain = "d";
  expected.asked = {.memory = 1000, .disk = 2000};
  expected.constraint = {.rootfs = "r", .placement_tags = {"p"}, .volume_drivers = {"v"}};
  expected.max_pids = 3;
  EXPECT_TRUE(*starts[0].work == expected);

  Work bare;
  bare.kind = Kind::kTask;
  bare.guid = "t";
  bare.constraint.rootfs = "r";
  EXPECT_TRUE(*starts[1].work == bare);
  EXPECT_TRUE(ValidateWork(bare).ok());
}

TEST(ReadTaskStarts, TakesEveryState) {
  for (const char* state : {"Invalid", "Pending", "Running", "Completed", "Resolving"}) {
    const std::string text =
        std::string(R"([{"TaskGuid":"t","RootFs":"r","state":")") + state + "\"}]";
    EXPECT_EQ(ReadTasks(text).size(), 1u);
  }
}

}  // namespace
}  // namespace rostrum::wire
