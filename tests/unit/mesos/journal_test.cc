// The journal's file: what a crash may leave of it, and what is damage.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/framework/journal.h"
#include "lib/record/frame.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::mesos {
namespace {

namespace fs = std::filesystem;

journal::Record Ended(const std::string& id) { return EndedRecord(id); }

// --- The bytes.

class JournalBytes : public testing::Test {
 protected:
  JournalBytes() {
    bytes_ = kJournalTitle;
    ends_.push_back(bytes_.size());
    Add(FrameworkRecord("framework-1"));
    Add(GenerationRecord(300));
    for (int number = 0; number < 20; ++number) Add(Ended(Format("task-{}", number)));
  }

  void Add(const journal::Record& record) {
    bytes_ += FrameOf(record);
    ends_.push_back(bytes_.size());
  }

  size_t records() const { return ends_.size() - 1; }

  // Where record `number` begins, or the last one ends.
  size_t Begin(size_t number) const { return ends_[number]; }

  // How many records end at `size` or before it.
  size_t RecordsUpTo(size_t size) const {
    size_t count = 0;
    while (count < records() && ends_[count + 1] <= size) ++count;
    return count;
  }

  static std::string Zeroed(std::string bytes, size_t begin, size_t end) {
    bytes.replace(begin, end - begin, end - begin, '\0');
    return bytes;
  }

  // That it is refused, and that all but `lost` records can be read.
  void ExpectDamaged(const std::string& bytes, size_t lost, const std::string& what) const {
    const JournalContent content = ReadJournal(bytes);
    EXPECT_NE(content.damage, "") << what;
    EXPECT_TRUE(content.is_journal) << what;
    EXPECT_EQ(content.records.size(), records() - lost) << what;
  }

  // That it is torn behind its first `left` records.
  void ExpectTorn(const std::string& bytes, size_t left, const std::string& what) const {
    const JournalContent content = ReadJournal(bytes);
    EXPECT_EQ(content.damage, "") << what;
    EXPECT_EQ(content.records.size(), left) << what;
    EXPECT_EQ(content.torn_at, Begin(left)) << what;
  }

  std::string bytes_;

 private:
  std::vector<size_t> ends_;
};

TEST_F(JournalBytes, AWholeOneIsReadToItsEnd) {
  const JournalContent content = ReadJournal(bytes_);
  EXPECT_EQ(content.damage, "");
  EXPECT_EQ(content.records.size(), records());
  EXPECT_EQ(content.torn_at, bytes_.size());
}

TEST_F(JournalBytes, CutOffAnywhereItIsTornThere) {
  for (size_t size = kJournalTitle.size(); size < bytes_.size(); ++size) {
    ExpectTorn(bytes_.substr(0, size), RecordsUpTo(size), Format("{} bytes", size));
  }
  for (size_t size = 0; size < kJournalTitle.size(); ++size) {
    const JournalContent content = ReadJournal(bytes_.substr(0, size));
    EXPECT_EQ(content.damage, "");
    EXPECT_EQ(content.torn_at, 0u);
  }
}

// What a file system leaves that had given it room and not written into it.
TEST_F(JournalBytes, WithZerosAtItsEndItIsTornWhereTheyBegin) {
  for (const size_t zeros : {1, 7, 8, 9, 4096, 200'000}) {
    ExpectTorn(bytes_ + std::string(zeros, '\0'), records(), Format("{} zeros", zeros));
  }
  for (size_t size = kJournalTitle.size(); size < bytes_.size(); ++size) {
    ExpectTorn(Zeroed(bytes_, size, bytes_.size()) + std::string(100, '\0'), RecordsUpTo(size),
               Format("zeros from {} on", size));
  }
}

TEST_F(JournalBytes, OneWrongBitAnywhereIsDamage) {
  for (size_t at = kJournalTitle.size(); at < bytes_.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = bytes_;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      ExpectDamaged(bytes, 1, Format("bit {} of byte {}", bit, at));
    }
  }
}

TEST_F(JournalBytes, AWrongBitOfTheTitleIsDamageToo) {
  std::string bytes = bytes_;
  bytes[3] ^= 1;
  ExpectDamaged(bytes, 0, "the title");
  EXPECT_NE(ReadJournal(bytes).damage.find("its title is damaged"), std::string::npos);
}

TEST_F(JournalBytes, ZerosInTheMiddleAreDamageHoweverManyRecordsTheyTake) {
  for (size_t first = 0; first + 1 < records(); ++first) {
    for (size_t end = first + 1; end < records(); ++end) {
      ExpectDamaged(Zeroed(bytes_, Begin(first), Begin(end)), end - first,
                    Format("records {} to {}", first, end));
    }
  }
}

TEST_F(JournalBytes, AWideHoleIsDamageToo) {
  std::string id(1000, 'x');
  for (int number = 0; number < 300; ++number) Add(Ended(id));
  ExpectDamaged(Zeroed(bytes_, Begin(30), Begin(230)), 200, "200 KB of zeros");
  std::string noise = bytes_;
  for (size_t at = Begin(30); at < Begin(230); ++at) {
    noise[at] = static_cast<char>(at * 2654435761u);
  }
  ExpectDamaged(noise, 200, "200 KB of noise");
}

TEST_F(JournalBytes, NeighboursThatAreDamagedAreDamage) {
  for (size_t first = 0; first + 2 < records(); ++first) {
    std::string bytes = bytes_;
    for (const size_t number : {first, first + 1}) bytes[Begin(number)] ^= 0x40;
    ExpectDamaged(bytes, 2, Format("records {} and the next", first));
  }
}

TEST_F(JournalBytes, TheLastOnesThatAreDamagedAreDamage) {
  std::string bytes = bytes_;
  for (const size_t number : {records() - 3, records() - 2, records() - 1}) {
    bytes[Begin(number) + record::kFrameHeaderBytes + 4] ^= 1;
  }
  ExpectDamaged(bytes, 3, "the last three");
}

TEST_F(JournalBytes, WhatIsNoRecordBehindItIsDamage) {
  ExpectDamaged(bytes_ + "this is no record of a journal at all", 0, "words");
  ExpectDamaged(bytes_ + std::string(9, '\xff'), 0, "ones");
  const std::string frame = FrameOf(Ended("torn"));
  ExpectDamaged(bytes_ + frame.substr(0, frame.size() - 1) + "xx", 0, "a torn one and more");
  ExpectDamaged(bytes_ + std::string(8, '\0') + "x", 0, "zeros and more");
}

TEST_F(JournalBytes, ATailThatIsThereTwiceIsReadOrIsDamage) {
  EXPECT_EQ(ReadJournal(bytes_ + bytes_.substr(Begin(15))).damage, "");
  const std::string shifted = bytes_ + bytes_.substr(Begin(15) + 3);
  EXPECT_NE(ReadJournal(shifted).damage, "");
}

TEST_F(JournalBytes, ARecordWithinATornOneIsDamage) {
  // As if the first page of what was written last had not come, and the second one had.
  ExpectDamaged(bytes_.substr(0, Begin(20)) + std::string(512, '\0') + bytes_.substr(Begin(20)), 0,
                "a hole");
}

TEST_F(JournalBytes, AnotherFileIsNoJournal) {
  for (const char* bytes : {"something else entirely", "rostrum mesos journal 2\n"}) {
    const JournalContent content = ReadJournal(bytes);
    EXPECT_FALSE(content.is_journal);
    EXPECT_NE(content.damage.find("\"rostrum mesos journal 1\""), std::string::npos);
  }
}

TEST_F(JournalBytes, ZerosAloneMayHaveBeenAJournal) {
  const JournalContent content = ReadJournal(std::string(5000, '\0'));
  EXPECT_TRUE(content.is_journal);
  EXPECT_NE(content.damage, "");
}

// Bytes that look like the begin of a record at every place, each of which would be summed up.
TEST_F(JournalBytes, AFileThatWasMadeToDoHarmTakesNoLongerThanAnother) {
  std::string bytes = bytes_;
  constexpr size_t kSize = 3 << 20;
  const uint32_t length = kSize / 2;
  while (bytes.size() < kSize) {
    // A length, and nine bytes behind it a tag with a number that goes with it.
    std::string frame(record::kFrameHeaderBytes, 'x');
    for (size_t byte = 0; byte < 4; ++byte) {
      frame[byte] = static_cast<char>(length >> (8 * byte));
    }
    const uint32_t inner = length - 4;
    frame += '\x22';
    for (const int shift : {0, 7, 14}) {
      const bool is_last = shift == 14;
      frame += static_cast<char>((inner >> shift & 0x7f) | (is_last ? 0 : 0x80));
    }
    bytes += frame;
  }
  const JournalContent content = ReadJournal(bytes);
  EXPECT_NE(content.damage, "");
  EXPECT_EQ(content.records.size(), records());
}

// --- The file.

class JournalTest : public testing::Test {
 protected:
  OpenedJournal Open() {
    auto opened = OpenJournal(path);
    EXPECT_TRUE(opened.ok()) << opened.status().text();
    return opened.ok() ? std::move(*opened) : OpenedJournal();
  }
  std::vector<std::string> Read() {
    std::vector<std::string> ids;
    for (const journal::Record& record : Open().content.records) ids.push_back(record.ended());
    return ids;
  }
  void Write(const std::vector<std::string>& ids) {
    const OpenedJournal opened = Open();
    if (opened.content.torn_at == 0) {
      ASSERT_TRUE(opened.journal->Rewrite({}).ok());
    }
    for (const std::string& id : ids) opened.journal->Append(Ended(id));
    ASSERT_TRUE(opened.journal->Sync().ok());
  }
  std::string Bytes() {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void SetBytes(const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  unsigned Mode() {
    struct stat about {};
    EXPECT_EQ(stat(path.c_str(), &about), 0);
    return about.st_mode & 0777;
  }

  const TemporaryFolder folder;
  std::string path = folder.File("journal");
};

TEST_F(JournalTest, KeepsWhatWasSynced) {
  Write({"a", "b"});
  Write({"c"});
  EXPECT_EQ(Read(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(JournalTest, NothingIsChangedOrAddedBeforeATornFileIsWrittenAnew) {
  Write({"a", "bbbbbbbbbb"});
  const std::string torn = Bytes().substr(0, Bytes().size() - 1);
  SetBytes(torn);
  {
    const OpenedJournal opened = Open();
    EXPECT_EQ(opened.torn_end, torn.substr(opened.content.torn_at));
    opened.journal->Append(Ended("c"));
    EXPECT_EQ(opened.journal->Sync().code(), Code::kFailedPrecondition);
    EXPECT_EQ(Bytes(), torn);
    ASSERT_TRUE(opened.journal->Rewrite(opened.content.records).ok());
    opened.journal->Append(Ended("c"));
    ASSERT_TRUE(opened.journal->Sync().ok());
  }
  EXPECT_EQ(Read(), (std::vector<std::string>{"a", "c"}));
}

// The caller writes anew what is alive, with all that was to be added.
TEST_F(JournalTest, WhatWasToBeAddedIsNotAddedBehindARewrite) {
  Write({"a"});
  {
    const OpenedJournal opened = Open();
    opened.journal->Append(Ended("b"));
    ASSERT_TRUE(opened.journal->Rewrite({Ended("a"), Ended("b")}).ok());
    ASSERT_TRUE(opened.journal->Sync().ok());
  }
  EXPECT_EQ(Read(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(JournalTest, AnotherFileStaysAsItIs) {
  SetBytes("something else entirely");
  EXPECT_FALSE(Open().content.is_journal);
  EXPECT_EQ(Bytes(), "something else entirely");
}

TEST_F(JournalTest, OnlyItsOwnerMayReadItAlsoIfItWasOpenToAll) {
  Open();
  EXPECT_EQ(Mode(), 0600u) << "before anything is in it";
  Write({"a"});
  EXPECT_EQ(Mode(), 0600u);
  fs::permissions(path, fs::perms(0644));
  std::ofstream(path + ".next") << "left by a crash of an earlier version";
  fs::permissions(path + ".next", fs::perms(0644));
  EXPECT_EQ(Read(), std::vector<std::string>{"a"});
  EXPECT_EQ(Mode(), 0644u) << "it may be a file that is none of ours";
  ASSERT_TRUE(Open().journal->Rewrite({Ended("b")}).ok());
  EXPECT_EQ(Mode(), 0600u);
  EXPECT_EQ(Read(), std::vector<std::string>{"b"});
  EXPECT_EQ(Open().content.damage, "") << "of what was left nothing is there";
}

TEST_F(JournalTest, WhatIsNoRegularFileIsNamed) {
  fs::create_directory(path);
  EXPECT_NE(OpenJournal(path).status().text().find(path), std::string::npos);
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(OpenJournal(path).status().code(), Code::kFailedPrecondition);
}

TEST_F(JournalTest, BehindASymbolicLinkTheFileIsReplacedAndNotTheLink) {
  const std::string link = folder.File("link");
  fs::create_symlink(path, link);
  {
    auto opened = OpenJournal(link);
    ASSERT_TRUE(opened.ok());
    ASSERT_TRUE(opened->journal->Rewrite({Ended("a")}).ok());
  }
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(Read(), std::vector<std::string>{"a"});
}

TEST_F(JournalTest, OneProcessAtATimeAlsoAfterARewrite) {
  {
    const OpenedJournal first = Open();
    EXPECT_EQ(OpenJournal(path).status().code(), Code::kFailedPrecondition);
    ASSERT_TRUE(first.journal->Rewrite({Ended("x")}).ok());
    EXPECT_EQ(OpenJournal(path).status().code(), Code::kFailedPrecondition);
    first.journal->Append(Ended("y"));
    ASSERT_TRUE(first.journal->Sync().ok());
  }
  EXPECT_EQ(Read(), (std::vector<std::string>{"x", "y"}));
}

}  // namespace
}  // namespace rostrum::mesos
