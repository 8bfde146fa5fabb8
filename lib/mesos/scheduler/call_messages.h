// The bodies of calls.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_CALL_MESSAGES_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_CALL_MESSAGES_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/scheduler/link.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// The id is empty before the first subscription.
wire::scheduler::Call SubscribeCall(const FrameworkInfo& framework, const std::string& framework_id,
                                    const std::set<std::string>& suppressed_roles);
wire::scheduler::Call UpdateFrameworkCall(const FrameworkInfo& framework,
                                          const std::string& framework_id,
                                          const std::set<std::string>& suppressed_roles);

wire::scheduler::Call AcceptCall(const Acceptance& acceptance, Milliseconds refuse,
                                 const std::string& framework_id);
// `type` is DECLINE or one of the two for inverse offers.
wire::scheduler::Call DeclineCall(wire::scheduler::Call::Type type,
                                  std::span<const std::string> offer_ids, Milliseconds refuse);
// `type` is REVIVE or SUPPRESS.
wire::scheduler::Call RolesCall(wire::scheduler::Call::Type type,
                                std::span<const std::string> roles);
wire::scheduler::Call KillCall(const TaskPlace& task, std::optional<Milliseconds> grace);
wire::scheduler::Call AcknowledgeCall(const TaskStatus& status);
wire::scheduler::Call AcknowledgeOperationCall(const OperationUpdate& update);
// No tasks: all that the master knows.
wire::scheduler::Call ReconcileCall(std::span<const TaskPlace> tasks);
wire::scheduler::Call ReconcileOperationsCall(const std::map<std::string, std::string>& agents);
wire::scheduler::Call ShutdownCall(std::string_view executor_id, std::string_view agent_id);
wire::scheduler::Call MessageCall(std::string_view executor_id, std::string_view agent_id,
                                  std::string data);

// Sets the framework id, which is in every call, and makes it ready to be sent.
OutgoingCall Seal(wire::scheduler::Call call, const std::string& framework_id);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_CALL_MESSAGES_H_
