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
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "");
  ASSERT_TRUE(MakeFileStore(Path())->Save({"id-1", 0}).ok());
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "id-1");
  ASSERT_TRUE(MakeFileStore(Path())->Save({"a longer id-2", 0}).ok());
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "a longer id-2");
  ASSERT_TRUE(MakeFileStore(Path())->Clear().ok());
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "");
  EXPECT_TRUE(MakeFileStore(Path())->Clear().ok());
}

TEST_F(FileStoreTest, OnlyItsOwnerMayReadItAndNothingElseStays) {
  ASSERT_TRUE(MakeFileStore(Path())->Save({"id-1", 0}).ok());
  struct stat about {};
  ASSERT_EQ(stat(Path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()), 1);
}

TEST_F(FileStoreTest, WhatASaveLeftHalfWayDoesNotCount) {
  ASSERT_TRUE(MakeFileStore(Path())->Save({"id-1", 0}).ok());
  std::ofstream(Path() + ".next") << "id-";
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "id-1");
  ASSERT_TRUE(MakeFileStore(Path())->Save({"id-2", 0}).ok());
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "id-2");
}

TEST_F(FileStoreTest, TheStartThatKeptItIsThereToo) {
  Write("id-1\n");
  EXPECT_EQ(*MakeFileStore(Path())->Load(), (StoredId{"id-1", 0})) << "as 0.1 wrote it";
  for (const uint64_t generation : {uint64_t{1}, uint64_t{12}, UINT64_MAX}) {
    ASSERT_TRUE(MakeFileStore(Path())->Save({"id-1", generation}).ok());
    EXPECT_EQ(*MakeFileStore(Path())->Load(), (StoredId{"id-1", generation}));
  }
}

TEST_F(FileStoreTest, WhatIsSetAsideIsKeptBesideWhatWasSetAsideBefore) {
  EXPECT_EQ(*MakeFileStore(Path())->SetAside(), "");
  for (const std::string& text : {std::string("id-1\n"), std::string("\xff no id")}) {
    Write(text);
    const auto kept = MakeFileStore(Path())->SetAside();
    ASSERT_TRUE(kept.ok()) << kept.status().text();
    EXPECT_EQ(*kept, Path() + (text == "id-1\n" ? ".left" : ".left.2"));
    std::ifstream file(*kept, std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
    EXPECT_EQ(MakeFileStore(Path())->Load()->id, "");
  }
}

TEST_F(FileStoreTest, BehindASymbolicLinkTheFileIsReplacedAndNotTheLink) {
  Write("id-1\n");
  fs::create_symlink(Path(), folder_.File("link"));
  ASSERT_TRUE(MakeFileStore(folder_.File("link"))->Save({"id-2", 3}).ok());
  EXPECT_TRUE(fs::is_symlink(folder_.File("link")));
  EXPECT_EQ(MakeFileStore(Path())->Load()->id, "id-2");
}

TEST_F(FileStoreTest, AFileThatIsNoIdIsNotTakenForNone) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("\n"), std::string_view("a\nb\n"),
        std::string_view("a\0b", 3), std::string_view("a\ngeneration \n"),
        std::string_view("a\ngeneration -1\n"), std::string_view("a\ngeneration 1\nb\n"),
        std::string_view("a\r\n"), std::string_view("a\xff\n"), std::string_view("\xc3")}) {
    Write(text);
    const Status status = MakeFileStore(Path())->Load().status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << text;
    EXPECT_EQ(status.text().find(Path()), 0u) << status.text();
    EXPECT_EQ(status.text().find_first_of("\n\xff"), std::string::npos) << status.text();
  }
  Write(std::string(5000, 'x'));
  EXPECT_EQ(MakeFileStore(Path())->Load().status().code(), Code::kCorrupt);
}

TEST_F(FileStoreTest, FilesThatCannotBeUsedAreNamed) {
  const auto store = MakeFileStore(folder_.File("no/folder"));
  EXPECT_NE(store->Save({"id", 0}).text().find("no/folder"), std::string::npos);
  fs::create_directory(Path());
  EXPECT_FALSE(MakeFileStore(Path())->Load().ok());
  EXPECT_FALSE(MakeFileStore(Path())->Save({"id", 0}).ok());
}

TEST(MemoryStoreTest, ItKeepsAndForgets) {
  const auto store = MakeMemoryStore("first");
  EXPECT_EQ(store->Load()->id, "first");
  ASSERT_TRUE(store->Save({"second", 0}).ok());
  EXPECT_EQ(store->Load()->id, "second");
  ASSERT_TRUE(store->Clear().ok());
  EXPECT_EQ(store->Load()->id, "");
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
