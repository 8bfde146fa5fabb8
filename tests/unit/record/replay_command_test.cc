#include "lib/tools/replay/replay_command.h"

#include <gtest/gtest.h>

#include <sstream>

#include "lib/record/frame.h"
#include "lib/record/rostrum_record.pb.h"
#include "lib/record/round_bytes.h"
#include "tests/unit/record/random_round.h"

namespace rostrum::tools {
namespace {

using record::Recording;
using record::SmallRound;

struct Ran {
  int status = 0;
  std::string out;
  std::string err;
};

class ReplayCommand : public testing::Test {
 protected:
  static Ran Run(std::vector<std::string_view> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = RunReplay(arguments, out, err);
    return {status, out.str(), err.str()};
  }

  // Writes a recording of one round, changed by `change`.
  template <typename Change>
  void WriteChanged(Change change) {
    std::string bytes;
    ASSERT_TRUE(record::AppendRound(*SmallRound(), "diego", &bytes).ok());
    record::v1::Round message;
    ASSERT_TRUE(message.ParseFromString(bytes));
    change(&message);
    std::string frame(record::kFrameHeaderBytes, '\0');
    ASSERT_TRUE(message.AppendToString(&frame));
    record::SealFrame(&frame);
    record::WriteAll(path_, record::MakeFileHeader() + frame);
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.File("rounds.rec");
};

TEST_F(ReplayCommand, SaysIdentical) {
  record::WriteAll(path_, Recording({SmallRound(), SmallRound()}));
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, path_ + ": identical (2 rounds, 8 decisions)\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(ReplayCommand, NamesTheFirstDecisionThatDiffers) {
  WriteChanged([](record::v1::Round* message) {
    message->mutable_decisions(1)->mutable_placement()->set_cell(2);
  });
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, path_ +
                         ": differs in 1 of 1 round (4 decisions)\n"
                         "  first in round 1, decision 2 of 4\n"
                         "    recorded  lrp process.1: cell-2 (score 1000.6623697916667)\n"
                         "    now       lrp process.1: cell-0 (score 1000.6623697916667)\n");
}

TEST_F(ReplayCommand, ListsWhatWouldHaveBeenDifferent) {
  record::WriteAll(path_, Recording({SmallRound()}));
  const Ran ran = Run({path_, "--set", "starting_container_count_maximum=1"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(
      ran.out,
      path_ +
          ", with starting_container_count_maximum=1 (1 round, 4 decisions)\n"
          "  round 1  lrp process.1: cell-0 (score 1000.6623697916667) -> refused (waiting to "
          "start "
          "instance: reached in-flight start limit)\n"
          "  round 1  lrp process.2: cell-1 (score 1000.3383463541667) -> refused (waiting to "
          "start "
          "instance: reached in-flight start limit)\n"
          "  round 1  lrp process.3: refused (insufficient resources: memory) -> refused (waiting "
          "to start instance: reached in-flight start limit)\n"
          "  placed then, refused now              2\n"
          "  refused then, placed now              0\n"
          "  placed on another cell                0\n"
          "  refused for another reason            1\n"
          "  only another score                    0\n"
          "  placed in all, then                   3\n"
          "  placed in all, now                    1\n");
}

TEST_F(ReplayCommand, SaysWhereAWhatIfChangesNothing) {
  record::WriteAll(path_, Recording({SmallRound()}));
  EXPECT_EQ(Run({path_, "--strategy", "diego"}).out,
            path_ +
                ", with strategy diego (1 round, 4 decisions)\n"
                "  all of it would have been the same\n");
  WriteChanged(
      [](record::v1::Round* message) { message->mutable_decisions()->SwapElements(0, 1); });
  EXPECT_EQ(Run({path_, "--strategy", "diego"}).out,
            path_ +
                ", with strategy diego (1 round, 4 decisions)\n"
                "  only the order of the decisions would have been different\n");
}

TEST_F(ReplayCommand, ListsTwentyAndCountsTheRest) {
  std::vector<std::shared_ptr<const Round>> rounds(30, SmallRound());
  record::WriteAll(path_, Recording(rounds));
  const Ran ran = Run({path_, "--set=starting_container_count_maximum=1"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("  and 70 more\n"), std::string::npos) << ran.out;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1 + 20 + 1 + 7);
}

TEST_F(ReplayCommand, WritesJson) {
  WriteChanged([](record::v1::Round* message) {
    message->mutable_decisions(1)->mutable_placement()->set_cell(2);
    message->mutable_snapshot()->mutable_cells(2)->set_id("cell\xff");
  });
  const Ran ran = Run({path_, "--format", "json"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(
      ran.out.starts_with("{\n  \"what_if\": null,\n  \"files\": [\n    {\n      \"file\": \"" +
                          path_ + "\",\n      \"rounds\": 1,\n      \"decisions\": 4,\n"))
      << ran.out;
  for (const std::string_view part :
       {"\"identical\": false", "\"rounds_that_differ\": 1", "\"moved\": 1", "\"decision\": 2",
        "\"change\": \"moved\"", "\"cell_id\": \"cell\xEF\xBF\xBD\"", "\"error\": null"}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << ran.out;
  }
}

// Whatever a script looks for on standard output, it must not find that all is well.
void ExpectNoClaim(const std::string& out) {
  EXPECT_EQ(out.find("identical ("), std::string::npos) << out;
  EXPECT_EQ(out.find("the same"), std::string::npos) << out;
  EXPECT_EQ(out.find("\"identical\": true"), std::string::npos) << out;
}

TEST_F(ReplayCommand, ReportsOnlyTheRoundsBeforeTheDamage) {
  const std::string whole = Recording({SmallRound(), SmallRound(), SmallRound()});
  const size_t frame = (whole.size() - record::kFileHeaderBytes) / 3;
  std::string cut = whole.substr(0, record::kFileHeaderBytes + frame + frame / 2);
  std::string flipped = whole;
  flipped[record::kFileHeaderBytes + frame + frame / 2] ^= 1;
  for (const std::string& bytes : {cut, flipped}) {
    record::WriteAll(path_, bytes);
    const Ran ran = Run({path_});
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out,
              path_ + ": 1 round before the damage (4 decisions), without a difference\n");
    EXPECT_TRUE(ran.err.starts_with("rostrum replay: " + path_ + ", byte ")) << ran.err;
    EXPECT_EQ(std::count(ran.err.begin(), ran.err.end(), '\n'), 1);
    const Ran json = Run({path_, "--format=json"});
    EXPECT_EQ(json.status, 2);
    EXPECT_NE(json.out.find("\"identical\": null,"), std::string::npos) << json.out;
    const Ran what_if = Run({path_, "--strategy", "diego"});
    EXPECT_EQ(what_if.status, 2);
    EXPECT_EQ(what_if.out, path_ +
                               ", with strategy diego (1 round before the damage, 4 decisions)\n"
                               "  none of these would have been different\n");
  }
}

TEST_F(ReplayCommand, ClaimsNothingAboutADamagedFileWhereverTheDamageIs) {
  const std::string whole = Recording({SmallRound(), SmallRound()});
  for (size_t at = 0; at < whole.size(); at += 7) {
    std::string bytes = whole;
    bytes[at] ^= 4;
    record::WriteAll(path_, bytes);
    for (const std::vector<std::string_view>& arguments :
         {std::vector<std::string_view>{path_},
          {path_, "--format=json"},
          {path_, "--set=starting_container_weight=1"},
          {path_, "--strategy=diego"}}) {
      const Ran ran = Run(arguments);
      EXPECT_EQ(ran.status, 2) << at;
      ExpectNoClaim(ran.out);
    }
  }
}

TEST_F(ReplayCommand, SaysWhichRoundsDifferBeforeTheDamage) {
  WriteChanged([](record::v1::Round* message) {
    message->mutable_decisions(1)->mutable_placement()->set_cell(2);
  });
  record::WriteAll(path_, record::ReadAll(path_) + "x");
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 2);
  EXPECT_TRUE(ran.out.starts_with(
      path_ + ": differs in 1 of 1 round before the damage (4 decisions)\n"))
      << ran.out;
}

// A round that cannot be run is no damage, but what follows is as unknown.
TEST_F(ReplayCommand, ClaimsNothingWhereARoundCannotBeRun) {
  const std::string own = Recording({SmallRound()});
  const std::string others = Recording({SmallRound()}, "theirs");
  record::WriteAll(path_, own + others.substr(record::kFileHeaderBytes));
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, path_ + ": 1 round before the failure (4 decisions), without a difference\n");
}

// As a recording looks that was cut behind its header.
TEST_F(ReplayCommand, ARecordingWithoutRoundsIsNotIdentical) {
  record::WriteAll(path_, Recording({}));
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, path_ + ": no rounds\n");
  EXPECT_EQ(Run({path_, "--strategy=spread"}).out, ran.out);
  EXPECT_NE(Run({path_, "--format=json"}).out.find("\"identical\": null,"), std::string::npos);
}

TEST_F(ReplayCommand, NeverLoadsWhatARecordingNames) {
  WriteChanged([](record::v1::Round* message) { message->set_strategy("/tmp/evil.so\x1b[2J"); });
  const Ran ran = Run({path_});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "rostrum replay: " + path_ +
                ", round 1: it was decided by the strategy \"/tmp/evil.so\\u001b[2J\", which "
                "does not come with Rostrum: name its plug-in with --plugin\n");
  EXPECT_EQ(Run({path_, "--strategy", "diego"}).status, 0);
}

TEST_F(ReplayCommand, RefusesBadInput) {
  record::WriteAll(path_, Recording({SmallRound()}));
  const auto error = [](std::vector<std::string_view> arguments) {
    const Ran ran = Run(std::move(arguments));
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  EXPECT_EQ(error({}), "rostrum replay: no file is given, expected a recording\n");
  EXPECT_EQ(error({""}), "rostrum replay: FILE is \"\", expected a recording\n");
  EXPECT_EQ(error({path_, "-"}),
            "rostrum replay: FILE is \"-\", expected a recording (a file of that name is ./-)\n");
  EXPECT_EQ(error({path_, "--plugin", "diego"}),
            "rostrum replay: --plugin is \"diego\", expected the path of a shared object\n");
  EXPECT_EQ(error({path_, "--plugin", "./p.so", "--strategy", "diego"}),
            "rostrum replay: --plugin cannot be used with --strategy, which decides all rounds\n");
  EXPECT_EQ(
      error({path_, "--set=starting_container_weight=1", "--set=starting_container_weight=1"}),
      "rostrum replay: --set names \"starting_container_weight\" twice, expected each key "
      "once\n");
  EXPECT_EQ(error({"/no/such/file"}),
            "rostrum replay: /no/such/file cannot be opened: No such file or directory\n");
  EXPECT_EQ(error({path_, "--set", "nonsense"}),
            "rostrum replay: --set is \"nonsense\", expected KEY=VALUE\n");
  EXPECT_TRUE(error({path_, "--set", "a=b"}).starts_with("rostrum replay: --set: unknown setting"));
  EXPECT_EQ(error({path_, "--format", "xml"}),
            "rostrum replay: --format is \"xml\", expected text or json\n");
  EXPECT_TRUE(error({path_, "--strategy", "best"})
                  .starts_with("rostrum replay: --strategy: there is no strategy \"best\""));
  EXPECT_TRUE(error({path_, "--speed", "9"}).starts_with("rostrum replay: unknown flag --speed"));
}

TEST_F(ReplayCommand, TakesSeveralFiles) {
  record::WriteAll(path_, Recording({SmallRound()}));
  const std::string other = folder_.File("other.rec");
  record::WriteAll(other, Recording({SmallRound("binpack")}, "binpack"));
  const Ran ran = Run({path_, folder_.File("missing"), other});
  EXPECT_EQ(ran.status, 2);
  EXPECT_EQ(ran.out, path_ + ": identical (1 round, 4 decisions)\n" + other +
                         ": identical (1 round, 4 decisions)\n");
}

TEST_F(ReplayCommand, Helps) {
  const Ran ran = Run({"--help"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_NE(ran.out.find("rostrum replay"), std::string::npos);
}

}  // namespace
}  // namespace rostrum::tools
