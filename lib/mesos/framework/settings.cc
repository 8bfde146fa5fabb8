// The settings of a framework by their names.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/format.h"
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

}  // namespace rostrum::mesos
