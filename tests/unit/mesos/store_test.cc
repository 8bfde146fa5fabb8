// Where the framework id is kept (rule 3).

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "rostrum/mesos/framework_id_store.h"
#include "rostrum/mesos/scheduler_client.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::mesos {
namespace {

namespace fs = std::filesystem;

class FileStoreTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.File("framework-id"); }
  void Write(std::string_view text) { std::ofstream(Path(), std::ios::binary) << text; }

  const TemporaryFolder folder_;
};

TEST_F(FileStoreTest, AnIdIsThereAfterItWasSaved) {
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "");
  ASSERT_TRUE(MakeFileStore(Path())->Save("id-1").ok());
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "id-1");
  ASSERT_TRUE(MakeFileStore(Path())->Save("a longer id-2").ok());
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "a longer id-2");
  ASSERT_TRUE(MakeFileStore(Path())->Clear().ok());
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "");
  EXPECT_TRUE(MakeFileStore(Path())->Clear().ok());
}

TEST_F(FileStoreTest, OnlyItsOwnerMayReadItAndNothingElseStays) {
  ASSERT_TRUE(MakeFileStore(Path())->Save("id-1").ok());
  struct stat about {};
  ASSERT_EQ(stat(Path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(FileStoreTest, WhatASaveLeftHalfWayDoesNotCount) {
  ASSERT_TRUE(MakeFileStore(Path())->Save("id-1").ok());
  std::ofstream(Path() + ".next") << "id-";
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "id-1");
  ASSERT_TRUE(MakeFileStore(Path())->Save("id-2").ok());
  EXPECT_EQ(*MakeFileStore(Path())->Load(), "id-2");
}

TEST_F(FileStoreTest, AFileThatIsNoIdIsNotTakenForNone) {
  for (const std::string_view text : {std::string_view(""), std::string_view("\n"),
                                      std::string_view("a\nb\n"), std::string_view("a\0b", 3)}) {
    Write(text);
    EXPECT_EQ(MakeFileStore(Path())->Load().status().code(), Code::kCorrupt);
  }
  Write(std::string(5000, 'x'));
  EXPECT_EQ(MakeFileStore(Path())->Load().status().code(), Code::kCorrupt);
}

TEST_F(FileStoreTest, FilesThatCannotBeUsedAreNamed) {
  const auto store = MakeFileStore(folder_.File("no/folder"));
  EXPECT_NE(store->Save("id").text().find("no/folder"), std::string::npos);
  fs::create_directory(Path());
  EXPECT_FALSE(MakeFileStore(Path())->Load().ok());
  EXPECT_FALSE(MakeFileStore(Path())->Save("id").ok());
}

TEST(MemoryStoreTest, ItKeepsAndForgets) {
  const auto store = MakeMemoryStore("first");
  EXPECT_EQ(*store->Load(), "first");
  ASSERT_TRUE(store->Save("second").ok());
  EXPECT_EQ(*store->Load(), "second");
  ASSERT_TRUE(store->Clear().ok());
  EXPECT_EQ(*store->Load(), "");
}

TEST(ZkStoreTest, ItNeedsANode) {
  EXPECT_FALSE(MakeZkStore("h:1", std::chrono::milliseconds(1)).ok());
  EXPECT_FALSE(MakeZkStore("zk://h:1", std::chrono::milliseconds(1)).ok());
  const auto store = MakeZkStore("zk://user:s3cret@h:1", std::chrono::milliseconds(1));
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.status().text().find("s3cret"), std::string::npos) << store.status().text();
}

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    options_.master = "master:5050";
    options_.framework.name = "cf";
    options_.framework.user = "root";
    options_.id_store = MakeMemoryStore();
  }
  std::string Problem() {
    const auto client = SchedulerClient::Create(options_);
    EXPECT_EQ(client.status().code(), Code::kInvalidArgument);
    return client.status().text();
  }

  SchedulerOptions options_;
};

TEST_F(OptionsTest, WhatCannotBeRightIsNamed) {
  EXPECT_TRUE(SchedulerClient::Create(options_).ok());
  options_.id_store.reset();
  EXPECT_NE(Problem().find("id_store"), std::string::npos);
}

TEST_F(OptionsTest, TheMastersAddressIsLookedAt) {
  options_.master = "nowhere:port";
  EXPECT_NE(Problem().find("nowhere:port"), std::string::npos);
}

TEST_F(OptionsTest, ThePrincipalIsOne) {
  options_.http.principal = "cf";
  EXPECT_TRUE(SchedulerClient::Create(options_).ok());
  options_.framework.principal = "other";
  EXPECT_NE(Problem().find("\"other\""), std::string::npos);
}

TEST_F(OptionsTest, TimesAreLookedAt) {
  options_.times.kill_initial = std::chrono::milliseconds(0);
  EXPECT_NE(Problem().find("kill_initial"), std::string::npos);
  options_.times = {};
  options_.times.record_maximum = size_t{1} << 32;
  EXPECT_NE(Problem().find("record_maximum"), std::string::npos);
}

TEST_F(OptionsTest, NoCallWaitsForEver) {
  options_.http.call_timeout = std::chrono::milliseconds(0);
  EXPECT_EQ(Problem(), "http.call_timeout is 0 ms, expected at least 1 ms");
  options_.http = {};
  options_.http.connect_timeout = std::chrono::milliseconds(-1);
  EXPECT_EQ(Problem(), "http.connect_timeout is -1 ms, expected at least 1 ms");
}

TEST_F(OptionsTest, TasksOfAnEarlierLifeAreLookedAt) {
  options_.tasks = {{"a/b", "agent"}};
  EXPECT_NE(Problem().find("a/b"), std::string::npos);
}

TEST_F(OptionsTest, AClientThatWasNotStartedSaysSo) {
  auto client = SchedulerClient::Create(options_);
  ASSERT_TRUE(client.ok());
  EXPECT_EQ((*client)->state(), ClientState::kStopped);
  EXPECT_EQ((*client)->Teardown().code(), Code::kFailedPrecondition);
  (*client)->Stop();
  EXPECT_TRUE((*client)->WaitEvents(std::chrono::milliseconds(0)).empty());
}

}  // namespace
}  // namespace rostrum::mesos
