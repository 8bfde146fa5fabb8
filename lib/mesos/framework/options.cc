// The settings of a framework by their names.

#include "lib/mesos/framework/options.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/wire/read_file.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {
namespace {

// A year: nobody waits for longer, and sums of times stay in range.
constexpr int64_t kMillisecondsMaximum = int64_t{365} * 24 * 3600 * 1000;

// One setting: what it is for, what it takes, and how it is set. `set` returns whether the value
// was taken.
struct Entry {
  std::string_view key;
  std::string_view description;
  std::string_view expected;
  bool (*set)(FrameworkSettings* settings, std::string_view value);
};

std::optional<int64_t> Whole(std::string_view text, int64_t minimum, int64_t maximum) {
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  if (number < minimum || number > maximum) return std::nullopt;
  return number;
}

template <auto Field>
bool SetTime(FrameworkSettings* settings, std::string_view value) {
  const auto number = Whole(value, 0, kMillisecondsMaximum);
  if (number) settings->*Field = std::chrono::milliseconds(*number);
  return number.has_value();
}

template <auto Field>
bool SetPositiveTime(FrameworkSettings* settings, std::string_view value) {
  const auto number = Whole(value, 1, kMillisecondsMaximum);
  if (number) settings->*Field = std::chrono::milliseconds(*number);
  return number.has_value();
}

template <auto Field>
bool SetCount(FrameworkSettings* settings, std::string_view value) {
  const auto number = Whole(value, 0, 1'000'000'000);
  if (number) settings->*Field = *number;
  return number.has_value();
}

template <auto Field>
bool SetPositiveCount(FrameworkSettings* settings, std::string_view value) {
  const auto number = Whole(value, 1, 1'000'000'000);
  if (number) settings->*Field = *number;
  return number.has_value();
}

template <auto Field>
bool SetSwitch(FrameworkSettings* settings, std::string_view value) {
  if (value != "true" && value != "false") return false;
  settings->*Field = value == "true";
  return true;
}

template <auto Field>
bool SetName(FrameworkSettings* settings, std::string_view value) {
  if (value.empty()) return false;
  settings->mapping.*Field = std::string(value);
  return true;
}

template <auto Field>
bool SetList(FrameworkSettings* settings, std::string_view value) {
  std::vector<std::string> names;
  while (!value.empty()) {
    const size_t comma = value.find(',');
    if (comma == 0) return false;
    names.emplace_back(value.substr(0, comma));
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
  }
  settings->mapping.*Field = std::move(names);
  return true;
}

bool SetSeed(FrameworkSettings* settings, std::string_view value) {
  const auto number = Whole(value, 0, INT64_MAX);
  if (number) settings->seed = static_cast<uint64_t>(*number);
  return number.has_value();
}

using Settings = FrameworkSettings;
using Mapping = AgentMapping;

constexpr std::string_view kTime = "a whole number of milliseconds from 0 to 31536000000";
constexpr std::string_view kPositiveTime = "a whole number of milliseconds from 1 to 31536000000";
constexpr std::string_view kCount = "a whole number from 0 to 1000000000";
constexpr std::string_view kPositiveCount = "a whole number from 1 to 1000000000";
constexpr std::string_view kSwitch = "true or false";
constexpr std::string_view kName = "the name of an attribute";
constexpr std::string_view kList = "names with commas between them";

constexpr Entry kEntries[] = {
    {"window_ms", "for how long offers are collected at most before a round (1000)", kTime,
     SetTime<&Settings::window>},
    {"hoard_ms", "for how long an offer is kept that a round had no use for (5000)", kTime,
     SetTime<&Settings::hoard>},
    {"hoard_offers", "how many such offers are kept (1000)", kCount,
     SetCount<&Settings::hoard_offers>},
    {"refuse_ms", "for how long declined resources are not offered again (5000)", kTime,
     SetTime<&Settings::refuse>},
    {"cpu_per_instance", "thousandths of a cpu for work that asks for none (100)", kCount,
     SetCount<&Settings::cpu_per_instance>},
    {"containers_per_cell", "how much work an agent takes at most (250)", kCount,
     SetCount<&Settings::containers_per_cell>},
    {"keep_waiting", "whether work without a place waits for other offers (true)", kSwitch,
     SetSwitch<&Settings::keep_waiting>},
    {"launch_known", "whether what runs is launched once more when it is asked for (false)",
     kSwitch, SetSwitch<&Settings::launch_known>},
    {"replace_unreachable_ms",
     "an LRP instance whose agent is away for so long is placed again; 0: never (0)", kTime,
     SetTime<&Settings::replace_unreachable>},
    {"replace_lost", "whether an LRP instance that was lost with its agent is placed again (false)",
     kSwitch, SetSwitch<&Settings::replace_lost>},
    {"adopt_running",
     "whether a start whose journal is lost, damaged or an older copy is not refused: what Mesos "
     "says runs is adopted then (false)",
     kSwitch, SetSwitch<&Settings::adopt_running>},
    {"new_framework",
     "whether a start leaves the framework whose id is kept behind, with its tasks, and is a new "
     "one: for an id that the master has removed (false)",
     kSwitch, SetSwitch<&Settings::new_framework>},
    {"maintenance_margin_ms", "work is kept off agents that are maintained so soon (600000)", kTime,
     SetTime<&Settings::maintenance_margin>},
    {"restart_initial_ms", "the first delay before a service's instance is started again (1000)",
     kPositiveTime, SetPositiveTime<&Settings::restart_initial>},
    {"restart_maximum_ms", "the longest such delay (60000)", kPositiveTime,
     SetPositiveTime<&Settings::restart_maximum>},
    {"unread_maximum",
     "with more outcomes that nobody has taken the framework leaves the master until they are "
     "taken "
     "(1000000)",
     kPositiveCount, SetPositiveCount<&Settings::unread_maximum>},
    {"seed", "a number that plug-ins may use (0)", "a whole number from 0 to 9223372036854775807",
     SetSeed},
    {"stack_attribute", "the agents' attribute that lists their stacks (stack)", kName,
     SetName<&Mapping::stack_attribute>},
    {"rootfs_scheme_attribute",
     "the one that lists schemes of which every root file system runs (rootfs_scheme)", kName,
     SetName<&Mapping::rootfs_scheme_attribute>},
    {"stacks", "of an agent without these (cflinuxfs3,cflinuxfs4,cflinuxfs5)", kList,
     SetList<&Mapping::stacks>},
    {"rootfs_schemes", "of an agent without these (docker)", kList,
     SetList<&Mapping::rootfs_schemes>},
    {"windows_stacks", "of an agent without these and with os:windows (windows,windows2019)", kList,
     SetList<&Mapping::windows_stacks>},
    {"placement_tag_attribute", "the one that lists tags that work must want (placement_tags)",
     kName, SetName<&Mapping::placement_tag_attribute>},
    {"optional_placement_tag_attribute",
     "the one that lists tags that work may want (optional_placement_tags)", kName,
     SetName<&Mapping::optional_placement_tag_attribute>},
    {"volume_driver_attribute", "the one that lists volume drivers (volume_drivers)", kName,
     SetName<&Mapping::volume_driver_attribute>},
    {"zone_attribute", "the one that names the zone, else the fault domain's counts (zone)", kName,
     SetName<&Mapping::zone_attribute>},
    {"index_attribute", "the one that is the cell's number (cell_index)", kName,
     SetName<&Mapping::index_attribute>},
};

}  // namespace

Status SetFrameworkOption(FrameworkSettings* settings, std::string_view key,
                          std::string_view value) {
  std::string known;
  for (const Entry& entry : kEntries) {
    if (entry.key == key) {
      if (entry.set(settings, value)) return {};
      return InvalidArgument(Format("{} is \"{}\", expected {}", key, value, entry.expected));
    }
    known += (known.empty() ? "" : ", ") + std::string(entry.key);
  }
  return InvalidArgument(Format("unknown setting \"{}\", expected one of {}", key, known));
}

const std::vector<FrameworkOption>& FrameworkOptionList() {
  static const std::vector<FrameworkOption> options = [] {
    std::vector<FrameworkOption> made;
    for (const Entry& entry : kEntries) made.push_back({entry.key, entry.description});
    return made;
  }();
  return options;
}

namespace {

constexpr int64_t kFailoverSeconds = 14 * 24 * 3600;
// Without an id nobody finds the tasks again; they need to outlive a broken connection only.
constexpr int64_t kFailoverSecondsWithoutId = 60;
constexpr std::chrono::milliseconds kZkTimeout(10'000);
constexpr std::string_view kZkScheme = "zk://";

std::string CurrentUser() {
  std::array<char, 4096> space;
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(getuid(), &entry, space.data(), space.size(), &found);
  return found == nullptr ? "root" : found->pw_name;
}

Status Unexpected(std::string_view key, std::string_view value, std::string_view expected) {
  return InvalidArgument(Format("{} is \"{}\", expected {}", key, value, expected));
}

// Editors end a line with a carriage return, and a file with a new line, which are no part of a
// secret.
void StripEnd(std::string_view* line) {
  while (!line->empty() && (line->back() == '\n' || line->back() == '\r')) line->remove_suffix(1);
}

// Errors never show what is in the file.
Expected<std::string> ReadSecret(const std::string& path, std::string_view expected) {
  std::string text;
  if (Status status = wire::ReadFile(path, &text); !status.ok()) return status;
  std::string_view secret = text;
  StripEnd(&secret);
  if (!secret.empty()) return std::string(secret);
  return InvalidArgument(Format("{} is empty, expected {}", path, expected));
}

constexpr std::string_view kZkCredentials = "USER:PASSWORD in one line";

Expected<std::string> ReadZkCredentials(const std::string& path) {
  Expected<std::string> read = ReadSecret(path, kZkCredentials);
  if (!read.ok()) return read.status();
  const size_t colon = read->find(':');
  const bool has_both = colon != 0 && colon != std::string::npos && colon + 1 < read->size();
  if (has_both && read->find_first_of("\n\r") == std::string::npos) return read;
  return InvalidArgument(Format("{} holds something else, expected {}", path, kZkCredentials));
}

// NAME=VALUE a line; empty lines, and those that begin with #, say nothing.
Status ReadVariables(const std::string& path, std::vector<EnvironmentVariable>* variables) {
  std::string text;
  if (Status status = wire::ReadFile(path, &text); !status.ok()) return status;
  std::string_view rest = text;
  for (size_t number = 1; !rest.empty(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    StripEnd(&line);
    if (line.empty() || line.front() == '#') continue;
    const size_t equals = line.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      return InvalidArgument(
          Format("{}:{}: the line is something else, expected NAME=VALUE", path, number));
    }
    variables->push_back(
        {std::string(line.substr(0, equals)), std::string(line.substr(equals + 1))});
  }
  return {};
}

bool IsDiegos(std::string_view key) {
  const std::span<const Option> known = Options();
  return std::any_of(known.begin(), known.end(),
                     [&](const Option& option) { return option.key == key; });
}

bool IsFrameworks(std::string_view key) {
  const std::vector<FrameworkOption>& known = FrameworkOptionList();
  return std::any_of(known.begin(), known.end(),
                     [&](const FrameworkOption& option) { return option.key == key; });
}

}  // namespace

bool NamedOptions::IsSetting(std::string_view key) { return IsDiegos(key) || IsFrameworks(key); }

NamedOptions::NamedOptions() {
  FrameworkInfo& framework = options_.scheduler.framework;
  framework.name = "rostrum";
  framework.user = CurrentUser();
  executor_.name = "rostrum-executor";
  executor_.overhead.cpu = 100;
  executor_.overhead.memory = WholeAmount(256);
}

std::string* NamedOptions::TextOf(std::string_view key) {
  SchedulerOptions& scheduler = options_.scheduler;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"master", &scheduler.master},
      {"name", &scheduler.framework.name},
      {"user", &scheduler.framework.user},
      {"hostname", &scheduler.framework.hostname},
      {"web_ui_url", &scheduler.framework.web_ui_url},
      {"principal", &principal_},
      {"secret", &secret_},
      {"secret_file", &secret_file_},
      {"zk_credentials_file", &zk_credentials_file_},
      {"ca_file", &scheduler.http.tls.ca_file},
      {"certificate_file", &scheduler.http.tls.certificate_file},
      {"key_file", &scheduler.http.tls.key_file},
      {"framework_id_file", &id_store_},
      {"journal", &options_.journal_path},
      {"executor_command", &executor_command_},
      {"executor_image", &executor_image_}};
  for (const auto& [known, target] : texts) {
    if (known == key) return target;
  }
  return nullptr;
}

Status NamedOptions::SetNumber(std::string_view key, std::string_view value, bool* is_known) {
  struct Number {
    std::string_view key;
    int64_t minimum;
    int64_t maximum;
    int64_t unit;
    int64_t* target;
  };
  // Mesos wants at least 0.01 cpus and 32 MB for an executor.
  const Number numbers[] = {
      {"failover_timeout", 0, 100'000'000, 1, &failover_seconds_},
      {"executor_cpus", 10, 1'000'000, 1, &executor_.overhead.cpu},
      {"executor_memory", 32, 100'000'000, kAmountOne, &executor_.overhead.memory},
      {"executor_disk", 0, 1'000'000'000, kAmountOne, &executor_.overhead.disk},
      {"executor_shutdown_grace", 0, 100'000, 1, &executor_grace_seconds_}};
  for (const Number& each : numbers) {
    if (each.key != key) continue;
    *is_known = true;
    int64_t number = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || stop != value.data() + value.size() || number < each.minimum ||
        number > each.maximum) {
      return Unexpected(key, value,
                        Format("a whole number from {} to {}", each.minimum, each.maximum));
    }
    *each.target = number * each.unit;
  }
  return {};
}

Status NamedOptions::SetCapability(std::string_view value) {
  Capabilities& capabilities = options_.scheduler.framework.capabilities;
  if (value == "gpus") {
    capabilities.gpu_resources = true;
  } else if (value == "revocable") {
    capabilities.revocable_resources = true;
  } else if (value == "shared") {
    capabilities.shared_resources = true;
  } else if (value == "region-aware") {
    capabilities.region_aware = true;
  } else {
    return Unexpected("capability", value, "gpus, revocable, shared or region-aware");
  }
  return {};
}

Status NamedOptions::AddVolume(std::string_view value) {
  const size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == value.size()) {
    return Unexpected("executor_volume", value, "HOST:CONTAINER");
  }
  executor_volumes_.push_back({.container_path = std::string(value.substr(colon + 1)),
                               .host_path = std::string(value.substr(0, colon))});
  return {};
}

Status NamedOptions::AddVariable(std::string_view value) {
  const size_t equals = value.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return Unexpected("executor_environment", value, "NAME=VALUE");
  }
  executor_.command.environment.push_back(
      {std::string(value.substr(0, equals)), std::string(value.substr(equals + 1))});
  return {};
}

Status NamedOptions::Set(std::string_view key, std::string_view value) {
  if (std::string* const text = TextOf(key)) {
    if (value.empty() && key != "executor_command") return Unexpected(key, value, "some text");
    *text = std::string(value);
    return {};
  }
  bool is_known = false;
  if (Status status = SetNumber(key, value, &is_known); is_known) return status;
  if (key == "role") {
    std::vector<std::string>& roles = options_.scheduler.framework.roles;
    if (!std::exchange(has_roles_, true)) roles.clear();
    roles.emplace_back(value);
    return {};
  }
  if (key == "capability") return SetCapability(value);
  if (key == "executor_volume") return AddVolume(value);
  if (key == "executor_environment") return AddVariable(value);
  if (key == "executor_environment_file") {
    if (value.empty()) return Unexpected(key, value, "some text");
    variable_files_.emplace_back(value);
    return {};
  }
  if (IsDiegos(key)) return SetOption(&options_.configuration, key, value);
  if (IsFrameworks(key)) return SetFrameworkOption(&options_.settings, key, value);
  return InvalidArgument(Format("unknown option \"{}\", expected one that mesos.h lists", key));
}

// A principal that has no secret is a name only: there is nothing to authenticate by.
Status NamedOptions::FinishPrincipal(SchedulerOptions* scheduler) const {
  std::string secret = secret_;
  if (!secret_file_.empty()) {
    if (!secret.empty()) {
      return InvalidArgument("secret and secret_file are both set, expected one");
    }
    Expected<std::string> read = ReadSecret(secret_file_, "a secret");
    if (!read.ok()) return read.status();
    secret = std::move(*read);
  }
  if (principal_.empty() && !secret.empty()) {
    return InvalidArgument("secret is set without principal, expected both");
  }
  scheduler->framework.principal = principal_;
  if (secret.empty()) return {};
  scheduler->http.principal = principal_;
  scheduler->http.secret = std::move(secret);
  return {};
}

// Gives the addresses of ZooKeeper that have no credentials those of the file.
Status NamedOptions::FinishZooKeeper(std::string* master, std::string* id_store) const {
  if (zk_credentials_file_.empty()) return {};
  const Expected<std::string> credentials = ReadZkCredentials(zk_credentials_file_);
  if (!credentials.ok()) return credentials.status();
  bool is_used = false;
  for (std::string* const address : {master, id_store}) {
    if (!address->starts_with(kZkScheme) || address->find('@') != std::string::npos) continue;
    address->insert(kZkScheme.size(), *credentials + "@");
    is_used = true;
  }
  if (is_used) return {};
  return InvalidArgument(Format(
      "zk_credentials_file is \"{}\", and neither master nor framework_id_file takes it, expected "
      "one that begins with {} and has no credentials of its own",
      zk_credentials_file_, kZkScheme));
}

Status NamedOptions::FinishStores(const std::string& id_store, FrameworkOptions* options) const {
  SchedulerOptions& scheduler = options->scheduler;
  const int64_t fallback = keeps_id() ? kFailoverSeconds : kFailoverSecondsWithoutId;
  scheduler.framework.failover_timeout =
      std::chrono::seconds(failover_seconds_ < 0 ? fallback : failover_seconds_);
  if (!keeps_id()) {
    if (!options->journal_path.empty()) {
      return InvalidArgument("journal is set without framework_id_file, expected both");
    }
    scheduler.id_store = MakeMemoryStore();
    return {};
  }
  if (!id_store.starts_with(kZkScheme)) {
    scheduler.id_store = MakeFileStore(id_store);
    if (options->journal_path.empty()) options->journal_path = id_store + ".journal";
    return {};
  }
  if (options->journal_path.empty()) {
    return InvalidArgument("journal is missing, expected a file beside an id in ZooKeeper");
  }
  auto store = MakeZkStore(id_store, kZkTimeout);
  if (!store.ok()) return store.status();
  scheduler.id_store = std::move(*store);
  return {};
}

Status NamedOptions::FinishExecutor(FrameworkOptions* options) const {
  if (executor_image_.empty() && !executor_volumes_.empty()) {
    return InvalidArgument("executor_volume is set without executor_image, expected both");
  }
  if (executor_command_.empty() && executor_image_.empty()) return {};
  CellExecutor executor = executor_;
  if (executor_grace_seconds_ > 0) {
    executor.shutdown_grace_period = std::chrono::seconds(executor_grace_seconds_);
  }
  for (const std::string& path : variable_files_) {
    if (Status s = ReadVariables(path, &executor.command.environment); !s.ok()) return s;
  }
  executor.command.value = executor_command_;
  // Without a line the image's own program runs.
  executor.command.shell = !executor_command_.empty();
  if (!executor_image_.empty()) {
    // A Diego cell makes containers itself, and is one of its host.
    ContainerInfo& container = executor.container.emplace();
    container.type = ContainerType::kDocker;
    container.image = executor_image_;
    container.privileged = true;
    container.volumes = executor_volumes_;
  }
  options->executor = std::move(executor);
  return {};
}

Expected<FrameworkOptions> NamedOptions::Finish(std::shared_ptr<Strategy> strategy) const {
  FrameworkOptions options = options_;
  if (options.scheduler.master.empty()) {
    return InvalidArgument("master is missing, expected HOST:PORT or zk://HOST:PORT/PATH");
  }
  TlsOptions& tls = options.scheduler.http.tls;
  tls.enabled = !tls.ca_file.empty() || !tls.certificate_file.empty() || !tls.key_file.empty();
  options.scheduler.times.refuse = options.settings.refuse;
  options.strategy = std::move(strategy);
  if (Status s = FinishPrincipal(&options.scheduler); !s.ok()) return s;
  std::string id_store = id_store_;
  if (Status s = FinishZooKeeper(&options.scheduler.master, &id_store); !s.ok()) return s;
  if (Status s = FinishStores(id_store, &options); !s.ok()) return s;
  if (Status s = FinishExecutor(&options); !s.ok()) return s;
  return options;
}

}  // namespace rostrum::mesos
