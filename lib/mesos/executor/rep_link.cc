#include "lib/mesos/executor/rep_link.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

constexpr char kJson[] = "application/json";
// Cells take some hundreds of containers, of less than 1 KB each.
constexpr size_t kAnswerMaximum = size_t{16} << 20;

std::shared_ptr<const HttpOptions> Bounded(HttpOptions options) {
  options.answer_maximum = kAnswerMaximum;
  return std::make_shared<const HttpOptions>(std::move(options));
}

}  // namespace

RepLink::RepLink(std::string url, const HttpOptions& options, const ExecutorTimes& times,
                 Owner& owner, http::Network& network, const Clock& clock, RequestIds& ids)
    : url_(std::move(url)),
      options_(Bounded(options)),
      times_(times),
      owner_(owner),
      network_(network),
      clock_(clock),
      ids_(ids),
      away_reason_(Format("{} has not been asked yet", url_)),
      quick_(times.poll_quick) {}

void RepLink::Start() {
  is_running_ = true;
  away_since_ = clock_.Now();
  next_look_ = clock_.Now();
  next_usage_ = times_.usage.count() > 0 ? clock_.Now() : kNever;
}

void RepLink::Stop() {
  if (id_ != 0) network_.Cancel(id_);
  id_ = 0;
  is_running_ = is_up_ = false;
  away_since_ = kNever;
  stops_.clear();
  works_.clear();
  looks_first_ = false;
  next_look_ = next_usage_ = kNever;
}

void RepLink::PostWork(std::string name, std::string body) {
  works_.push_back({std::move(name), "/work", std::move(body)});
  SendNext();
}

void RepLink::PostStop(std::string name, std::string path) {
  stops_.push_back({std::move(name), std::move(path), ""});
  SendNext();
}

void RepLink::SetRestless(bool is_restless) {
  is_restless_ = is_restless;
  if (next_look_ != kNever) next_look_ = std::min(next_look_, last_look_ + Interval());
}

// A rep that does not answer is in no hurry.
Milliseconds RepLink::Interval() const {
  if (!is_restless_) return times_.poll;
  return is_up_ ? quick_ : times_.poll_quick;
}

void RepLink::LookSoon() {
  quick_ = times_.poll_soon;
  next_look_ = clock_.Now();
}

TimePoint RepLink::Deadline() const {
  if (!is_running_ || id_ != 0) return kNever;
  return is_up_ ? std::min(next_look_, next_usage_) : next_look_;
}

void RepLink::OnTime() { SendNext(); }

// What ends work goes first, then what starts work; a look at the state comes when nothing else is
// to be done, so that it shows what became of it.
void RepLink::SendNext() {
  if (!is_running_ || id_ != 0) return;
  const TimePoint now = clock_.Now();
  if (std::exchange(looks_first_, false)) return Send(Route::kState, "GET", "/state", "");
  if (is_up_ && !stops_.empty()) return Send(Route::kStop, "POST", stops_.front().path, "");
  if (is_up_ && !works_.empty()) {
    return Send(Route::kWork, "POST", works_.front().path, std::move(works_.front().body));
  }
  if (next_look_ <= now) return Send(Route::kState, "GET", "/state", "");
  if (is_up_ && next_usage_ <= now) Send(Route::kUsage, "GET", "/container_metrics", "");
}

void RepLink::Send(Route route, std::string method, const std::string& path, std::string body) {
  id_ = ids_.Next();
  route_ = route;
  status_ = 0;
  body_.clear();
  std::vector<http::Header> headers = {{"Accept", kJson}};
  if (route == Route::kWork) headers.emplace_back("Content-Type", kJson);
  network_.Start(
      id_, {.method = std::move(method),
            .url = url_ + path,
            .headers = std::move(headers),
            .body = std::move(body),
            .timeout = route == Route::kStop ? times_.rep_stop_timeout : times_.rep_call_timeout,
            .options = options_});
}

void RepLink::OnHead(http::RequestId id, const http::Head& head) {
  if (id == id_) status_ = head.status;
}

void RepLink::OnBytes(http::RequestId id, std::string_view bytes) {
  if (id == id_) body_.append(bytes);
}

void RepLink::OnEnd(http::RequestId id, const Status& status) {
  if (id != id_) return;
  id_ = 0;
  switch (route_) {
    case Route::kState:
      TakeState(status);
      break;
    case Route::kUsage:
      TakeUsage(status);
      break;
    case Route::kWork:
      TakeWork(status);
      break;
    case Route::kStop:
      TakeStop(status);
      break;
  }
  SendNext();
}

std::string RepLink::Problem(const Status& status, int wanted) const {
  if (!status.ok()) return status.text();
  if (status_ == wanted) return "";
  return Format("{} answered {}, expected {}", url_, status_, wanted);
}

void RepLink::Away(const std::string& reason) {
  const bool is_new = is_up_ || !was_asked_;
  if (away_since_ == kNever) away_since_ = clock_.Now();
  was_asked_ = true;
  is_up_ = false;
  away_reason_ = reason;
  // They may not mean anything any more when rep is back.
  stops_.clear();
  works_.clear();
  owner_.OnRepAway(reason, is_new);
}

void RepLink::TakeState(const Status& status) {
  last_look_ = clock_.Now();
  next_look_ = last_look_ + Interval();
  quick_ = std::min(quick_ * 2, times_.poll_quick);
  // A cell that is not healthy says so by 503, and still tells its state.
  if (const std::string problem = Problem(status, status_ == 503 ? 503 : 200); !problem.empty()) {
    return Away(problem);
  }
  const Expected<RepState> state = ReadRepState(body_);
  if (!state.ok()) return Away(Format("{}{}", url_, state.status().text()));
  const bool after_outage = was_up_ && !is_up_;
  is_up_ = was_up_ = was_asked_ = true;
  away_since_ = kNever;
  owner_.OnRepState(*state, after_outage);
}

// Use of resources is no matter of life and death: where there is none it is asked for again.
void RepLink::TakeUsage(const Status& status) {
  next_usage_ = clock_.Now() + times_.usage;
  std::string problem = Problem(status, 200);
  if (problem.empty()) {
    Expected<std::vector<Usage>> usages = ReadUsage(body_);
    if (usages.ok()) {
      usage_is_refused_ = false;
      return owner_.OnUsage(std::move(*usages));
    }
    problem = usages.status().text();
  }
  if (!usage_is_refused_) owner_.OnRepProblem("the use of resources is not reported: " + problem);
  usage_is_refused_ = true;
}

void RepLink::TakeWork(const Status& status) {
  next_look_ = clock_.Now();
  const std::string name = std::move(works_.front().name);
  works_.pop_front();
  if (!status.ok()) {
    owner_.OnWorkAnswer(name, Unavailable(status.text()));
    return Away(status.text());
  }
  if (const std::string problem = Problem(status, 200); !problem.empty()) {
    return owner_.OnWorkAnswer(name, FailedPrecondition(problem));
  }
  const Expected<HandedBack> back = ReadHandedBack(body_);
  // Rep has taken it in some way; what it has now, its state will tell.
  LookSoon();
  if (!back.ok()) return owner_.OnWorkAnswer(name, Unavailable(back.status().text()));
  owner_.OnWorkAnswer(name, *back);
}

// Rep answers to a stop only when the container has been created, which may take minutes; it stops
// it then all the same. So a stop without an answer does not mean that rep is away; the next look
// will tell.
void RepLink::TakeStop(const Status& status) {
  next_look_ = clock_.Now();
  looks_first_ = !status.ok();
  StopAnswer answer{.name = std::move(stops_.front().name)};
  stops_.pop_front();
  answer.text = Problem(status, 202);
  answer.taken = answer.text.empty();
  if (answer.taken) LookSoon();
  owner_.OnStopAnswer(answer);
}

}  // namespace rostrum::mesos
