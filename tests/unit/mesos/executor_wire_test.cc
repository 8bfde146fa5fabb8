// What an executor is given to run, and what rep says of it.

#include <gtest/gtest.h>

#include <memory>

#include "lib/mesos/executor/rep_wire.h"
#include "lib/mesos/executor/task_work.h"
#include "lib/mesos/framework/tasks.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

TEST(TaskWorkTest, WhatTheFrameworkWritesIsReadAndPassedOnAsItCame) {
  Work work;
  work.guid = "pg";
  work.domain = "d";
  work.constraint.rootfs = "preloaded:cflinuxfs4";
  work.asked.memory = WholeAmount(256);
  work.asked.disk = WholeAmount(512);
  const std::string data = WriteWorkData(work, 3);
  const auto read = ReadTaskWork(data);
  ASSERT_TRUE(read.ok()) << read.status().text();
  EXPECT_EQ(read->kind, Kind::kLrp);
  EXPECT_EQ(read->Identifier(), "pg.3");
  EXPECT_EQ(read->memory_mb, 256);
  EXPECT_EQ(read->disk_mb, 512);
  EXPECT_EQ(read->rootfs, "preloaded:cflinuxfs4");
  EXPECT_EQ(read->body, data);
  work.kind = Kind::kTask;
  const auto task = ReadTaskWork(WriteWorkData(work, 0));
  ASSERT_TRUE(task.ok()) << task.status().text();
  EXPECT_EQ(task->kind, Kind::kTask);
  EXPECT_EQ(task->Identifier(), "pg");
}

TEST(TaskWorkTest, AnLrpOrATaskAloneIsWrappedIntoABody) {
  const auto lrp = ReadTaskWork(R"({"process_guid":"pg","index":1,"domain":"d","future":{"a":[1]}})");
  ASSERT_TRUE(lrp.ok()) << lrp.status().text();
  EXPECT_EQ(lrp->Identifier(), "pg.1");
  EXPECT_EQ(lrp->body,
            R"({"LRPs":[{"process_guid":"pg","index":1,"domain":"d","future":{"a":[1]}}],"Tasks":[]})");
  const auto task = ReadTaskWork(R"({"TaskGuid":"t"})");
  ASSERT_TRUE(task.ok()) << task.status().text();
  EXPECT_EQ(task->body, R"({"LRPs":[],"Tasks":[{"TaskGuid":"t"}]})");
}

TEST(TaskWorkTest, WhatIsNotExactlyOneWorkIsNamed) {
  const auto error = [](std::string_view data) {
    const auto work = ReadTaskWork(data);
    return work.ok() ? std::string("taken") : work.status().text();
  };
  const auto names = [&](std::string_view data, const char* what) {
    EXPECT_NE(error(data).find(what), std::string::npos) << error(data);
  };
  names("", "TaskInfo.data:1:1");
  names("{}", "has 0 LRPs and tasks, expected");
  names(R"({"LRPs":[],"Tasks":[]})", "has 0 LRPs and tasks");
  names(R"({"LRPs":[{"process_guid":"a"},{"process_guid":"b"}]})", "has 2 LRPs and tasks");
  names(R"({"process_guid":"a","LRPs":[{"process_guid":"b"}]})", "has 2 LRPs and tasks");
  names(R"({"LRPs":[{"index":1}]})", "names no work");
  names(R"({"LRPs":[{"TaskGuid":"in the wrong list"}]})", "names no work");
  names(R"({"process_guid":"a","MemoryMB":-1})", "MemoryMB is -1");
  names(R"({"process_guid":"a","index":"one"})", "index is \"one\"");
  names(R"({"process_guid":"a","domain":"d","index":-1})", "index is -1");
  names(R"({"process_guid":"a","index":1})", "LRP \"a\" has no domain, expected one");
}

TEST(RepStateTest, TheStateOfACellIsRead) {
  const auto state = ReadRepState(
      R"({"rep_url":"https://cell","cell_id":"cell-1","cell_index":3,"RootFSProviders":{},)"
      R"("AvailableResources":{"MemoryMB":10,"DiskMB":20,"Containers":5},)"
      R"("TotalResources":{"MemoryMB":100,"DiskMB":200,"Containers":50},"Evacuating":true,)"
      R"("LRPs":[{"instance_guid":"i","process_guid":"pg","index":2,"domain":"d","state":"RUNNING"},)"
      R"({"instance_guid":"j","process_guid":"pg","index":0}],)"
      R"("Tasks":[{"TaskGuid":"t","Domain":"d","state":"Completed","failed":true}],)"
      R"("ProxyMemoryAllocationMB":32,"new":[{}]})");
  ASSERT_TRUE(state.ok()) << state.status().text();
  EXPECT_EQ(state->cell_id, "cell-1");
  EXPECT_TRUE(state->evacuating);
  EXPECT_EQ(state->available.memory_mb, 10);
  EXPECT_EQ(state->total.containers, 50);
  EXPECT_EQ(state->proxy_memory_mb, 32);
  ASSERT_EQ(state->lrps.size(), 2u);
  EXPECT_EQ(state->lrps[0].instance_guid, "i");
  EXPECT_EQ(state->lrps[0].index, 2);
  EXPECT_EQ(state->lrps[0].state, "RUNNING");
  EXPECT_EQ(state->lrps[1].state, "");
  ASSERT_EQ(state->tasks.size(), 1u);
  EXPECT_TRUE(state->tasks[0].failed);
}

// An answer of something else than rep must not make all work look gone.
TEST(RepStateTest, WhatIsNoStateIsAnError) {
  for (const char* const text : {"", "{}", "[]", "null", "<html>", R"({"LRPs":[],"Tasks":5})",
                                 R"({"cell_id":"c","LRPs":[]})"}) {
    EXPECT_FALSE(ReadRepState(text).ok()) << text;
  }
  EXPECT_TRUE(ReadRepState(R"({"LRPs":null,"Tasks":null})").ok());
}

TEST(RepStateTest, WorkThatIsHandedBackIsNamedByItsKey) {
  const auto back = ReadHandedBack(
      R"({"LRPs":[{"process_guid":"pg","index":1}],"Tasks":[{"TaskGuid":"t","state":"Invalid"}]})");
  ASSERT_TRUE(back.ok()) << back.status().text();
  ASSERT_EQ(back->lrps.size(), 1u);
  EXPECT_EQ(back->lrps[0].process_guid, "pg");
  EXPECT_EQ(back->lrps[0].index, 1);
  EXPECT_EQ(back->tasks, std::vector<std::string>{"t"});
  const auto nothing = ReadHandedBack(R"({"LRPs":null,"Tasks":null})");
  ASSERT_TRUE(nothing.ok());
  EXPECT_TRUE(nothing->lrps.empty() && nothing->tasks.empty());
}

TEST(RepStateTest, UseOfResourcesIsReadWhateverIsLeftOut) {
  const auto usages = ReadUsage(
      R"({"cell_id":"c","lrps":[{"instance_guid":"i","process_guid":"pg","index":1,)"
      R"("metric_guid":"m","cpu_usage_fraction":0.25,"disk_usage_bytes":1,"disk_quota_bytes":2,)"
      R"("memory_usage_bytes":3,"memory_quota_bytes":18446744073709551615,"rx_bytes":5},)"
      R"({"instance_guid":"j","process_guid":"pg","index":0}],"tasks":[{"task_guid":"t"}]})");
  ASSERT_TRUE(usages.ok()) << usages.status().text();
  ASSERT_EQ(usages->size(), 3u);
  EXPECT_EQ((*usages)[0].cpu_fraction, 0.25);
  EXPECT_EQ((*usages)[0].memory_quota_bytes, INT64_MAX);
  EXPECT_EQ((*usages)[0].received_bytes, 5);
  EXPECT_FALSE((*usages)[0].sent_bytes);
  EXPECT_EQ((*usages)[1].memory_bytes, 0);
  EXPECT_FALSE((*usages)[1].received_bytes);
  EXPECT_EQ((*usages)[2].kind, Kind::kTask);
  EXPECT_EQ((*usages)[2].guid, "t");
}

TEST(RepStateTest, GuidsAreMadeSafeForAPath) {
  EXPECT_EQ(StopPath("pg", "i-1"), "/v1/lrps/pg/instances/i-1/stop");
  EXPECT_EQ(CancelPath("a/b c%?"), "/v1/tasks/a%2Fb%20c%25%3F/cancel");
}

TEST(RepWireTest, WorkIsForOneCellIfItsIdIsKnown) {
  EXPECT_EQ(WorkFor("", R"({"LRPs":[],"Tasks":[]})"), R"({"LRPs":[],"Tasks":[]})");
  EXPECT_EQ(WorkFor("c\"1", R"({"LRPs":[],"Tasks":[{"TaskGuid":"t"}]} )"),
            R"({"LRPs":[],"Tasks":[{"TaskGuid":"t"}],"cell_id":"c\"1"} )");
}

}  // namespace
}  // namespace rostrum::mesos
