#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "lib/record/frame.h"
#include "lib/record/recording.h"
#include "tests/unit/record/random_round.h"

namespace rostrum::record {
namespace {

// A round that can be told from others by its time.
std::shared_ptr<const Round> RoundAt(int64_t now_ms, size_t filling = 0) {
  RoundInput input;
  Cell cell;
  cell.id = "cell";
  cell.zone = std::string(filling, 'x');
  input.snapshot = *Snapshot::FromCells(std::span(&cell, 1));
  input.now_ms = now_ms;
  return *RunRound(std::move(input), *MakeStrategy("diego"));
}

// All instances are placed, so that there is a score for each.
std::shared_ptr<const Round> LargeRound(size_t cell_count, int32_t instances) {
  RoundInput input;
  std::vector<Cell> cells(cell_count);
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i].id = "cell-" + std::to_string(i);
    cells[i].total = {WholeAmount(1'000'000), WholeAmount(1'000'000), 0, 1000, {}};
    cells[i].available = cells[i].total;
    cells[i].signature.rootfs_providers = {{"docker", RootfsProvider::Type::kArbitrary, {}}};
  }
  input.snapshot = *Snapshot::FromCells(cells);
  auto work = std::make_shared<Work>();
  work->guid = "process";
  work->constraint.rootfs = "docker:///image";
  work->asked.memory = WholeAmount(64);
  for (int32_t i = 0; i < instances; ++i) input.auctions.push_back({work, i});
  auto round = *RunRound(std::move(input), *MakeStrategy("diego"));
  EXPECT_EQ(round->refused_count(), 0u);
  return round;
}

// The times of the rounds in a file; none if there is no file.
std::vector<int64_t> TimesIn(const std::string& path) {
  std::vector<int64_t> times;
  auto reader = RoundReader::Open(path);
  if (!reader.ok()) {
    EXPECT_EQ(reader.status().code(), Code::kNotFound) << reader.status().text();
    return times;
  }
  for (;;) {
    const auto round = (*reader)->Next();
    EXPECT_TRUE(round.ok()) << round.status().text();
    if (!round.ok() || !round->has_value()) return times;
    times.push_back((*round)->input.now_ms);
  }
}

size_t SizeOf(const std::string& path) { return ReadAll(path).size(); }

class RoundRecorderTest : public testing::Test {
 protected:
  std::unique_ptr<RoundRecorder> Open(uint64_t max_bytes = 0) {
    auto recorder = RoundRecorder::Open(path_, {.max_bytes = max_bytes});
    EXPECT_TRUE(recorder.ok()) << recorder.status().text();
    return std::move(*recorder);
  }
  Status OpenError(uint64_t max_bytes = 0) {
    return RoundRecorder::Open(path_, {.max_bytes = max_bytes}).status();
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("rounds.rec");
  const std::string previous_ = path_ + ".1";
};

TEST_F(RoundRecorderTest, IsReadableAfterEveryRound) {
  auto recorder = Open();
  EXPECT_EQ(TimesIn(path_), std::vector<int64_t>());
  std::vector<int64_t> expected;
  for (int64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(recorder->Append(*RoundAt(i), "diego").ok());
    expected.push_back(i);
    EXPECT_EQ(TimesIn(path_), expected);
  }
  EXPECT_TRUE(recorder->Close().ok());
  EXPECT_TRUE(recorder->Close().ok());
  EXPECT_EQ(recorder->Append(*RoundAt(9), "diego").code(), Code::kFailedPrecondition);
  EXPECT_EQ(TimesIn(path_), expected);
}

TEST_F(RoundRecorderTest, GoesOnWithWhatIsThere) {
  ASSERT_TRUE(Open()->Append(*RoundAt(1), "diego").ok());
  ASSERT_TRUE(Open()->Append(*RoundAt(2), "diego").ok());
  EXPECT_EQ(TimesIn(path_), (std::vector<int64_t>{1, 2}));
}

TEST_F(RoundRecorderTest, CutsOffWhatADeadProcessLeft) {
  ASSERT_TRUE(Open()->Append(*RoundAt(1), "diego").ok());
  const std::string one = ReadAll(path_);
  ASSERT_TRUE(Open()->Append(*RoundAt(2), "diego").ok());
  const std::string two = ReadAll(path_);
  for (size_t size = 0; size <= two.size(); ++size) {
    if (size == 1) size = kFileHeaderBytes;
    WriteAll(path_, std::string_view(two).substr(0, size));
    ASSERT_TRUE(Open()->Append(*RoundAt(3), "diego").ok());
    std::vector<int64_t> expected;
    if (size >= one.size()) expected.push_back(1);
    if (size >= two.size()) expected.push_back(2);
    expected.push_back(3);
    ASSERT_EQ(TimesIn(path_), expected) << size;
  }
}

// Whether the recorder refuses to go on with these bytes, names their first damaged record, which
// begins at `begin`, and leaves them as they are.
void ExpectLeftAlone(const std::string& path, std::string_view bytes, size_t begin) {
  WriteAll(path, bytes);
  const Status status = RoundRecorder::Open(path, {}).status();
  EXPECT_EQ(status.code(), Code::kFailedPrecondition) << status.text();
  EXPECT_TRUE(status.text().starts_with(path + ", byte " + std::to_string(begin) + ": "))
      << status.text();
  EXPECT_TRUE(status.text().ends_with("; it is left unchanged, choose another path"))
      << status.text();
  EXPECT_EQ(ReadAll(path), bytes);
}

TEST_F(RoundRecorderTest, LeavesTheBeginOfAHeaderAlone) {
  const std::string header = MakeFileHeader();
  for (size_t size = 1; size < header.size(); ++size) {
    ExpectLeftAlone(path_, std::string_view(header).substr(0, size), size);
  }
}

// Cutting at the damage would throw away every round behind it.
TEST_F(RoundRecorderTest, AFlippedBitCostsNoRound) {
  std::vector<size_t> ends = {kFileHeaderBytes};
  for (int64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(Open()->Append(*RoundAt(i), "diego").ok());
    ends.push_back(SizeOf(path_));
  }
  const std::string whole = ReadAll(path_);
  for (size_t round = 0; round + 1 < ends.size(); ++round) {
    for (size_t at = ends[round]; at < ends[round + 1]; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        SCOPED_TRACE(testing::Message() << "bit " << bit << " of byte " << at);
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
        ExpectLeftAlone(path_, damaged, ends[round]);
        if (HasFailure()) return;
      }
    }
  }
}

// Of two faults the interrupted write must not hide the damage.
TEST_F(RoundRecorderTest, ADamagedLengthBeforeAnInterruptedWriteCostsNoRound) {
  for (int64_t i = 1; i <= 4; ++i) ASSERT_TRUE(Open()->Append(*RoundAt(i), "diego").ok());
  const std::string whole = ReadAll(path_);
  for (const int32_t change : {1, 0x55}) {
    std::string damaged = whole.substr(0, whole.size() - 9);
    damaged[kFileHeaderBytes + 2] = static_cast<char>(damaged[kFileHeaderBytes + 2] ^ change);
    ExpectLeftAlone(path_, damaged, kFileHeaderBytes);
  }
}

// A file system may leave zeros where a power failure came between a file's growth and its bytes.
TEST_F(RoundRecorderTest, ZerosAreNoInterruptedWrite) {
  ASSERT_TRUE(Open()->Append(*RoundAt(1), "diego").ok());
  const std::string whole = ReadAll(path_);
  ExpectLeftAlone(path_, whole + std::string(4096, '\0'), whole.size());
}

// A round of many scores has many bytes that could be lengths; looking behind each of them must not
// take long, and finds no record.
TEST_F(RoundRecorderTest, ALargeInterruptedWriteIsCutInGoodTime) {
  ASSERT_TRUE(Open()->Append(*RoundAt(1), "diego").ok());
  std::string large = Recording({LargeRound(300, 50'000)}).substr(kFileHeaderBytes);
  ASSERT_GT(large.size(), 1'000'000u);
  large.resize(large.size() - 1);
  WriteAll(path_, ReadAll(path_) + large);
  ASSERT_TRUE(Open()->Append(*RoundAt(2), "diego").ok());
  EXPECT_EQ(TimesIn(path_), (std::vector<int64_t>{1, 2}));
}

TEST_F(RoundRecorderTest, LeavesFilesOfOthersAlone) {
  const std::string other = "#!/bin/sh\necho hello, I am no recording\n";
  WriteAll(path_, other);
  EXPECT_EQ(OpenError().code(), Code::kFailedPrecondition);
  EXPECT_EQ(OpenError().text(),
            path_ +
                ", byte 0: this is not a recording of Rostrum, expected \"ROSTRUM\\x01\"; it is "
                "left unchanged, choose another path");
  EXPECT_EQ(ReadAll(path_), other);
  WriteAll(path_, "short");
  EXPECT_EQ(OpenError().code(), Code::kFailedPrecondition);
  EXPECT_EQ(ReadAll(path_), "short");
  std::filesystem::remove(path_);
  WriteAll(previous_, other);
  EXPECT_EQ(OpenError(100'000).code(), Code::kFailedPrecondition);
  EXPECT_EQ(ReadAll(previous_), other);
  EXPECT_TRUE(OpenError().ok());  // Without a limit it has no part in this.
  EXPECT_EQ(RoundRecorder::Open(folder_.File(""), {}).status().code(), Code::kUnavailable);
  EXPECT_EQ(RoundRecorder::Open("/dev/null", {}).status().code(), Code::kFailedPrecondition);
  EXPECT_EQ(OpenError(100).code(), Code::kInvalidArgument);
}

TEST_F(RoundRecorderTest, TwoDoNotWriteIntoOneFile) {
  const auto recorder = Open();
  EXPECT_EQ(OpenError().code(), Code::kFailedPrecondition);
  EXPECT_TRUE(recorder->Append(*RoundAt(1), "diego").ok());
  EXPECT_EQ(TimesIn(path_), std::vector<int64_t>{1});
}

TEST_F(RoundRecorderTest, KeepsTheNewestWithinTheLimit) {
  RandomRound random(7);
  for (const uint64_t limit : {1024u, 1500u, 4096u, 10'000u}) {
    std::filesystem::remove(path_);
    std::filesystem::remove(previous_);
    auto recorder = Open(limit);
    for (int64_t i = 0; i < 300; ++i) {
      if (random.Chance(20)) recorder = nullptr;
      if (recorder == nullptr) recorder = Open(limit);
      const size_t filling = random.Below(random.Chance(10) ? 900 : 100);
      ASSERT_TRUE(recorder->Append(*RoundAt(i, filling), "diego").ok());
      ASSERT_LE(SizeOf(path_) + SizeOf(previous_), limit);
      std::vector<int64_t> times = TimesIn(previous_);
      for (const int64_t time : TimesIn(path_)) times.push_back(time);
      // The newest ones, without a gap.
      for (size_t k = 0; k < times.size(); ++k) {
        ASSERT_EQ(times[times.size() - 1 - k], i - static_cast<int64_t>(k));
      }
    }
    EXPECT_GT(SizeOf(previous_), 0u);
  }
}

TEST_F(RoundRecorderTest, KeepsHalfOfTheLimitWhenRoundsAreSmall) {
  const auto recorder = Open(20'000);
  for (int64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(recorder->Append(*RoundAt(i), "diego").ok());
    ASSERT_TRUE(i < 500 || SizeOf(path_) + SizeOf(previous_) > 9'500) << i;
  }
}

TEST_F(RoundRecorderTest, RefusesARoundThatCannotFit) {
  const auto recorder = Open(1024);
  ASSERT_TRUE(recorder->Append(*RoundAt(1), "diego").ok());
  EXPECT_EQ(recorder->Append(*RoundAt(2, 2000), "diego").code(), Code::kInvalidArgument);
  EXPECT_EQ(TimesIn(path_), std::vector<int64_t>{1});
  ASSERT_TRUE(recorder->Append(*RoundAt(3), "diego").ok());
  EXPECT_EQ(TimesIn(path_), (std::vector<int64_t>{1, 3}));
}

TEST_F(RoundRecorderTest, RefusesALimitBelowWhatIsThere) {
  ASSERT_TRUE(Open()->Append(*RoundAt(1, 2000), "diego").ok());
  EXPECT_EQ(OpenError(1024).code(), Code::kFailedPrecondition);
  EXPECT_EQ(TimesIn(path_), std::vector<int64_t>{1});
}

// Limits the size of files, which a full disk comes down to.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(RoundRecorderTest, AFullDiskLosesOnlyTheRoundAtHand) {
  const auto recorder = Open();
  ASSERT_TRUE(recorder->Append(*RoundAt(1), "diego").ok());
  const std::string before = ReadAll(path_);
  {
    const FileSizeLimit limit(before.size() + 20);
    const Status status = recorder->Append(*RoundAt(2), "diego");
    EXPECT_EQ(status.code(), Code::kUnavailable);
    EXPECT_TRUE(status.retriable());
    EXPECT_EQ(status.text(), path_ + " cannot be written to: File too large");
    EXPECT_EQ(ReadAll(path_), before);
    EXPECT_FALSE(recorder->Append(*RoundAt(3), "diego").ok());
  }
  EXPECT_TRUE(recorder->Append(*RoundAt(4), "diego").ok());
  EXPECT_EQ(TimesIn(path_), (std::vector<int64_t>{1, 4}));
  EXPECT_TRUE(recorder->Close().ok());
}

TEST_F(RoundRecorderTest, AFullDiskWhileFilesAreSwitched) {
  const auto recorder = Open(1024);
  ASSERT_TRUE(recorder->Append(*RoundAt(1, 400), "diego").ok());
  {
    const FileSizeLimit limit(0);
    EXPECT_FALSE(recorder->Append(*RoundAt(2, 100), "diego").ok());
    EXPECT_FALSE(recorder->Append(*RoundAt(3, 100), "diego").ok());
  }
  EXPECT_EQ(TimesIn(previous_), std::vector<int64_t>{1});
  ASSERT_TRUE(recorder->Append(*RoundAt(4, 100), "diego").ok());
  EXPECT_EQ(TimesIn(path_), std::vector<int64_t>{4});
  EXPECT_EQ(TimesIn(previous_), std::vector<int64_t>{1});
}

TEST_F(RoundRecorderTest, RefusesWorkThatCouldNotBeReadBack) {
  const auto recorder = Open();
  const std::string before = ReadAll(path_);
  RoundInput input;
  input.snapshot = *Snapshot::FromCells({});
  auto work = std::make_shared<Work>();
  work->guid = "strange";
  for (int i = 0; i < 1001; ++i) work->asked.scalars.push_back({"r" + std::to_string(i), 1});
  input.auctions = {{work}};
  const auto round = *RunRound(std::move(input), *MakeStrategy("diego"));
  EXPECT_EQ(recorder->Append(*round, "diego").code(), Code::kInvalidArgument);
  EXPECT_EQ(ReadAll(path_), before);
}

}  // namespace
}  // namespace rostrum::record
