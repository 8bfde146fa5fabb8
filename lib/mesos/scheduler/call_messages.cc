#include "lib/mesos/scheduler/call_messages.h"

#include <algorithm>
#include <utility>

#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {
namespace {

using v1::scheduler::Call;

// More is more than Mesos counts.
constexpr Milliseconds kRefuseMaximum = std::chrono::hours(24 * 365);

Call MakeCall(Call::Type type) {
  Call call;
  call.set_type(type);
  return call;
}

// Always set: without it the master takes its default. A negative one would be the default too.
void SetRefuse(Milliseconds refuse, v1::Filters* filters) {
  const Milliseconds bounded = std::clamp(refuse, Milliseconds(0), kRefuseMaximum);
  filters->set_refuse_seconds(std::chrono::duration<double>(bounded).count());
}

template <typename Ids>
void SetIds(std::span<const std::string> ids, Ids* messages) {
  for (const std::string& id : ids) messages->Add()->set_value(id);
}

// SUBSCRIBE and UPDATE_FRAMEWORK have the same fields.
template <typename Message>
void SetFramework(const FrameworkInfo& framework, const std::string& framework_id,
                  const std::set<std::string>& suppressed_roles, Message* message) {
  WriteFramework(framework, message->mutable_framework_info());
  if (!framework_id.empty()) {
    message->mutable_framework_info()->mutable_id()->set_value(framework_id);
  }
  for (const std::string& role : suppressed_roles) message->add_suppressed_roles(role);
  if (!framework.offer_constraints.empty()) {
    WriteOfferConstraints(framework, message->mutable_offer_constraints());
  }
}

void WriteOperation(const Operation& operation, v1::Offer::Operation* message) {
  message->set_type(static_cast<v1::Offer::Operation::Type>(operation.kind));
  if (!operation.id.empty()) message->mutable_id()->set_value(operation.id);
  switch (operation.kind) {
    case Operation::Kind::kReserve:
      return WriteResources(operation.resources, message->mutable_reserve()->mutable_resources());
    case Operation::Kind::kUnreserve:
      return WriteResources(operation.resources, message->mutable_unreserve()->mutable_resources());
    case Operation::Kind::kCreate:
      return WriteResources(operation.resources, message->mutable_create()->mutable_volumes());
    case Operation::Kind::kDestroy:
      return WriteResources(operation.resources, message->mutable_destroy()->mutable_volumes());
  }
}

}  // namespace

Call SubscribeCall(const FrameworkInfo& framework, const std::string& framework_id,
                   const std::set<std::string>& suppressed_roles) {
  Call call = MakeCall(Call::SUBSCRIBE);
  SetFramework(framework, framework_id, suppressed_roles, call.mutable_subscribe());
  return call;
}

Call UpdateFrameworkCall(const FrameworkInfo& framework, const std::string& framework_id,
                         const std::set<std::string>& suppressed_roles) {
  Call call = MakeCall(Call::UPDATE_FRAMEWORK);
  SetFramework(framework, framework_id, suppressed_roles, call.mutable_update_framework());
  return call;
}

Call AcceptCall(const Acceptance& acceptance, Milliseconds refuse,
                const std::string& framework_id) {
  Call call = MakeCall(Call::ACCEPT);
  Call::Accept* accept = call.mutable_accept();
  SetIds(acceptance.offer_ids, accept->mutable_offer_ids());
  SetRefuse(refuse, accept->mutable_filters());
  for (const Operation& operation : acceptance.operations) {
    WriteOperation(operation, accept->add_operations());
  }
  if (acceptance.tasks.empty()) return call;
  v1::Offer::Operation* launch = accept->add_operations();
  launch->set_type(v1::Offer::Operation::LAUNCH);
  for (const TaskInfo& task : acceptance.tasks) {
    v1::TaskInfo* message = launch->mutable_launch()->add_task_infos();
    WriteTask(task, message);
    if (message->has_executor()) {
      message->mutable_executor()->mutable_framework_id()->set_value(framework_id);
    }
  }
  return call;
}

Call DeclineCall(Call::Type type, std::span<const std::string> offer_ids, Milliseconds refuse) {
  Call call = MakeCall(type);
  if (type == Call::DECLINE) {
    SetIds(offer_ids, call.mutable_decline()->mutable_offer_ids());
    SetRefuse(refuse, call.mutable_decline()->mutable_filters());
  } else if (type == Call::DECLINE_INVERSE_OFFERS) {
    SetIds(offer_ids, call.mutable_decline_inverse_offers()->mutable_inverse_offer_ids());
    SetRefuse(refuse, call.mutable_decline_inverse_offers()->mutable_filters());
  } else {
    SetIds(offer_ids, call.mutable_accept_inverse_offers()->mutable_inverse_offer_ids());
    SetRefuse(refuse, call.mutable_accept_inverse_offers()->mutable_filters());
  }
  return call;
}

Call RolesCall(Call::Type type, std::span<const std::string> roles) {
  Call call = MakeCall(type);
  auto* messages = type == Call::REVIVE ? call.mutable_revive()->mutable_roles()
                                        : call.mutable_suppress()->mutable_roles();
  for (const std::string& role : roles) *messages->Add() = role;
  return call;
}

Call KillCall(const TaskPlace& task, std::optional<Milliseconds> grace) {
  Call call = MakeCall(Call::KILL);
  call.mutable_kill()->mutable_task_id()->set_value(task.task_id);
  if (!task.agent_id.empty()) call.mutable_kill()->mutable_agent_id()->set_value(task.agent_id);
  if (grace) {
    call.mutable_kill()->mutable_kill_policy()->mutable_grace_period()->set_nanoseconds(
        std::chrono::nanoseconds(*grace).count());
  }
  return call;
}

Call AcknowledgeCall(const TaskStatus& status) {
  Call call = MakeCall(Call::ACKNOWLEDGE);
  call.mutable_acknowledge()->mutable_agent_id()->set_value(status.agent_id);
  call.mutable_acknowledge()->mutable_task_id()->set_value(status.task_id);
  call.mutable_acknowledge()->set_uuid(status.uuid);
  return call;
}

Call AcknowledgeOperationCall(const OperationUpdate& update) {
  Call call = MakeCall(Call::ACKNOWLEDGE_OPERATION_STATUS);
  Call::AcknowledgeOperationStatus* message = call.mutable_acknowledge_operation_status();
  message->mutable_operation_id()->set_value(update.operation_id);
  message->set_uuid(update.uuid);
  if (!update.agent_id.empty()) message->mutable_agent_id()->set_value(update.agent_id);
  if (!update.resource_provider_id.empty()) {
    message->mutable_resource_provider_id()->set_value(update.resource_provider_id);
  }
  return call;
}

Call ReconcileCall(std::span<const TaskPlace> tasks) {
  Call call = MakeCall(Call::RECONCILE);
  call.mutable_reconcile();
  for (const TaskPlace& task : tasks) {
    Call::Reconcile::Task* message = call.mutable_reconcile()->add_tasks();
    message->mutable_task_id()->set_value(task.task_id);
    if (!task.agent_id.empty()) message->mutable_agent_id()->set_value(task.agent_id);
  }
  return call;
}

Call ReconcileOperationsCall(const std::map<std::string, std::string>& agents) {
  Call call = MakeCall(Call::RECONCILE_OPERATIONS);
  call.mutable_reconcile_operations();
  for (const auto& [operation_id, agent_id] : agents) {
    auto* message = call.mutable_reconcile_operations()->add_operations();
    message->mutable_operation_id()->set_value(operation_id);
    if (!agent_id.empty()) message->mutable_agent_id()->set_value(agent_id);
  }
  return call;
}

Call ShutdownCall(std::string_view executor_id, std::string_view agent_id) {
  Call call = MakeCall(Call::SHUTDOWN);
  call.mutable_shutdown()->mutable_executor_id()->set_value(std::string(executor_id));
  call.mutable_shutdown()->mutable_agent_id()->set_value(std::string(agent_id));
  return call;
}

Call MessageCall(std::string_view executor_id, std::string_view agent_id, std::string data) {
  Call call = MakeCall(Call::MESSAGE);
  call.mutable_message()->mutable_executor_id()->set_value(std::string(executor_id));
  call.mutable_message()->mutable_agent_id()->set_value(std::string(agent_id));
  call.mutable_message()->set_data(std::move(data));
  return call;
}

OutgoingCall Seal(Call call, const std::string& framework_id) {
  if (!framework_id.empty()) call.mutable_framework_id()->set_value(framework_id);
  return {.name = Call::Type_Name(call.type()), .body = call.SerializeAsString()};
}

}  // namespace rostrum::mesos
