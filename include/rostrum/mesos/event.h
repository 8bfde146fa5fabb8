// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What a scheduler client tells its embedder.

#ifndef ROSTRUM_MESOS_EVENT_H_
#define ROSTRUM_MESOS_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/task.h"

namespace rostrum::mesos {

// The client is subscribed and calls can be made. All offers of earlier subscriptions are void, and
// were named by an OffersGone before. The framework id is safely kept by now.
struct Subscribed {
  std::string framework_id;
  // Whether the master gave the id just now: this is a new framework, without tasks.
  bool new_framework = false;
  std::string master_id;  // Each of these is empty if the master does not say.
  std::string master_version;
  std::string master_address;
  FaultDomain master_domain;
};

// The subscription is lost; the client tries again by itself. Calls that were not sent yet are
// gone, and launches among them come as LaunchDropped. What became of a launch that was being sent
// is found out by reconciliation.
struct Disconnected {
  std::string reason;
};

struct OffersMade {
  std::vector<Offer> offers;
};

enum class OfferEnd : int32_t {
  kRescinded = 1,     // Taken back by the master.
  kExpired = 2,       // Older than the age limit, and declined by the client.
  kSuppressed = 3,    // Declined by the client as it suppressed the offer's role.
  kDisconnected = 4,  // Void with the subscription.
};

// These offers cannot be used any more. Those that the embedder accepted or declined itself are
// never named here, but for a rescind that raced an ACCEPT: TASK_DROPPED comes for its tasks then.
struct OffersGone {
  OfferEnd why = OfferEnd::kRescinded;
  std::vector<std::string> offer_ids;
};

// Requests to vacate. Accept or decline them; both are advice.
struct InverseOffersMade {
  std::vector<InverseOffer> offers;
};
// Rescinded by the master; or not answered yet when the subscription was lost.
struct InverseOffersGone {
  std::vector<std::string> offer_ids;
};

// A status of a task. Keep it safely, then call Acknowledge, also if it came before. Statuses of
// one task come in order.
struct TaskUpdate {
  TaskStatus status;
  // Whether the client knew the task: launched by it, or named by Track. One that it did not know,
  // and that is not over, is to be adopted (Track) or killed (Kill).
  bool tracked = false;
};

// These tasks were not launched, for sure: the ACCEPT was refused or never sent. They are no longer
// tracked. It is nobody's fault; place them again under new ids.
struct LaunchDropped {
  std::vector<std::string> task_ids;
  std::string reason;
};

// Bytes from an executor. Neither order nor delivery is promised by Mesos.
struct ExecutorMessage {
  std::string agent_id;
  std::string executor_id;
  std::string data;
};

// An agent was removed, or an executor ended (`executor_id` is set then). May come before or after
// the statuses and rescinds that belong to it, or never. The client reconciles the agent's tasks
// soon; nothing else is to be derived from it.
struct AgentFailure {
  std::string agent_id;
  std::string executor_id;
  std::optional<int32_t> exit_status;  // As waitpid gives it.
};

// The numbers are Mesos' own.
enum class OperationState : int32_t {
  kUnsupported = 0,
  kPending = 1,
  kFinished = 2,
  kFailed = 3,
  kError = 4,
  kDropped = 5,
  kUnreachable = 6,
  kGoneByOperator = 7,
  kRecovering = 8,
  kUnknown = 9,
};

// The state of an operation that was given an id. Acknowledge it as a task's status, if it has a
// uuid.
struct OperationUpdate {
  std::string operation_id;
  OperationState state = OperationState::kUnknown;
  std::string message;
  std::string uuid;
  std::string agent_id;
  std::string resource_provider_id;
  std::vector<Resource> converted_resources;
};

// The master refused a call, which it will never take as it is. The subscription goes on.
struct CallRefused {
  std::string call;  // "KILL" and so on.
  int32_t http_status = 0;
  std::string text;
};

// The answer to UpdateFramework: all of it is in force, or nothing.
struct FrameworkUpdated {
  bool applied = false;
  int32_t http_status = 0;
  std::string text;
};

// Something keeps the client from being subscribed. It goes on trying, with back-off; the embedder
// may want to tell somebody. Said once for each new text, until it is subscribed.
struct Problem {
  std::string text;
  int32_t http_status = 0;  // 401: the principal or secret is wrong; 0: no answer.
};

enum class FailureKind : int32_t {
  // The framework was removed: its failover timeout went by, or somebody tore it down. Its id is
  // burnt until the master fails over. An operator has to decide whether to start anew, by clearing
  // the id's store.
  kRemoved = 1,
  // Another scheduler subscribed with this framework's id.
  kReplaced = 2,
  // The master refuses the framework as it is: a role, a principal, a field.
  kRefused = 3,
};

// The master sent ERROR, and the client has stopped for good. Only Stop makes sense now.
struct SchedulerFailed {
  FailureKind kind = FailureKind::kRefused;
  std::string text;
};

using Event =
    std::variant<Subscribed, Disconnected, OffersMade, OffersGone, InverseOffersMade,
                 InverseOffersGone, TaskUpdate, LaunchDropped, ExecutorMessage, AgentFailure,
                 OperationUpdate, CallRefused, FrameworkUpdated, Problem, SchedulerFailed>;

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_EVENT_H_
