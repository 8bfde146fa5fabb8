#include "lib/wire/read_mesos_work.h"

#include <gtest/gtest.h>

namespace rostrum::wire {
namespace {

std::string ErrorOf(const Expected<std::vector<MesosWork>>& read) {
  return read.ok() ? "no error" : read.status().text();
}

TEST(ReadMesosWork, ReadsStreams) {
  const auto services = ReadServices(
      R"({"name":"a","count":2,"command":"x"}
         [{"name":"b","count":1,"command":"y"}] {"name":"c","count":0})",
      "s.json");
  ASSERT_TRUE(services.ok()) << services.status().text();
  ASSERT_EQ(services->size(), 3u);
  EXPECT_EQ((*services)[1].work.guid, "b");
  EXPECT_EQ((*services)[2].count, 0);
  EXPECT_EQ((*services)[2].command, "");
  EXPECT_EQ(ErrorOf(ReadServices(R"({"name":"a","count":1}{"name":"b","count":-1})", "s.json")),
            "s.json:1:43: count is -1, expected a whole number from 0 to 1000000 (at [1].count)");
}

TEST(ReadMesosWork, AnLrpIsDiegosWithACommandAndMore) {
  const auto read = ReadMesosLrps(R"([
    {"process_guid":"web","domain":"d","indices":[0,1],"RootFs":"preloaded:cflinuxfs4",
     "MemoryMB":64,"DiskMB":10,"MaxPids":5,"PlacementTags":["iso"],"VolumeDrivers":["nfs"],
     "command":"./run","arguments":["-p","1"],"image":"org/image","environment":{"A":"b","C":""},
     "cpus":0.25,"gpus":2,"ports":3,"kill_grace_seconds":0},
    {"process_guid":"plain","domain":"d","indices":[4],"RootFs":"r"}])",
                                  "lrps.json");
  ASSERT_TRUE(read.ok()) << read.status().text();
  ASSERT_EQ(read->size(), 2u);
  const MesosWork& web = (*read)[0];
  EXPECT_EQ(web.work.kind, Kind::kLrp);
  EXPECT_EQ(web.work.guid, "web");
  EXPECT_EQ(web.work.asked.memory, WholeAmount(64));
  EXPECT_EQ(web.work.asked.cpu, 250);
  EXPECT_EQ(web.work.asked.Scalar("gpus"), WholeAmount(2));
  EXPECT_EQ(web.work.asked.Scalar("ports"), WholeAmount(3));
  EXPECT_EQ(web.indices, (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(web.command, "./run");
  EXPECT_EQ(web.arguments, (std::vector<std::string>{"-p", "1"}));
  EXPECT_EQ(web.image, "org/image");
  EXPECT_EQ(web.environment,
            (std::vector<std::pair<std::string, std::string>>{{"A", "b"}, {"C", ""}}));
  EXPECT_EQ(web.kill_grace_seconds, 0);
  EXPECT_TRUE(web.has_launch());
  // Nothing of one is left for the next.
  const MesosWork& plain = (*read)[1];
  EXPECT_FALSE(plain.has_launch());
  EXPECT_EQ(plain.work.asked, Resources());
  EXPECT_TRUE(plain.environment.empty());
  EXPECT_FALSE(plain.kill_grace_seconds.has_value());
}

TEST(ReadMesosWork, ATaskIsDiegosToo) {
  const auto read = ReadMesosTasks(
      R"([{"TaskGuid":"job","RootFs":"r","state":"Invalid","failed":false,"command":"true"}])",
      "tasks.json");
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ((*read)[0].work.kind, Kind::kTask);
  EXPECT_EQ((*read)[0].work.guid, "job");
}

TEST(ReadMesosWork, AServiceHasACountAndNeedsNoRootfs) {
  const auto read =
      ReadServices(R"([{"name":"router","count":3,"command":"x"},{"name":"off","count":0}])", "s");
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ((*read)[0].count, 3);
  EXPECT_EQ((*read)[0].work.constraint.rootfs, "");
  EXPECT_EQ((*read)[1].count, 0);
}

TEST(ReadMesosWork, ErrorsNameThePlaceTheValueAndWhatWasExpected) {
  EXPECT_NE(ErrorOf(ReadServices(R"([{"name":"a"}])", "s.json")).find("count"), std::string::npos);
  EXPECT_NE(ErrorOf(ReadServices(R"([{"name":"a","count":-1}])", "s.json"))
                .find("s.json:1:22: count is -1, expected a whole number from 0 to 1000000"),
            std::string::npos)
      << ErrorOf(ReadServices(R"([{"name":"a","count":-1}])", "s.json"));
  for (const char* cpus : {"-0.1", "1e99", "\"1\"", "2000000"}) {
    const std::string error = ErrorOf(
        ReadServices(std::string(R"([{"name":"a","count":1,"cpus":)") + cpus + "}]", "s.json"));
    EXPECT_NE(error.find("expected a number from 0 to 1000000, such as 0.5"), std::string::npos)
        << error;
  }
  const std::string unknown =
      ErrorOf(ReadMesosLrps(R"([{"process_guid":"a","commend":"x"}])", "lrps.json"));
  EXPECT_NE(unknown.find("commend"), std::string::npos) << unknown;
  EXPECT_NE(ErrorOf(ReadMesosTasks(R"([{"TaskGuid":"a","RootFs":"r","ports":70000}])", "t"))
                .find("expected a whole number from 0 to 65535"),
            std::string::npos);
}

TEST(ReadMesosWork, WhatIsNamedTwiceIsRefusedAndNotPassedOver) {
  EXPECT_EQ(
      ErrorOf(ReadServices(
          R"([{"name":"a","count":1},{"name":"b","count":1},{"name":"a","count":2}])", "s.json")),
      "s.json:1:56: name is \"a\", expected a name of its own: [0] has it already (at [2].name)");
  EXPECT_EQ(ErrorOf(ReadMesosTasks(R"({"TaskGuid":"a","RootFs":"r"}{"TaskGuid":"a","RootFs":"r"})",
                                   "t.json")),
            "t.json:1:42: TaskGuid is \"a\", expected a task guid of its own: [0] has it already "
            "(at [1].TaskGuid)");
  EXPECT_EQ(ErrorOf(ReadMesosLrps(
                R"([{"process_guid":"a","domain":"d","indices":[0,2],"RootFs":"r"},
                    {"process_guid":"b","domain":"d","indices":[2],"RootFs":"r"},
                    {"process_guid":"a","domain":"d","indices":[1,2],"RootFs":"r"}])",
                "l.json")),
            "l.json: indices of \"a\" has 2, expected each index of a process guid once: [0] has "
            "it already (at [2].indices)");
  // One LRP may come in parts.
  EXPECT_TRUE(ReadMesosLrps(R"({"process_guid":"a","domain":"d","indices":[0],"RootFs":"r"}
                               {"process_guid":"a","domain":"d","indices":[1],"RootFs":"r"})",
                            "l.json")
                  .ok());
}

TEST(ReadMesosWork, NoIndexIsNegative) {
  const std::string error = ErrorOf(ReadMesosLrps(
      R"([{"process_guid":"a","domain":"d","indices":[-1],"RootFs":"r"}])", "l.json"));
  EXPECT_NE(error.find("is -1, expected a whole number from 0 to 2147483647"), std::string::npos)
      << error;
}

}  // namespace
}  // namespace rostrum::wire
