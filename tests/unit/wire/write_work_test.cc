#include <gtest/gtest.h>

#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

Auction MakeAuction(Work work, int32_t index) {
  return {.work = std::make_shared<const Work>(std::move(work)), .index = index};
}

Work MakeLrp() {
  Work work;
  work.guid = "pg-1";
  work.domain = "cf-apps";
  work.asked = {.memory = 256'000, .disk = 1'024'000};
  work.constraint.rootfs = "preloaded:cflinuxfs4";
  work.max_pids = 100;
  return work;
}

Work MakeTask() {
  Work work;
  work.kind = Kind::kTask;
  work.guid = "t";
  work.domain = "d";
  work.asked = {.memory = 1000, .disk = 2000};
  work.constraint = {.rootfs = "r", .placement_tags = {"gpu", "b\"\n"}, .volume_drivers = {"nfs"}};
  work.max_pids = 3;
  return work;
}

TEST(WriteWork, WritesWhatARepTakes) {
  const Auction lrp = MakeAuction(MakeLrp(), 2);
  const Auction task = MakeAuction(MakeTask(), 0);
  const std::vector<const Auction*> lrps = {&lrp};
  const std::vector<const Auction*> tasks = {&task};
  EXPECT_EQ(WriteWork("cell-1", lrps, tasks),
            "{\"LRPs\":[{\"instance_guid\":\"\",\"process_guid\":\"pg-1\",\"index\":2,"
            "\"domain\":\"cf-apps\",\"PlacementTags\":null,\"VolumeDrivers\":null,"
            "\"RootFs\":\"preloaded:cflinuxfs4\",\"MemoryMB\":256,\"DiskMB\":1024,"
            "\"MaxPids\":100,\"state\":\"\"}],"
            "\"Tasks\":[{\"TaskGuid\":\"t\",\"Domain\":\"d\","
            "\"PlacementTags\":[\"gpu\",\"b\\\"\\n\"],\"VolumeDrivers\":[\"nfs\"],"
            "\"RootFs\":\"r\",\"MemoryMB\":1,\"DiskMB\":2,\"MaxPids\":3,\"state\":\"Invalid\","
            "\"failed\":false}],\"cell_id\":\"cell-1\"}");
}

TEST(WriteWork, WritesEmptyListsAndLeavesOutAnEmptyCellId) {
  EXPECT_EQ(WriteWork("c", {}, {}), R"({"LRPs":[],"Tasks":[],"cell_id":"c"})");
  EXPECT_EQ(WriteWork("", {}, {}), R"({"LRPs":[],"Tasks":[]})");
}

TEST(WriteWork, RoundsUpToWholeMegabytes) {
  Work work = MakeTask();
  work.asked = {.memory = 1, .disk = 1001};
  const Auction task = MakeAuction(work, 0);
  const std::vector<const Auction*> tasks = {&task};
  const std::string text = WriteWork("c", {}, tasks);
  EXPECT_NE(text.find("\"MemoryMB\":1,\"DiskMB\":2,"), std::string::npos) << text;
}

TEST(WriteWork, WritesTasksThatReadAsTheSame) {
  const Auction task = MakeAuction(MakeTask(), 0);
  const std::vector<const Auction*> tasks = {&task, &task};
  const std::string text = WriteWork("", {}, tasks);
  const std::string_view before = "{\"LRPs\":[],\"Tasks\":";
  ASSERT_TRUE(text.starts_with(before));
  const Expected<std::vector<TaskStart>> read = ReadTaskStarts(
      std::string_view(text).substr(before.size(), text.size() - before.size() - 1), "written");
  ASSERT_TRUE(read.ok()) << read.status().text();
  ASSERT_EQ(read->size(), 2u);
  EXPECT_TRUE(*(*read)[1].work == *task.work);
}

}  // namespace
}  // namespace rostrum::wire
