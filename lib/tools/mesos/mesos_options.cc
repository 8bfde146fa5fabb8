#include "lib/tools/mesos/mesos_options.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/named_options.h"
#include "lib/tools/failure.h"
#include "lib/tools/input_files.h"
#include "lib/tools/load_strategy.h"
#include "lib/tools/settings.h"
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

}  // namespace rostrum::tools
