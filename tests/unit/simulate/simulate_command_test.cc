#include "lib/tools/simulate/simulate_command.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace rostrum::tools {
namespace {

using Arguments = std::vector<std::string_view>;

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

Outcome RunCommand(const Arguments& arguments, const SimulateHooks& hooks = {}) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = RunSimulate(arguments, out, err, hooks);
  return {status, out.str(), err.str()};
}

// A folder of its own for each test, gone with it.
class SimulateCommandTest : public testing::Test {
 protected:
  SimulateCommandTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("rostrum_simulate_" + std::to_string(getpid()) + "_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::create_directories(folder_);
  }
  ~SimulateCommandTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }

  std::string Write(const std::string& name, std::string_view content) const {
    std::ofstream(Path(name)) << content;
    return Path(name);
  }

  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(SimulateCommandTest, HelpNamesEveryFlag) {
  const Outcome outcome = RunCommand({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.err.empty());
  for (const char* flag : {"--cells N",
                           "--zones Z",
                           "--apps N",
                           "--seed S",
                           "--duration SECONDS",
                           "--round-every SECONDS",
                           "--start-seconds SECONDS",
                           "--nodes FILE",
                           "--pods FILE",
                           "--fill",
                           "--batch N",
                           "--by-time",
                           "--fail-cells N",
                           "--fail-zone NAME",
                           "--rolling-update",
                           "--strategy NAMES",
                           "--set KEY=VALUE",
                           "--format FORM",
                           "--report FILE",
                           "--record FILE",
                           "--no-time",
                           "--help",
                           "Examples:"}) {
    EXPECT_NE(outcome.out.find(flag), std::string::npos) << flag;
  }
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 96U) << line;
}

TEST_F(SimulateCommandTest, TheSameCommandGivesTheSameBytes) {
  for (const char* format : {"text", "json"}) {
    const Arguments arguments = {
        "--cells",      "30",     "--strategy", "all",
        "--fail-cells", "3",      "--duration", "900",
        "--no-time",    "--seed", "5",          "--rolling-update",
        "--format",     format,   "--set",      "starting_container_weight=0.5"};
    const Outcome first = RunCommand(arguments);
    EXPECT_EQ(first.status, 0) << first.err;
    EXPECT_TRUE(first.err.empty());
    EXPECT_EQ(RunCommand(arguments).out, first.out);
  }
}

TEST_F(SimulateCommandTest, AnotherSeedGivesAnotherResult) {
  const Outcome one = RunCommand({"--cells=20", "--no-time", "--duration=600"});
  const Outcome two = RunCommand({"--cells=20", "--no-time", "--duration=600", "--seed=2"});
  EXPECT_EQ(one.status, 0);
  EXPECT_NE(one.out, two.out);
}

TEST_F(SimulateCommandTest, AStrategyDoesTheSameBesideOthers) {
  const Arguments together = {"--cells=20", "--no-time", "--format=json",
                              "--strategy=binpack,diego"};
  const Arguments alone = {"--cells=20", "--no-time", "--format=json", "--strategy=diego"};
  const std::string both = RunCommand(together).out;
  const std::string one = RunCommand(alone).out;
  const auto of_diego = [](const std::string& text) {
    const size_t begin = text.find("\"strategy\": \"diego\"");
    return text.substr(begin, text.find("\"stranded_meaning\"") - begin);
  };
  EXPECT_EQ(of_diego(both), of_diego(one));
}

TEST_F(SimulateCommandTest, StrategiesComeAsNamed) {
  const auto columns = [](const Arguments& more) {
    Arguments arguments = {"--cells=2", "--apps=3", "--no-time"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string out = RunCommand(arguments).out;
    std::istringstream line(out.substr(out.find("\n\n") + 2));
    std::vector<std::string> names;
    std::string heading;
    std::getline(line, heading);
    std::istringstream words(heading);
    for (std::string name; words >> name;) names.push_back(name);
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(columns({}), Names{"diego"});
  EXPECT_EQ(columns({"--strategy", "spread,binpack"}), (Names{"spread", "binpack"}));
  EXPECT_EQ(columns({"--strategy", "spread", "--strategy", "diego"}), (Names{"spread", "diego"}));
  EXPECT_EQ(columns({"--strategy", "all"}), (Names{"diego", "binpack", "spread", "bestfit"}));
}

TEST_F(SimulateCommandTest, ReadsATrace) {
  const std::string nodes =
      Write("nodes.csv", "sn,cpu_milli,memory_mib\nn0,1000,1000\nn1,1000,500\n");
  const std::string pods = Write(
      "pods.csv", "name,cpu_milli,memory_mib\np0,100,600\np1,100,500\np2,100,400\np3,100,300\n");
  const Outcome outcome =
      RunCommand({"--nodes", nodes, "--pods", pods, "--no-time", "--format=json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("\"placed\": 3,"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\"refused_for_good\": 1,"), std::string::npos);
  EXPECT_NE(outcome.out.find("\"rounds\": 4"), std::string::npos);
  // In one round the largest come first, and the same three fit.
  const Outcome batch =
      RunCommand({"--nodes", nodes, "--pods", pods, "--no-time", "--format=json", "--batch=4"});
  EXPECT_NE(batch.out.find("\"rounds\": 1"), std::string::npos) << batch.out;
  const Outcome fill = RunCommand({"--nodes", nodes, "--pods", pods, "--fill", "--no-time"});
  EXPECT_EQ(fill.status, 0) << fill.err;
}

TEST_F(SimulateCommandTest, WarnsInEveryFormOfOutput) {
  const std::string nodes = Write("nodes.csv", "sn,cpu_milli,memory_mib\nn0,1000,1000\n");
  const std::string pods = Write("pods\n.csv",
                                 "name,cpu_milli,memory_mib,creation_time,deletion_time\n"
                                 "p0,1,1,0,0\np1,1,1,-7,-7.5\np2,1,1,5,1e+05\n");
  const std::string report = Path("report.html");
  const std::string what =
      "2 pods have a deletion_time that is not after the creation_time; they leave before any "
      "round";
  const Outcome outcome = RunCommand({"--nodes", nodes, "--pods", pods, "--by-time",
                                      "--format=json", "--report", report});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "rostrum simulate: warning: " + Path("pods\\n.csv") + ": " + what + "\n");
  EXPECT_NE(outcome.out.find("\\n.csv: " + what + "\"\n  ],\n  \"seed\""), std::string::npos)
      << outcome.out;
  EXPECT_NE(Read(report).find("Warning: "), std::string::npos);
}

TEST_F(SimulateCommandTest, WritesAReport) {
  const std::string path = Path("report.html");
  const Arguments arguments = {"--cells=3", "--apps=9", "--no-time", "--report", path};
  const Outcome outcome = RunCommand(arguments);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("Report: " + path), std::string::npos);
  const std::string page = Read(path);
  EXPECT_NE(page.find("<!DOCTYPE html>"), std::string::npos);
  EXPECT_NE(page.find("rostrum simulate --cells=3"), std::string::npos);
  EXPECT_EQ(Files(), std::vector<std::string>{"report.html"}) << "nothing else is left behind";
  EXPECT_EQ(RunCommand(arguments).status, 0);
  EXPECT_EQ(Read(path), page);
}

TEST_F(SimulateCommandTest, AReportThatCannotBeWrittenIsBadInput) {
  const std::string path = Path("no/such/folder.html");
  Outcome outcome = RunCommand({"--cells=3", "--apps=9", "--report", path});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_TRUE(outcome.out.empty()) << "nothing is simulated before";
  EXPECT_EQ(outcome.err, "rostrum simulate: " + path +
                             ": cannot be opened for writing: No such file or directory\n");
  outcome = RunCommand({"--cells=3", "--apps=9", "--report", Path(".")});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("is a folder, expected a file"), std::string::npos) << outcome.err;
}

TEST_F(SimulateCommandTest, AReportThatIsLostAtTheEndDoesNotCostTheResults) {
  const Outcome outcome = RunCommand({"--cells=3", "--apps=9", "--report", "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.out.find("Auctions placed"), std::string::npos);
  EXPECT_EQ(outcome.out.find("Report:"), std::string::npos);
  EXPECT_EQ(outcome.err,
            "rostrum simulate: /dev/full: cannot be written: No space left on device\n");
}

TEST_F(SimulateCommandTest, AReportIsWrittenThroughALink) {
  namespace fs = std::filesystem;
  fs::create_directory(Path("folder"));
  fs::create_symlink("folder/second", Path("first"));
  fs::create_symlink("report.html", Path("folder/second"));
  for (int times = 0; times < 2; ++times) {
    const std::string first = Path("first");
    const Outcome outcome = RunCommand({"--cells=3", "--apps=9", "--report", first});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(fs::is_symlink(first));
    EXPECT_TRUE(fs::is_symlink(Path("folder/second")));
    EXPECT_TRUE(fs::is_regular_file(Path("folder/report.html")));
    EXPECT_NE(Read(Path("folder/report.html")).find("<!DOCTYPE html>"), std::string::npos);
  }
}

TEST_F(SimulateCommandTest, AReportKeepsTheModeOfTheFileBefore) {
  const std::string path = Write("report.html", "old");
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(RunCommand({"--cells=3", "--apps=9", "--report", path}).status, 0);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(Files(), std::vector<std::string>{"report.html"});
}

TEST_F(SimulateCommandTest, AReportIsWrittenIntoAPipe) {
  const std::string path = Path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  Outcome outcome = RunCommand({"--cells=3", "--apps=9", "--report", path});
  EXPECT_EQ(outcome.status, 1) << "there is no reader";
  std::string page;
  std::thread reader([&] { page = Read(path); });
  // The reader may not be there yet.
  do {
    outcome = RunCommand({"--cells=3", "--apps=9", "--report", path});
  } while (outcome.status == 1);
  reader.join();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(page.find("<!DOCTYPE html>"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_fifo(path));
}

TEST_F(SimulateCommandTest, NoOutputIsAnInputOrAnotherOutput) {
  const std::string header = "name,cpu_milli,memory_mib\n";
  const std::string nodes = Write("nodes.csv", header + "n0,1000,1000\n");
  const std::string pods = Write("pods.csv", header + "p0,100,100\n");
  std::filesystem::create_symlink(nodes, Path("link"));
  std::filesystem::create_hard_link(pods, Path("hard"));
  std::filesystem::create_symlink("new", Path("dangling"));
  const std::string link = Path("link");
  const std::string hard = Path("hard");
  const std::string unborn = Path("new");
  const std::string same = Path("./new");
  const std::string dangling = Path("dangling");
  SimulateHooks hooks;
  hooks.open_recorder = [](const std::string&) -> Expected<RoundSink> {
    ADD_FAILURE() << "the recording is opened";
    return Unavailable("no");
  };
  for (const Arguments& more : std::vector<Arguments>{{"--report", nodes},
                                                      {"--report", link},
                                                      {"--report", hard},
                                                      {"--record", pods},
                                                      {"--record", link},
                                                      {"--record", unborn, "--report", unborn},
                                                      {"--record", unborn, "--report", same},
                                                      {"--record", unborn, "--report", dangling}}) {
    Arguments arguments = {"--nodes", nodes, "--pods", pods};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = RunCommand(arguments, hooks);
    EXPECT_EQ(outcome.status, 2) << more.back();
    EXPECT_NE(outcome.err.find(" name the same file, "), std::string::npos) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
  }
  EXPECT_EQ(Read(nodes), header + "n0,1000,1000\n");
  EXPECT_EQ(Read(pods), header + "p0,100,100\n");
  EXPECT_FALSE(std::filesystem::exists(unborn));
}

TEST_F(SimulateCommandTest, RecordsEveryRound) {
  std::string opened;
  std::set<std::string> strategies;
  int rounds = 0;
  SimulateHooks hooks;
  hooks.open_recorder = [&](const std::string& path) -> Expected<RoundSink> {
    opened = path;
    return RoundSink([&](const Round& round, std::string_view strategy_name) {
      EXPECT_FALSE(round.auctions().empty());
      strategies.emplace(strategy_name);
      ++rounds;
      return Status();
    });
  };
  const Outcome outcome =
      RunCommand({"--cells=3", "--apps=20", "--strategy=diego,spread", "--record", "r.rec"}, hooks);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(opened, "r.rec");
  EXPECT_EQ(strategies, (std::set<std::string>{"diego", "spread"}));
  EXPECT_GT(rounds, 10);
}

TEST_F(SimulateCommandTest, AFailureOfTheRecorderIsOne) {
  SimulateHooks hooks;
  hooks.open_recorder = [](const std::string&) -> Expected<RoundSink> {
    return Unavailable("r.rec: no room");
  };
  const Arguments arguments = {"--cells=3", "--apps=5", "--record=r.rec"};
  Outcome outcome = RunCommand(arguments, hooks);
  EXPECT_EQ(outcome.status, 2) << "as for any other file that cannot be opened";
  EXPECT_EQ(outcome.err, "rostrum simulate: r.rec: no room\n");
  hooks.open_recorder = [](const std::string&) -> Expected<RoundSink> {
    return RoundSink([](const Round&, std::string_view) { return Unavailable("disk full"); });
  };
  outcome = RunCommand(arguments, hooks);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "rostrum simulate: disk full\n");
  EXPECT_TRUE(outcome.out.empty());
  EXPECT_EQ(RunCommand(arguments).status, 2) << "there is no recorder";
}

TEST_F(SimulateCommandTest, BadInputEndsWithTwoAndOneClearLine) {
  const std::string nodes = Write("nodes.csv", "sn,cpu_milli,memory_mib\nn0,1000,1000\n");
  const std::string pods = Write("pods.csv", "name,cpu_milli,memory_mib\np0,100,x\n");
  const std::string many = Path("many.csv");
  {
    std::ofstream file(many);
    file << "sn,cpu_milli,memory_mib\n";
    for (int i = 0; i < 11; ++i) file << "n" << i << ",1000,1000\n";
  }
  const std::string tiny = Write("tiny.csv", "name,cpu_milli,memory_mib\np0,0,0.001\n");
  const std::string good = Write("good.csv", "name,cpu_milli,memory_mib\np0,100,100\n");
  const std::string missing = Path("missing.csv");
  struct Case {
    Arguments arguments;
    std::string error;
  };
  const std::vector<Case> cases = {
      {{"--cels", "5"}, "unknown flag --cels, the nearest known one is --cells"},
      {{"five"}, "\"five\" is not a flag, expected flags only"},
      {{"--cells"}, "--cells has no value, expected N"},
      {{"--cells", "0"}, "--cells is \"0\", expected a whole number from 1 to 200000"},
      {{"--cells", "many"}, "--cells is \"many\", expected a whole number from 1 to 200000"},
      {{"--cells=30000"},
       "--cells is \"30000\", expected at most 25000 without --apps, since so many cells are "
       "filled "
       "by more than 1000000 apps"},
      {{"--cells=5", "--zones=6"}, "--zones is \"6\", expected a whole number from 1 to 5"},
      {{"--apps=0"}, "--apps is \"0\", expected a whole number from 1 to 1000000"},
      {{"--seed=-1"}, "--seed is \"-1\", expected a whole number from 0 to 9223372036854775807"},
      {{"--duration=1h"},
       "--duration is \"1h\", expected seconds from 1 to 31622400"},
      {{"--duration=0.5"},
       "--duration is \"0.5\", expected seconds from 1 to 31622400"},
      {{"--round-every=0"},
       "--round-every is \"0\", expected seconds from 0.1 to 31622400"},
      {{"--start-seconds=-1"},
       "--start-seconds is \"-1\", expected seconds from 0 to 31622400"},
      {{"--nodes", nodes}, "--nodes is given without --pods, expected both or neither"},
      {{"--pods", pods}, "--pods is given without --nodes, expected both or neither"},
      {{"--nodes=", "--pods", pods}, "--nodes is \"\", expected a file"},
      {{"--nodes=-", "--pods=-"},
       "standard input (-) can be read for only one of --nodes and --pods"},
      {{"--nodes", nodes, "--pods", good, "--cells=5"},
       "--cells cannot be used with --nodes and --pods"},
      {{"--nodes", nodes, "--pods", good, "--round-every=5"},
       "--round-every cannot be used with --nodes and --pods"},
      {{"--nodes", nodes, "--pods", good, "--fill", "--by-time"},
       "--fill cannot be used with --by-time"},
      {{"--fill"}, "--fill cannot be used without --nodes and --pods"},
      {{"--batch=5"}, "--batch cannot be used without --nodes and --pods"},
      {{"--nodes", nodes, "--pods", good, "--batch=0"},
       "--batch is \"0\", expected a whole number from 1 to 1000000"},
      {{"--nodes", nodes, "--pods", good, "--fill", "--fail-cells=1"},
       "--fail-cells cannot be used with --fill, the middle of which is not known in advance"},
      {{"--nodes", nodes, "--pods", pods},
       pods + ", line 2, column \"memory_mib\": is \"x\", expected MiB of memory, a number from 0 "
              "to 4000000000000"},
      {{"--nodes", missing, "--pods", pods}, missing + ": No such file or directory"},
      {{"--cells=5", "--fail-cells=6"},
       "--fail-cells is \"6\", expected at most 5, the number of cells that are "
       "there to fail"},
      {{"--fail-cells=0"}, "--fail-cells is \"0\", expected a whole number from 1 to 200000"},
      {{"--fail-zone=z9"}, "--fail-zone is \"z9\", expected one of z1, z2, z3"},
      {{"--fail-zone="}, "--fail-zone is \"\", expected the name of a zone"},
      {{"--rolling-update=yes"}, "--rolling-update is given \"yes\", expected no value"},
      {{"--strategy=diego,diego"}, "--strategy names \"diego\" twice, expected each once"},
      {{"--strategy=all", "--strategy=spread"},
       "--strategy names \"spread\" twice, expected each once"},
      {{"--set=weight"}, "--set is \"weight\", expected KEY=VALUE"},
      {{"--format=xml"}, "--format is \"xml\", expected text or json"},
      {{"--report="}, "--report is \"\", expected a file"},
      {{"--record="}, "--record is \"\", expected a file"},
      {{"--report=-"}, "--report is \"-\", expected a file (a file of that name is ./-)"},
      {{"--record", "-"}, "--record is \"-\", expected a file (a file of that name is ./-)"},
      {{"--pods=", "--nodes", nodes}, "--pods is \"\", expected a file"},
      {{"--set=starting_container_weight=1", "--set=starting_container_weight=2"},
       "--set names \"starting_container_weight\" twice, expected each key once"},
      {{"--nodes", many, "--pods", tiny, "--fill"},
       tiny + ": up to 11,000,001 pods may fit before the first is refused, expected 10,000,000 at "
              "most: fill fewer nodes, or with larger pods"},
      {{"--fail-zone=\u202Ez\n2"}, "--fail-zone is \"\\u202ez\\n2\", expected one of z1, z2, z3"},
      {{"--no-time", "--no-time"}, "--no-time is given twice, expected it once"},
  };
  for (const Case& test : cases) {
    const Outcome outcome = RunCommand(test.arguments);
    EXPECT_EQ(outcome.status, 2) << test.error;
    EXPECT_EQ(outcome.err, "rostrum simulate: " + test.error + "\n");
    EXPECT_TRUE(outcome.out.empty()) << test.error;
  }
}

TEST_F(SimulateCommandTest, ErrorsOfTheLibraryNameTheFlag) {
  for (const auto& [argument, part] : std::vector<std::pair<std::string_view, std::string>>{
           {"--strategy=dieg", "dieg"},
           {"--strategy=", ""},
           {"--strategy=./no-such-plugin.so", "no-such-plugin.so"},
           {"--set=weight=1", "weight"},
           {"--set=starting_container_weight=x", "starting_container_weight"}}) {
    const Outcome outcome = RunCommand({"--cells=2", argument});
    EXPECT_EQ(outcome.status, 2) << argument;
    const std::string flag(argument.substr(0, argument.find('=')));
    EXPECT_NE(outcome.err.find(flag + ": "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

}  // namespace
}  // namespace rostrum::tools
