// Between Mesos' messages and the values of include/rostrum/mesos.
//
// Reading never fails: what a message lacks is empty in the value, and who reads it judges. Writing
// takes values that were validated.

#ifndef ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_
#define ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_

#include <string>
#include <vector>

#include "lib/mesos/wire/mesos_v1.pb.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "rostrum/mesos/event.h"
#include "rostrum/mesos/framework_info.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/task.h"

namespace rostrum::mesos {

// Thousandths, as Mesos rounds them; what is no number or too large becomes 0 or the maximum.
Amount ReadAmount(double value);
inline double WriteAmount(Amount amount) { return static_cast<double>(amount) / kAmountOne; }

Resource ReadResource(const wire::Resource& message);
void WriteResource(const Resource& resource, wire::Resource* message);

template <typename Messages>
std::vector<Resource> ReadResources(const Messages& messages) {
  std::vector<Resource> resources;
  resources.reserve(static_cast<size_t>(messages.size()));
  for (const wire::Resource& message : messages) resources.push_back(ReadResource(message));
  return resources;
}
template <typename Messages>
void WriteResources(const std::vector<Resource>& resources, Messages* messages) {
  for (const Resource& resource : resources) WriteResource(resource, messages->Add());
}

std::vector<Label> ReadLabels(const wire::Labels& message);
void WriteLabels(const std::vector<Label>& labels, wire::Labels* message);

Offer ReadOffer(const wire::Offer& message);
InverseOffer ReadInverseOffer(const wire::InverseOffer& message);
Attribute ReadAttribute(const wire::Attribute& message);
FaultDomain ReadDomain(const wire::DomainInfo& message);

TaskStatus ReadTaskStatus(const wire::TaskStatus& message);
void WriteTaskStatus(const TaskStatus& status, wire::TaskStatus* message);

CommandInfo ReadCommand(const wire::CommandInfo& message);
void WriteCommand(const CommandInfo& command, wire::CommandInfo* message);
ContainerInfo ReadContainer(const wire::ContainerInfo& message);
void WriteContainer(const ContainerInfo& container, wire::ContainerInfo* message);
ExecutorInfo ReadExecutor(const wire::ExecutorInfo& message);
void WriteExecutor(const ExecutorInfo& executor, wire::ExecutorInfo* message);
TaskInfo ReadTask(const wire::TaskInfo& message);
void WriteTask(const TaskInfo& task, wire::TaskInfo* message);

// Without offer_constraints, which travel beside it, and without the id.
void WriteFramework(const FrameworkInfo& framework, wire::FrameworkInfo* message);
FrameworkInfo ReadFramework(const wire::FrameworkInfo& message);
void WriteOfferConstraints(const FrameworkInfo& framework,
                           wire::scheduler::OfferConstraints* message);

OperationUpdate ReadOperationUpdate(const wire::OperationStatus& message);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_
