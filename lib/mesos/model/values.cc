#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/model/process_texts.h"
#include "lib/wire/text.h"
#include "rostrum/mesos/framework_info.h"
#include "rostrum/mesos/resource.h"
#include "rostrum/mesos/task.h"

namespace rostrum::mesos {
namespace {

// A role is "*", or a path whose parts neither are "." or ".." nor begin with "-".
bool IsRole(std::string_view role) {
  if (role == "*") return true;
  if (role.empty() || role.front() == '/' || role.back() == '/') return false;
  while (!role.empty()) {
    const size_t slash = std::min(role.find('/'), role.size());
    const std::string_view part = role.substr(0, slash);
    const bool bad_byte = std::any_of(part.begin(), part.end(), [](char c) {
      return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
    });
    if (part.empty() || part == "." || part == ".." || part == "*" || part.front() == '-' ||
        bad_byte) {
      return false;
    }
    role.remove_prefix(std::min(slash + 1, role.size()));
  }
  return true;
}

Status ValidateRoles(const FrameworkInfo& framework) {
  if (framework.roles.empty()) {
    return InvalidArgument("roles is empty, expected at least one role");
  }
  std::set<std::string> seen;
  for (const std::string& role : framework.roles) {
    if (!IsRole(role)) {
      return InvalidArgument(
          Format("invalid role \"{}\": expected \"*\" or names joined by slashes, without blanks, "
                 "\".\", \"..\" or a leading \"-\"",
                 role));
    }
    if (!seen.insert(role).second) {
      return InvalidArgument(Format("the role \"{}\" appears twice, expected it once", role));
    }
  }
  if (framework.roles.size() > 1 && !framework.capabilities.multi_role) {
    return InvalidArgument(
        Format("there are {} roles without the capability multi_role, expected one",
               framework.roles.size()));
  }
  return {};
}

template <typename Map>
Status ValidateKeys(const FrameworkInfo& framework, const Map& by_role, std::string_view field) {
  for (const auto& entry : by_role) {
    if (std::find(framework.roles.begin(), framework.roles.end(), entry.first) ==
        framework.roles.end()) {
      return InvalidArgument(
          Format("{} has the role \"{}\", expected one of `roles`", field, entry.first));
    }
  }
  return {};
}

Status ValidateTexts(const FrameworkInfo& framework) {
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"the name", framework.name},
      {"the user", framework.user},
      {"the principal", framework.principal},
      {"the host name", framework.hostname},
      {"the web_ui_url", framework.web_ui_url}};
  for (const auto& [name, text] : texts) {
    if (Status s = ValidateText(text, name, "the framework"); !s.ok()) return s;
  }
  return ValidateLabels(framework.labels, "the framework");
}

}  // namespace

Status ValidateFramework(const FrameworkInfo& framework) {
  if (framework.name.empty()) {
    return InvalidArgument("the framework's name is empty, expected one");
  }
  if (framework.user.empty()) {
    return InvalidArgument(
        "the framework's user is empty, expected the account as which tasks run on agents");
  }
  if (Status status = ValidateTexts(framework); !status.ok()) return status;
  if (framework.failover_timeout.count() < 0) {
    return InvalidArgument(
        Format("failover_timeout is {} s, expected 0 or more", framework.failover_timeout.count()));
  }
  if (Status status = ValidateRoles(framework); !status.ok()) return status;
  if (Status status = ValidateKeys(framework, framework.offer_constraints, "offer_constraints");
      !status.ok()) {
    return status;
  }
  return ValidateKeys(framework, framework.minimal_offers, "minimal_offers");
}

namespace {

std::string DescribeValue(const Resource& resource) {
  std::string text;
  switch (resource.type) {
    case ValueType::kScalar:
      return FormatAmount(resource.scalar);
    case ValueType::kRanges:
      for (const ValueRange& range : resource.ranges) {
        text += Format("{}{}-{}", text.empty() ? "" : ", ", range.begin, range.end);
      }
      return "[" + text + "]";
    default:
      for (const std::string& item : resource.items) text += (text.empty() ? "" : ", ") + item;
      return "{" + text + "}";
  }
}

}  // namespace

std::string_view Resource::reserved_role() const {
  return reservations.empty() ? std::string_view("*") : reservations.back().role;
}

Resource Carve(const Resource& offered, Amount amount) {
  Resource part = offered;
  part.scalar = amount;
  return part;
}

Resource CarveRanges(const Resource& offered, std::vector<ValueRange> ranges) {
  Resource part = offered;
  part.ranges = std::move(ranges);
  return part;
}

Resource MakeScalar(std::string name, Amount amount) {
  Resource resource;
  resource.name = std::move(name);
  resource.scalar = amount;
  return resource;
}

std::string Describe(const Resource& resource) {
  std::string notes;
  const auto note = [&notes](std::string text) {
    notes += (notes.empty() ? "" : ", ") + std::move(text);
  };
  if (!resource.reservations.empty()) note(Format("reserved for {}", resource.reserved_role()));
  if (resource.revocable) note("revocable");
  if (resource.shared) note("shared");
  if (resource.special_disk) note("special disk");
  if (!notes.empty()) notes = "(" + notes + ")";
  return Format("{}{}:{}", resource.name, notes, DescribeValue(resource));
}

namespace {

// Ids are names of folders on agents.
constexpr size_t kTaskIdMaximum = 255;

constexpr const char* kStateNames[] = {"TASK_STARTING",         "TASK_RUNNING",     "TASK_FINISHED",
                                       "TASK_FAILED",           "TASK_KILLED",      "TASK_LOST",
                                       "TASK_STAGING",          "TASK_ERROR",       "TASK_KILLING",
                                       "TASK_DROPPED",          "TASK_UNREACHABLE", "TASK_GONE",
                                       "TASK_GONE_BY_OPERATOR", "TASK_UNKNOWN"};

// What a task and its executor have in common.
template <typename Info>
Status ValidateTexts(const Info& info, std::string_view of_what) {
  if (Status s = ValidateText(info.name, "the name", of_what); !s.ok()) return s;
  if (info.command) {
    if (Status s = ValidateCommand(*info.command, of_what); !s.ok()) return s;
  }
  if (info.container) {
    if (Status s = ValidateContainer(*info.container, of_what); !s.ok()) return s;
  }
  return ValidateLabels(info.labels, of_what);
}

Status ValidateTaskTexts(const TaskInfo& task) {
  const std::string of_what = Format("task \"{}\"", task.id);
  Status status = ValidateTexts(task, of_what);
  if (!status.ok() || !task.executor) return status;
  return ValidateTexts(*task.executor, "the executor of " + of_what);
}

}  // namespace

const char* TaskStateName(TaskState state) {
  if (state == TaskState::kEndedUnseen) return "ENDED_UNSEEN";
  const auto number = static_cast<size_t>(state);
  return number < std::size(kStateNames) ? kStateNames[number] : "TASK_?";
}

bool IsOver(TaskState state) {
  switch (state) {
    case TaskState::kFinished:
    case TaskState::kFailed:
    case TaskState::kKilled:
    case TaskState::kError:
    case TaskState::kDropped:
    case TaskState::kGone:
    case TaskState::kEndedUnseen:
      return true;
    default:
      return false;
  }
}

bool IsUnclear(TaskState state) {
  switch (state) {
    case TaskState::kLost:
    case TaskState::kUnreachable:
    case TaskState::kUnknown:
    case TaskState::kGoneByOperator:
      return true;
    default:
      return false;
  }
}

Status ValidateTaskId(std::string_view id, std::string_view what) {
  const bool bad_byte = std::any_of(id.begin(), id.end(), [](char c) {
    return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (!id.empty() && id.size() <= kTaskIdMaximum && !bad_byte && id != "." && id != "..") return {};
  return InvalidArgument(
      Format("{} \"{}\" has {} bytes, expected 1 to {} without slashes and control "
             "characters, and neither \".\" nor \"..\"",
             what, id.substr(0, kTaskIdMaximum), id.size(), kTaskIdMaximum));
}

Status ValidateTask(const TaskInfo& task) {
  if (Status status = ValidateTaskId(task.id, "the task id"); !status.ok()) return status;
  if (task.agent_id.empty()) {
    return InvalidArgument(Format("task \"{}\" has no agent_id, expected one", task.id));
  }
  if (task.resources.empty()) {
    return InvalidArgument(Format("task \"{}\" has no resources, expected some", task.id));
  }
  if (task.command.has_value() == task.executor.has_value()) {
    return InvalidArgument(
        Format("task \"{}\" has {} command and executor, expected one of "
               "the two",
               task.id, task.command ? "both" : "neither"));
  }
  if (Status status = ValidateTaskTexts(task); !status.ok()) return status;
  if (!task.executor) return {};
  return ValidateTaskId(task.executor->id, Format("the executor id of task \"{}\"", task.id));
}

namespace {

using NamedText = std::pair<std::string_view, std::string_view>;  // Name and text.

Status ValidateTexts(std::initializer_list<NamedText> texts, std::string_view of_what) {
  for (const auto& [name, text] : texts) {
    if (Status status = ValidateText(text, name, of_what); !status.ok()) return status;
  }
  return {};
}

Status ValidateVariable(const EnvironmentVariable& variable, std::string_view of_what) {
  // "=" in a name would end it there, and make the rest a part of the value.
  if (variable.name.empty() ||
      variable.name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
    return InvalidArgument(Format(
        "{} has a variable with the name \"{}\", expected one that is not empty and holds no \"=\" "
        "and no NUL",
        of_what, wire::Cut(variable.name)));
  }
  if (variable.value.find('\0') == std::string::npos) return {};
  return ValidateText(variable.value, Format("the variable {}", wire::Cut(variable.name)), of_what);
}

}  // namespace

Status ValidateText(std::string_view text, std::string_view name, std::string_view of_what) {
  const size_t at = text.find('\0');
  if (at == std::string_view::npos) return {};
  return InvalidArgument(Format("{} of {} holds a NUL after {} of {} bytes, expected none", name,
                                of_what, at, text.size()));
}

Status ValidateCommand(const CommandInfo& command, std::string_view of_what) {
  if (Status s =
          ValidateTexts({{"the command", command.value}, {"the user", command.user}}, of_what);
      !s.ok()) {
    return s;
  }
  for (const std::string& argument : command.arguments) {
    if (Status s = ValidateText(argument, "an argument", of_what); !s.ok()) return s;
  }
  for (const EnvironmentVariable& variable : command.environment) {
    if (Status s = ValidateVariable(variable, of_what); !s.ok()) return s;
  }
  for (const FetchedFile& file : command.files) {
    Status s = ValidateTexts(
        {{"the URI of a file", file.uri}, {"the name of a file", file.output_file}}, of_what);
    if (!s.ok()) return s;
  }
  return {};
}

Status ValidateContainer(const ContainerInfo& container, std::string_view of_what) {
  if (Status s = ValidateTexts(
          {{"the image", container.image}, {"the container's host name", container.hostname}},
          of_what);
      !s.ok()) {
    return s;
  }
  for (const Volume& volume : container.volumes) {
    Status s = ValidateTexts({{"the host's path of a volume", volume.host_path},
                              {"the container's path of a volume", volume.container_path}},
                             of_what);
    if (!s.ok()) return s;
  }
  for (const std::string& network : container.networks) {
    if (Status s = ValidateText(network, "the name of a network", of_what); !s.ok()) return s;
  }
  return ValidateLabels(container.parameters, of_what);
}

Status ValidateLabels(const std::vector<Label>& labels, std::string_view of_what) {
  for (const Label& label : labels) {
    Status s = ValidateTexts(
        {{"the key of a label", label.key}, {"the value of a label", label.value}}, of_what);
    if (!s.ok()) return s;
  }
  return {};
}

}  // namespace rostrum::mesos
