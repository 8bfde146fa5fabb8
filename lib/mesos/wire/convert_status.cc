#include <vector>

#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

std::vector<std::string> ReadAddresses(const wire::ContainerStatus& message) {
  std::vector<std::string> addresses;
  for (const wire::NetworkInfo& network : message.network_infos()) {
    for (const auto& address : network.ip_addresses()) {
      if (!address.ip_address().empty()) addresses.push_back(address.ip_address());
    }
  }
  return addresses;
}

void WriteContainerStatus(const TaskStatus& status, wire::ContainerStatus* message) {
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

void ReadStateAndLabels(const wire::TaskStatus& message, TaskStatus* status) {
  // A state that this version does not know: nothing is clear, but that it is not over.
  status->state =
      message.has_state() ? static_cast<TaskState>(message.state()) : TaskState::kUnknown;
  status->labels = ReadLabels(message.labels());
  if (status->state != TaskState::kFailed) return;
  if (std::erase(status->labels, UnseenLabel()) != 0) status->state = TaskState::kEndedUnseen;
}

void WriteStateAndLabels(const TaskStatus& status, wire::TaskStatus* message) {
  const bool is_unseen = status.state == TaskState::kEndedUnseen;
  message->set_state(static_cast<wire::TaskState>(is_unseen ? TaskState::kFailed : status.state));
  std::vector<Label> labels = status.labels;
  if (is_unseen) labels.push_back(UnseenLabel());
  if (!labels.empty()) WriteLabels(labels, message->mutable_labels());
}

}  // namespace

TaskStatus ReadTaskStatus(const wire::TaskStatus& message) {
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

void WriteTaskStatus(const TaskStatus& status, wire::TaskStatus* message) {
  message->mutable_task_id()->set_value(status.task_id);
  WriteStateAndLabels(status, message);
  if (!status.agent_id.empty()) message->mutable_agent_id()->set_value(status.agent_id);
  if (!status.executor_id.empty()) message->mutable_executor_id()->set_value(status.executor_id);
  if (!status.message.empty()) message->set_message(status.message);
  if (!status.data.empty()) message->set_data(status.data);
  if (status.source != StatusSource::kUnknown) {
    message->set_source(static_cast<wire::TaskStatus::Source>(status.source));
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

OperationUpdate ReadOperationUpdate(const wire::OperationStatus& message) {
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
