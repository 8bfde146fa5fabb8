#include "rostrum/mesos/scheduler_client.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <utility>
#include <variant>

#include "lib/base/format.h"
#include "lib/mesos/leader/election.h"
#include "lib/mesos/reactor/reactor.h"
#include "lib/mesos/scheduler/session.h"

namespace rostrum::mesos {
namespace {

Status CheckPositive(std::string_view name, Milliseconds value) {
  if (value.count() > 0) return {};
  return InvalidArgument(Format("{} is {} ms, expected at least 1 ms", name, value.count()));
}

// To libcurl none is no limit.
Status ValidateHttp(const HttpOptions& http) {
  Status status = CheckPositive("http.connect_timeout", http.connect_timeout);
  return status.ok() ? CheckPositive("http.call_timeout", http.call_timeout) : status;
}

Status ValidateTimes(const SchedulerTimes& times) {
  const std::pair<const char*, Milliseconds> positive[] = {
      {"backoff_initial", times.backoff_initial},
      {"backoff_maximum", times.backoff_maximum},
      {"subscribe_timeout", times.subscribe_timeout},
      {"first_status_timeout", times.first_status_timeout},
      {"reconcile_initial", times.reconcile_initial},
      {"reconcile_maximum", times.reconcile_maximum},
      {"reconcile_interval", times.reconcile_interval},
      {"kill_initial", times.kill_initial},
      {"kill_maximum", times.kill_maximum},
      {"revive_initial", times.revive_initial},
      {"revive_maximum", times.revive_maximum}};
  for (const auto& [name, value] : positive) {
    Status status = CheckPositive(std::string("times.") + name, value);
    if (!status.ok()) return status;
  }
  if (times.heartbeats_missed < 1) {
    return InvalidArgument(
        Format("times.heartbeats_missed is {}, expected at least 1", times.heartbeats_missed));
  }
  if (times.record_maximum < 1 || times.record_maximum > std::numeric_limits<int32_t>::max()) {
    return InvalidArgument(Format("times.record_maximum is {}, expected 1 to {} bytes",
                                       times.record_maximum, std::numeric_limits<int32_t>::max()));
  }
  if (times.events_maximum < 1) {
    return InvalidArgument("times.events_maximum is 0, expected at least 1");
  }
  return {};
}

// What an event takes of times.events_maximum.
size_t WeightOf(const Event& event) {
  const auto* made = std::get_if<OffersMade>(&event);
  return made == nullptr ? 1 : std::max<size_t>(made->offers.size(), 1);
}

// The master wants the principal of the request and that of the framework to be one.
Status SettlePrincipal(SchedulerOptions* options) {
  std::string& framework = options->framework.principal;
  const std::string& http = options->http.principal;
  if (framework.empty()) framework = http;
  if (http.empty() || framework == http) return {};
  return InvalidArgument(
      Format("framework.principal is \"{}\", expected \"{}\" as in http.principal, or none",
                  framework, http));
}

Status Validate(SchedulerOptions* options) {
  if (options->id_store == nullptr) return InvalidArgument("id_store is not set, expected one");
  if (Status status = SettlePrincipal(options); !status.ok()) return status;
  if (Status status = ValidateHttp(options->http); !status.ok()) return status;
  if (Status status = ValidateTimes(options->times); !status.ok()) return status;
  for (const TaskPlace& task : options->tasks) {
    if (Status status = ValidateTaskId(task.task_id, "the task id in tasks"); !status.ok()) {
      return status;
    }
  }
  return ValidateFramework(options->framework);
}

}  // namespace

// The reactor's mutex guards the session. `events_mutex` guards what is under it, and is never held
// while the other is taken; `is_full` changes under both.
struct SchedulerClient::Impl {
  Impl(SchedulerOptions given, std::unique_ptr<LeaderSource> leader_source)
      : options(std::move(given)),
        source(std::move(leader_source)),
        reactor(options.http, clock),
        session(options, *options.id_store, *source, reactor, clock, random) {}

  SchedulerOptions options;
  SteadyClock clock;
  SystemRandom random;
  std::unique_ptr<LeaderSource> source;
  Reactor reactor;
  Session session;
  bool is_started = false;

  std::mutex events_mutex;
  std::condition_variable changed;
  std::vector<Event> events;
  size_t events_weight = 0;
  bool is_full = false;  // The session is paused until events are taken.
  bool is_stopped = false;

  // Runs `use` on the session, and lets the thread see to what came of it.
  template <typename Use>
  auto With(Use use) {
    auto result = [&] {
      std::lock_guard lock(reactor.mutex());
      return use(session);
    }();
    reactor.Wake();
    return result;
  }

  std::vector<Event> TakeFromSession() {
    std::lock_guard lock(reactor.mutex());
    return session.TakeEvents();
  }

  void HandOver() {
    if (options.on_events) {
      std::vector<Event> taken = TakeFromSession();
      if (!taken.empty()) options.on_events(std::move(taken));
    } else {
      Keep();
    }
    changed.notify_all();
  }

  void Keep() {
    std::lock_guard session_lock(reactor.mutex());
    std::lock_guard lock(events_mutex);
    const size_t before = events.size();
    session.MoveEventsTo(&events);
    for (size_t i = before; i < events.size(); ++i) events_weight += WeightOf(events[i]);
    if (is_full || events_weight <= options.times.events_maximum) return;
    is_full = true;
    session.Pause(Format("{} events wait to be taken, expected at most {}", events_weight,
                              options.times.events_maximum));
  }

  // To be called when events have been taken.
  void LeaveFull() {
    {
      std::lock_guard session_lock(reactor.mutex());
      std::lock_guard lock(events_mutex);
      if (!std::exchange(is_full, false)) return;
      session.Resume();
    }
    reactor.Wake();
  }

  bool IsBusy() {
    std::lock_guard lock(reactor.mutex());
    return session.state() == ClientState::kSubscribed && session.busy();
  }

  void Flush(Milliseconds flush) {
    const auto end = std::chrono::steady_clock::now() + flush;
    while (IsBusy() && std::chrono::steady_clock::now() < end) {
      // The thread tells of each of its steps; a missed one costs a moment.
      std::unique_lock lock(events_mutex);
      changed.wait_until(lock, std::min(end, std::chrono::steady_clock::now() + Milliseconds(20)));
    }
  }
};

SchedulerClient::SchedulerClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SchedulerClient::~SchedulerClient() { Stop(); }

Expected<std::unique_ptr<SchedulerClient>> SchedulerClient::Create(SchedulerOptions options) {
  if (Status status = Validate(&options); !status.ok()) return status;
  auto source = MakeLeaderSource(options.master, options.http.tls);
  if (!source.ok()) return source.status();
  return std::unique_ptr<SchedulerClient>(
      new SchedulerClient(std::make_unique<Impl>(std::move(options), std::move(*source))));
}

Status SchedulerClient::Start() {
  {
    std::lock_guard lock(impl_->reactor.mutex());
    if (impl_->is_started) return FailedPrecondition("the client is already started");
    impl_->is_started = true;
    if (Status status = impl_->session.Begin(); !status.ok()) return status;
  }
  Impl* const impl = impl_.get();
  Status status = impl->source->Start([impl] {
    {
      std::lock_guard lock(impl->reactor.mutex());
      impl->session.OnLeaderChanged();
    }
    impl->reactor.Wake();
  });
  if (!status.ok()) return status;
  return impl->reactor.Run(&impl->session, [impl] { impl->HandOver(); });
}

void SchedulerClient::Stop(std::chrono::milliseconds flush) {
  impl_->Flush(flush);
  {
    std::lock_guard lock(impl_->reactor.mutex());
    impl_->session.Stop();
  }
  impl_->reactor.Stop();
  impl_->source->Stop();
  std::vector<Event> rest = impl_->TakeFromSession();
  std::lock_guard lock(impl_->events_mutex);
  impl_->is_stopped = true;
  if (!impl_->options.on_events) {
    std::move(rest.begin(), rest.end(), std::back_inserter(impl_->events));
  }
  impl_->changed.notify_all();
}

std::vector<Event> SchedulerClient::WaitEvents(std::chrono::milliseconds timeout) {
  std::vector<Event> taken;
  bool was_full = false;
  {
    std::unique_lock lock(impl_->events_mutex);
    impl_->changed.wait_for(lock, timeout,
                            [this] { return !impl_->events.empty() || impl_->is_stopped; });
    taken.swap(impl_->events);
    impl_->events_weight = 0;
    was_full = impl_->is_full;
  }
  if (was_full) impl_->LeaveFull();
  return taken;
}

void SchedulerClient::Pause(const std::string& reason) {
  {
    std::lock_guard lock(impl_->reactor.mutex());
    impl_->session.Pause(reason);
  }
  impl_->reactor.Wake();
}

void SchedulerClient::Resume() {
  {
    std::lock_guard lock(impl_->reactor.mutex());
    impl_->session.Resume();
  }
  impl_->reactor.Wake();
}

Status SchedulerClient::Accept(Acceptance acceptance) {
  return impl_->With([&](Session& session) { return session.Accept(acceptance); });
}

Status SchedulerClient::Decline(std::span<const std::string> offer_ids,
                                std::optional<std::chrono::milliseconds> refuse) {
  return impl_->With([&](Session& session) { return session.Decline(offer_ids, refuse); });
}

Status SchedulerClient::Acknowledge(const TaskStatus& status) {
  return impl_->With([&](Session& session) { return session.Acknowledge(status); });
}

Status SchedulerClient::AcknowledgeOperation(const OperationUpdate& update) {
  return impl_->With([&](Session& session) { return session.AcknowledgeOperation(update); });
}

Status SchedulerClient::Kill(const TaskPlace& task,
                             std::optional<std::chrono::milliseconds> grace) {
  return impl_->With([&](Session& session) { return session.Kill(task, grace); });
}

Status SchedulerClient::Suppress(std::span<const std::string> roles) {
  return impl_->With([&](Session& session) { return session.Suppress(roles); });
}

Status SchedulerClient::Revive(std::span<const std::string> roles) {
  return impl_->With([&](Session& session) { return session.Revive(roles); });
}

Status SchedulerClient::AcceptInverseOffers(std::span<const std::string> offer_ids) {
  return impl_->With([&](Session& session) { return session.AcceptInverseOffers(offer_ids); });
}

Status SchedulerClient::DeclineInverseOffers(std::span<const std::string> offer_ids,
                                             std::optional<std::chrono::milliseconds> refuse) {
  return impl_->With(
      [&](Session& session) { return session.DeclineInverseOffers(offer_ids, refuse); });
}

Status SchedulerClient::ShutdownExecutor(std::string_view executor_id, std::string_view agent_id) {
  return impl_->With(
      [&](Session& session) { return session.ShutdownExecutor(executor_id, agent_id); });
}

Status SchedulerClient::SendMessage(std::string_view executor_id, std::string_view agent_id,
                                    std::string data) {
  return impl_->With([&](Session& session) {
    return session.SendMessage(executor_id, agent_id, std::move(data));
  });
}

Status SchedulerClient::UpdateFramework(FrameworkInfo framework) {
  return impl_->With([&](Session& session) { return session.UpdateFramework(framework); });
}

Status SchedulerClient::Teardown() {
  return impl_->With([](Session& session) { return session.Teardown(); });
}

void SchedulerClient::Track(std::span<const TaskPlace> tasks) {
  std::lock_guard lock(impl_->reactor.mutex());
  impl_->session.Track(tasks);
}

void SchedulerClient::Forget(std::string_view task_id) {
  std::lock_guard lock(impl_->reactor.mutex());
  impl_->session.Forget(task_id);
}

void SchedulerClient::Reconcile() {
  {
    std::lock_guard lock(impl_->reactor.mutex());
    impl_->session.Reconcile();
  }
  impl_->reactor.Wake();
}

ClientState SchedulerClient::state() const {
  std::lock_guard lock(impl_->reactor.mutex());
  return impl_->session.state();
}

std::string SchedulerClient::framework_id() const {
  std::lock_guard lock(impl_->reactor.mutex());
  return impl_->session.framework_id();
}

SchedulerCounts SchedulerClient::counts() const {
  std::lock_guard lock(impl_->reactor.mutex());
  return impl_->session.counts();
}

}  // namespace rostrum::mesos
