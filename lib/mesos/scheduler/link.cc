#include "lib/mesos/scheduler/link.h"

#include <iterator>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/leader/election.h"

namespace rostrum::mesos {
namespace {

using http::AppendText;
using http::DescribeAnswer;
using http::kProtobuf;

// A master answers for itself at the first path; one that shares its process with others, and one
// behind some proxies, at the second.
constexpr char kPath[] = "/api/v1/scheduler";
constexpr char kOtherPath[] = "/master/api/v1/scheduler";
// Masters that send one another's frameworks in a circle.
constexpr int kHopsMaximum = 5;
// The master refuses single calls for what is in them. If it refuses all of them, something is
// wrong between us, whatever the text says.
constexpr int kRefusalsMaximum = 10;

// The master has forgotten, or replaced, the subscription that the call was made for.
bool IsForgotten(const CallAnswer& answer) {
  return answer.status == 400 && (answer.text.find("stream ID") != std::string::npos ||
                                  answer.text.find("cannot be found") != std::string::npos);
}

// Another master may answer better than by this.
bool SkipsMaster(int status) {
  return status == 404 || status >= 500 || (status >= 300 && status < 400);
}

bool LosesLink(const OutgoingCall& call, const CallAnswer& answer) {
  if (answer.status == 403) return call.name != "UPDATE_FRAMEWORK";
  return answer.status == 401 || SkipsMaster(answer.status) || IsForgotten(answer);
}

}  // namespace

Link::Link(const SchedulerTimes& times, Owner& owner, LeaderSource& source, http::Network& network,
           const Clock& clock, Random& random)
    : times_(times),
      owner_(owner),
      source_(source),
      network_(network),
      clock_(clock),
      random_(random),
      backoff_(times.backoff_initial, times.backoff_maximum) {}

void Link::Start() {
  state_ = ClientState::kWaiting;
  due_ = clock_.Now();
}

void Link::Close() {
  if (stream_.id != 0) network_.Cancel(stream_.id);
  if (call_.id != 0) network_.Cancel(call_.id);
  stream_ = Exchange();
  call_ = Exchange();
  decoder_.reset();
  stream_id_.clear();
}

void Link::Stop() {
  Close();
  calls_.clear();
  state_ = ClientState::kStopped;
  due_ = kNever;
}

std::vector<OutgoingCall> Link::Fail() {
  std::vector<OutgoingCall> unsent = CloseAndTakeUnsent();
  state_ = ClientState::kFailed;
  due_ = kNever;
  return unsent;
}

std::vector<OutgoingCall> Link::CloseAndTakeUnsent() {
  // What became of the first is not known, if it is under way.
  if (call_.id != 0) calls_.pop_front();
  Close();
  std::vector<OutgoingCall> unsent(std::make_move_iterator(calls_.begin()),
                                   std::make_move_iterator(calls_.end()));
  calls_.clear();
  return unsent;
}

void Link::WaitOrDetect() {
  if (is_paused_) {
    state_ = ClientState::kWaiting;
    due_ = kNever;
    return;
  }
  const bool nobody_leads = !redirect_ && !source_.Leader();
  state_ = nobody_leads ? ClientState::kDetecting : ClientState::kWaiting;
  due_ = nobody_leads ? kNever : clock_.Now() + backoff_.NextRandom(random_);
}

void Link::GiveUp(const std::string& reason, int http_status, bool skip) {
  const bool was_subscribed = state_ == ClientState::kSubscribed;
  // A subscription that lasted shows that all is well; one that ends at once, again and again, must
  // not be asked for without delay.
  if (was_subscribed && clock_.Now() - subscribed_at_ >= times_.backoff_maximum) backoff_.Reset();
  std::vector<OutgoingCall> unsent = CloseAndTakeUnsent();
  hops_ = 0;
  redirect_.reset();
  if (skip && named_) source_.Skip(*named_);
  WaitOrDetect();
  if (was_subscribed) {
    owner_.OnLost(reason, std::move(unsent));
  } else {
    owner_.OnProblem(reason, http_status);
  }
  TellWhyNobodyLeads();
}

void Link::TellWhyNobodyLeads() {
  if (state_ != ClientState::kDetecting) return;
  if (const std::string problem = source_.Problem(); !problem.empty()) {
    owner_.OnProblem(problem, 0);
  }
}

void Link::Lose(const std::string& reason) { GiveUp(reason, 0, /*skip=*/false); }

void Link::Pause(const std::string& reason) {
  if (is_paused_ || state_ == ClientState::kStopped || state_ == ClientState::kFailed) return;
  is_paused_ = true;
  GiveUp(reason, 0, /*skip=*/false);
}

void Link::Resume() {
  if (!std::exchange(is_paused_, false)) return;
  if (state_ == ClientState::kWaiting) WaitOrDetect();
}

void Link::OnLeaderChanged() {
  if (state_ == ClientState::kStopped || state_ == ClientState::kFailed) return;
  const std::optional<Endpoint> leader = source_.Leader();
  if (state_ == ClientState::kDetecting) {
    return leader ? WaitOrDetect() : TellWhyNobodyLeads();
  }
  if (!source_.authoritative() || leader == master_) return;
  // What the election says counts for more than where a master has sent us before it.
  redirect_.reset();
  if (state_ == ClientState::kWaiting) {
    WaitOrDetect();
    return TellWhyNobodyLeads();
  }
  GiveUp(leader ? Format("another master leads: {}", leader->Origin())
                : std::string("no master leads any more"),
         0, /*skip=*/false);
}

std::string Link::Url() const {
  const std::string& path = master_->path;
  if (path.ends_with(kPath)) return master_->Origin() + path;
  return master_->Origin() + path + (is_other_path_ ? kOtherPath : kPath);
}

void Link::Subscribe() {
  if (!redirect_) named_ = source_.Leader();
  master_ = redirect_ ? redirect_ : named_;
  if (!master_) {
    WaitOrDetect();
    return TellWhyNobodyLeads();
  }
  state_ = ClientState::kSubscribing;
  due_ = clock_.Now() + times_.subscribe_timeout;
  decoder_ = std::make_shared<RecordDecoder>(times_.record_maximum);
  stream_.id = ++last_id_;
  network_.Start(stream_.id, {.url = Url(),
                              .headers = {{"Content-Type", kProtobuf}, {"Accept", kProtobuf}},
                              .body = owner_.SubscribeBody(),
                              .stream = true});
}

void Link::Confirm(Milliseconds heartbeat) {
  state_ = ClientState::kSubscribed;
  subscribed_at_ = clock_.Now();
  silence_maximum_ = heartbeat * times_.heartbeats_missed;
  due_ = clock_.Now() + silence_maximum_;
  hops_ = 0;
  tried_other_path_ = false;
  refusals_in_a_row_ = 0;
}

void Link::OnTime() {
  if (clock_.Now() < due_) return;
  switch (state_) {
    case ClientState::kWaiting:
      return Subscribe();
    case ClientState::kSubscribing:
      return GiveUp(Format("{} did not subscribe us within {} ms", master_->Origin(),
                                times_.subscribe_timeout.count()),
                    0, /*skip=*/true);
    case ClientState::kSubscribed:
      return GiveUp(
          Format("no event from {} for {} ms", master_->Origin(), silence_maximum_.count()), 0,
          /*skip=*/false);
    default:
      due_ = kNever;
  }
}

void Link::OnHead(http::RequestId id, const http::Head& head) {
  if (id == stream_.id) return TakeStreamHead(head);
  if (id != call_.id) return;
  call_.status = head.status;
  call_.location = head.Find("Location");
}

void Link::OnBytes(http::RequestId id, std::string_view bytes) {
  if (id == call_.id) return AppendText(bytes, &call_.text);
  if (id != stream_.id) return;
  if (stream_.status != 200) return AppendText(bytes, &stream_.text);
  TakeRecords(bytes);
}

void Link::OnEnd(http::RequestId id, const Status& status) {
  if (id == stream_.id) return TakeStreamEnd(status);
  if (id == call_.id) return TakeCallEnd(status);
}

void Link::TakeStreamHead(const http::Head& head) {
  stream_.status = head.status;
  stream_.location = head.Find("Location");
  if (head.status != 200) return;
  stream_id_ = head.Find("Mesos-Stream-Id");
  if (stream_id_.empty()) {
    GiveUp(Format("{} answered without Mesos-Stream-Id; is it a master?", master_->Origin()),
           200, /*skip=*/true);
  }
}

void Link::TakeRecords(std::string_view bytes) {
  const http::RequestId id = stream_.id;
  const std::shared_ptr<RecordDecoder> decoder = decoder_;
  Status problem;
  const Status status = decoder->Feed(bytes, [&](std::string_view event) {
    problem = owner_.OnEvent(event);
    // The owner may have given the stream up.
    if (stream_.id != id) return false;
    if (state_ == ClientState::kSubscribed) due_ = clock_.Now() + silence_maximum_;
    return problem.ok();
  });
  if (stream_.id != id) return;
  if (!status.ok()) problem = status;
  if (!problem.ok()) {
    GiveUp(Format("the event stream of {} is broken: {}", master_->Origin(), problem.text()),
           0, /*skip=*/false);
  }
}

void Link::TakeStreamEnd(const Status& status) {
  const Exchange ended = std::exchange(stream_, Exchange());
  if (ended.status != 0 && ended.status != 200) return TakeRefusal(ended);
  if (!status.ok()) {
    return GiveUp(status.text(), 0, /*skip=*/state_ == ClientState::kSubscribing);
  }
  GiveUp(Format("{} closed the event stream{}", master_->Origin(),
                     decoder_->AtEnd() ? "" : " in the middle of an event"),
         0, /*skip=*/state_ == ClientState::kSubscribing);
}

// SUBSCRIBE was answered by something else than a stream.
void Link::TakeRefusal(const Exchange& refused) {
  if (refused.status >= 300 && refused.status < 400 && FollowRedirect(refused.location)) return;
  if (refused.status == 404 && !tried_other_path_) return TryOtherPath();
  tried_other_path_ = false;
  GiveUp(Format("{} refused to subscribe us: {}", Url(),
                     DescribeAnswer(refused.status, refused.text)),
         refused.status, SkipsMaster(refused.status));
}

bool Link::FollowRedirect(const std::string& location) {
  const auto leader = ParseRedirect(location, *master_);
  if (!leader.ok() || ++hops_ > kHopsMaximum) return false;
  redirect_ = *leader;
  Close();
  Subscribe();
  return true;
}

// Which of the two paths a master has is not known before it is asked. Both may be missing for a
// moment after it was started.
void Link::TryOtherPath() {
  tried_other_path_ = true;
  is_other_path_ = !is_other_path_;
  Close();
  Subscribe();
}

bool Link::Call(OutgoingCall call, bool must_go) {
  if (state_ != ClientState::kSubscribed) return false;
  if (calls_.size() >= times_.calls_maximum && !must_go) return false;
  calls_.push_back(std::move(call));
  SendNext();
  return true;
}

void Link::SendNext() {
  if (call_.id != 0 || calls_.empty() || state_ != ClientState::kSubscribed) return;
  call_.id = ++last_id_;
  ++calls_sent_;
  network_.Start(call_.id, {.url = Url(),
                            .headers = {{"Content-Type", kProtobuf},
                                        {"Accept", kProtobuf},
                                        {"Mesos-Stream-Id", stream_id_}},
                            .body = calls_.front().body});
}

void Link::TakeCallEnd(const Status& status) {
  const CallAnswer answer{call_.status, call_.text};
  if (!status.ok()) {
    // Whether the master got it is not known, and what it answered to others before is not either.
    return GiveUp(Format("{} failed: {}", calls_.front().name, status.text()), 0,
                  /*skip=*/false);
  }
  const bool is_refused = answer.status < 200 || answer.status >= 300;
  refusals_in_a_row_ = is_refused ? refusals_in_a_row_ + 1 : 0;
  if (LosesLink(calls_.front(), answer)) {
    const auto leader = ParseRedirect(call_.location, *master_);
    GiveUp(Format("{} was answered by {}", calls_.front().name,
                       DescribeAnswer(answer.status, answer.text)),
           answer.status, SkipsMaster(answer.status));
    if (answer.status < 300 || answer.status >= 400 || !leader.ok()) return;
    redirect_ = *leader;
    return WaitOrDetect();
  }
  const OutgoingCall call = std::move(calls_.front());
  calls_.pop_front();
  call_ = Exchange();
  owner_.OnAnswer(call, answer);
  if (refusals_in_a_row_ >= kRefusalsMaximum && state_ == ClientState::kSubscribed) {
    return GiveUp(Format("{} calls in a row were refused, the last by {}", refusals_in_a_row_,
                              DescribeAnswer(answer.status, answer.text)),
                  answer.status, /*skip=*/false);
  }
  SendNext();
}

}  // namespace rostrum::mesos
