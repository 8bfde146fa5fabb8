// The connection of an executor with its agent: one stream of events, and one ordered sequence of
// calls.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_AGENT_LINK_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_AGENT_LINK_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/environment.h"
#include "lib/mesos/executor/rep_link.h"
#include "lib/mesos/executor/times.h"
#include "lib/mesos/reactor/machine.h"
#include "lib/mesos/recordio/decoder.h"
#include "lib/mesos/wire/messages.h"

namespace rostrum::mesos {

// States and what leads from one to the next:
//
//     stopped ──Start──▶ waiting ──── the delay is over ────▶ subscribing
//                           ▲                                   │ SUBSCRIBED, or any other event
//                           │ refused, no answer, lost, silent, ▼
//                           └──────────── ERROR ─────────── subscribed
//
//     waiting, subscribing ── the time to come back is over, or no checkpointing ──▶ gone
//     any ──Stop──▶ stopped
//
// Answers that belong to a request that was given up are not looked at: each has an id of its own.
class AgentLink : public Machine {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // Fills in what is not acknowledged.
    virtual void WriteSubscribe(v1::executor::Call_Subscribe* subscribe) = 0;
    // The subscription holds; before the event that shows it.
    virtual void OnSubscribed() = 0;
    // Any event but ERROR. The owner may stop the link.
    virtual void OnEvent(const v1::executor::Event& event) = 0;
    // The subscription is lost; another attempt follows, or OnAgentGone.
    virtual void OnAgentLost(const std::string& reason) = 0;
    // There will be no other attempt.
    virtual void OnAgentGone(const std::string& reason) = 0;
    // For the log.
    virtual void OnAgentProblem(const std::string& text) = 0;
  };

  AgentLink(const ExecutorEnvironment& environment, const ExecutorTimes& times, Owner& owner,
            http::Network& network, const Clock& clock, Random& random, RequestIds& ids);

  void Start();
  // Gives everything up without a word to the owner.
  void Stop();

  // Sends an update, behind those that wait. False, and nothing happens, without a subscription: it
  // goes with the next one then.
  bool Update(const v1::TaskStatus& status);
  // To the framework, without any promise: false, and it is dropped, without a subscription.
  bool Message(std::string data);

  bool subscribed() const { return state_ == State::kSubscribed; }
  // Whether a call waits or is not answered yet.
  bool busy() const { return !calls_.empty(); }

  void OnHead(http::RequestId id, const http::Head& head) override;
  void OnBytes(http::RequestId id, std::string_view bytes) override;
  void OnEnd(http::RequestId id, const Status& status) override;
  TimePoint Deadline() const override;
  void OnTime() override;

 private:
  enum class State { kStopped, kWaiting, kSubscribing, kSubscribed };
  struct Exchange {
    http::RequestId id = 0;  // 0: there is none.
    int status = 0;          // 0: no head yet.
    std::string text;        // The beginning of an answer that is no event stream.
  };
  struct OutgoingCall {
    std::string name;
    std::string body;
    bool may_be_refused = false;
  };

  v1::executor::Call NewCall(v1::executor::Call_Type type) const;
  bool Call(OutgoingCall call);
  void Subscribe();
  void Confirm();
  void TakeRecords(std::string_view bytes);
  Status TakeEvent(std::string_view record);
  void TakeStreamEnd(const Status& status);
  void SendNext();
  void TakeCallEnd(const Status& status);
  void Heartbeat();
  void Close();
  // Closes, tells the owner, and goes on with the next attempt or gives up. `wanted` is whether the
  // next attempt is made without checkpointing too.
  void Lose(const std::string& reason, bool wanted);
  void GiveUp(const std::string& reason);
  Milliseconds Delay();

  const ExecutorEnvironment& environment_;
  const ExecutorTimes& times_;
  Owner& owner_;
  http::Network& network_;
  const Clock& clock_;
  Random& random_;
  RequestIds& ids_;
  const std::shared_ptr<const HttpOptions> options_;

  State state_ = State::kStopped;
  bool was_subscribed_ = false;
  // Refusals of SUBSCRIBE in a row that say that the agent does not know us.
  int unknown_in_a_row_ = 0;
  TimePoint due_ = kNever;      // Of the state.
  TimePoint give_up_ = kNever;  // When it is too late for another attempt.
  TimePoint heartbeat_ = kNever;
  TimePoint retry_ = kNever;  // Of the first call, which was refused for now.
  bool sees_heartbeats_ = false;

  Exchange stream_;
  // Shared with the feed that runs, which may be what ends it.
  std::shared_ptr<RecordDecoder> decoder_;
  Exchange call_;
  std::deque<OutgoingCall> calls_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_AGENT_LINK_H_
