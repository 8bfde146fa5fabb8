// `rostrum mesos`: its flags and what it prints. What it does is tested in tests/mesos.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "lib/tools/mesos/mesos_command.h"
#include "lib/tools/mesos/outcomes.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::tools {
namespace {

using mesos::Outcome;
using mesos::OutcomeKind;

Expected<MesosOptions> Read(const std::vector<std::string>& arguments) {
  std::vector<std::string_view> views(arguments.begin(), arguments.end());
  const Expected<Flags> flags = Flags::Parse(MesosVerb(), views);
  if (!flags.ok()) return flags.status();
  return ReadMesosOptions(*flags);
}

std::string ErrorOf(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--master", "127.0.0.1:5050"});
  const Expected<MesosOptions> options = Read(arguments);
  return options.ok() ? "no error" : options.status().text();
}

class MesosToolFiles : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(folder.File(name)) << text;
    return folder.File(name);
  }
  const TemporaryFolder folder;
};

TEST(MesosTool, HelpSaysWhatBecomesOfTasksAndEverySetting) {
  std::ostringstream out;
  std::ostringstream err;
  const std::vector<std::string_view> arguments = {"--help"};
  EXPECT_EQ(RunMesos(arguments, out, err), 0);
  EXPECT_NE(out.str().find("tasks go on when the program ends"), std::string::npos);
  for (const mesos::FrameworkOption& option : mesos::FrameworkOptionList()) {
    EXPECT_NE(out.str().find(option.key), std::string::npos) << option.key;
  }
}

TEST(MesosTool, HelpSaysWhatItsOwnDefaultsAre) {
  std::string help = HelpText(MesosVerb());
  // Lines are broken anywhere between two words.
  help.erase(
      std::unique(help.begin(), help.end(), [](char a, char b) { return a <= ' ' && b <= ' '; }),
      help.end());
  std::replace(help.begin(), help.end(), '\n', ' ');
  EXPECT_NE(help.find("0: never (120000);"), std::string::npos);
  EXPECT_NE(help.find("lost with its agent is placed again (true);"), std::string::npos);
}

TEST(MesosTool, ErrorsNameTheFlag) {
  EXPECT_EQ(Read({}).status().text(),
            "--master is missing, expected HOST:PORT or zk://HOST:PORT/PATH");
  EXPECT_EQ(ErrorOf({"--failover-timeout", "soon"}),
            "--failover-timeout is \"soon\", expected a whole number from 0 to 100000000");
  EXPECT_EQ(ErrorOf({"--executor-volume", "data"}),
            "--executor-volume is \"data\", expected HOST:CONTAINER");
  EXPECT_EQ(ErrorOf({"--executor-environment", "A"}),
            "--executor-environment is \"A\", expected NAME=VALUE");
  EXPECT_EQ(ErrorOf({"--capability", "fly"}),
            "--capability is \"fly\", expected gpus, revocable, shared or region-aware");
  EXPECT_EQ(ErrorOf({"--set", "window_ms"}), "--set is \"window_ms\", expected KEY=VALUE");
  EXPECT_EQ(ErrorOf({"--set", "keep_waiting=1"}),
            "--set: keep_waiting is \"1\", expected true or false");
  EXPECT_LT(ErrorOf({"--set", "keep_waiting=" + std::string(100'000, 'x')}).size(), 200u);
  // Cut off before what is wrong with it, it would be right.
  EXPECT_NE(ErrorOf({"--set", "stacks=" + std::string(200, 'x') + ",,y"}), "no error");
  EXPECT_EQ(ErrorOf({"--containerizer", "rkt"}),
            "--containerizer is \"rkt\", expected docker or mesos");
  EXPECT_EQ(ErrorOf({"--lrps", "-", "--tasks", "-"}),
            "standard input (-) can be read for only one of --lrps, --tasks and --services");
}

TEST(MesosTool, WithoutAnIdItsTasksEndWithIt) {
  Expected<MesosOptions> options = Read({"--master", "h:1"});
  ASSERT_TRUE(options.ok()) << options.status().text();
  EXPECT_TRUE(options->tear_down);
  EXPECT_EQ(options->framework.scheduler.framework.failover_timeout, std::chrono::seconds(60));
  options = Read({"--master", "h:1", "--framework-id-file", "/tmp/id"});
  ASSERT_TRUE(options.ok()) << options.status().text();
  EXPECT_FALSE(options->tear_down);
  EXPECT_EQ(options->framework.journal_path, "/tmp/id.journal");
  EXPECT_EQ(options->framework.scheduler.framework.failover_timeout, std::chrono::hours(24 * 14));
}

TEST(MesosTool, HowItStartsIsAFlagAndASetting) {
  const auto settings_of = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--master", "h:1"});
    const auto options = Read(arguments);
    EXPECT_TRUE(options.ok()) << options.status().text();
    return options.ok() ? options->framework.settings : mesos::FrameworkSettings();
  };
  EXPECT_FALSE(settings_of({}).adopt_running);
  EXPECT_FALSE(settings_of({}).new_framework);
  EXPECT_TRUE(settings_of({"--adopt-running"}).adopt_running);
  EXPECT_TRUE(settings_of({"--set", "adopt_running=true"}).adopt_running);
  EXPECT_TRUE(settings_of({"--new-framework"}).new_framework);
}

TEST(MesosTool, ToAdoptWhatRunsAndToLeaveItBehindDoNotGoTogether) {
  std::ostringstream out;
  std::ostringstream err;
  const std::vector<std::string_view> arguments = {"--master", "127.0.0.1:5050", "--adopt-running",
                                                   "--new-framework"};
  EXPECT_EQ(RunMesos(arguments, out, err), 2);
  EXPECT_EQ(err.str(),
            "rostrum mesos: adopt_running and new_framework are both set, expected one\n");
}

TEST_F(MesosToolFiles, TheSecretIsReadWithoutItsNewLine) {
  const std::string file = Write("secret", "s3cret\n");
  const auto options =
      Read({"--master", "h:1", "--principal", "cf", "--secret-file", file, "--role", "a"});
  ASSERT_TRUE(options.ok()) << options.status().text();
  const mesos::SchedulerOptions& scheduler = options->framework.scheduler;
  EXPECT_EQ(scheduler.http.secret, "s3cret");
  EXPECT_EQ(scheduler.http.principal, "cf");
  EXPECT_EQ(scheduler.framework.principal, "cf");
  EXPECT_EQ(scheduler.framework.roles, std::vector<std::string>{"a"});
  EXPECT_NE(ErrorOf({"--principal", "cf", "--secret-file", Write("empty", "\n")})
                .find("expected a secret"),
            std::string::npos);
}

TEST_F(MesosToolFiles, TheCredentialsOfZooKeeperAreReadForAddressesWithoutThem) {
  const std::string file = Write("zk", "diego:p@ss:w0rd\r\n");
  const auto master_of = [&](const std::string& master, const std::string& id) {
    const auto options = Read({"--master", master, "--zk-credentials-file", file,
                               "--framework-id-file", id, "--journal", folder.File("journal")});
    return options.ok() ? options->framework.scheduler.master : options.status().text();
  };
  EXPECT_EQ(master_of("zk://zk1:2181,zk2/mesos", "/tmp/id"),
            "zk://diego:p@ss:w0rd@zk1:2181,zk2/mesos");
  EXPECT_EQ(master_of("zk://own:one@zk1/mesos", "zk://zk1/id"), "zk://own:one@zk1/mesos");
  EXPECT_EQ(master_of("h:1", "zk://zk1/id"), "h:1");
  EXPECT_EQ(master_of("h:1", "/tmp/id"),
            "--zk-credentials-file is \"" + file +
                "\", and neither master nor framework_id_file takes it, expected one that begins "
                "with zk:// and has no credentials of its own");
}

TEST_F(MesosToolFiles, WhatAFileOfCredentialsHoldsIsNeverShown) {
  for (const char* const text :
       {"", "\n", "s3cret", ":s3cret", "s3cret:", "a:s3cret\nb:s3cret\n"}) {
    const std::string file = Write("zk", text);
    const std::string error =
        Read({"--master", "zk://h/mesos", "--zk-credentials-file", file}).status().text();
    EXPECT_NE(error.find("expected USER:PASSWORD in one line"), std::string::npos) << text;
    EXPECT_EQ(error.find("s3cret"), std::string::npos) << error;
  }
}

TEST_F(MesosToolFiles, VariablesOfTheExecutorComeFromFilesToo) {
  const std::string file =
      Write("variables", "# Of the cell.\nTOKEN=s3=cret\r\n\nEMPTY=\n SPACED = a b\n");
  const auto options =
      Read({"--master", "h:1", "--executor-command", "x", "--executor-environment", "A=b",
            "--executor-environment-file", file, "--executor-environment-file",
            Write("more", "LAST=1")});
  ASSERT_TRUE(options.ok()) << options.status().text();
  EXPECT_EQ(options->framework.executor->command.environment,
            (std::vector<mesos::EnvironmentVariable>{{"A", "b"},
                                                     {"TOKEN", "s3=cret"},
                                                     {"EMPTY", ""},
                                                     {" SPACED ", " a b"},
                                                     {"LAST", "1"}}));
  const std::string wrong = Write("wrong", "A=b\ns3cret\n");
  EXPECT_EQ(ErrorOf({"--executor-command", "x", "--executor-environment-file", wrong}),
            wrong + ":2: the line is something else, expected NAME=VALUE");
  EXPECT_NE(ErrorOf({"--executor-command", "x", "--executor-environment-file", "/no/such/file"})
                .find("/no/such/file: No such file"),
            std::string::npos);
}

TEST_F(MesosToolFiles, WorkIsRunByItsCommandByItsImageOrByTheExecutor) {
  const std::string file = Write("lrps.json", R"([
    {"process_guid":"line","domain":"d","indices":[0],"RootFs":"r","command":"a b"},
    {"process_guid":"program","domain":"d","indices":[0],"RootFs":"r","command":"/a",
     "arguments":["b"],"environment":{"A":"b"},"kill_grace_seconds":3},
    {"process_guid":"image","domain":"d","indices":[0],"RootFs":"r","image":"org/image"},
    {"process_guid":"diego","domain":"d","indices":[0],"RootFs":"r"}])");
  const auto options = Read({"--master", "h:1", "--lrps", file, "--containerizer", "mesos",
                             "--executor-image", "cell:1", "--executor-volume", "data:/var/data"});
  ASSERT_TRUE(options.ok()) << options.status().text();
  ASSERT_EQ(options->work.size(), 4u);
  EXPECT_TRUE(options->work[0].launch->command.shell);
  EXPECT_FALSE(options->work[1].launch->command.shell);
  EXPECT_EQ(options->work[1].launch->command.arguments, (std::vector<std::string>{"/a", "b"}));
  EXPECT_EQ(options->work[1].launch->kill_grace_period, std::chrono::seconds(3));
  EXPECT_EQ(options->work[2].launch->container->type, mesos::ContainerType::kMesos);
  EXPECT_EQ(options->work[3].launch, nullptr);
  const mesos::CellExecutor& executor = *options->framework.executor;
  EXPECT_TRUE(executor.container->privileged);
  EXPECT_FALSE(executor.command.shell);
  ASSERT_EQ(executor.container->volumes.size(), 1u);
  EXPECT_EQ(executor.container->volumes[0].host_path, "data");
}

TEST(MesosTool, AnExecutorHasTimeToEndItsWork) {
  const auto grace_of = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--master", "h:1", "--executor-command", "rostrum-executor"});
    const auto options = Read(arguments);
    EXPECT_TRUE(options.ok()) << options.status().text();
    return options->framework.executor->shutdown_grace_period;
  };
  // Diego gives an app ten seconds.
  EXPECT_EQ(grace_of({}), std::chrono::seconds(15));
  EXPECT_EQ(grace_of({"--executor-shutdown-grace", "90"}), std::chrono::seconds(90));
  EXPECT_EQ(grace_of({"--executor-shutdown-grace", "0"}), std::nullopt);
  EXPECT_EQ(ErrorOf({"--executor-shutdown-grace", "1.5"}),
            "--executor-shutdown-grace is \"1.5\", expected a whole number from 0 to 100000");
}

TEST(OutcomeWriter, OneLineWhateverAnExecutorSays) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kEnded;
  outcome.guid = "web";
  outcome.index = 2;
  outcome.task_id = "web.2.x-1";
  outcome.hostname = "host";
  outcome.zone = "z1";
  outcome.state = mesos::TaskState::kFailed;
  outcome.text = "line one\nline two \x1b[31m";
  const auto when = std::chrono::system_clock::time_point(std::chrono::milliseconds(1500));
  const std::string text = OutcomeText(outcome, when);
  EXPECT_EQ(
      text.find("1970-01-01T00:00:01.500Z lrp web.2 ended TASK_FAILED on host (z1): line one"), 0u);
  EXPECT_EQ(text.find_first_of("\n\x1b"), std::string::npos);
  const std::string json = OutcomeJson(outcome, when);
  EXPECT_EQ(json.find('\n'), std::string::npos);
  EXPECT_NE(json.find(R"("event":"ended","kind":"lrp","identifier":"web.2")"), std::string::npos);
  EXPECT_NE(json.find(R"("state":"TASK_FAILED")"), std::string::npos);
}

TEST(OutcomeWriter, AnEndThatNobodySawHasAStateOfItsOwn) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kEnded;
  outcome.work_kind = Kind::kTask;
  outcome.guid = "job";
  outcome.task_id = "job.x-1";
  outcome.hostname = "host";
  outcome.state = mesos::TaskState::kEndedUnseen;
  outcome.text = "ended unseen: gone from rep's state";
  const std::string text = OutcomeText(outcome, {});
  EXPECT_NE(text.find(" task job ended ENDED_UNSEEN on host: ended unseen: gone"),
            std::string::npos)
      << text;
  EXPECT_NE(OutcomeJson(outcome, {}).find(R"("state":"ENDED_UNSEEN")"), std::string::npos);
}

TEST(OutcomeWriter, WhatIsOfTheWholeFrameworkNamesNoWork) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kDisconnected;
  outcome.text = "test";
  EXPECT_EQ(OutcomeText(outcome, {}), "1970-01-01T00:00:00.000Z disconnected: test");
  EXPECT_EQ(OutcomeJson(outcome, {}),
            R"({"time":"1970-01-01T00:00:00.000Z","event":"disconnected","text":"test"})");
}

TEST(OutcomeWriter, ARefusalSaysHowMuchIsMissing) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kRefused;
  outcome.work_kind = Kind::kTask;
  outcome.guid = "job";
  outcome.error = "insufficient resources: memory";
  ReasonCount reason;
  reason.subject = "memory";
  reason.cells = 3;
  reason.short_by = 1500;
  outcome.reasons = {reason};
  const std::string text = OutcomeText(outcome, {});
  EXPECT_NE(text.find("task job refused: insufficient resources: memory (memory is short by 1.5 on "
                      "3 cells)"),
            std::string::npos)
      << text;
  EXPECT_NE(OutcomeJson(outcome, {}).find(R"("short_by":"1.5")"), std::string::npos);
}

}  // namespace
}  // namespace rostrum::tools
