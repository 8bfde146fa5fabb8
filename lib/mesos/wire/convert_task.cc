#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

milliseconds ReadDuration(const wire::DurationInfo& message) {
  return duration_cast<milliseconds>(nanoseconds(message.nanoseconds()));
}

void WriteDuration(milliseconds duration, wire::DurationInfo* message) {
  message->set_nanoseconds(nanoseconds(duration).count());
}

void WriteDocker(const ContainerInfo& container, wire::ContainerInfo::DockerInfo* message) {
  message->set_image(container.image);
  message->set_network(static_cast<wire::ContainerInfo::DockerInfo::Network>(container.network));
  message->set_privileged(container.privileged);
  message->set_force_pull_image(container.force_pull_image);
  for (const Label& parameter : container.parameters) {
    wire::Parameter* written = message->add_parameters();
    written->set_key(parameter.key);
    written->set_value(parameter.value);
  }
}

void ReadDocker(const wire::ContainerInfo::DockerInfo& message, ContainerInfo* container) {
  container->image = message.image();
  container->network = static_cast<DockerNetwork>(message.network());
  container->privileged = message.privileged();
  container->force_pull_image = message.force_pull_image();
  for (const wire::Parameter& parameter : message.parameters()) {
    container->parameters.push_back({parameter.key(), parameter.value()});
  }
}

}  // namespace

CommandInfo ReadCommand(const wire::CommandInfo& message) {
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

void WriteCommand(const CommandInfo& command, wire::CommandInfo* message) {
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

ContainerInfo ReadContainer(const wire::ContainerInfo& message) {
  ContainerInfo container;
  container.type = static_cast<ContainerType>(message.type());
  container.hostname = message.hostname();
  for (const wire::Volume& volume : message.volumes()) {
    container.volumes.push_back(
        {volume.container_path(), volume.host_path(), volume.mode() == wire::Volume::RO});
  }
  if (message.has_docker()) ReadDocker(message.docker(), &container);
  if (message.mesos().has_image()) container.image = message.mesos().image().docker().name();
  for (const wire::NetworkInfo& network : message.network_infos()) {
    if (!network.name().empty()) container.networks.push_back(network.name());
  }
  return container;
}

void WriteContainer(const ContainerInfo& container, wire::ContainerInfo* message) {
  message->set_type(static_cast<wire::ContainerInfo::Type>(container.type));
  if (!container.hostname.empty()) message->set_hostname(container.hostname);
  for (const Volume& volume : container.volumes) {
    wire::Volume* written = message->add_volumes();
    written->set_container_path(volume.container_path);
    if (!volume.host_path.empty()) written->set_host_path(volume.host_path);
    written->set_mode(volume.read_only ? wire::Volume::RO : wire::Volume::RW);
  }
  if (container.type == ContainerType::kDocker) {
    WriteDocker(container, message->mutable_docker());
  } else {
    wire::ContainerInfo::MesosInfo* mesos = message->mutable_mesos();
    if (!container.image.empty()) {
      mesos->mutable_image()->set_type(wire::Image::DOCKER);
      mesos->mutable_image()->mutable_docker()->set_name(container.image);
    }
  }
  for (const std::string& network : container.networks) {
    message->add_network_infos()->set_name(network);
  }
}

ExecutorInfo ReadExecutor(const wire::ExecutorInfo& message) {
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

void WriteExecutor(const ExecutorInfo& executor, wire::ExecutorInfo* message) {
  message->set_type(wire::ExecutorInfo::CUSTOM);
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

TaskInfo ReadTask(const wire::TaskInfo& message) {
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

void WriteTask(const TaskInfo& task, wire::TaskInfo* message) {
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

}  // namespace rostrum::mesos
