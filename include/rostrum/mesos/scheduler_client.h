// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// A client of Mesos' v1 scheduler API: it keeps a framework subscribed, and everything that the
// contract between a framework and a master asks for and that is not a decision of the framework.

#ifndef ROSTRUM_MESOS_SCHEDULER_CLIENT_H_
#define ROSTRUM_MESOS_SCHEDULER_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/mesos/event.h"
#include "rostrum/mesos/framework_id_store.h"
#include "rostrum/mesos/framework_info.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/mesos/offer.h"
#include "rostrum/mesos/task.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// A task and where it runs. The agent may be empty if it is not known, but reconciliation then
// takes until all agents are back.
struct TaskPlace {
  std::string task_id;
  std::string agent_id;
};

// Change of an agent's resources, made before the tasks of the same ACCEPT are launched.
struct Operation {
  enum class Kind : int32_t { kReserve = 2, kUnreserve = 3, kCreate = 4, kDestroy = 5 };
  Kind kind = Kind::kReserve;
  std::vector<Resource> resources;
  // If not empty, its state is told by OperationUpdate.
  std::string id;
};

// What is to be done with offers, all of one agent and one role.
struct Acceptance {
  std::vector<std::string> offer_ids;
  std::vector<Operation> operations;
  std::vector<TaskInfo> tasks;
  // For how long the rest of the resources is not to be offered again; nothing: the options'
  // `refuse`.
  std::optional<std::chrono::milliseconds> refuse;
};

// Every time and limit of the client. The defaults are those that Mesos' documents recommend.
struct SchedulerTimes {
  // Random delay before each attempt to subscribe: between zero and a bound that doubles.
  std::chrono::milliseconds backoff_initial = std::chrono::milliseconds(500);
  std::chrono::milliseconds backoff_maximum = std::chrono::seconds(15);
  // From the request to the SUBSCRIBED event.
  std::chrono::milliseconds subscribe_timeout = std::chrono::seconds(30);
  // That many heartbeat intervals without an event, and the client subscribes again.
  int32_t heartbeats_missed = 5;

  // How long an offer is held before the client declines it. Zero: for ever.
  std::chrono::milliseconds offer_age_maximum = std::chrono::minutes(5);
  // For how long declined resources are not offered again; and those that an ACCEPT left over.
  std::chrono::milliseconds refuse = std::chrono::seconds(5);

  // A launched task without a status is asked for after this time.
  std::chrono::milliseconds first_status_timeout = std::chrono::seconds(30);
  // Explicit reconciliation asks again after a delay that doubles between these.
  std::chrono::milliseconds reconcile_initial = std::chrono::seconds(2);
  std::chrono::milliseconds reconcile_maximum = std::chrono::minutes(1);
  // Between two implicit reconciliations, give or take a tenth.
  std::chrono::milliseconds reconcile_interval = std::chrono::minutes(15);
  // Tasks in one RECONCILE.
  int32_t reconcile_batch = 500;

  // KILL is repeated after a delay that doubles between these, until the task is over.
  std::chrono::milliseconds kill_initial = std::chrono::seconds(5);
  std::chrono::milliseconds kill_maximum = std::chrono::minutes(10);

  // No two REVIVEs are closer than the first; one without an offer after it is repeated after a
  // delay that doubles between the other two.
  std::chrono::milliseconds revive_minimum = std::chrono::seconds(1);
  std::chrono::milliseconds revive_initial = std::chrono::seconds(10);
  std::chrono::milliseconds revive_maximum = std::chrono::minutes(5);

  // The largest event that is read.
  size_t record_maximum = 256 << 20;
  // Calls that wait to be sent; one more is refused.
  size_t calls_maximum = 100'000;
  // Events that wait for WaitEvents, where an offer counts as one. With more than these the client
  // pauses, as by Pause, until they are taken.
  size_t events_maximum = 1'000'000;
};

struct SchedulerOptions {
  // One of
  //   host:port                     a master, or http://host:port, https://host:port[/path]
  //   host:port,host:port           masters, of which one leads
  //   zk://[user:password@]host:port[,host:port]/path   where the masters elect their leader
  std::string master;
  FrameworkInfo framework;
  // Must be set.
  std::shared_ptr<FrameworkIdStore> id_store;
  // What is kept with the id of a new framework; see StoredId. A Framework sets it itself.
  uint64_t generation = 0;
  HttpOptions http;
  SchedulerTimes times;
  // Tasks of an earlier life that are not known to be over.
  std::vector<TaskPlace> tasks;
  // Whether to subscribe with all roles suppressed, until Revive.
  bool start_suppressed = false;

  // If set, it gets the events, in order, on the client's thread; it must neither block nor throw,
  // and may call the client's functions but Stop. If not, they wait for WaitEvents.
  std::function<void(std::vector<Event>)> on_events;
};

enum class ClientState : int32_t {
  kStopped = 0,      // Not started, or stopped.
  kDetecting = 1,    // Nobody is known to lead.
  kWaiting = 2,      // For the random delay before the next attempt.
  kSubscribing = 3,  // SUBSCRIBE is sent, SUBSCRIBED has not come.
  kSubscribed = 4,
  kFailed = 5,  // SchedulerFailed was told.
};

const char* ClientStateName(ClientState state);

// Figures since Start.
struct SchedulerCounts {
  uint64_t subscriptions = 0;
  uint64_t events = 0;
  uint64_t offers = 0;
  uint64_t offers_held = 0;
  uint64_t calls_sent = 0;
  uint64_t calls_waiting = 0;
  uint64_t calls_dropped = 0;  // By disconnects.
  uint64_t tasks_tracked = 0;
  uint64_t reconcile_calls = 0;
};

// Keeps one framework subscribed, on a thread of its own.
//
// Thread safety: every function may be called by any thread at any time, but Stop and the
// destructor not from on_events.
//
// Invariants:
//   1. No call but SUBSCRIBE is sent before SUBSCRIBED was received and its id was saved.
//   2. Calls are sent on one connection, one after another, in the order in which they were made.
//   3. Each offer that was told is accepted or declined by a call, or named by OffersGone.
//   4. Each task that was given to Accept with success is tracked until a status says that it is
//      over, LaunchDropped names it, or Forget does.
class SchedulerClient {
 public:
  // kInvalidArgument for options that can't be right: the field, the value, what was expected.
  static Expected<std::unique_ptr<SchedulerClient>> Create(SchedulerOptions options);
  ~SchedulerClient();

  // Reads the id's store, and starts the thread. kFailedPrecondition after the first time.
  Status Start();
  // Closes the stream, then ends the thread. The framework stays registered for its failover
  // timeout, and its tasks go on. Ends within `flush` and a little more: so long calls that wait
  // may still be sent.
  void Stop(std::chrono::milliseconds flush = std::chrono::milliseconds(0));

  // Waits until there are events or the time is over; empty then. Without on_events only.
  std::vector<Event> WaitEvents(std::chrono::milliseconds timeout);

  // For an embedder that has no room for more events: gives the subscription up, until Resume.
  // Nothing that matters is lost by it: Disconnected and a Problem with the reason are told, offers
  // and calls go as with every disconnect, agents keep statuses until they are acknowledged, and
  // the next subscription reconciles. The framework's failover timeout runs meanwhile. May be
  // called at any time; more than once is as once.
  void Pause(const std::string& reason);
  void Resume();

  // --- Calls. Each returns at once. kFailedPrecondition: not subscribed now, or too many calls
  // wait; nothing will be sent. kInvalidArgument: the master would refuse it.

  // Takes offers and launches on them. All offers must be held (kFailedPrecondition), of one agent
  // and one role, named once. Even with no task the offers are used up.
  Status Accept(Acceptance acceptance);
  // Gives offers back. Offers that are no longer held are passed over.
  // @param refuse  for how long the agent's resources are not to be offered again; nothing: the
  //                options' `refuse`. It hides every smaller offer of the agent too.
  Status Decline(std::span<const std::string> offer_ids,
                 std::optional<std::chrono::milliseconds> refuse = {});

  // Acknowledges a status that needs it; to be called when it is safely kept, in the order in which
  // statuses of a task came. Success, and nothing is sent, for a status without uuid.
  Status Acknowledge(const TaskStatus& status);
  Status AcknowledgeOperation(const OperationUpdate& update);

  // Sees to it that a task ends: KILL now, or once subscribed, and again until it is over or
  // forgotten. May be called while not subscribed.
  // @param grace  overrides the task's own grace period.
  Status Kill(const TaskPlace& task, std::optional<std::chrono::milliseconds> grace = {});

  // No more offers for these roles (empty: all), and those that are held are declined. Holds over
  // disconnects. May be called while not subscribed.
  Status Suppress(std::span<const std::string> roles = {});
  // The reverse, and an end to all refusals. Repeated until an offer comes. May be called while not
  // subscribed, and often: calls are joined.
  Status Revive(std::span<const std::string> roles = {});

  Status AcceptInverseOffers(std::span<const std::string> offer_ids);
  Status DeclineInverseOffers(std::span<const std::string> offer_ids,
                              std::optional<std::chrono::milliseconds> refuse = {});

  // Asks an executor to end, with all its tasks.
  Status ShutdownExecutor(std::string_view executor_id, std::string_view agent_id);
  // Bytes for an executor, without guarantee.
  Status SendMessage(std::string_view executor_id, std::string_view agent_id, std::string data);

  // Changes roles, constraints, minimal offers, the failover timeout or others. `user`, `principal`
  // and `checkpoint` must be as before. FrameworkUpdated tells the outcome; while not subscribed,
  // success means that the next subscription has it.
  Status UpdateFramework(FrameworkInfo framework);

  // Ends the framework with all its tasks, for good. SchedulerFailed (kRemoved) follows.
  Status Teardown();

  // --- What the client has to know of tasks.

  // Tasks that are to be reconciled: adopted ones.
  void Track(std::span<const TaskPlace> tasks);
  // The reverse. Also ends what Kill began.
  void Forget(std::string_view task_id);
  // Starts a reconciliation of all tracked tasks now, in place of one that runs.
  void Reconcile();

  ClientState state() const;
  // "" before the first subscription.
  std::string framework_id() const;
  SchedulerCounts counts() const;

 private:
  struct Impl;
  explicit SchedulerClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_SCHEDULER_CLIENT_H_
