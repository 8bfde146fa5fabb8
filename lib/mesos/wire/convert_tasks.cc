#include <vector>

#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/mesos_v1.pb.h"

namespace rostrum::mesos {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

milliseconds ReadDuration(const v1::DurationInfo& message) {
  return duration_cast<milliseconds>(nanoseconds(message.nanoseconds()));
}

void WriteDuration(milliseconds duration, v1::DurationInfo* message) {
  message->set_nanoseconds(nanoseconds(duration).count());
}

void WriteDocker(const ContainerInfo& container, v1::ContainerInfo::DockerInfo* message) {
  message->set_image(container.image);
  message->set_network(static_cast<v1::ContainerInfo::DockerInfo::Network>(container.network));
  message->set_privileged(container.privileged);
  message->set_force_pull_image(container.force_pull_image);
  for (const Label& parameter : container.parameters) {
    v1::Parameter* written = message->add_parameters();
    written->set_key(parameter.key);
    written->set_value(parameter.value);
  }
}

void ReadDocker(const v1::ContainerInfo::DockerInfo& message, ContainerInfo* container) {
  container->image = message.image();
  container->network = static_cast<DockerNetwork>(message.network());
  container->privileged = message.privileged();
  container->force_pull_image = message.force_pull_image();
  for (const v1::Parameter& parameter : message.parameters()) {
    container->parameters.push_back({parameter.key(), parameter.value()});
  }
}

}  // namespace

CommandInfo ReadCommand(const v1::CommandInfo& message) {
  CommandInfo command;
  command.value = message.value();
  command.shell = message.shell();
  command.arguments.assign(message.arguments().begin(), message.arguments().end());
  for (const auto& variable : message.environment().variables()) {
    command.environment.push_back({variable.name(), variable.value()});
  }
  for (const auto& uri : message.uris()) {
    command.files.push_back(
        {uri.value(), uri.executable(), uri.extract(), uri.cache(), uri.output_file()});
  }
  command.user = message.user();
  return command;
}

void WriteCommand(const CommandInfo& command, v1::CommandInfo* message) {
  message->set_shell(command.shell);
  if (!command.value.empty()) message->set_value(command.value);
  for (const std::string& argument : command.arguments) message->add_arguments(argument);
  for (const EnvironmentVariable& variable : command.environment) {
    auto* written = message->mutable_environment()->add_variables();
    written->set_name(variable.name);
    written->set_value(variable.value);
  }
  for (const FetchedFile& file : command.files) {
    auto* written = message->add_uris();
    written->set_value(file.uri);
    written->set_executable(file.executable);
    written->set_extract(file.extract);
    written->set_cache(file.cache);
    if (!file.output_file.empty()) written->set_output_file(file.output_file);
  }
  if (!command.user.empty()) message->set_user(command.user);
}

ContainerInfo ReadContainer(const v1::ContainerInfo& message) {
  ContainerInfo container;
  container.type = static_cast<ContainerType>(message.type());
  container.hostname = message.hostname();
  for (const v1::Volume& volume : message.volumes()) {
    container.volumes.push_back(
        {volume.container_path(), volume.host_path(), volume.mode() == v1::Volume::RO});
  }
  if (message.has_docker()) ReadDocker(message.docker(), &container);
  if (message.mesos().has_image()) container.image = message.mesos().image().docker().name();
  for (const v1::NetworkInfo& network : message.network_infos()) {
    if (!network.name().empty()) container.networks.push_back(network.name());
  }
  return container;
}

void WriteContainer(const ContainerInfo& container, v1::ContainerInfo* message) {
  message->set_type(static_cast<v1::ContainerInfo::Type>(container.type));
  if (!container.hostname.empty()) message->set_hostname(container.hostname);
  for (const Volume& volume : container.volumes) {
    v1::Volume* written = message->add_volumes();
    written->set_container_path(volume.container_path);
    if (!volume.host_path.empty()) written->set_host_path(volume.host_path);
    written->set_mode(volume.read_only ? v1::Volume::RO : v1::Volume::RW);
  }
  if (container.type == ContainerType::kDocker) {
    WriteDocker(container, message->mutable_docker());
  } else {
    v1::ContainerInfo::MesosInfo* mesos = message->mutable_mesos();
    if (!container.image.empty()) {
      mesos->mutable_image()->set_type(v1::Image::DOCKER);
      mesos->mutable_image()->mutable_docker()->set_name(container.image);
    }
  }
  for (const std::string& network : container.networks) {
    message->add_network_infos()->set_name(network);
  }
}

ExecutorInfo ReadExecutor(const v1::ExecutorInfo& message) {
  ExecutorInfo executor;
  executor.id = message.executor_id().value();
  executor.name = message.name();
  if (message.has_command()) executor.command = ReadCommand(message.command());
  if (message.has_container()) executor.container = ReadContainer(message.container());
  executor.resources = ReadResources(message.resources());
  executor.data = message.data();
  executor.labels = ReadLabels(message.labels());
  if (message.has_shutdown_grace_period()) {
    executor.shutdown_grace_period = ReadDuration(message.shutdown_grace_period());
  }
  executor.framework_id = message.framework_id().value();
  return executor;
}

void WriteExecutor(const ExecutorInfo& executor, v1::ExecutorInfo* message) {
  message->set_type(v1::ExecutorInfo::CUSTOM);
  message->mutable_executor_id()->set_value(executor.id);
  if (!executor.name.empty()) message->set_name(executor.name);
  if (executor.command) WriteCommand(*executor.command, message->mutable_command());
  if (executor.container) WriteContainer(*executor.container, message->mutable_container());
  WriteResources(executor.resources, message->mutable_resources());
  if (!executor.data.empty()) message->set_data(executor.data);
  if (!executor.labels.empty()) WriteLabels(executor.labels, message->mutable_labels());
  if (executor.shutdown_grace_period) {
    WriteDuration(*executor.shutdown_grace_period, message->mutable_shutdown_grace_period());
  }
  if (!executor.framework_id.empty()) {
    message->mutable_framework_id()->set_value(executor.framework_id);
  }
}

TaskInfo ReadTask(const v1::TaskInfo& message) {
  TaskInfo task;
  task.id = message.task_id().value();
  task.name = message.name();
  task.agent_id = message.agent_id().value();
  task.resources = ReadResources(message.resources());
  if (message.has_executor()) task.executor = ReadExecutor(message.executor());
  if (message.has_command()) task.command = ReadCommand(message.command());
  if (message.has_container()) task.container = ReadContainer(message.container());
  task.data = message.data();
  task.labels = ReadLabels(message.labels());
  if (message.kill_policy().has_grace_period()) {
    task.kill_grace_period = ReadDuration(message.kill_policy().grace_period());
  }
  return task;
}

void WriteTask(const TaskInfo& task, v1::TaskInfo* message) {
  message->mutable_task_id()->set_value(task.id);
  message->set_name(task.name.empty() ? task.id : task.name);
  message->mutable_agent_id()->set_value(task.agent_id);
  WriteResources(task.resources, message->mutable_resources());
  if (task.executor) WriteExecutor(*task.executor, message->mutable_executor());
  if (task.command) WriteCommand(*task.command, message->mutable_command());
  if (task.container) WriteContainer(*task.container, message->mutable_container());
  if (!task.data.empty()) message->set_data(task.data);
  if (!task.labels.empty()) WriteLabels(task.labels, message->mutable_labels());
  if (task.kill_grace_period) {
    WriteDuration(*task.kill_grace_period, message->mutable_kill_policy()->mutable_grace_period());
  }
}

namespace {

std::vector<std::string> ReadAddresses(const v1::ContainerStatus& message) {
  std::vector<std::string> addresses;
  for (const v1::NetworkInfo& network : message.network_infos()) {
    for (const auto& address : network.ip_addresses()) {
      if (!address.ip_address().empty()) addresses.push_back(address.ip_address());
    }
  }
  return addresses;
}

void WriteContainerStatus(const TaskStatus& status, v1::ContainerStatus* message) {
  if (!status.container_id.empty()) {
    message->mutable_container_id()->set_value(status.container_id);
  }
  for (const std::string& address : status.ip_addresses) {
    message->add_network_infos()->add_ip_addresses()->set_ip_address(address);
  }
}

// Mesos has no state for an end that nobody saw. It is written as the one for an end without
// success, with this label, which is a part of the state and no label any more when it was read.
const Label& UnseenLabel() {
  static const Label label = {"rostrum.end", "unseen"};
  return label;
}

void ReadStateAndLabels(const v1::TaskStatus& message, TaskStatus* status) {
  // A state that this version does not know: nothing is clear, but that it is not over.
  status->state =
      message.has_state() ? static_cast<TaskState>(message.state()) : TaskState::kUnknown;
  status->labels = ReadLabels(message.labels());
  if (status->state != TaskState::kFailed) return;
  if (std::erase(status->labels, UnseenLabel()) != 0) status->state = TaskState::kEndedUnseen;
}

void WriteStateAndLabels(const TaskStatus& status, v1::TaskStatus* message) {
  const bool is_unseen = status.state == TaskState::kEndedUnseen;
  message->set_state(static_cast<v1::TaskState>(is_unseen ? TaskState::kFailed : status.state));
  std::vector<Label> labels = status.labels;
  if (is_unseen) labels.push_back(UnseenLabel());
  if (!labels.empty()) WriteLabels(labels, message->mutable_labels());
}

}  // namespace

TaskStatus ReadTaskStatus(const v1::TaskStatus& message) {
  TaskStatus status;
  status.task_id = message.task_id().value();
  ReadStateAndLabels(message, &status);
  status.agent_id = message.agent_id().value();
  status.executor_id = message.executor_id().value();
  status.message = message.message();
  status.data = message.data();
  if (message.has_source()) status.source = static_cast<StatusSource>(message.source());
  if (message.has_reason()) status.reason = message.reason();
  status.uuid = message.uuid();
  status.timestamp = message.timestamp();
  if (message.has_healthy()) status.healthy = message.healthy();
  status.ip_addresses = ReadAddresses(message.container_status());
  status.container_id = message.container_status().container_id().value();
  if (message.has_unreachable_time()) {
    status.unreachable_since_ns = message.unreachable_time().nanoseconds();
  }
  return status;
}

void WriteTaskStatus(const TaskStatus& status, v1::TaskStatus* message) {
  message->mutable_task_id()->set_value(status.task_id);
  WriteStateAndLabels(status, message);
  if (!status.agent_id.empty()) message->mutable_agent_id()->set_value(status.agent_id);
  if (!status.executor_id.empty()) message->mutable_executor_id()->set_value(status.executor_id);
  if (!status.message.empty()) message->set_message(status.message);
  if (!status.data.empty()) message->set_data(status.data);
  if (status.source != StatusSource::kUnknown) {
    message->set_source(static_cast<v1::TaskStatus::Source>(status.source));
  }
  if (status.reason != kReasonNone) message->set_reason(status.reason);
  if (!status.uuid.empty()) message->set_uuid(status.uuid);
  if (status.timestamp != 0) message->set_timestamp(status.timestamp);
  if (status.healthy) message->set_healthy(*status.healthy);
  if (!status.container_id.empty() || !status.ip_addresses.empty()) {
    WriteContainerStatus(status, message->mutable_container_status());
  }
  if (status.unreachable_since_ns) {
    message->mutable_unreachable_time()->set_nanoseconds(*status.unreachable_since_ns);
  }
}

OperationUpdate ReadOperationUpdate(const v1::OperationStatus& message) {
  OperationUpdate update;
  update.operation_id = message.operation_id().value();
  if (message.has_state()) update.state = static_cast<OperationState>(message.state());
  update.message = message.message();
  update.uuid = message.uuid().value();
  update.agent_id = message.agent_id().value();
  update.resource_provider_id = message.resource_provider_id().value();
  update.converted_resources = ReadResources(message.converted_resources());
  return update;
}

}  // namespace rostrum::mesos
