// The connection of a scheduler with the leading master: one stream of events, and one ordered
// sequence of calls.

#ifndef ROSTRUM_LIB_MESOS_SCHEDULER_LINK_H_
#define ROSTRUM_LIB_MESOS_SCHEDULER_LINK_H_

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/leader/election.h"
#include "lib/mesos/reactor/machine.h"
#include "lib/mesos/recordio/decoder.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// A call on its way.
struct OutgoingCall {
  std::string name;  // "ACCEPT" and so on.
  std::string body;
  // The tasks that it launches.
  std::vector<std::string> task_ids;
  // Of the status that it acknowledges.
  std::string uuid;
};

// How the master answered a call.
struct CallAnswer {
  int status = 0;
  std::string text;
};

// States and what leads from one to the next:
//
//     stopped ──Start──▶ detecting ◀───── nobody leads ─────┐
//                            │ a leader is known            │
//                            ▼                              │
//                         waiting ──── the delay is over ───┤
//                            ▲                              ▼
//        refused, no answer, │                         subscribing ──▶ waiting
//        lost, silent,       │                              │ Confirm
//        another leader      │                              ▼
//                            └───────────────────────── subscribed
//
//     any ──Fail──▶ failed        any ──Stop──▶ stopped
//
// Between Pause and Resume it is waiting, without an end.
//
// Answers that belong to a stream or call that was given up are not looked at: each attempt has
// request ids of its own, and the network is told to cancel the old ones.
class Link : public Machine {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // The body of SUBSCRIBE.
    virtual std::string SubscribeBody() = 0;
    // An event of the stream, as bytes. Returns an error if it makes no sense: the link is lost
    // then. The owner calls Confirm, Lose or Fail as it has to, the first for SUBSCRIBED.
    virtual Status OnEvent(std::string_view event) = 0;
    // The subscription is lost. `unsent` are the calls that never left.
    virtual void OnLost(const std::string& reason, std::vector<OutgoingCall> unsent) = 0;
    // The master answered a call otherwise than by 401, 403, 404, 5xx or a redirection, which lose
    // the link; for UPDATE_FRAMEWORK, 403 comes here too.
    virtual void OnAnswer(const OutgoingCall& call, const CallAnswer& answer) = 0;
    // Something keeps the link from being subscribed.
    virtual void OnProblem(const std::string& text, int http_status) = 0;
  };

  Link(const SchedulerTimes& times, Owner& owner, LeaderSource& source, http::Network& network,
       const Clock& clock, Random& random);

  void Start();
  // Gives everything up without a word to the owner.
  void Stop();
  // The source may name another leader.
  void OnLeaderChanged();

  // SUBSCRIBED was taken in.
  // @param heartbeat  between two of the master's heartbeats.
  void Confirm(Milliseconds heartbeat);
  // Gives the subscription up, and tries again later.
  void Lose(const std::string& reason);
  // The same, and does not try before Resume.
  void Pause(const std::string& reason);
  void Resume();
  // Gives up for good, without a word to the owner. Returns the calls that never left.
  std::vector<OutgoingCall> Fail();

  // Adds a call to those that wait, or sends it. False, and nothing happens, if the link is not
  // subscribed, or if too many wait and the call is none that must go.
  bool Call(OutgoingCall call, bool must_go);

  ClientState state() const { return state_; }
  size_t calls_waiting() const { return calls_.size(); }
  uint64_t calls_sent() const { return calls_sent_; }
  // Whether a call waits or is not answered yet.
  bool busy() const { return !calls_.empty(); }

  void OnHead(http::RequestId id, const http::Head& head) override;
  void OnBytes(http::RequestId id, std::string_view bytes) override;
  void OnEnd(http::RequestId id, const Status& status) override;
  TimePoint Deadline() const override { return due_; }
  void OnTime() override;

 private:
  // One request, as long as it is of interest.
  struct Exchange {
    http::RequestId id = 0;  // 0: there is none.
    int status = 0;          // 0: no head yet.
    std::string location;
    std::string text;  // The beginning of an answer that is no event stream.
  };

  void WaitOrDetect();
  void TellWhyNobodyLeads();
  void Subscribe();
  void TakeStreamHead(const http::Head& head);
  void TakeRecords(std::string_view bytes);
  void TakeStreamEnd(const Status& status);
  void TakeRefusal(const Exchange& refused);
  bool FollowRedirect(const std::string& location);
  void TryOtherPath();
  void SendNext();
  void TakeCallEnd(const Status& status);
  void Close();
  std::vector<OutgoingCall> CloseAndTakeUnsent();
  // Closes, tells the owner, and goes on with the next attempt.
  void GiveUp(const std::string& reason, int http_status, bool skip);
  std::string Url() const;

  const SchedulerTimes times_;
  Owner& owner_;
  LeaderSource& source_;
  http::Network& network_;
  const Clock& clock_;
  Random& random_;

  ClientState state_ = ClientState::kStopped;
  bool is_paused_ = false;
  Backoff backoff_;
  TimePoint due_ = kNever;
  // Whom the source named last, and who is asked, or was asked last.
  std::optional<Endpoint> named_;
  std::optional<Endpoint> master_;
  // Where a master that does not lead has sent us.
  std::optional<Endpoint> redirect_;
  int hops_ = 0;
  bool is_other_path_ = false;
  bool tried_other_path_ = false;

  http::RequestId last_id_ = 0;
  Exchange stream_;
  std::string stream_id_;
  // Shared with the feed that runs, which may be what ends it.
  std::shared_ptr<RecordDecoder> decoder_;
  TimePoint subscribed_at_ = kNever;
  Milliseconds silence_maximum_{0};

  Exchange call_;
  // The first is being sent if call_.id is not 0.
  std::deque<OutgoingCall> calls_;
  int refusals_in_a_row_ = 0;
  uint64_t calls_sent_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_SCHEDULER_LINK_H_
