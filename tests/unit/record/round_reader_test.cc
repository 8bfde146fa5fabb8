#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "lib/record/frame.h"
#include "lib/record/recording.h"
#include "lib/record/rostrum_record.pb.h"
#include "lib/record/round_bytes.h"
#include "tests/unit/record/random_round.h"

namespace rostrum::record {
namespace {

struct Content {
  std::vector<RecordedRound> rounds;
  Status failed;
};

Content ReadBytes(std::string_view bytes) {
  Content content;
  auto reader = RoundReader::OpenBytes(bytes, "file");
  if (!reader.ok()) {
    content.failed = reader.status();
    return content;
  }
  for (;;) {
    Expected<std::optional<RecordedRound>> round = (*reader)->Next();
    if (!round.ok()) {
      content.failed = round.status();
      // An error stays.
      EXPECT_EQ((*reader)->Next().status().text(), content.failed.text());
      return content;
    }
    if (!round->has_value()) return content;
    content.rounds.push_back(std::move(**round));
  }
}

// A record around content that need not be right.
std::string RecordOf(const v1::Round& message) {
  std::string frame(kFrameHeaderBytes, '\0');
  message.AppendToString(&frame);
  SealFrame(&frame);
  return frame;
}

v1::Round GoodMessage() {
  std::string bytes;
  EXPECT_TRUE(AppendRound(*SmallRound(), "diego", &bytes).ok());
  v1::Round message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  return message;
}

std::string ErrorOf(const v1::Round& message) {
  const Content content = ReadBytes(MakeFileHeader() + RecordOf(message));
  EXPECT_EQ(content.rounds.size(), content.failed.ok() ? 1u : 0u);
  return content.failed.text();
}

TEST(RoundReader, RandomRoundsComeBackEqual) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    RandomRound random(seed);
    std::vector<std::shared_ptr<const Round>> rounds;
    for (int i = 0; i < 3; ++i) rounds.push_back(random.Run(random.Below(15), random.Below(40)));
    const Content content = ReadBytes(Recording(rounds, "name\xff"));
    ASSERT_TRUE(content.failed.ok()) << content.failed.text();
    ASSERT_EQ(content.rounds.size(), rounds.size());
    for (size_t i = 0; i < rounds.size(); ++i) {
      ExpectSame(*rounds[i], content.rounds[i]);
      EXPECT_EQ(content.rounds[i].strategy_name, "name\xff");
    }
  }
}

TEST(RoundReader, TextsOutliveReaderAndRound) {
  const std::string bytes = Recording({SmallRound()});
  RecordedRound copy = ReadBytes(bytes).rounds[0];
  copy.input.snapshot = nullptr;
  EXPECT_EQ(copy.decisions[0].cell_id.substr(0, 5), "cell-");
}

TEST(RoundReader, ReadsWhatStandsBeforeACut) {
  const std::string whole = Recording({SmallRound(), SmallRound()});
  const size_t first_end = kFileHeaderBytes + (whole.size() - kFileHeaderBytes) / 2;
  for (size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    const Content content = ReadBytes(std::string_view(whole).substr(0, size));
    EXPECT_EQ(content.rounds.size(), size >= first_end ? 1u : 0u);
    const bool at_boundary = size == kFileHeaderBytes || size == first_end;
    EXPECT_EQ(content.failed.ok(), at_boundary);
    if (at_boundary) continue;
    EXPECT_EQ(content.failed.code(), Code::kCorrupt);
    const size_t where = size < kFileHeaderBytes ? size
                         : size < first_end      ? kFileHeaderBytes
                                                 : first_end;
    EXPECT_TRUE(content.failed.text().starts_with("file, byte " + std::to_string(where) + ": "))
        << content.failed.text();
    EXPECT_NE(content.failed.text().find("expected"), std::string::npos);
  }
  EXPECT_EQ(ReadBytes(whole).rounds.size(), 2u);
}

TEST(RoundReader, FindsEveryFlippedBit) {
  const std::string whole = Recording({SmallRound(), SmallRound()});
  const size_t first_end = kFileHeaderBytes + (whole.size() - kFileHeaderBytes) / 2;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ mask);
      const Content content = ReadBytes(damaged);
      ASSERT_EQ(content.failed.code(), Code::kCorrupt) << at;
      EXPECT_EQ(content.rounds.size(), at >= first_end ? 1u : 0u) << at;
    }
  }
}

TEST(RoundReader, NamesFileByteAndWhatWasExpected) {
  const std::string header = MakeFileHeader();
  const auto error = [](std::string_view bytes) { return ReadBytes(bytes).failed.text(); };
  EXPECT_EQ(error(""),
            "file, byte 0: the file ends here, expected the 16 bytes of a recording's header");
  EXPECT_EQ(error("PK\x03\x04 an archive of another kind"),
            "file, byte 0: this is not a recording of Rostrum, expected \"ROSTRUM\\x01\"");
  EXPECT_EQ(error(header + "abc"),
            "file, byte 16: the record ends after 3 bytes, expected at least 8: the "
            "file was cut, or is being written to");
  EXPECT_EQ(error(header + std::string(100, '\xff')),
            "file, byte 16: the record's length is 4294967295, expected at most 1073741824: the "
            "file is damaged");
  EXPECT_EQ(error(header + std::string("\xff\xff\xff\x3f\0\0\0\0xyz", 11)),
            "file, byte 16: the record ends after 11 bytes, expected 1073741831: the "
            "file was cut or damaged, or is being written to");
  EXPECT_TRUE(error(header + std::string(100, '\0'))
                  .starts_with("file, byte 16: the record of 8 bytes is damaged: its checksum is"));

  std::string newer = header.substr(0, 8) + std::string("\x02\0\0\0", 4);
  const uint32_t checksum = Crc32c(newer);
  for (int i = 0; i < 4; ++i) newer.push_back(static_cast<char>(checksum >> (8 * i)));
  EXPECT_EQ(error(newer), "file, byte 8: the format version is 2, expected 1");
}

TEST(RoundReader, NamesWhatIsWrongInARecord) {
  EXPECT_EQ(ErrorOf(GoodMessage()), "");
  v1::Round message = GoodMessage();
  message.mutable_auctions(2)->set_work(2);
  EXPECT_EQ(ErrorOf(message), "file, byte 16: auction 2 names work 2, expected a position below 2");
  message = GoodMessage();
  message.mutable_decisions()->RemoveLast();
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: there are 3 decisions, expected one for each of 4 auctions");
  message = GoodMessage();
  message.mutable_decisions(1)->set_auction(message.decisions(0).auction());
  EXPECT_NE(ErrorOf(message).find("decision 1 is for auction"), std::string::npos);
  message = GoodMessage();
  message.mutable_decisions(0)->mutable_placement()->set_cell(3);
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: decision 0 names cell 3, expected a position below 3");
  message = GoodMessage();
  message.mutable_decisions(0)->set_refusal(1);
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: decision 0 names refusal 1, expected a placement or a position below "
            "1");
  message = GoodMessage();
  message.mutable_decisions(0)->clear_outcome();
  EXPECT_NE(ErrorOf(message).find("expected a placement"), std::string::npos);
  message = GoodMessage();
  message.mutable_refusals(0)->set_code(0);
  EXPECT_EQ(ErrorOf(message), "file, byte 16: refusal 0 has the code 0, expected another");
  message = GoodMessage();
  message.mutable_works(0)->set_kind(3);
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: work \"process\" is of kind 3, expected 1 (lrp) or 2 (task)");
  message = GoodMessage();
  message.mutable_works(0)->mutable_asked()->set_disk(-1);
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: work \"process\" asks for a negative amount, expected zero or more");
  message = GoodMessage();
  message.mutable_configuration()->set_starting_container_weight(
      std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(ErrorOf(message),
            "file, byte 16: starting_container_weight is nan, expected a finite number");
}

// With checksums that are right, so that what is inside is looked at.
TEST(RoundReader, DamagedContentDoesNoHarm) {
  std::string frame(kFrameHeaderBytes, '\0');
  ASSERT_TRUE(AppendRound(*SmallRound(), "diego", &frame).ok());
  for (size_t at = kFrameHeaderBytes; at < frame.size(); ++at) {
    for (const int change : {1, 2, 4, 8, 16, 32, 64, 127, 128, 255}) {
      std::string damaged = frame;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      SealFrame(&damaged);
      const Content content = ReadBytes(MakeFileHeader() + damaged);
      EXPECT_TRUE(content.failed.ok() || content.failed.code() == Code::kCorrupt);
    }
    std::string cut = frame.substr(0, at);
    SealFrame(&cut);
    static_cast<void>(ReadBytes(MakeFileHeader() + cut));
  }
}

TEST(RoundReader, ManyReferencesToOneTextTakeNoMemory) {
  // A million decisions, processes and cells that name a text of a megabyte each would take a
  // terabyte if they were copied.
  constexpr int kCount = 20'000;
  v1::Round message;
  v1::Snapshot* snapshot = message.mutable_snapshot();
  snapshot->add_zones("z");
  snapshot->add_signatures()->add_placement_tags(std::string(1'000'000, 't'));
  snapshot->add_process_lengths(1'000'000);
  snapshot->set_process_guids(std::string(1'000'000, 'p'));
  for (int i = 0; i < kCount; ++i) {
    v1::Cell* cell = snapshot->add_cells();
    cell->set_id(i == 0 ? std::string(kIdMaximum, 'c') : std::to_string(i));
    cell->add_lrps(0);
  }
  message.add_works()->set_kind(1);
  message.mutable_works(0)->set_guid(std::string(kIdMaximum, 'w'));
  message.add_refusals()->set_code(1);
  message.mutable_refusals(0)->set_error(std::string(1'000'000, 'e'));
  for (int i = 0; i < kCount; ++i) {
    message.add_auctions()->set_index(i);
    v1::Decision* decision = message.add_decisions();
    decision->set_auction(static_cast<uint32_t>(i));
    if (i % 2 == 0) {
      decision->mutable_placement();
    } else {
      decision->set_refusal(0);
    }
  }
  EXPECT_EQ(ErrorOf(message), "");
}

TEST(RoundReader, OpensFilesAndPipes) {
  const TemporaryFolder folder;
  const std::string path = folder.File("rounds.rec");
  EXPECT_EQ(RoundReader::Open(path).status().code(), Code::kNotFound);
  EXPECT_EQ(RoundReader::Open(path).status().text(),
            path + " cannot be opened: No such file or directory");
  EXPECT_EQ(RoundReader::Open(folder.File("")).status().code(), Code::kUnavailable);

  const std::string bytes = Recording({SmallRound()});
  const std::string pipe = folder.File("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] { WriteAll(pipe, bytes); });
  auto reader = RoundReader::Open(pipe);
  ASSERT_TRUE(reader.ok()) << reader.status().text();
  const auto round = (*reader)->Next();
  writer.join();
  ASSERT_TRUE(round.ok() && round->has_value());
  ExpectSame(*SmallRound(), **round);
  EXPECT_EQ((*reader)->offset(), bytes.size());
  EXPECT_FALSE((*reader)->Next()->has_value());
}

}  // namespace
}  // namespace rostrum::record
