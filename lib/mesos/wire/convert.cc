#include "lib/mesos/wire/convert.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {
namespace {

template <typename Message>
void ReadValues(const Message& message, std::vector<ValueRange>* ranges,
                std::vector<std::string>* items) {
  for (const v1::Value::Range& range : message.ranges().range()) {
    ranges->push_back({range.begin(), range.end()});
  }
  items->assign(message.set().item().begin(), message.set().item().end());
}

Reservation ReadReservation(const v1::Resource::ReservationInfo& message) {
  return {.dynamic = message.type() == v1::Resource::ReservationInfo::DYNAMIC,
          .role = message.role(),
          .principal = message.principal(),
          .labels = ReadLabels(message.labels())};
}

// Offers to frameworks without RESERVATION_REFINEMENT have `role`, and `reservation` if it was made
// by a framework or an operator at run time.
void ReadOldReservation(const v1::Resource& message, Resource* resource) {
  if (!message.has_role() || message.role() == "*") return;
  Reservation reservation = ReadReservation(message.reservation());
  reservation.dynamic = message.has_reservation();
  reservation.role = message.role();
  resource->reservations.push_back(std::move(reservation));
}

void WriteReservations(const Resource& resource, v1::Resource* message) {
  for (const Reservation& reservation : resource.reservations) {
    v1::Resource::ReservationInfo* written = message->add_reservations();
    written->set_type(reservation.dynamic ? v1::Resource::ReservationInfo::DYNAMIC
                                          : v1::Resource::ReservationInfo::STATIC);
    written->set_role(reservation.role);
    if (!reservation.principal.empty()) written->set_principal(reservation.principal);
    if (!reservation.labels.empty()) WriteLabels(reservation.labels, written->mutable_labels());
  }
}

// What the view shows of an object that was not offered.
void WriteNew(const Resource& resource, v1::Resource* message) {
  WriteReservations(resource, message);
  if (!resource.allocation_role.empty()) {
    message->mutable_allocation_info()->set_role(resource.allocation_role);
  }
  if (resource.revocable) message->mutable_revocable();
  if (resource.shared) message->mutable_shared();
}

}  // namespace

Amount ReadAmount(double value) {
  if (std::isnan(value)) return 0;
  const double thousandths = std::round(value * kAmountOne);
  const double maximum = static_cast<double>(kAmountMaximum);
  return static_cast<Amount>(std::clamp(thousandths, -maximum, maximum));
}

std::vector<Label> ReadLabels(const v1::Labels& message) {
  std::vector<Label> labels;
  for (const v1::Label& label : message.labels()) labels.push_back({label.key(), label.value()});
  return labels;
}

void WriteLabels(const std::vector<Label>& labels, v1::Labels* message) {
  for (const Label& label : labels) {
    v1::Label* written = message->add_labels();
    written->set_key(label.key);
    if (!label.value.empty()) written->set_value(label.value);
  }
}

Resource ReadResource(const v1::Resource& message) {
  Resource resource;
  resource.name = message.name();
  resource.type = static_cast<ValueType>(message.type());
  resource.scalar = ReadAmount(message.scalar().value());
  ReadValues(message, &resource.ranges, &resource.items);
  for (const auto& reservation : message.reservations()) {
    resource.reservations.push_back(ReadReservation(reservation));
  }
  if (resource.reservations.empty()) ReadOldReservation(message, &resource);
  resource.allocation_role = message.allocation_info().role();
  resource.revocable = message.has_revocable();
  resource.shared = message.has_shared();
  resource.special_disk = message.has_disk() || message.has_provider_id();
  message.SerializeToString(&resource.exact);
  return resource;
}

void WriteResource(const Resource& resource, v1::Resource* message) {
  // Bytes that do not parse were not made by ReadResource; the view alone counts then.
  if (resource.exact.empty() || !message->ParseFromString(resource.exact)) {
    message->Clear();
    WriteNew(resource, message);
  }
  message->set_name(resource.name);
  message->set_type(static_cast<v1::Value::Type>(resource.type));
  message->clear_scalar();
  message->clear_ranges();
  message->clear_set();
  switch (resource.type) {
    case ValueType::kScalar:
      message->mutable_scalar()->set_value(WriteAmount(resource.scalar));
      break;
    case ValueType::kRanges:
      message->mutable_ranges();
      for (const ValueRange& range : resource.ranges) {
        v1::Value::Range* written = message->mutable_ranges()->add_range();
        written->set_begin(range.begin);
        written->set_end(range.end);
      }
      break;
    case ValueType::kSet:
      message->mutable_set();
      for (const std::string& item : resource.items) message->mutable_set()->add_item(item);
      break;
    case ValueType::kText:
      break;  // Mesos has no such resources.
  }
}

Attribute ReadAttribute(const v1::Attribute& message) {
  Attribute attribute;
  attribute.name = message.name();
  attribute.type = static_cast<ValueType>(message.type());
  attribute.text = message.text().value();
  attribute.scalar = message.scalar().value();
  ReadValues(message, &attribute.ranges, &attribute.items);
  return attribute;
}

namespace {

// Operators may post anything. With these bounds the sum of a start and a duration stays in range;
// the start's are the years 1824 and 2116.
constexpr int64_t kNanosecondsMaximum = INT64_MAX / 2;

int64_t Bounded(int64_t nanoseconds, int64_t minimum) {
  return std::clamp(nanoseconds, minimum, kNanosecondsMaximum);
}

Unavailability ReadUnavailability(const v1::Unavailability& message) {
  Unavailability unavailability;
  unavailability.start_ns = Bounded(message.start().nanoseconds(), -kNanosecondsMaximum);
  if (message.has_duration()) {
    unavailability.duration_ns = Bounded(message.duration().nanoseconds(), 0);
  }
  return unavailability;
}

}  // namespace

FaultDomain ReadDomain(const v1::DomainInfo& message) {
  return {.region = message.fault_domain().region().name(),
          .zone = message.fault_domain().zone().name()};
}

Offer ReadOffer(const v1::Offer& message) {
  Offer offer;
  offer.id = message.id().value();
  offer.agent_id = message.agent_id().value();
  offer.hostname = message.hostname();
  offer.agent_ip = message.url().address().ip();
  offer.agent_port = message.url().address().port();
  offer.role = message.allocation_info().role();
  offer.resources = ReadResources(message.resources());
  offer.attributes.reserve(static_cast<size_t>(message.attributes_size()));
  for (const v1::Attribute& attribute : message.attributes()) {
    offer.attributes.push_back(ReadAttribute(attribute));
  }
  for (const v1::ExecutorID& id : message.executor_ids()) offer.executor_ids.push_back(id.value());
  offer.domain = ReadDomain(message.domain());
  if (message.has_unavailability()) {
    offer.unavailability = ReadUnavailability(message.unavailability());
  }
  return offer;
}

InverseOffer ReadInverseOffer(const v1::InverseOffer& message) {
  return {.id = message.id().value(),
          .agent_id = message.agent_id().value(),
          .unavailability = ReadUnavailability(message.unavailability()),
          .resources = ReadResources(message.resources())};
}

namespace {

using Capability = v1::FrameworkInfo::Capability;

struct CapabilityFlag {
  Capability::Type type;
  bool Capabilities::*flag;
};

constexpr CapabilityFlag kCapabilityFlags[] = {
    {Capability::PARTITION_AWARE, &Capabilities::partition_aware},
    {Capability::MULTI_ROLE, &Capabilities::multi_role},
    {Capability::RESERVATION_REFINEMENT, &Capabilities::reservation_refinement},
    {Capability::TASK_KILLING_STATE, &Capabilities::task_killing_state},
    {Capability::REVOCABLE_RESOURCES, &Capabilities::revocable_resources},
    {Capability::SHARED_RESOURCES, &Capabilities::shared_resources},
    {Capability::REGION_AWARE, &Capabilities::region_aware},
    {Capability::GPU_RESOURCES, &Capabilities::gpu_resources},
};

void WriteSelector(const OfferConstraint& constraint,
                   v1::scheduler::AttributeConstraint::Selector* message) {
  if (constraint.subject == OfferConstraint::Subject::kAttribute) {
    message->set_attribute_name(constraint.attribute);
    return;
  }
  message->set_pseudoattribute_type(
      static_cast<v1::scheduler::AttributeConstraint::Selector::PseudoattributeType>(
          constraint.subject));
}

void WritePredicate(const OfferConstraint& constraint,
                    v1::scheduler::AttributeConstraint::Predicate* message) {
  switch (constraint.test) {
    case OfferConstraint::Test::kExists:
      message->mutable_exists();
      break;
    case OfferConstraint::Test::kNotExists:
      message->mutable_not_exists();
      break;
    case OfferConstraint::Test::kEquals:
      message->mutable_text_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotEquals:
      message->mutable_text_not_equals()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kMatches:
      message->mutable_text_matches()->set_value(constraint.text);
      break;
    case OfferConstraint::Test::kNotMatches:
      message->mutable_text_not_matches()->set_value(constraint.text);
      break;
  }
}

void WriteMinimalOffers(const FrameworkInfo& framework, v1::FrameworkInfo* message) {
  for (const auto& [role, alternatives] : framework.minimal_offers) {
    v1::OfferFilters& filters = (*message->mutable_offer_filters())[role];
    filters.mutable_min_allocatable_resources();
    for (const auto& amounts : alternatives) {
      auto* written = filters.mutable_min_allocatable_resources()->add_quantities();
      for (const auto& [name, amount] : amounts) {
        (*written->mutable_quantities())[name].set_value(WriteAmount(amount));
      }
    }
  }
}

}  // namespace

void WriteFramework(const FrameworkInfo& framework, v1::FrameworkInfo* message) {
  message->set_name(framework.name);
  message->set_user(framework.user);
  if (!framework.principal.empty()) message->set_principal(framework.principal);
  message->set_checkpoint(framework.checkpoint);
  message->set_failover_timeout(static_cast<double>(framework.failover_timeout.count()));
  if (framework.capabilities.multi_role) {
    for (const std::string& role : framework.roles) message->add_roles(role);
  } else if (!framework.roles.empty()) {
    message->set_role(framework.roles.front());
  }
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    if (framework.capabilities.*capability.flag) {
      message->add_capabilities()->set_type(capability.type);
    }
  }
  if (!framework.hostname.empty()) message->set_hostname(framework.hostname);
  if (!framework.web_ui_url.empty()) message->set_webui_url(framework.web_ui_url);
  if (!framework.labels.empty()) WriteLabels(framework.labels, message->mutable_labels());
  WriteMinimalOffers(framework, message);
}

FrameworkInfo ReadFramework(const v1::FrameworkInfo& message) {
  FrameworkInfo framework;
  framework.name = message.name();
  framework.user = message.user();
  framework.principal = message.principal();
  framework.checkpoint = message.checkpoint();
  framework.failover_timeout =
      std::chrono::seconds(ReadAmount(message.failover_timeout()) / kAmountOne);
  framework.roles.assign(message.roles().begin(), message.roles().end());
  if (message.has_role()) framework.roles.push_back(message.role());
  for (const CapabilityFlag& capability : kCapabilityFlags) {
    framework.capabilities.*capability.flag =
        std::any_of(message.capabilities().begin(), message.capabilities().end(),
                    [&](const Capability& given) { return given.type() == capability.type; });
  }
  framework.hostname = message.hostname();
  framework.web_ui_url = message.webui_url();
  framework.labels = ReadLabels(message.labels());
  return framework;
}

void WriteOfferConstraints(const FrameworkInfo& framework,
                           v1::scheduler::OfferConstraints* message) {
  for (const auto& [role, groups] : framework.offer_constraints) {
    auto& written = (*message->mutable_role_constraints())[role];
    for (const OfferConstraintGroup& group : groups) {
      auto* written_group = written.add_groups();
      for (const OfferConstraint& constraint : group) {
        auto* written_constraint = written_group->add_attribute_constraints();
        WriteSelector(constraint, written_constraint->mutable_selector());
        WritePredicate(constraint, written_constraint->mutable_predicate());
      }
    }
  }
}

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

std::string ExecutorFingerprint(const ExecutorInfo& executor) {
  ExecutorInfo nameless = executor;
  nameless.id.clear();
  nameless.framework_id.clear();
  v1::ExecutorInfo message;
  WriteExecutor(nameless, &message);
  // FNV-1a. The messages have no maps, so the same values are always the same bytes.
  uint64_t hash = 14695981039346656037u;
  for (const char byte : message.SerializeAsString()) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  }
  return Format("{:016x}", hash);
}

}  // namespace rostrum::mesos
