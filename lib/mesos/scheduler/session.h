// What a scheduler has to keep to, on top of its link: offers, tasks, reconciliation, kills,
// demand.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_SESSION_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_SESSION_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/scheduler/link.h"
#include "lib/mesos/scheduler/trackers.h"
#include "lib/mesos/wire/messages.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// SchedulerClient without its thread. See there for what each function does.
class Session : public Machine, private Link::Owner {
 public:
  // Of `options`, `framework`, `times`, `tasks`, `generation` and `start_suppressed` are used. The
  // framework has been validated.
  Session(const SchedulerOptions& options, FrameworkIdStore& store, LeaderSource& source,
          http::Network& network, const Clock& clock, Random& random);

  // Reads the store and begins.
  Status Begin();
  void Stop();
  void OnLeaderChanged() { link_.OnLeaderChanged(); }
  void Pause(const std::string& reason);
  void Resume() { link_.Resume(); }
  std::vector<Event> TakeEvents();
  // The same, behind what is there. Keeps them if memory runs out.
  void MoveEventsTo(std::vector<Event>* events);

  Status Accept(const Acceptance& acceptance);
  Status Decline(std::span<const std::string> offer_ids, std::optional<Milliseconds> refuse);
  Status Acknowledge(const TaskStatus& status);
  Status AcknowledgeOperation(const OperationUpdate& update);
  Status Kill(const TaskPlace& task, std::optional<Milliseconds> grace);
  Status Suppress(std::span<const std::string> roles);
  Status Revive(std::span<const std::string> roles);
  Status AcceptInverseOffers(std::span<const std::string> offer_ids);
  Status DeclineInverseOffers(std::span<const std::string> offer_ids,
                              std::optional<Milliseconds> refuse);
  Status ShutdownExecutor(std::string_view executor_id, std::string_view agent_id);
  Status SendMessage(std::string_view executor_id, std::string_view agent_id, std::string data);
  Status UpdateFramework(const FrameworkInfo& framework);
  Status Teardown();
  void Track(std::span<const TaskPlace> tasks);
  void Forget(std::string_view task_id);
  void Reconcile();

  ClientState state() const { return link_.state(); }
  const std::string& framework_id() const { return framework_id_; }
  SchedulerCounts counts() const;
  bool busy() const { return link_.busy(); }

  void OnHead(http::RequestId id, const http::Head& head) override { link_.OnHead(id, head); }
  void OnBytes(http::RequestId id, std::string_view bytes) override { link_.OnBytes(id, bytes); }
  void OnEnd(http::RequestId id, const Status& status) override { link_.OnEnd(id, status); }
  TimePoint Deadline() const override;
  void OnTime() override;

 private:
  std::string SubscribeBody() override;
  Status OnEvent(std::string_view event) override;
  void OnLost(const std::string& reason, std::vector<OutgoingCall> unsent) override;
  void OnAnswer(const OutgoingCall& call, const CallAnswer& answer) override;
  void OnProblem(const std::string& text, int http_status) override;

  Status TakeSubscribed(const v1::scheduler::Event_Subscribed& message);
  bool KeepId(const std::string& id);
  void TakeOffers(const v1::scheduler::Event_Offers& message);
  void TakeInverseOffers(const v1::scheduler::Event_InverseOffers& message);
  void TakeUpdate(const v1::TaskStatus& message);
  void TakeOperationUpdate(const v1::OperationStatus& message);
  void TakeFailure(const v1::scheduler::Event_Failure& message);
  void TakeError(const std::string& text);
  void Fail(FailureKind kind, const std::string& text);

  Status AnswerInverseOffers(v1::scheduler::Call_Type answer,
                             std::span<const std::string> offer_ids, Milliseconds refuse);
  void TellGone(OfferEnd why, std::vector<std::string> offer_ids);
  void DropLaunch(const std::vector<std::string>& task_ids, const std::string& reason);
  // What is due, while subscribed.
  void ExpireOffers();
  void SendDue();
  Status Send(v1::scheduler::Call call, std::vector<std::string> task_ids = {});
  // For calls that nobody waits for. They are few, and go however many others wait.
  void SendQuietly(v1::scheduler::Call call);
  void Tell(Event event);

  const SchedulerTimes times_;
  const std::vector<TaskPlace> tasks_at_start_;
  FrameworkIdStore& store_;
  const uint64_t generation_;
  const Clock& clock_;

  FrameworkInfo framework_;
  // Sent by UPDATE_FRAMEWORK, not answered yet.
  std::optional<FrameworkInfo> proposed_;
  std::string framework_id_;
  bool is_id_saved_ = false;
  bool is_new_ = false;

  OfferBook offers_;
  std::set<std::string> inverse_offers_;
  // The uuids of statuses whose acknowledgements wait, or are under way.
  std::set<std::string> acknowledging_;
  TaskLedger ledger_;
  Reconciler reconciler_;
  KillList kills_;
  Demand demand_;
  // Operations with an id that are not over, with their agents.
  std::map<std::string, std::string> operations_;

  // What has kept the framework from being subscribed since it was so last, without durations.
  std::set<std::string, std::less<>> told_problems_;
  std::vector<Event> events_;
  SchedulerCounts counts_;
  Link link_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_SESSION_H_
