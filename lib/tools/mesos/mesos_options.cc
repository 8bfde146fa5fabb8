#include "lib/tools/mesos/mesos_options.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/tools/failure.h"
#include "lib/tools/load_strategy.h"
#include "lib/tools/paths.h"
#include "lib/tools/settings.h"
#include "lib/wire/read_file.h"
#include "lib/wire/read_mesos_work.h"

namespace rostrum::tools {
namespace {

constexpr int64_t kFailoverSeconds = 14 * 24 * 3600;
constexpr int64_t kFailoverSecondsWithoutId = 60;
constexpr std::chrono::milliseconds kZkTimeout(10'000);

std::string CurrentUser() {
  const passwd* const entry = getpwuid(getuid());
  return entry == nullptr || entry->pw_name == nullptr ? "root" : entry->pw_name;
}

// --- The cluster.

Status ReadSecret(const Flags& flags, mesos::HttpOptions* http) {
  http->principal = std::string(flags.Text("principal"));
  if (!flags.Has("secret-file")) return {};
  if (http->principal.empty()) {
    return InvalidArgument("--secret-file is given without --principal, expected both");
  }
  Expected<std::string> path = ReadInputPath(flags, "secret-file");
  if (!path.ok()) return path.status();
  if (Status s = wire::ReadFile(*path, &http->secret); !s.ok()) return s;
  // Editors end a file with a new line, which is no part of the secret.
  while (!http->secret.empty() && (http->secret.back() == '\n' || http->secret.back() == '\r')) {
    http->secret.pop_back();
  }
  if (!http->secret.empty()) return {};
  return InvalidArgument(fmt::format("{} is empty, expected a secret", Shown(*path)));
}

Status ReadTls(const Flags& flags, mesos::TlsOptions* tls) {
  const std::pair<std::string_view, std::string*> files[] = {
      {"ca-file", &tls->ca_file},
      {"certificate-file", &tls->certificate_file},
      {"key-file", &tls->key_file}};
  for (const auto& [flag, path] : files) {
    if (!flags.Has(flag)) continue;
    Expected<std::string> read = ReadInputPath(flags, flag);
    if (!read.ok()) return read.status();
    *path = std::move(*read);
    tls->enabled = true;
  }
  return {};
}

Status ReadCapabilities(const Flags& flags, mesos::Capabilities* capabilities) {
  for (const std::string_view name : flags.Texts("capability")) {
    if (name == "gpus") {
      capabilities->gpu_resources = true;
    } else if (name == "revocable") {
      capabilities->revocable_resources = true;
    } else if (name == "shared") {
      capabilities->shared_resources = true;
    } else if (name == "region-aware") {
      capabilities->region_aware = true;
    } else {
      return InvalidArgument(fmt::format(
          "--capability is \"{}\", expected gpus, revocable, shared or region-aware", Shown(name)));
    }
  }
  return {};
}

Status ReadStores(const Flags& flags, MesosOptions* options) {
  Expected<std::string> id_path = ReadOutputPath(flags, "framework-id-file");
  if (!id_path.ok()) return id_path.status();
  Expected<std::string> journal_path = ReadOutputPath(flags, "journal");
  if (!journal_path.ok()) return journal_path.status();
  mesos::SchedulerOptions& scheduler = options->framework.scheduler;
  if (id_path->empty()) {
    if (!journal_path->empty()) {
      return InvalidArgument("--journal is given without --framework-id-file, expected both");
    }
    scheduler.id_store = mesos::MakeMemoryStore();
    options->tear_down = true;
    return {};
  }
  if (!id_path->starts_with("zk://")) {
    scheduler.id_store = mesos::MakeFileStore(*id_path);
    if (journal_path->empty()) *journal_path = *id_path + ".journal";
  } else {
    if (journal_path->empty()) {
      return InvalidArgument("--journal is missing, expected a file beside an id in ZooKeeper");
    }
    auto store = mesos::MakeZkStore(*id_path, kZkTimeout);
    if (!store.ok()) return store.status();
    scheduler.id_store = std::move(*store);
  }
  options->framework.journal_path = std::move(*journal_path);
  return {};
}

Status ReadCluster(const Flags& flags, MesosOptions* options) {
  mesos::SchedulerOptions& scheduler = options->framework.scheduler;
  scheduler.master = std::string(flags.Text("master"));
  if (scheduler.master.empty()) {
    return InvalidArgument("--master is missing, expected HOST:PORT or zk://HOST:PORT/PATH");
  }
  mesos::FrameworkInfo& framework = scheduler.framework;
  framework.name = std::string(flags.Text("name", "rostrum"));
  framework.user = flags.Has("user") ? std::string(flags.Text("user")) : CurrentUser();
  framework.roles.clear();
  for (const std::string_view role : flags.Texts("role")) framework.roles.emplace_back(role);
  if (framework.roles.empty()) framework.roles.emplace_back("*");
  if (Status s = ReadCapabilities(flags, &framework.capabilities); !s.ok()) return s;
  if (Status s = ReadSecret(flags, &scheduler.http); !s.ok()) return s;
  framework.principal = scheduler.http.principal;
  // A principal that has no secret is a name only: there is nothing to authenticate by.
  if (scheduler.http.secret.empty()) scheduler.http.principal.clear();
  if (Status s = ReadTls(flags, &scheduler.http.tls); !s.ok()) return s;
  if (Status s = ReadStores(flags, options); !s.ok()) return s;
  const int64_t fallback =
      flags.Has("framework-id-file") ? kFailoverSeconds : kFailoverSecondsWithoutId;
  const Expected<int64_t> failover = flags.Whole("failover-timeout", fallback, 0, 100'000'000);
  if (!failover.ok()) return failover.status();
  framework.failover_timeout = std::chrono::seconds(*failover);
  return {};
}

// --- Placing.

Status ReadSets(const Flags& flags, mesos::FrameworkOptions* options) {
  if (flags.Has("window")) {
    Status status =
        SetFrameworkOption(&options->settings, "window_ms", Shown(flags.Text("window")));
    if (!status.ok()) return InvalidArgument("--window: " + status.text());
  }
  for (const std::string_view text : flags.Texts("set")) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
      return InvalidArgument(fmt::format("--set is \"{}\", expected KEY=VALUE", Shown(text)));
    }
    const std::string_view key = text.substr(0, equals);
    const std::string_view value = text.substr(equals + 1);
    const auto is_key = [&](const Option& option) { return option.key == key; };
    const bool is_diegos = std::any_of(Options().begin(), Options().end(), is_key);
    Status status = is_diegos ? ApplySettings({{key, value}}, &options->configuration)
                              : SetFrameworkOption(&options->settings, key, value);
    if (!status.ok()) return InvalidArgument(is_diegos ? status.text() : "--set: " + status.text());
  }
  return {};
}

// --- The executor.

Status ReadVolumes(const Flags& flags, mesos::ContainerInfo* container) {
  for (const std::string_view text : flags.Texts("executor-volume")) {
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
      return InvalidArgument(
          fmt::format("--executor-volume is \"{}\", expected HOST:CONTAINER", Shown(text)));
    }
    container->volumes.push_back({.container_path = std::string(text.substr(colon + 1)),
                                  .host_path = std::string(text.substr(0, colon))});
  }
  return {};
}

Status ReadEnvironment(const Flags& flags, mesos::CommandInfo* command) {
  for (const std::string_view text : flags.Texts("executor-environment")) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return InvalidArgument(
          fmt::format("--executor-environment is \"{}\", expected NAME=VALUE", Shown(text)));
    }
    command->environment.push_back(
        {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return {};
}

Status ReadExecutor(const Flags& flags, std::optional<mesos::CellExecutor>* executor) {
  if (!flags.Has("executor-command") && !flags.Has("executor-image")) return {};
  mesos::CellExecutor made;
  made.name = "rostrum-executor";
  made.command.value = std::string(flags.Text("executor-command"));
  // Without a line the image's own program runs.
  made.command.shell = !made.command.value.empty();
  if (Status s = ReadEnvironment(flags, &made.command); !s.ok()) return s;
  if (flags.Has("executor-image")) {
    made.container.emplace();
    made.container->type = mesos::ContainerType::kDocker;
    made.container->image = std::string(flags.Text("executor-image"));
    made.container->privileged = true;
    if (Status s = ReadVolumes(flags, &*made.container); !s.ok()) return s;
  } else if (flags.Has("executor-volume")) {
    return InvalidArgument("--executor-volume is given without --executor-image, expected both");
  }
  const Expected<int64_t> cpus = flags.Whole("executor-cpus", 100, 10, 1'000'000);
  if (!cpus.ok()) return cpus.status();
  const Expected<int64_t> memory = flags.Whole("executor-memory", 256, 32, 100'000'000);
  if (!memory.ok()) return memory.status();
  const Expected<int64_t> disk = flags.Whole("executor-disk", 0, 0, 1'000'000'000);
  if (!disk.ok()) return disk.status();
  made.overhead.cpu = *cpus;
  made.overhead.memory = WholeAmount(*memory);
  made.overhead.disk = WholeAmount(*disk);
  *executor = std::move(made);
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

using ReadWork = Expected<std::vector<wire::MesosWork>> (*)(std::string_view, std::string_view);

Expected<std::vector<wire::MesosWork>> ReadWorkFile(const Flags& flags, std::string_view flag,
                                                    ReadWork read) {
  if (!flags.Has(flag)) return std::vector<wire::MesosWork>();
  Expected<std::string> path = ReadInputPath(flags, flag);
  if (!path.ok()) return path.status();
  std::string text;
  if (Status s = wire::ReadFile(*path, &text); !s.ok()) return s;
  return read(text, *path == "-" ? "standard input" : *path);
}

Expected<mesos::ContainerType> ReadContainerizer(const Flags& flags) {
  const std::string_view kind = flags.Text("containerizer", "docker");
  if (kind == "docker") return mesos::ContainerType::kDocker;
  if (kind == "mesos") return mesos::ContainerType::kMesos;
  return InvalidArgument(
      fmt::format("--containerizer is \"{}\", expected docker or mesos", Shown(kind)));
}

Status ReadAllWork(const Flags& flags, MesosOptions* options) {
  int from_standard_input = 0;
  for (const std::string_view flag : {"lrps", "tasks", "services"}) {
    from_standard_input += flags.Text(flag) == "-";
  }
  if (from_standard_input > 1) {
    return InvalidArgument(
        "standard input (-) can be read for one of --lrps, --tasks and --services");
  }
  const Expected<mesos::ContainerType> containerizer = ReadContainerizer(flags);
  if (!containerizer.ok()) return containerizer.status();
  const std::pair<std::string_view, ReadWork> files[] = {{"lrps", wire::ReadMesosLrps},
                                                         {"tasks", wire::ReadMesosTasks}};
  for (const auto& [flag, read] : files) {
    const auto found = ReadWorkFile(flags, flag, read);
    if (!found.ok()) return found.status();
    for (const wire::MesosWork& each : *found) {
      options->work.push_back({std::make_shared<const Work>(each.work), each.indices, 0,
                               LaunchOf(each, *containerizer)});
    }
  }
  const auto services = ReadWorkFile(flags, "services", wire::ReadServices);
  if (!services.ok()) return services.status();
  for (const wire::MesosWork& each : *services) {
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
  MesosOptions options;
  if (Status s = ReadCluster(flags, &options); !s.ok()) return s;
  // The verb alone sees to its work: there is no BBS that asks again.
  options.framework.settings.replace_unreachable = std::chrono::minutes(2);
  options.framework.settings.replace_lost = true;
  if (Status s = ReadSets(flags, &options.framework); !s.ok()) return s;
  options.framework.scheduler.times.refuse = options.framework.settings.refuse;
  Expected<std::shared_ptr<Strategy>> strategy = LoadStrategy(flags.Text("strategy", "binpack"));
  if (!strategy.ok()) return strategy.status();
  options.framework.strategy = std::move(*strategy);
  if (Status s = ReadExecutor(flags, &options.framework.executor); !s.ok()) return s;
  if (Status s = ReadAllWork(flags, &options); !s.ok()) return s;
  if (Status s = ReadEnd(flags, &options); !s.ok()) return s;
  return options;
}

}  // namespace rostrum::tools
