#include "rostrum/mesos/task.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/mesos/model/process_texts.h"
#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
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

std::string ExecutorFingerprint(const ExecutorInfo& executor) {
  ExecutorInfo nameless = executor;
  nameless.id.clear();
  nameless.framework_id.clear();
  wire::ExecutorInfo message;
  WriteExecutor(nameless, &message);
  // FNV-1a. The messages have no maps, so the same values are always the same bytes.
  uint64_t hash = 14695981039346656037u;
  for (const char byte : message.SerializeAsString()) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  }
  return Format("{:016x}", hash);
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

}  // namespace rostrum::mesos
