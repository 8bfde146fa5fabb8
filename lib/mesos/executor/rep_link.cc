#include "lib/mesos/executor/rep_link.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/wire/text.h"

namespace rostrum::mesos {
namespace {

constexpr int kBacklog = 16;
constexpr size_t kHolderMaximum = 512;
// How long a holder may take to say who it is.
constexpr timeval kPatience = {.tv_sec = 0, .tv_usec = 200'000};

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// HOST:PORT of rep, with one name for the machine's own address.
std::string NameOf(std::string_view url) {
  const bool is_secure = url.starts_with("https://");
  const std::string_view rest = url.substr(url.find("://") + 3);
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == rest.npos;
  const std::string_view host = has_port ? rest.substr(0, colon) : rest;
  const std::string_view port = has_port ? rest.substr(colon + 1) : (is_secure ? "443" : "80");
  return std::string(IsLoopback(host) ? "localhost" : host) + ":" + std::string(port);
}

// A name in the abstract namespace, which is no file: it begins with a byte of zero.
struct Address {
  explicit Address(std::string_view name) {
    address.sun_family = AF_UNIX;
    const std::string_view prefix = "rostrum-executor ";
    const size_t room = sizeof address.sun_path - 1 - prefix.size();
    if (name.size() > room) name.remove_prefix(name.size() - room);
    char* const end = std::copy(name.begin(), name.end(),
                                std::copy(prefix.begin(), prefix.end(), address.sun_path + 1));
    size = static_cast<socklen_t>(end - reinterpret_cast<char*>(&address));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  sockaddr_un address{};
  socklen_t size = 0;
};

std::string HolderOf(const Address& address) {
  const std::string text = "another executor";
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (connect(socket.number(), address.get(), address.size) != 0) return text;
  char room[kHolderMaximum];
  const ssize_t size = recv(socket.number(), room, sizeof room, 0);
  if (size <= 0) return text;
  // Anybody may have that name, and say anything.
  return wire::Escape(std::string_view(room, static_cast<size_t>(size)));
}

}  // namespace

// Tells everybody who asks who it is.
struct RepClaim::Held {
  Descriptor listener;
  Descriptor wake;
  std::string holder;
  std::thread thread;

  ~Held() {
    if (!thread.joinable()) return;
    const uint64_t one = 1;
    // It cannot fail: the counter is nowhere near its end.
    const ssize_t written = write(wake.number(), &one, sizeof one);
    static_cast<void>(written);
    thread.join();
  }

  void Loop() const {
    while (true) {
      pollfd polled[] = {{wake.number(), POLLIN, 0}, {listener.number(), POLLIN, 0}};
      if (poll(polled, 2, -1) < 0 && errno != EINTR) return;
      if (polled[0].revents != 0) return;
      if (polled[1].revents == 0) continue;
      const Descriptor client(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.ok()) continue;
      const std::string_view text = std::string_view(holder).substr(0, kHolderMaximum);
      send(client.number(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
};

RepClaim::RepClaim(std::string_view rep_url, std::string holder)
    : name_(NameOf(rep_url)), holder_(std::move(holder)) {}

RepClaim::~RepClaim() = default;

std::optional<std::string> RepClaim::Take() {
  if (held_) return std::nullopt;
  auto held = std::make_unique<Held>();
  held->holder = holder_;
  held->listener = Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const Address address(name_);
  if (bind(held->listener.number(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return HolderOf(address);
    return std::nullopt;
  }
  held->wake = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (held->wake.ok() && listen(held->listener.number(), kBacklog) == 0) {
    try {
      held->thread = std::thread([raw = held.get()] { raw->Loop(); });
    } catch (const std::system_error&) {
      // The claim holds all the same; others are told less of it.
    }
  }
  held_ = std::move(held);
  return std::nullopt;
}

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
