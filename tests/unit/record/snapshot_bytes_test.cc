#include <gtest/gtest.h>

#include "lib/record/frame.h"
#include "lib/record/rostrum_record.pb.h"
#include "lib/record/round_bytes.h"
#include "rostrum/cache.h"
#include "tests/unit/record/random_round.h"

namespace rostrum::record {
namespace {

// What a message or other bytes are with a frame that is right for them.
std::string Framed(const std::string& content) {
  std::string frame = std::string(kFrameHeaderBytes, '\0') + content;
  SealFrame(&frame);
  return MakeFileHeader(kSnapshotMagic) + frame;
}

std::string ErrorOf(const v1::Snapshot& message) {
  const auto snapshot = ParseSnapshot(Framed(message.SerializeAsString()));
  if (snapshot.ok()) return "none";
  EXPECT_EQ(snapshot.status().code(), Code::kCorrupt);
  return snapshot.status().text();
}

// A message that is right, to be spoilt in one place.
v1::Snapshot GoodMessage() {
  v1::Snapshot message;
  message.add_zones("z1");
  message.add_signatures();
  message.add_process_lengths(3);
  message.set_process_guids("app");
  v1::Cell* cell = message.add_cells();
  cell->set_id("cell");
  cell->add_lrps(0);
  return message;
}

TEST(SnapshotBytes, RandomSnapshotsComeBackEqual) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    RandomRound random(seed);
    const auto snapshot = *Snapshot::FromCells(random.Cells(random.Below(40)));
    const Expected<std::string> bytes = SerializeSnapshot(*snapshot);
    ASSERT_TRUE(bytes.ok()) << bytes.status().text();
    const auto again = ParseSnapshot(*bytes);
    ASSERT_TRUE(again.ok()) << again.status().text();
    EXPECT_TRUE((*again)->Cells() == snapshot->Cells()) << "seed " << seed;
    EXPECT_EQ(*SerializeSnapshot(**again), *bytes);
  }
}

TEST(SnapshotBytes, WorkThatWasPlacedSinceIsThere) {
  Cache cache;
  ASSERT_TRUE(cache
                  .AddOffer({.id = "offer",
                             .agent_id = "agent",
                             .resources = {1000, 1000, 1000, 10, {{"gpus", 4000}}},
                             .overhead = {10, 10, 10, 1, {}}})
                  .ok());
  auto work = std::make_shared<Work>();
  work->guid = "process";
  work->asked.scalars = {{"gpus", 1500}};
  ASSERT_TRUE(cache.Take("agent", {work, 3}).ok());
  const auto snapshot = cache.TakeSnapshot();
  const auto again = *ParseSnapshot(*SerializeSnapshot(*snapshot));
  EXPECT_TRUE(again->Cells() == snapshot->Cells());
  EXPECT_EQ(again->Cells()[0].lrps, std::vector<std::string>{"process"});
  EXPECT_TRUE(again->Cells()[0].started);
}

TEST(SnapshotBytes, NoCellsAreASnapshotToo) {
  const auto empty = *Snapshot::FromCells({});
  const std::string bytes = *SerializeSnapshot(*empty);
  EXPECT_EQ(bytes, Framed(""));
  EXPECT_EQ((*ParseSnapshot(bytes))->size(), 0u);
}

// Wherever it is damaged, it is taken for no snapshot.
TEST(SnapshotBytes, EveryDamageIsSeen) {
  RandomRound random(3);
  const auto snapshot = *Snapshot::FromCells(random.Cells(5));
  const std::string bytes = *SerializeSnapshot(*snapshot);
  ASSERT_TRUE(ParseSnapshot(bytes).ok());
  const auto expect_corrupt = [](const std::string& damaged, size_t at) {
    const auto read = ParseSnapshot(damaged);
    ASSERT_FALSE(read.ok()) << at;
    EXPECT_EQ(read.status().code(), Code::kCorrupt) << at;
  };
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    expect_corrupt(flipped, bit);
  }
  for (size_t size = 0; size < bytes.size(); ++size) expect_corrupt(bytes.substr(0, size), size);
  expect_corrupt(bytes + '\0', bytes.size());
  expect_corrupt(bytes + bytes, bytes.size());
  EXPECT_EQ(ParseSnapshot("").status().text(),
            "snapshot, byte 0: the file ends here, expected the 16 bytes of a snapshot's header");
  EXPECT_EQ(ParseSnapshot(MakeFileHeader() + bytes.substr(16)).status().text(),
            "snapshot, byte 0: this is not a snapshot of Rostrum, expected \"ROSTRUM\\x02\"");
}

TEST(SnapshotBytes, NamesWhatIsWrong) {
  EXPECT_EQ(ErrorOf(GoodMessage()), "none");
  v1::Snapshot message = GoodMessage();
  message.mutable_cells(0)->set_zone(1);
  EXPECT_EQ(ErrorOf(message), "cell \"cell\" names zone 1, expected a position below 1");
  message = GoodMessage();
  message.mutable_cells(0)->set_signature(4'000'000'000);
  EXPECT_EQ(ErrorOf(message),
            "cell \"cell\" names signature 4000000000, expected a position below 1");
  message = GoodMessage();
  message.mutable_cells(0)->add_lrps(1);
  EXPECT_EQ(ErrorOf(message), "cell \"cell\" names process 1, expected a position below 1");
  message = GoodMessage();
  message.set_process_lengths(0, 4);
  EXPECT_EQ(ErrorOf(message), "process 0 has 4 bytes, expected at most the 3 that are left");
  message = GoodMessage();
  *message.add_cells() = message.cells(0);
  EXPECT_EQ(ErrorOf(message), "cell \"cell\" is given twice, expected each id once");
  message = GoodMessage();
  message.mutable_cells(0)->clear_id();
  EXPECT_EQ(ErrorOf(message), "cell 1 of 1 has no id");
  message = GoodMessage();
  message.mutable_cells(0)->mutable_total()->set_memory(INT64_MIN);
  EXPECT_EQ(ErrorOf(message),
            "cell: memory (thousandths of a MB) is -9223372036854775808, expected a number from "
            "-4000000000000000 to 4000000000000000");
}

TEST(SnapshotBytes, RefusesATableThatWouldBeHuge) {
  v1::Snapshot message = GoodMessage();
  for (int i = 0; i < 5000; ++i) {
    v1::Cell* cell = message.add_cells();
    cell->set_id("cell-" + std::to_string(i));
    v1::Scalar* scalar = cell->mutable_total()->add_scalars();
    scalar->set_name(std::to_string(i));
    scalar->set_amount(1);
  }
  EXPECT_EQ(ErrorOf(message),
            "5001 cells name 5000 resources of their own, expected at most 16777216 pairs of a "
            "cell and a resource");
  message = GoodMessage();
  for (int i = 0; i < 1001; ++i) {
    message.mutable_cells(0)->mutable_overhead()->add_scalars()->set_name(std::to_string(i));
  }
  EXPECT_EQ(ErrorOf(message), "cell: 1001 resources are named, expected at most 1000");
}

TEST(SnapshotBytes, RefusesNestingWithoutEnd) {
  // Groups of a field that nobody knows, one inside the other.
  EXPECT_TRUE(
      ParseSnapshot(Framed(std::string(10, '\xa3'))).status().text().starts_with("the 10 bytes"));
  const std::string begin = "\xfb\x07";
  const std::string end = "\xfc\x07";
  std::string shallow;
  std::string deep;
  for (int i = 0; i < 10; ++i) shallow = begin + shallow + end;
  for (int i = 0; i < 1000; ++i) deep = begin + deep + end;
  EXPECT_TRUE(ParseSnapshot(Framed(shallow)).ok());
  EXPECT_FALSE(ParseSnapshot(Framed(deep)).ok());
}

TEST(SnapshotBytes, RandomBytesDoNoHarm) {
  RandomRound random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random.Below(60), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
    EXPECT_FALSE(ParseSnapshot(bytes).ok());
    static_cast<void>(ParseSnapshot(Framed(bytes)));
  }
}

}  // namespace
}  // namespace rostrum::record
