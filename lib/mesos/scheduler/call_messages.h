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
#include "lib/mesos/wire/messages.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// The id is empty before the first subscription.
v1::scheduler::Call SubscribeCall(const FrameworkInfo& framework, const std::string& framework_id,
                                    const std::set<std::string>& suppressed_roles);
v1::scheduler::Call UpdateFrameworkCall(const FrameworkInfo& framework,
                                          const std::string& framework_id,
                                          const std::set<std::string>& suppressed_roles);

v1::scheduler::Call AcceptCall(const Acceptance& acceptance, Milliseconds refuse,
                                 const std::string& framework_id);
// `type` is DECLINE or one of the two for inverse offers.
v1::scheduler::Call DeclineCall(v1::scheduler::Call_Type type,
                                  std::span<const std::string> offer_ids, Milliseconds refuse);
// `type` is REVIVE or SUPPRESS.
v1::scheduler::Call RolesCall(v1::scheduler::Call_Type type,
                                std::span<const std::string> roles);
v1::scheduler::Call KillCall(const TaskPlace& task, std::optional<Milliseconds> grace);
v1::scheduler::Call AcknowledgeCall(const TaskStatus& status);
v1::scheduler::Call AcknowledgeOperationCall(const OperationUpdate& update);
// No tasks: all that the master knows.
v1::scheduler::Call ReconcileCall(std::span<const TaskPlace> tasks);
v1::scheduler::Call ReconcileOperationsCall(const std::map<std::string, std::string>& agents);
v1::scheduler::Call ShutdownCall(std::string_view executor_id, std::string_view agent_id);
v1::scheduler::Call MessageCall(std::string_view executor_id, std::string_view agent_id,
                                  std::string data);

// Sets the framework id, which is in every call, and makes it ready to be sent.
OutgoingCall Seal(v1::scheduler::Call call, const std::string& framework_id);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_CALL_MESSAGES_H_
