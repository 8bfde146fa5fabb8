#include "lib/mesos/executor/agent_link.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/wire/executor_v1.pb.h"

namespace rostrum::mesos {
namespace {

using http::AppendText;
using http::DescribeAnswer;
using http::kProtobuf;
using v1::executor::Event;

// An event is a task with its data, or a group of them. The agent is trusted, but not with all of
// our memory.
constexpr size_t kRecordMaximum = size_t{64} << 20;
// An agent that has just been started may say once that it does not know us.
constexpr int kUnknownMaximum = 3;
// An agent that refuses is not to be asked without a pause.
constexpr Milliseconds kDelayMinimum(20);

bool SaysUnknown(int status, const std::string& text) {
  return status == 400 && text.find("cannot be found") != std::string::npos;
}

}  // namespace

AgentLink::AgentLink(const ExecutorEnvironment& environment, const ExecutorTimes& times,
                     Owner& owner, http::Network& network, const Clock& clock, Random& random,
                     RequestIds& ids)
    : environment_(environment),
      times_(times),
      owner_(owner),
      network_(network),
      clock_(clock),
      random_(random),
      ids_(ids),
      options_(std::make_shared<const HttpOptions>(environment.http)) {}

void AgentLink::Start() {
  state_ = State::kWaiting;
  due_ = clock_.Now();
  give_up_ = clock_.Now() +
             (environment_.checkpoint ? environment_.recovery_timeout : times_.registration);
  heartbeat_ = clock_.Now() + times_.heartbeat;
}

void AgentLink::Close() {
  if (stream_.id != 0) network_.Cancel(stream_.id);
  if (call_.id != 0) network_.Cancel(call_.id);
  stream_ = Exchange();
  call_ = Exchange();
  calls_.clear();
  retry_ = kNever;
  decoder_.reset();
}

void AgentLink::Stop() {
  Close();
  state_ = State::kStopped;
  due_ = give_up_ = heartbeat_ = kNever;
}

// The agent waits for us no longer than the maximum after it is back, so that a random delay up to
// the whole of it would come too late now and then.
Milliseconds AgentLink::Delay() {
  const auto most = static_cast<double>(environment_.backoff_maximum.count()) * 0.75;
  const Milliseconds delay(static_cast<int64_t>(random_.Fraction() * most));
  return std::max(delay, std::min(kDelayMinimum, environment_.backoff_maximum));
}

void AgentLink::GiveUp(const std::string& reason) {
  Stop();
  owner_.OnAgentGone(reason);
}

void AgentLink::Lose(const std::string& reason, bool wanted) {
  const bool was_subscribed = state_ == State::kSubscribed;
  Close();
  state_ = State::kWaiting;
  due_ = clock_.Now() + Delay();
  if (!was_subscribed) return owner_.OnAgentProblem(reason);
  if (!environment_.checkpoint && !wanted) return GiveUp(reason);
  give_up_ = clock_.Now() +
             (environment_.checkpoint ? environment_.recovery_timeout : times_.registration);
  owner_.OnAgentLost(reason);
}

v1::executor::Call AgentLink::NewCall(v1::executor::Call::Type type) const {
  v1::executor::Call call;
  call.set_type(type);
  call.mutable_executor_id()->set_value(environment_.executor_id);
  call.mutable_framework_id()->set_value(environment_.framework_id);
  return call;
}

void AgentLink::Subscribe() {
  Close();
  v1::executor::Call call = NewCall(v1::executor::Call::SUBSCRIBE);
  owner_.WriteSubscribe(call.mutable_subscribe());
  state_ = State::kSubscribing;
  due_ = clock_.Now() + times_.subscribe_timeout;
  sees_heartbeats_ = false;
  decoder_ = std::make_shared<RecordDecoder>(kRecordMaximum);
  stream_.id = ids_.Next();
  network_.Start(stream_.id, {.url = environment_.url,
                              .headers = {{"Content-Type", kProtobuf}, {"Accept", kProtobuf}},
                              .body = call.SerializeAsString(),
                              .stream = true,
                              .options = options_});
}

void AgentLink::Confirm() {
  state_ = State::kSubscribed;
  was_subscribed_ = true;
  unknown_in_a_row_ = 0;
  due_ = kNever;
  give_up_ = kNever;
  owner_.OnSubscribed();
}

TimePoint AgentLink::Deadline() const {
  const TimePoint soonest = std::min({due_, heartbeat_, retry_});
  return state_ == State::kSubscribed ? soonest : std::min(soonest, give_up_);
}

void AgentLink::OnTime() {
  const TimePoint now = clock_.Now();
  if (heartbeat_ <= now) Heartbeat();
  if (retry_ <= now) {
    retry_ = kNever;
    SendNext();
  }
  if (state_ != State::kSubscribed && give_up_ <= now) {
    return GiveUp(Format("the agent at {} did not take us {} in time", environment_.url,
                              was_subscribed_ ? "back" : "in"));
  }
  if (due_ > now) return;
  switch (state_) {
    case State::kWaiting:
      return Subscribe();
    case State::kSubscribing:
      return Lose(Format("the agent at {} did not answer SUBSCRIBE within {} ms",
                              environment_.url, times_.subscribe_timeout.count()),
                  /*wanted=*/false);
    case State::kSubscribed:
      return Lose(Format("no event from the agent for {} ms", times_.silence.count()),
                  /*wanted=*/true);
    case State::kStopped:
      due_ = kNever;
  }
}

void AgentLink::Heartbeat() {
  heartbeat_ = clock_.Now() + times_.heartbeat;
  // Agents before Mesos 1.10 refuse it, and nothing hangs on it.
  Call({.name = "HEARTBEAT",
        .body = NewCall(v1::executor::Call::HEARTBEAT).SerializeAsString(),
        .may_be_refused = true});
}

bool AgentLink::Update(const v1::TaskStatus& status) {
  v1::executor::Call call = NewCall(v1::executor::Call::UPDATE);
  *call.mutable_update()->mutable_status() = status;
  return Call({.name = "UPDATE", .body = call.SerializeAsString()});
}

bool AgentLink::Message(std::string data) {
  v1::executor::Call call = NewCall(v1::executor::Call::MESSAGE);
  call.mutable_message()->set_data(std::move(data));
  return Call({.name = "MESSAGE", .body = call.SerializeAsString()});
}

bool AgentLink::Call(OutgoingCall call) {
  if (state_ != State::kSubscribed) return false;
  calls_.push_back(std::move(call));
  if (retry_ == kNever) SendNext();
  return true;
}

void AgentLink::SendNext() {
  if (call_.id != 0 || calls_.empty() || state_ != State::kSubscribed) return;
  call_.id = ids_.Next();
  network_.Start(call_.id, {.url = environment_.url,
                            .headers = {{"Content-Type", kProtobuf}, {"Accept", kProtobuf}},
                            .body = calls_.front().body,
                            .timeout = times_.call_timeout,
                            .options = options_});
}

void AgentLink::OnHead(http::RequestId id, const http::Head& head) {
  if (id == stream_.id) {
    stream_.status = head.status;
  } else if (id == call_.id) {
    call_.status = head.status;
  }
}

void AgentLink::OnBytes(http::RequestId id, std::string_view bytes) {
  if (id == call_.id) return AppendText(bytes, &call_.text);
  if (id != stream_.id) return;
  if (stream_.status != 200) return AppendText(bytes, &stream_.text);
  TakeRecords(bytes);
}

void AgentLink::OnEnd(http::RequestId id, const Status& status) {
  if (id == stream_.id) return TakeStreamEnd(status);
  if (id == call_.id) return TakeCallEnd(status);
}

void AgentLink::TakeRecords(std::string_view bytes) {
  const http::RequestId id = stream_.id;
  const std::shared_ptr<RecordDecoder> decoder = decoder_;
  Status problem;
  const Status status = decoder->Feed(bytes, [&](std::string_view record) {
    problem = TakeEvent(record);
    // The owner may have given the stream up, and so may an ERROR.
    return stream_.id == id && problem.ok();
  });
  if (stream_.id != id) return;
  if (!status.ok()) problem = status;
  if (!problem.ok()) {
    Lose(Format("the agent's event stream is broken: {}", problem.text()), /*wanted=*/true);
  }
}

Status AgentLink::TakeEvent(std::string_view record) {
  Event event;
  if (!event.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return Corrupt("an event that cannot be parsed");
  }
  if (event.type() == Event::ERROR) {
    Lose(Format("the agent says: {}", event.error().message()), /*wanted=*/true);
    return {};
  }
  // Some agents send SHUTDOWN as the first and only event.
  if (state_ == State::kSubscribing) {
    const http::RequestId id = stream_.id;
    Confirm();
    if (stream_.id != id) return {};
  }
  if (event.type() == Event::HEARTBEAT) sees_heartbeats_ = true;
  due_ = sees_heartbeats_ ? clock_.Now() + times_.silence : kNever;
  owner_.OnEvent(event);
  return {};
}

void AgentLink::TakeStreamEnd(const Status& status) {
  const Exchange ended = std::exchange(stream_, Exchange());
  if (ended.status != 0 && ended.status != 200) {
    unknown_in_a_row_ = SaysUnknown(ended.status, ended.text) ? unknown_in_a_row_ + 1 : 0;
    const std::string reason =
        Format("the agent at {} refused to subscribe us: {}", environment_.url,
                    DescribeAnswer(ended.status, ended.text));
    if (unknown_in_a_row_ >= kUnknownMaximum) return GiveUp(reason);
    return Lose(reason, /*wanted=*/false);
  }
  if (!status.ok()) return Lose(status.text(), /*wanted=*/false);
  Lose(Format("the agent closed the event stream{}",
                   decoder_->AtEnd() ? "" : " in the middle of an event"),
       /*wanted=*/false);
}

void AgentLink::TakeCallEnd(const Status& status) {
  const Exchange ended = std::exchange(call_, Exchange());
  const OutgoingCall& call = calls_.front();
  const bool was_taken = status.ok() && ended.status >= 200 && ended.status < 300;
  const bool is_for_now = !status.ok() || ended.status == 404 || ended.status >= 500;
  if (!was_taken && !call.may_be_refused) {
    const std::string reason =
        Format("{} was not taken by the agent: {}", call.name,
                    status.ok() ? DescribeAnswer(ended.status, ended.text) : status.text());
    // We are not, or no longer, subscribed as far as the agent knows.
    if (ended.status == 403 || SaysUnknown(ended.status, ended.text)) {
      return Lose(reason, /*wanted=*/true);
    }
    owner_.OnAgentProblem(reason);
    // The agent recovers, or is gone; in the second case the stream ends too, and the update goes
    // with the next subscription. It is the same update, so it may come twice.
    if (is_for_now) {
      retry_ = clock_.Now() + Delay();
      return;
    }
  }
  calls_.pop_front();
  SendNext();
}

}  // namespace rostrum::mesos
