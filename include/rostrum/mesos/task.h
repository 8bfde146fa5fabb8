// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Tasks and executors to be started, and what becomes of them.

#ifndef ROSTRUM_MESOS_TASK_H_
#define ROSTRUM_MESOS_TASK_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/mesos/resource.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// The numbers are Mesos' own, but for the last.
enum class TaskState : int32_t {
  kStarting = 0,
  kRunning = 1,
  kFinished = 2,
  kFailed = 3,
  kKilled = 4,
  kLost = 5,
  kStaging = 6,
  kError = 7,
  kKilling = 8,
  kDropped = 9,
  kUnreachable = 10,
  kGone = 11,
  kGoneByOperator = 12,
  kUnknown = 13,
  // Ours: it is over, and nobody saw how. Mesos has no such state: rostrum-executor tells it as
  // TASK_FAILED with the label rostrum.end=unseen.
  kEndedUnseen = 100,
};

// "TASK_RUNNING" and so on, "ENDED_UNSEEN"; "TASK_?" for any other number.
const char* TaskStateName(TaskState state);

// Whether nothing of the task runs any more, for sure: FINISHED, FAILED, KILLED, ERROR, DROPPED,
// GONE, ENDED_UNSEEN. Such a task never comes back.
bool IsOver(TaskState state);

// Whether the task may or may not run: LOST, UNREACHABLE, UNKNOWN, GONE_BY_OPERATOR. It may come
// back as RUNNING when its agent does.
bool IsUnclear(TaskState state);

enum class StatusSource : int32_t { kMaster = 0, kAgent = 1, kExecutor = 2, kUnknown = -1 };

// Some of Mesos' reasons, those that a framework decides by. A status holds the number of any.
enum Reason : int32_t {
  kReasonNone = -1,
  kReasonInvalidOffers = 6,
  kReasonReconciliation = 9,
  kReasonAgentRemoved = 11,
  kReasonExecutorTerminated = 1,
  kReasonAgentReregistered = 32,
  kReasonAgentDraining = 34,
};

// The state of a task, as the master, its agent or its executor says.
struct TaskStatus {
  std::string task_id;
  TaskState state = TaskState::kUnknown;
  std::string agent_id;
  std::string executor_id;
  std::string message;
  std::string data;
  StatusSource source = StatusSource::kUnknown;
  int32_t reason = kReasonNone;
  // 16 raw bytes. If there are any the status must be acknowledged, once it is safely kept; without
  // them it must not.
  std::string uuid;
  double timestamp = 0;  // Seconds since 1970; 0 if the status does not say.
  std::optional<bool> healthy;
  std::vector<Label> labels;
  std::vector<std::string> ip_addresses;  // Of the container.
  std::string container_id;
  std::optional<int64_t> unreachable_since_ns;  // Nanoseconds since 1970.

  bool needs_acknowledgement() const { return !uuid.empty(); }
  bool from_reconciliation() const { return reason == kReasonReconciliation; }

  friend bool operator==(const TaskStatus&, const TaskStatus&) = default;
};

struct EnvironmentVariable {
  std::string name;
  std::string value;

  friend bool operator==(const EnvironmentVariable&, const EnvironmentVariable&) = default;
};

// Something that the agent fetches into the sandbox first.
struct FetchedFile {
  std::string uri;
  bool executable = false;
  bool extract = true;
  bool cache = false;
  std::string output_file;

  friend bool operator==(const FetchedFile&, const FetchedFile&) = default;
};

// A command. With `shell`, `value` is given to /bin/sh -c; without it, `value` is a program's path
// and `arguments` are its own, the zeroth included.
struct CommandInfo {
  std::string value;
  bool shell = true;
  std::vector<std::string> arguments;
  std::vector<EnvironmentVariable> environment;
  std::vector<FetchedFile> files;
  std::string user;  // Empty: the framework's.

  friend bool operator==(const CommandInfo&, const CommandInfo&) = default;
};

struct Volume {
  std::string container_path;
  std::string host_path;  // Relative to the sandbox unless it begins with a slash.
  bool read_only = false;

  friend bool operator==(const Volume&, const Volume&) = default;
};

enum class ContainerType : int32_t { kDocker = 1, kMesos = 2 };
enum class DockerNetwork : int32_t { kHost = 1, kBridge = 2, kNone = 3, kUser = 4 };

// The container in which a task or executor is started.
struct ContainerInfo {
  ContainerType type = ContainerType::kMesos;
  std::string image;  // Empty with kMesos: the agent's own file system.
  std::vector<Volume> volumes;
  std::string hostname;
  // With kDocker only.
  DockerNetwork network = DockerNetwork::kHost;
  bool privileged = false;
  bool force_pull_image = false;
  std::vector<Label> parameters;  // Further arguments of `docker run`.
  // With kMesos only: networks of the agent's network plug-ins, to join by name.
  std::vector<std::string> networks;

  friend bool operator==(const ContainerInfo&, const ContainerInfo&) = default;
};

// A program that runs tasks on an agent. One executor id on one agent stands for one ExecutorInfo,
// byte for byte, as long as it runs there: a task that comes with another one is an error. See
// ExecutorFingerprint.
struct ExecutorInfo {
  std::string id;
  std::string name;
  std::optional<CommandInfo> command;
  std::optional<ContainerInfo> container;
  std::vector<Resource> resources;
  std::string data;
  std::vector<Label> labels;
  std::optional<std::chrono::milliseconds> shutdown_grace_period;
  // Set by the client when the executor is sent.
  std::string framework_id;

  friend bool operator==(const ExecutorInfo&, const ExecutorInfo&) = default;
};

// 16 hexadecimal digits that differ, but for chance, if anything in the executor differs other than
// `id` and `framework_id`. Made part of the id, they keep two descriptions from having one id.
std::string ExecutorFingerprint(const ExecutorInfo& executor);

// A task to be launched: with a command or an executor, never both.
struct TaskInfo {
  std::string id;  // Never used before; see ValidateTaskId.
  std::string name;
  std::string agent_id;
  std::vector<Resource> resources;
  std::optional<ExecutorInfo> executor;
  std::optional<CommandInfo> command;
  std::optional<ContainerInfo> container;
  std::string data;
  std::vector<Label> labels;
  std::optional<std::chrono::milliseconds> kill_grace_period;

  friend bool operator==(const TaskInfo&, const TaskInfo&) = default;
};

// An error unless the id has 1 to 255 bytes, no slash and no control character, and is neither "."
// nor "..". `what` says of what it is.
Status ValidateTaskId(std::string_view id, std::string_view what);

// An error unless the task has a valid id, an agent, a resource, exactly one of command and
// executor, texts without NUL, and variables whose names are not empty and hold no "=".
Status ValidateTask(const TaskInfo& task);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_TASK_H_
