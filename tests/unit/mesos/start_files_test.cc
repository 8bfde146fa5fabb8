// Journal and id at the start: which of them go together, and what becomes of those that do not.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/start_files.h"
#include "rostrum/strategy.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::mesos {
namespace {

namespace fs = std::filesystem;

constexpr const char* kId = "framework-1";

journal::Record Launched(const std::string& task_id) {
  journal::Record record;
  record.mutable_launched()->set_task_id(task_id);
  return record;
}

std::vector<std::string> TasksIn(const std::vector<journal::Record>& records) {
  std::vector<std::string> ids;
  for (const journal::Record& record : records) {
    if (record.has_launched()) ids.push_back(record.launched().task_id());
  }
  return ids;
}

class StartFilesTest : public testing::Test {
 protected:
  StartFilesTest() {
    options.journal_path = folder.File("id.journal");
    options.scheduler.id_store = MakeFileStore(IdPath());
  }

  std::string IdPath() const { return folder.File("id"); }

  // A start; and as if the process had been killed then.
  StartFiles Read() {
    auto files = ReadStartFiles(options);
    EXPECT_TRUE(files.ok()) << files.status().text();
    return files.ok() ? std::move(*files) : StartFiles();
  }
  Beginning Start() { return Read().beginning; }
  std::string Refusal() {
    const std::string journal = Bytes();
    const StoredId stored = Stored();
    const auto files = ReadStartFiles(options);
    EXPECT_EQ(files.status().code(), Code::kCorrupt) << files.status().text();
    EXPECT_EQ(Bytes(), journal);
    EXPECT_EQ(Stored(), stored);
    return files.status().text();
  }

  // A framework that is subscribed and has launched tasks, and is killed then.
  void Live(const std::vector<std::string>& tasks) {
    const StartFiles files = Read();
    ASSERT_TRUE(
        options.scheduler.id_store->Save(StoredId{kId, files.beginning.generation}).ok());
    files.journal->Append(FrameworkRecord(kId));
    for (const std::string& task : tasks) files.journal->Append(Launched(task));
    ASSERT_TRUE(files.journal->Sync().ok());
  }

  StoredId Stored() {
    const auto stored = options.scheduler.id_store->Load();
    return stored.ok() ? *stored : StoredId();
  }
  std::string Bytes(const std::string& name = "id.journal") {
    std::ifstream file(folder.File(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void SetBytes(const std::string& bytes) {
    std::ofstream(options.journal_path, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::vector<std::string> Names() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  const TemporaryFolder folder;
  FrameworkOptions options;
};

TEST_F(StartFilesTest, EachStartIsCountedInBoth) {
  Beginning first = Start();
  EXPECT_EQ(first.generation, 1u);
  EXPECT_FALSE(first.has_past);
  Live({"a"});
  const uint64_t before = Stored().generation;
  const Beginning next = Start();
  EXPECT_GT(next.generation, before);
  EXPECT_EQ(Stored(), (StoredId{kId, next.generation}));
  EXPECT_EQ(TasksIn(next.records), std::vector<std::string>{"a"});
  EXPECT_TRUE(next.has_past);
  EXPECT_FALSE(next.has_lost_some);
  EXPECT_TRUE(next.problems.empty());
  EXPECT_EQ(Names(), (std::vector<std::string>{"id", "id.journal"}));
}

// Wherever it is killed while both are written, it starts again.
TEST_F(StartFilesTest, ACrashBetweenTheTwoLocksNobodyOut) {
  Live({"a"});
  const StoredId before = Stored();
  Start();
  ASSERT_TRUE(options.scheduler.id_store->Save(before).ok());
  EXPECT_EQ(TasksIn(Start().records), std::vector<std::string>{"a"});
}

TEST_F(StartFilesTest, ACrashBeforeTheJournalHasTheFirstIdLocksNobodyOut) {
  {
    const StartFiles files = Read();
    ASSERT_TRUE(
        options.scheduler.id_store->Save(StoredId{kId, files.beginning.generation}).ok());
  }
  EXPECT_GT(Start().generation, 1u);
}

TEST_F(StartFilesTest, ThoseOfVersion01AreTakenOnceAndWrittenAnew) {
  std::string old(kJournalTitle);
  for (const journal::Record& record : {FrameworkRecord(kId), Launched("a")}) {
    old += FrameOf(record);
  }
  SetBytes(old);
  fs::permissions(options.journal_path, fs::perms(0644));
  std::ofstream(IdPath()) << kId << "\n";
  const Beginning begin = Start();
  EXPECT_EQ(TasksIn(begin.records), std::vector<std::string>{"a"});
  EXPECT_FALSE(begin.has_lost_some);
  EXPECT_EQ(Stored(), (StoredId{kId, 1}));
  EXPECT_EQ(fs::status(options.journal_path).permissions(), fs::perms(0600));
  Start();
  SetBytes(old);
  EXPECT_NE(Refusal().find("an older copy"), std::string::npos);
}

TEST_F(StartFilesTest, AnOlderCopyIsRefused) {
  Live({"a"});
  const std::string copy = Bytes();
  Live({"b"});
  SetBytes(copy);
  const std::string text = Refusal();
  EXPECT_NE(text.find("it is of start 1 of framework framework-1, expected start 2 or a later one"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("adopt_running"), std::string::npos) << text;
  EXPECT_NE(text.find(options.journal_path + ".refused"), std::string::npos) << text;
}

TEST_F(StartFilesTest, AnIdOfAnEarlierCopyDoesNoHarm) {
  Live({"a"});
  const StoredId copy = Stored();
  Live({"b"});
  ASSERT_TRUE(options.scheduler.id_store->Save(copy).ok());
  const Beginning begin = Start();
  EXPECT_EQ(TasksIn(begin.records), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(begin.generation, 3u) << "later than both";
}

TEST_F(StartFilesTest, AJournalThatIsLostOrEmptyIsRefusedBesideAnId) {
  Live({"a"});
  fs::remove(options.journal_path);
  EXPECT_NE(Refusal().find("there is no such file"), std::string::npos);
  EXPECT_FALSE(fs::exists(options.journal_path));
  for (const std::string& bytes :
       {std::string(), std::string("rostrum"), std::string(kJournalTitle)}) {
    SetBytes(bytes);
    EXPECT_NE(Refusal().find("it is empty"), std::string::npos) << bytes;
  }
}

TEST_F(StartFilesTest, ACutBeforeThePlaceOfItsGenerationIsSeen) {
  Live({"a"});
  Live({"b"});
  const std::string bytes = Bytes();
  const size_t title_and_owner = kJournalTitle.size() + FrameOf(FrameworkRecord(kId)).size() +
                                 FrameOf(GenerationRecord(2)).size();
  for (size_t size = 0; size < title_and_owner; ++size) {
    SetBytes(bytes.substr(0, size));
    EXPECT_FALSE(ReadStartFiles(options).ok()) << size;
  }
}

TEST_F(StartFilesTest, AnotherFrameworksJournalIsRefused) {
  Live({"a"});
  ASSERT_TRUE(options.scheduler.id_store->Save(StoredId{"framework-2", 1}).ok());
  EXPECT_NE(Refusal().find("it is the journal of framework framework-1, expected that of "
                           "framework-2"),
            std::string::npos);
  options.settings.adopt_running = true;
  EXPECT_TRUE(Start().salvaged.empty()) << "its tasks are not ours";
  EXPECT_EQ(Stored().id, "framework-2");
}

TEST_F(StartFilesTest, DamageIsRefusedAndNamed) {
  Live({"a", "b", "c"});
  std::string bytes = Bytes();
  bytes[bytes.size() - 20] ^= 1;
  SetBytes(bytes);
  const std::string text = Refusal();
  EXPECT_NE(text.find(options.journal_path + ": the record at byte "), std::string::npos) << text;
  EXPECT_NE(text.find("is damaged, and others follow it"), std::string::npos) << text;
}

TEST_F(StartFilesTest, ATornEndIsCutOffAndKept) {
  Live({"a", "b"});
  const std::string torn = Bytes().substr(0, Bytes().size() - 3);
  const size_t whole = torn.size() - (FrameOf(Launched("b")).size() - 3);
  for (int time = 1; time <= 2; ++time) {
    SetBytes(torn);
    ASSERT_TRUE(options.scheduler.id_store->Save(StoredId{kId, 1}).ok());
    const Beginning begin = Start();
    EXPECT_EQ(TasksIn(begin.records), std::vector<std::string>{"a"});
    EXPECT_TRUE(begin.has_lost_some);
    const std::string kept = time == 1 ? "id.journal.cut" : "id.journal.cut.2";
    ASSERT_EQ(begin.problems.size(), 1u);
    EXPECT_NE(begin.problems[0].find(kept), std::string::npos) << begin.problems[0];
    EXPECT_EQ(Bytes(kept), torn.substr(whole));
    EXPECT_EQ(fs::status(folder.File(kept)).permissions(), fs::perms(0600));
  }
  EXPECT_TRUE(Start().problems.empty());
}

TEST_F(StartFilesTest, ALostIdIsTakenFromTheJournal) {
  Live({"a"});
  fs::remove(IdPath());
  const Beginning begin = Start();
  EXPECT_EQ(Stored().id, kId);
  EXPECT_EQ(TasksIn(begin.records), std::vector<std::string>{"a"});
  ASSERT_EQ(begin.problems.size(), 1u);
  EXPECT_NE(begin.problems[0].find("framework-1 is taken from"), std::string::npos);
}

// --- adopt_running.

TEST_F(StartFilesTest, WithAdoptRunningWhatIsRefusedIsPutAsideAndWhatItKnowsIsSalvaged) {
  Live({"a", "b", "c"});
  std::string bytes = Bytes();
  bytes[bytes.size() - FrameOf(Launched("c")).size() - 1] ^= 1;
  SetBytes(bytes);
  options.settings.adopt_running = true;
  const Beginning begin = Start();
  EXPECT_TRUE(TasksIn(begin.records).empty());
  EXPECT_EQ(TasksIn(begin.salvaged), (std::vector<std::string>{"a", "c"}));
  EXPECT_TRUE(begin.has_lost_some);
  EXPECT_TRUE(begin.has_past);
  EXPECT_EQ(Bytes("id.journal.refused"), bytes);
  ASSERT_EQ(begin.problems.size(), 1u);
  EXPECT_NE(begin.problems[0].find("id.journal.refused"), std::string::npos) << begin.problems[0];
  options.settings.adopt_running = false;
  EXPECT_FALSE(Start().has_lost_some) << "the new journal is the framework's";
  EXPECT_EQ(Stored().id, kId);
}

TEST_F(StartFilesTest, WithAdoptRunningALostAndAnOlderJournalAreNoReasonNotToStart) {
  Live({"a"});
  const std::string copy = Bytes();
  Live({"b"});
  options.settings.adopt_running = true;
  fs::remove(options.journal_path);
  EXPECT_TRUE(Start().has_lost_some);
  SetBytes(copy);
  const Beginning begin = Start();
  EXPECT_TRUE(begin.has_lost_some);
  EXPECT_EQ(TasksIn(begin.salvaged), std::vector<std::string>{"a"});
  // With a journal that is as it should be there is nothing to adopt.
  const Beginning next = Start();
  EXPECT_FALSE(next.has_lost_some);
  EXPECT_GT(next.generation, begin.generation);
}

TEST_F(StartFilesTest, WhatIsRefusedIsKeptAlsoIfNoRecordOfItCanBeRead) {
  Live({"a"});
  const std::string bytes = std::string(kJournalTitle) + "no record of a journal";
  SetBytes(bytes);
  options.settings.adopt_running = true;
  EXPECT_TRUE(Start().salvaged.empty());
  EXPECT_EQ(Bytes("id.journal.refused"), bytes);
}

TEST_F(StartFilesTest, WhatIsNoJournalAtAllIsNeverPutAside) {
  Live({"a"});
  SetBytes("somebody else's file");
  options.settings.adopt_running = true;
  EXPECT_NE(Refusal().find("name another file"), std::string::npos);
  options.settings.adopt_running = false;
  options.settings.new_framework = true;
  EXPECT_NE(Refusal().find("name another file"), std::string::npos);
}

// --- new_framework.

TEST_F(StartFilesTest, ANewFrameworkSaysWhatItLeavesBehindAndKeepsIt) {
  Live({"a", "b", "ended"});
  {
    const StartFiles files = Read();
    files.journal->Append(EndedRecord("ended"));
    ASSERT_TRUE(files.journal->Sync().ok());
  }
  const std::string journal = Bytes();
  const std::string id = Bytes("id");
  fs::permissions(options.journal_path, fs::perms(0644));
  options.settings.new_framework = true;
  const Beginning begin = Start();
  EXPECT_EQ(fs::status(folder.File("id.journal.left")).permissions(), fs::perms(0600));
  EXPECT_TRUE(TasksIn(begin.records).empty());
  EXPECT_TRUE(begin.salvaged.empty());
  EXPECT_FALSE(begin.has_past);
  EXPECT_EQ(Stored().id, "");
  EXPECT_EQ(Bytes("id.journal.left"), journal);
  EXPECT_EQ(Bytes("id.left"), id);
  ASSERT_EQ(begin.problems.size(), 2u);
  EXPECT_NE(begin.problems[0].find("id.journal.left"), std::string::npos);
  EXPECT_NE(begin.problems[1].find("framework framework-1 is left behind"), std::string::npos);
  EXPECT_NE(begin.problems[1].find("with 2 tasks: a, b"), std::string::npos) << begin.problems[1];
}

TEST_F(StartFilesTest, ANewFrameworkBeginsWhateverItsFilesAre) {
  Live({"a", "b"});
  std::string bytes = Bytes();
  bytes[kJournalTitle.size() + 9] ^= 1;
  options.settings.new_framework = true;
  SetBytes(bytes);
  std::ofstream(IdPath(), std::ios::binary) << "\xff\xfe no id";
  const Beginning begin = Start();
  EXPECT_EQ(Bytes("id.left"), "\xff\xfe no id");
  ASSERT_EQ(begin.problems.size(), 2u);
  EXPECT_NE(begin.problems[1].find("with 2 tasks: a, b"), std::string::npos);
  // And with nothing to leave behind it is as every first start.
  const Beginning again = Start();
  EXPECT_EQ(TasksIn(again.records), std::vector<std::string>());
}

// --- Framework::Create.

TEST_F(StartFilesTest, OptionsThatCannotBeRightLeaveTheFilesAsTheyAre) {
  Live({"a"});
  const std::string journal = Bytes();
  const std::string id = Bytes("id");
  options.scheduler.framework.name = "test";
  options.scheduler.framework.user = "root";
  options.strategy = MakeStrategy("binpack");
  options.settings.new_framework = true;
  options.scheduler.master = "nowhere:port";
  EXPECT_EQ(Framework::Create(options).status().code(), Code::kInvalidArgument);
  options.scheduler.master = "127.0.0.1:1";
  options.settings.adopt_running = true;
  EXPECT_EQ(Framework::Create(options).status().code(), Code::kInvalidArgument);
  options.settings = {};
  options.scheduler.id_store.reset();
  EXPECT_EQ(Framework::Create(options).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Bytes(), journal);
  EXPECT_EQ(Bytes("id"), id);
  EXPECT_EQ(Names(), (std::vector<std::string>{"id", "id.journal"}));
}

TEST_F(StartFilesTest, AFrameworkWhoseIdIsNoneDoesNotStart) {
  std::ofstream(IdPath(), std::ios::binary) << "\xff";
  options.scheduler.master = "127.0.0.1:1";
  options.scheduler.framework.name = "test";
  options.scheduler.framework.user = "root";
  options.strategy = MakeStrategy("binpack");
  auto framework = Framework::Create(options);
  ASSERT_TRUE(framework.ok()) << framework.status().text();
  EXPECT_EQ((*framework)->Start().code(), Code::kCorrupt);
}

// --- Stores that do not work.

// One that the test may make fail.
class WeakStore : public FrameworkIdStore {
 public:
  Expected<StoredId> Load() override {
    if (!load.ok()) return load;
    return stored;
  }
  Status Save(const StoredId& given) override {
    if (save.ok()) stored = given;
    return save;
  }
  Status Clear() override { return {}; }
  Expected<std::string> SetAside() override { return std::string(); }

  StoredId stored;
  Status load;
  Status save;
};

TEST_F(StartFilesTest, AnIdThatCannotBeReadIsToldAtTheStartAndChangesNothing) {
  Live({"a"});
  const std::string journal = Bytes();
  auto store = std::make_shared<WeakStore>();
  store->load = Unavailable("no server answers");
  options.scheduler.id_store = store;
  EXPECT_EQ(Read().id_status.text(), "no server answers");
  EXPECT_EQ(Bytes(), journal);
}

TEST_F(StartFilesTest, AStartThatTheStoreCannotCountIsToldAndLocksNobodyOut) {
  Live({"a"});
  auto store = std::make_shared<WeakStore>();
  store->stored = Stored();
  store->save = Unavailable("the disk is full");
  options.scheduler.id_store = store;
  for (int time = 0; time < 3; ++time) {
    const Beginning begin = Start();
    EXPECT_EQ(TasksIn(begin.records), std::vector<std::string>{"a"});
    EXPECT_EQ(begin.problems.size(), 1u);
  }
}

// Else the id would be ahead of the journal, which would be taken for an older copy.
TEST_F(StartFilesTest, AStartThatTheJournalCannotCountIsNotCountedWithTheIdEither) {
  Live({"a"});
  const StoredId before = Stored();
  fs::create_directory(options.journal_path + ".next");
  const Beginning begin = Start();
  EXPECT_FALSE(begin.is_kept);
  EXPECT_EQ(TasksIn(begin.records), std::vector<std::string>{"a"});
  EXPECT_EQ(begin.problems.size(), 1u);
  EXPECT_EQ(Stored(), before);
  fs::remove(options.journal_path + ".next");
  EXPECT_TRUE(Start().is_kept);
}

// Without one of the two nobody could find its tasks again.
TEST_F(StartFilesTest, AnIdThatIsTakenFromTheJournalIsKeptInBothOrNothingStarts) {
  Live({"a"});
  auto store = std::make_shared<WeakStore>();
  store->save = Unavailable("the disk is full");
  options.scheduler.id_store = store;
  EXPECT_EQ(ReadStartFiles(options).status().text(), "the disk is full");
  store->save = Status();
  fs::create_directory(options.journal_path + ".next");
  EXPECT_FALSE(ReadStartFiles(options).ok());
  EXPECT_EQ(store->stored.id, "");
  fs::remove(options.journal_path + ".next");
  EXPECT_TRUE(ReadStartFiles(options).ok());
  EXPECT_EQ(store->stored.id, kId);
}

TEST_F(StartFilesTest, WithoutAJournalTasksOfAnEarlierLifeMayBeFound) {
  options.journal_path.clear();
  EXPECT_FALSE(Start().has_past);
  ASSERT_TRUE(options.scheduler.id_store->Save(StoredId{kId, 0}).ok());
  const Beginning begin = Start();
  EXPECT_TRUE(begin.has_past);
  EXPECT_TRUE(begin.has_lost_some);
  EXPECT_EQ(begin.generation, 0u);
}

}  // namespace
}  // namespace rostrum::mesos
