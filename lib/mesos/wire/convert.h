// Between Mesos' messages and the values of include/rostrum/mesos.
//
// Reading never fails: what a message lacks is empty in the value, and who reads it judges. Writing
// takes values that were validated.

#ifndef ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_
#define ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_

#include <string>
#include <vector>

#include "lib/mesos/wire/messages.h"
#include "rostrum/mesos/event.h"
#include "rostrum/mesos/framework_info.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/task.h"

namespace rostrum::mesos {

// Thousandths, as Mesos rounds them; what is no number or too large becomes 0 or the maximum.
Amount ReadAmount(double value);
inline double WriteAmount(Amount amount) { return static_cast<double>(amount) / kAmountOne; }

Resource ReadResource(const v1::Resource& message);
void WriteResource(const Resource& resource, v1::Resource* message);

template <typename Messages>
std::vector<Resource> ReadResources(const Messages& messages) {
  std::vector<Resource> resources;
  resources.reserve(static_cast<size_t>(messages.size()));
  for (const v1::Resource& message : messages) resources.push_back(ReadResource(message));
  return resources;
}
template <typename Messages>
void WriteResources(const std::vector<Resource>& resources, Messages* messages) {
  for (const Resource& resource : resources) WriteResource(resource, messages->Add());
}

std::vector<Label> ReadLabels(const v1::Labels& message);
void WriteLabels(const std::vector<Label>& labels, v1::Labels* message);

Offer ReadOffer(const v1::Offer& message);
InverseOffer ReadInverseOffer(const v1::InverseOffer& message);
Attribute ReadAttribute(const v1::Attribute& message);
FaultDomain ReadDomain(const v1::DomainInfo& message);

TaskStatus ReadTaskStatus(const v1::TaskStatus& message);
void WriteTaskStatus(const TaskStatus& status, v1::TaskStatus* message);

CommandInfo ReadCommand(const v1::CommandInfo& message);
void WriteCommand(const CommandInfo& command, v1::CommandInfo* message);
ContainerInfo ReadContainer(const v1::ContainerInfo& message);
void WriteContainer(const ContainerInfo& container, v1::ContainerInfo* message);
ExecutorInfo ReadExecutor(const v1::ExecutorInfo& message);
void WriteExecutor(const ExecutorInfo& executor, v1::ExecutorInfo* message);
TaskInfo ReadTask(const v1::TaskInfo& message);
void WriteTask(const TaskInfo& task, v1::TaskInfo* message);

// Without offer_constraints, which travel beside it, and without the id.
void WriteFramework(const FrameworkInfo& framework, v1::FrameworkInfo* message);
FrameworkInfo ReadFramework(const v1::FrameworkInfo& message);
void WriteOfferConstraints(const FrameworkInfo& framework,
                           v1::scheduler::OfferConstraints* message);

OperationUpdate ReadOperationUpdate(const v1::OperationStatus& message);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_WIRE_CONVERT_H_
