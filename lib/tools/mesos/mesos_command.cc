#include "lib/tools/mesos/mesos_command.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/framework/options.h"
#include "lib/tools/flags.h"
#include "lib/tools/input_files.h"
#include "lib/tools/mesos/outcomes.h"
#include "lib/wire/read_mesos_work.h"

namespace rostrum::tools {
namespace {

// The flags that are options of the framework under the same names.
constexpr std::string_view kOptionFlags[] = {"master",
                                             "name",
                                             "user",
                                             "role",
                                             "principal",
                                             "secret-file",
                                             "zk-credentials-file",
                                             "ca-file",
                                             "certificate-file",
                                             "key-file",
                                             "framework-id-file",
                                             "journal",
                                             "failover-timeout",
                                             "capability",
                                             "executor-command",
                                             "executor-image",
                                             "executor-volume",
                                             "executor-environment",
                                             "executor-environment-file",
                                             "executor-cpus",
                                             "executor-memory",
                                             "executor-disk",
                                             "executor-shutdown-grace"};

// The flags that are settings of the framework, switched on.
constexpr std::string_view kSwitchFlags[] = {"adopt-running", "new-framework"};

std::string KeyOf(std::string_view flag) {
  std::string key(flag);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

// The library names the option; who typed a flag is to find the flag.
Status AsFlag(const Status& status) {
  for (const std::string_view flag : kOptionFlags) {
    const std::string key = KeyOf(flag) + " is ";
    if (status.text().starts_with(key)) {
      return Status(status.code(),
                    Format("--{} is {}", flag, status.text().substr(key.size())));
    }
  }
  return status;
}

// The library's text quotes the value, so that it must be short there.
Status Set(std::string_view key, std::string_view value, mesos::NamedOptions* named) {
  Status status = named->Set(key, value);
  if (status.ok()) return status;
  mesos::NamedOptions scratch;
  Status shown = scratch.Set(key, Shown(value));
  return shown.ok() ? status : shown;
}

Status ReadNamed(const Flags& flags, mesos::NamedOptions* named) {
  for (const std::string_view flag : kOptionFlags) {
    for (const std::string_view value : flags.Texts(flag)) {
      if (Status status = Set(KeyOf(flag), value, named); !status.ok()) return AsFlag(status);
    }
  }
  return {};
}

Status ReadSets(const Flags& flags, mesos::NamedOptions* named) {
  if (flags.Has("window")) {
    const Status status = Set("window_ms", flags.Text("window"), named);
    if (!status.ok()) return InvalidArgument("--window: " + status.text());
  }
  for (const std::string_view flag : kSwitchFlags) {
    if (flags.Has(flag)) static_cast<void>(named->Set(KeyOf(flag), "true"));
  }
  for (const std::string_view text : flags.Texts("set")) {
    const Expected<Setting> setting = ReadSetting(text);
    if (!setting.ok()) return setting.status();
    if (!mesos::NamedOptions::IsSetting(setting->key)) {
      return InvalidArgument(Format(
          "--set: unknown setting \"{}\"; rostrum mesos --help lists them", Shown(setting->key)));
    }
    const Status status = Set(setting->key, setting->value, named);
    if (!status.ok()) return InvalidArgument("--set: " + status.text());
  }
  return {};
}

// --- The work.

std::shared_ptr<const mesos::Launch> LaunchOf(const wire::MesosWork& work,
                                              mesos::ContainerType containerizer) {
  if (!work.has_launch()) return nullptr;
  auto launch = std::make_shared<mesos::Launch>();
  mesos::CommandInfo& command = launch->command;
  command.value = work.command;
  command.shell = !work.command.empty() && work.arguments.empty();
  if (!work.arguments.empty()) {
    if (!work.command.empty()) command.arguments.push_back(work.command);
    command.arguments.insert(command.arguments.end(), work.arguments.begin(), work.arguments.end());
  }
  for (const auto& [name, value] : work.environment) command.environment.push_back({name, value});
  if (!work.image.empty()) {
    launch->container.emplace();
    launch->container->type = containerizer;
    launch->container->image = work.image;
  }
  if (work.kill_grace_seconds) {
    launch->kill_grace_period = std::chrono::seconds(*work.kill_grace_seconds);
  }
  return launch;
}

Expected<mesos::ContainerType> ReadContainerizer(const Flags& flags) {
  const std::string_view kind = flags.Text("containerizer", "docker");
  if (kind == "docker") return mesos::ContainerType::kDocker;
  if (kind == "mesos") return mesos::ContainerType::kMesos;
  return InvalidArgument(
      Format("--containerizer is \"{}\", expected docker or mesos", Shown(kind)));
}

Status ReadAllWork(const Flags& flags, MesosOptions* options) {
  constexpr std::string_view kFiles[] = {"lrps", "tasks", "services"};
  if (Status s = CheckStandardInput(flags, kFiles); !s.ok()) return s;
  const Expected<mesos::ContainerType> containerizer = ReadContainerizer(flags);
  if (!containerizer.ok()) return containerizer.status();
  std::vector<wire::MesosWork> lrps;
  std::vector<wire::MesosWork> tasks;
  std::vector<wire::MesosWork> services;
  if (Status s = ReadInto(flags, "lrps", wire::ReadMesosLrps, &lrps); !s.ok()) return s;
  if (Status s = ReadInto(flags, "tasks", wire::ReadMesosTasks, &tasks); !s.ok()) return s;
  if (Status s = ReadInto(flags, "services", wire::ReadServices, &services); !s.ok()) return s;
  for (const auto* const work : {&lrps, &tasks}) {
    for (const wire::MesosWork& each : *work) {
      options->work.push_back({std::make_shared<const Work>(each.work), each.indices, 0,
                               LaunchOf(each, *containerizer)});
    }
  }
  for (const wire::MesosWork& each : services) {
    auto work = std::make_shared<Work>(each.work);
    if (work->domain.empty()) work->domain = "services";
    if (work->constraint.rootfs.empty()) work->constraint.rootfs = mesos::kAnyRootfs;
    options->services.push_back({std::move(work), LaunchOf(each, *containerizer), each.count, 0});
  }
  return {};
}

Status ReadEnd(const Flags& flags, MesosOptions* options) {
  const Expected<bool> as_json = ReadAsJson(flags);
  if (!as_json.ok()) return as_json.status();
  options->as_json = *as_json;
  options->once = flags.Has("once");
  if (options->once && !options->services.empty()) {
    return InvalidArgument("--once is given with --services, which never end");
  }
  options->tear_down = options->tear_down || flags.Has("teardown");
  const Expected<int64_t> timeout = flags.Whole("stop-timeout", 5000, 0, 3'600'000);
  if (!timeout.ok()) return timeout.status();
  options->stop_timeout = std::chrono::milliseconds(*timeout);
  return {};
}

}  // namespace

Expected<MesosOptions> ReadMesosOptions(const Flags& flags) {
  mesos::NamedOptions named;
  for (const OwnDefault& own : kOwnDefaults) static_cast<void>(named.Set(own.key, own.value));
  if (Status s = ReadNamed(flags, &named); !s.ok()) return s;
  if (Status s = ReadSets(flags, &named); !s.ok()) return s;
  Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(flags.Text("strategy", "binpack"));
  if (!strategy.ok()) return strategy.status();
  Expected<mesos::FrameworkOptions> framework = named.Finish(std::move(*strategy));
  if (!framework.ok()) return AsFlag(framework.status());
  MesosOptions options;
  options.framework = std::move(*framework);
  options.tear_down = !named.keeps_id();
  if (Status s = ReadAllWork(flags, &options); !s.ok()) return s;
  if (Status s = ReadEnd(flags, &options); !s.ok()) return s;
  return options;
}

StopSignals::StopSignals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  if (ok()) thread_ = std::thread([this] { Wait(); });
}

StopSignals::~StopSignals() {
  if (!ok()) return;
  events_.TellEnd();
  thread_.join();
}

void StopSignals::Wait() {
  while (const int signal = events_.Wait()) {
    // What a shell expects of a program that a signal ended.
    if (received_ != 0) _exit(128 + signal);
    received_ = signal;
    on_signal_();
  }
}

namespace {

using mesos::Framework;
using mesos::Outcome;
using mesos::OutcomeKind;

constexpr std::chrono::milliseconds kLook(1000);

int FailMesos(const Status& status, int exit_status, std::ostream& err) {
  return Fail("mesos", status, exit_status, err);
}

// What came of a run, as far as the exit status tells.
struct Ending {
  bool has_failed = false;    // The framework itself.
  bool all_succeeded = true;  // Every piece of work that ended.
};

void Note(const MesosOptions& options, const std::vector<Outcome>& outcomes, Ending* ending) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind == OutcomeKind::kFailed) ending->has_failed = true;
    const bool did_not_succeed =
        outcome.kind == OutcomeKind::kEnded
            ? outcome.state != mesos::TaskState::kFinished
            : outcome.kind == OutcomeKind::kRefused && !options.framework.settings.keep_waiting;
    if (did_not_succeed) ending->all_succeeded = false;
  }
}

Status Fill(const MesosOptions& options, Framework* framework) {
  const Expected<size_t> added = framework->Submit(options.work);
  if (!added.ok()) return added.status();
  for (const mesos::Service& service : options.services) {
    if (Status status = framework->SetService(service); !status.ok()) return status;
  }
  return {};
}

bool IsDone(const Framework& framework) {
  const mesos::FrameworkCounts counts = framework.counts();
  return counts.waiting == 0 && counts.launched == 0;
}

Status End(const MesosOptions& options, const Ending& ending, Framework* framework) {
  if (options.tear_down && !ending.has_failed) {
    // Nothing was ever started for a framework that never subscribed.
    if (framework->framework_id().empty()) return {};
    return framework->TearDown(options.stop_timeout);
  }
  framework->Stop(options.stop_timeout);
  return {};
}

int Run(const MesosOptions& options, std::ostream& out, std::ostream& err) {
  Framework* running = nullptr;
  std::atomic<bool> is_ready{false};
  // Before the framework's threads, which must not get the signals.
  StopSignals signals([&] {
    if (is_ready) running->Interrupt();
  });
  if (!signals.ok()) {
    return FailMesos(Unavailable("signals cannot be waited for"), kFailed, err);
  }
  auto framework = Framework::Create(options.framework);
  if (!framework.ok()) {
    return FailMesos(framework.status(), ExitStatusOf(framework.status()), err);
  }
  running = framework->get();
  is_ready = true;
  if (Status status = Fill(options, running); !status.ok()) {
    return FailMesos(status, ExitStatusOf(status), err);
  }
  if (Status status = running->Start(); !status.ok()) return FailMesos(status, kFailed, err);

  // What is printed is read by operators and programs; nothing that runs depends on it.
  OutcomePrinter printer(options.as_json, out, err);
  Ending ending;
  while (signals.received() == 0 && !ending.has_failed) {
    // Looked at before the outcomes are taken, so that the last ones are printed.
    const bool is_done = options.once && IsDone(*running);
    const std::vector<Outcome> outcomes =
        running->WaitOutcomes(is_done ? std::chrono::milliseconds(0) : kLook);
    Note(options, outcomes, &ending);
    printer.Print(outcomes);
    if (is_done) break;
  }
  const Status ended = End(options, ending, running);
  std::vector<Outcome> rest = running->WaitOutcomes(std::chrono::milliseconds(0));
  if (options.tear_down && ended.ok()) {
    // That the framework is gone now is what was asked for.
    std::erase_if(rest, [](const Outcome& outcome) {
      return outcome.kind == OutcomeKind::kDisconnected || outcome.kind == OutcomeKind::kFailed;
    });
  }
  printer.Print(rest);
  printer.Finish([&] { return signals.received() != 0; });
  if (!ended.ok()) return FailMesos(ended, kFailed, err);
  if (ending.has_failed || (options.once && !ending.all_succeeded)) return kFailed;
  return 0;
}

}  // namespace

int RunMesos(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  const Expected<Flags> flags = Flags::Parse(MesosVerb(), arguments);
  if (!flags.ok()) return FailMesos(flags.status(), kBadInput, err);
  if (flags->help()) {
    out << HelpText(MesosVerb());
    return 0;
  }
  const Expected<MesosOptions> options = ReadMesosOptions(*flags);
  if (!options.ok()) return FailMesos(options.status(), ExitStatusOf(options.status()), err);
  return Run(*options, out, err);
}

// The flags of `rostrum mesos`.

namespace {

constexpr std::string_view kSummary =
    "Runs a framework on Apache Mesos: places LRPs, tasks and services on the offers of a real "
    "cluster, launches them, and prints each change of state until it is asked to end (SIGINT or "
    "SIGTERM; a second one ends it at once).\n"
    "Work is what rostrum place reads, with more keys: command, arguments, image, environment, "
    "cpus, gpus, ports, kill_grace_seconds. Work with a command or an image is run by Mesos "
    "itself; "
    "all other work is handed to an executor that stands for a Diego cell (see "
    "--executor-command). "
    "A service has name and count beside these, and is kept at its count.\n"
    "With --framework-id-file, tasks go on when the program ends, for --failover-timeout, and are "
    "known again when it is started with the same file. Without it nobody could find them again, "
    "so "
    "the framework and its tasks are ended with the program. --teardown does that in any case.\n"
    "What agents offer for constraints comes from their attributes: stack (root file systems), "
    "rootfs_scheme, placement_tags, optional_placement_tags, volume_drivers, zone (else the fault "
    "domain's) and cell_index; lists have commas. RootFs mesos:any runs on every agent.\n"
    "A line that cannot be written is lost and counted, and ends nothing; SIGHUP is ignored.";

// A setting's description, which ends with its default in brackets.
std::string DescriptionOf(const mesos::FrameworkOption& option) {
  std::string text(option.description);
  for (const OwnDefault& own : kOwnDefaults) {
    if (own.key != option.key) continue;
    text.resize(text.rfind('('));
    text += "(" + std::string(own.value) + ")";
  }
  return text;
}

// The settings of --set, for its help.
const std::string& SetHelp() {
  static const std::string text = [] {
    std::string made =
        "one of Diego's settings (see rostrum place --help), or of the framework's: ";
    for (const mesos::FrameworkOption& option : mesos::FrameworkOptionList()) {
      if (made.back() != ' ') made += "; ";
      made += std::string(option.key) + ", " + DescriptionOf(option);
    }
    return made;
  }();
  return text;
}

}  // namespace

const Verb& MesosVerb() {
  static const Verb verb = {
      .name = "mesos",
      .summary = kSummary,
      .groups =
          {{"The cluster",
            {{"master", "ADDRESS",
              "HOST:PORT of a master, several with commas, or zk://HOST:PORT[,HOST:PORT]/PATH; "
              "needed"},
             {"name", "NAME", "of the framework", "rostrum"},
             {"user", "USER", "as whom tasks run on agents", "who runs this"},
             {"role", "ROLE", "a role of the framework", "*", true},
             {"principal", "NAME", "for HTTP basic authentication, and of the framework", "none"},
             {"secret-file", "FILE", "the principal's secret, in one line", "none"},
             {"zk-credentials-file", "FILE",
              "USER:PASSWORD in one line, for addresses that begin with zk://", "none"},
             {"ca-file", "FILE", "certificates of authorities, to speak TLS with masters", "none"},
             {"certificate-file", "FILE", "of the client, for mutual TLS", "none"},
             {"key-file", "FILE", "the certificate's key", "none"},
             {"framework-id-file", "FILE",
              "where the framework's id is kept over restarts; or zk://HOST:PORT/PATH/OF/NODE",
              "none"},
             {"journal", "FILE", "where the launched tasks are kept over restarts",
              "the id's file with .journal behind it"},
             {"adopt-running", "",
              "start although the journal is lost, damaged or an older copy, with what Mesos says "
              "runs; --set adopt_running=true"},
             {"new-framework", "",
              "leave the framework of the id's file behind, and be a new one; --set "
              "new_framework=true"},
             {"failover-timeout", "SECONDS", "for how long tasks outlive the program",
              "1209600; 60 without --framework-id-file"},
             {"capability", "NAME",
              "one more of gpus, revocable, shared, region-aware; by default none of them", "",
              true}}},
           {"The work; - is standard input",
            {{"lrps", "FILE", "JSON as at POST /v1/lrps, with the keys above", "none"},
             {"tasks", "FILE", "JSON as at POST /v1/tasks, with the keys above", "none"},
             {"services", "FILE", "JSON of services; each may be an array or one after the other",
              "none"},
             {"containerizer", "KIND", "what runs images: docker or mesos", "docker"}}},
           {"Placing",
            {{"strategy", "NAME",
              "binpack, spread, bestfit, diego, or the path of a plug-in (a shared object)",
              "binpack"},
             {"window", "MS", "--set window_ms", "1000"},
             {"set", "KEY=VALUE", SetHelp(), "", true}}},
           {"The executor of cells",
            {{"executor-command", "LINE", "for /bin/sh -c: starts rostrum-executor", "none"},
             {"executor-image", "IMAGE", "the container in which it runs, privileged", "none"},
             {"executor-volume", "HOST:CONTAINER", "a folder mapped into that container", "", true},
             {"executor-environment", "NAME=VALUE", "a variable of its environment", "", true},
             {"executor-environment-file", "FILE",
              "more of them, NAME=VALUE a line: what is on a command line everybody may read", "",
              true},
             {"executor-cpus", "N", "thousandths of a cpu that a cell takes for itself", "100"},
             {"executor-memory", "MB", "memory that it takes for itself", "256"},
             {"executor-disk", "MB", "disk that it takes for itself", "0"},
             {"executor-shutdown-grace", "SECONDS",
              "for how long its work may end when it is told to end; 0: as the agent has it",
              "15"}}},
           {"Output and end",
            {{"format", "FORM", "text, or json with one object a line", "text"},
             {"once", "",
              "end when all work has ended; exit status 1 if any did not succeed, or ended unseen"},
             {"teardown", "", "end the framework with all its tasks at the end"},
             {"stop-timeout", "MS", "how long the end may take", "5000"}}}},
      .examples = {{"One web server on a cluster, until Ctrl-C",
                    "echo '[{\"name\":\"web\",\"count\":1,\"command\":\"python3 -m http.server "
                    "$PORT0\",\"ports\":1,\"MemoryMB\":64}]' | rostrum mesos --master "
                    "127.0.0.1:5050 --services -"},
                   {"Keep LRPs running over restarts of this program",
                    "rostrum mesos --master zk://zk1:2181/mesos --lrps lrps.json "
                    "--framework-id-file /var/lib/rostrum/framework-id"},
                   {"Diego cells on Mesos",
                    "rostrum mesos --master 127.0.0.1:5050 --lrps lrps.json --executor-command "
                    "'rostrum-executor --rep-url https://127.0.0.1:1801' --executor-memory 1024"}},
  };
  return verb;
}

}  // namespace rostrum::tools
