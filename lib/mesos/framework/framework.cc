#include "rostrum/mesos/framework.h"

#include <condition_variable>
#include <iterator>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/framework/machine.h"
#include "lib/mesos/model/process_texts.h"

namespace rostrum::mesos {
namespace {

// No wait of a thread is longer, so that a clock that is far off does no harm.
constexpr Milliseconds kWaitMaximum(60'000);

int64_t NowNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Status CheckExecutor(const CellExecutor& executor) {
  if (Status status = ValidateTaskId(executor.name, "executor.name"); !status.ok()) return status;
  // The fingerprint comes behind it.
  if (executor.name.size() > 200) {
    return InvalidArgument(
        Format("executor.name has {} bytes, expected at most 200", executor.name.size()));
  }
  if (executor.command.value.empty() && !executor.container) {
    return InvalidArgument("executor.command is empty, expected a command or a container's image");
  }
  if (Status s = ValidateCommand(executor.command, "the executor"); !s.ok()) return s;
  if (executor.container) {
    if (Status s = ValidateContainer(*executor.container, "the executor"); !s.ok()) return s;
  }
  const Resources& overhead = executor.overhead;
  if (overhead.cpu < 0 || overhead.memory < 0 || overhead.disk < 0) {
    return InvalidArgument("executor.overhead is negative, expected 0 or more");
  }
  if (overhead.containers != 0 || !overhead.scalars.empty()) {
    return InvalidArgument("executor.overhead has more than memory, disk and cpu");
  }
  return ValidateResources(overhead, "executor.overhead");
}

Status Validate(const FrameworkOptions& options) {
  const SchedulerOptions& scheduler = options.scheduler;
  if (!scheduler.tasks.empty() || scheduler.start_suppressed || scheduler.on_events) {
    return InvalidArgument(
        "scheduler.tasks, .start_suppressed or .on_events is set, expected none: the framework "
        "sets them");
  }
  if (scheduler.id_store == nullptr) {
    return InvalidArgument("scheduler.id_store is not set, expected one");
  }
  if (options.settings.adopt_running && options.settings.new_framework) {
    return InvalidArgument("adopt_running and new_framework are both set, expected one");
  }
  if (options.strategy == nullptr) return InvalidArgument("strategy is not set, expected one");
  if (Status s = ValidateConfiguration(options.configuration); !s.ok()) return s;
  if (options.settings.unread_maximum < 1) {
    return InvalidArgument(Format("settings.unread_maximum is {}, expected at least 1",
                                  options.settings.unread_maximum));
  }
  return options.executor ? CheckExecutor(*options.executor) : Status();
}

// The framework ended otherwise: its id, its journal and its tasks may be another scheduler's now.
Status NotTornDown(FailureKind failure) {
  return FailedPrecondition(failure == FailureKind::kReplaced
                                ? "another scheduler took the framework over, it was not torn down"
                                : "the master refused the framework, it was not torn down");
}

// The client, as the machine calls it.
class ClientCalls : public Calls {
 public:
  // Both outlive this. To be called before any call.
  void Use(SchedulerClient* client) { client_ = client; }

  Status Accept(Acceptance acceptance) override { return client_->Accept(std::move(acceptance)); }
  Status Decline(std::span<const std::string> offer_ids,
                 std::optional<Milliseconds> refuse) override {
    return client_->Decline(offer_ids, refuse);
  }
  Status Acknowledge(const TaskStatus& status) override { return client_->Acknowledge(status); }
  Status AcknowledgeOperation(const OperationUpdate& update) override {
    return client_->AcknowledgeOperation(update);
  }
  Status Kill(const TaskPlace& task, std::optional<Milliseconds> grace) override {
    if (client_ != nullptr) return client_->Kill(task, grace);
    early_kills_.push_back({task, grace});
    return {};
  }
  Status Suppress() override { return client_->Suppress(); }
  Status Revive() override { return client_->Revive(); }
  Status AcceptInverseOffers(std::span<const std::string> offer_ids) override {
    return client_->AcceptInverseOffers(offer_ids);
  }
  Status DeclineInverseOffers(std::span<const std::string> offer_ids,
                              std::optional<Milliseconds> refuse) override {
    return client_->DeclineInverseOffers(offer_ids, refuse);
  }
  void Track(const TaskPlace& task) override { client_->Track({&task, 1}); }
  void Forget(std::string_view task_id) override { client_->Forget(task_id); }

  // Makes the calls that the journal asked for before there was a client.
  void SendEarlyKills() {
    for (const auto& [task, grace] : std::exchange(early_kills_, {})) {
      static_cast<void>(client_->Kill(task, grace));
    }
  }

 private:
  SchedulerClient* client_ = nullptr;
  std::vector<std::pair<TaskPlace, std::optional<Milliseconds>>> early_kills_;
};

}  // namespace

// `mutex` guards everything but the client, which guards itself, and the inbox. The client's thread
// takes `inbox_mutex` only, so it never waits for a round.
struct Framework::Impl {
  explicit Impl(const FrameworkOptions& options, std::unique_ptr<Journal> opened)
      : unread_maximum(static_cast<size_t>(options.settings.unread_maximum)),
        journal(std::move(opened)),
        machine(options, *journal, calls, clock, NowNanoseconds, random) {}

  const size_t unread_maximum;
  SteadyClock clock;
  SystemRandom random;
  std::unique_ptr<Journal> journal;
  ClientCalls calls;

  mutable std::mutex mutex;
  FrameworkMachine machine;

  std::mutex inbox_mutex;
  std::condition_variable inbox_changed;
  std::vector<Event> inbox;
  bool has_lost_events = false;  // There was no memory to keep them.
  bool has_request = false;      // The deadline may be another one.
  bool is_stopping = false;

  std::mutex outcome_mutex;
  std::condition_variable outcome_changed;
  std::vector<Outcome> outcomes;
  // The client is paused until outcomes are taken. Changes only while `mutex` is held too.
  bool is_full = false;
  bool is_interrupted = false;
  bool is_stopped = false;

  bool is_started = false;
  Status id_status;  // See StartFiles.
  std::shared_ptr<FrameworkIdStore> id_store;
  std::unique_ptr<SchedulerClient> client;
  std::thread thread;

  void PutIn(std::vector<Event> events) noexcept {
    const std::lock_guard lock(inbox_mutex);
    try {
      inbox.insert(inbox.end(), std::make_move_iterator(events.begin()),
                   std::make_move_iterator(events.end()));
    } catch (const std::bad_alloc&) {
      has_lost_events = true;
    }
    inbox_changed.notify_one();
  }

  // Runs `use` on the machine, and lets the thread look at its deadline again.
  template <typename Use>
  auto With(Use use) {
    auto result = [&] {
      const std::lock_guard lock(mutex);
      try {
        auto made = use(machine);
        HandOut();
        return made;
      } catch (const std::exception& error) {
        Break(error.what());
        throw;
      }
    }();
    const std::lock_guard lock(inbox_mutex);
    has_request = true;
    inbox_changed.notify_one();
    return result;
  }

  // Where memory ran out half way, what the machine holds is not certain any more, so it does
  // nothing from then on; the journal has what counts.
  // REQUIRES: `mutex` is held.
  void Break(const char* why) noexcept {
    machine.Break(why);
    try {
      HandOut();
    } catch (const std::exception&) {
      // counts() says it.
    }
  }

  // REQUIRES: `mutex` is held.
  void HandOut() {
    std::vector<Outcome> fresh = machine.TakeOutcomes();
    if (fresh.empty()) return;
    size_t unread = 0;
    {
      const std::lock_guard lock(outcome_mutex);
      std::move(fresh.begin(), fresh.end(), std::back_inserter(outcomes));
      outcome_changed.notify_all();
      if (is_full || outcomes.size() <= unread_maximum) return;
      is_full = true;
      unread = outcomes.size();
    }
    client->Pause(
        Format("{} outcomes wait to be taken, expected at most {}", unread, unread_maximum));
  }

  // To be called when outcomes have been taken.
  void LeaveFull() {
    const std::lock_guard lock(mutex);
    {
      const std::lock_guard outcome_lock(outcome_mutex);
      if (!std::exchange(is_full, false)) return;
    }
    client->Resume();
  }

  std::optional<FailureKind> failure() const {
    const std::lock_guard lock(mutex);
    return machine.failure();
  }

  // The id is burnt, and there is nothing left to be known.
  Status ForgetAll() {
    const std::lock_guard lock(mutex);
    Status emptied = journal->Rewrite({});
    Status cleared = id_store->Clear();
    return emptied.ok() ? cleared : emptied;
  }

  TimePoint NextLook() {
    const std::lock_guard lock(mutex);
    return std::min(machine.Deadline(), clock.Now() + kWaitMaximum);
  }

  void Run() {
    while (true) {
      const TimePoint until = NextLook();
      std::vector<Event> events;
      bool has_lost_some = false;
      {
        std::unique_lock lock(inbox_mutex);
        inbox_changed.wait_until(lock, until, [this] {
          return is_stopping || has_request || has_lost_events || !inbox.empty();
        });
        if (is_stopping) return;
        has_request = false;
        has_lost_some = std::exchange(has_lost_events, false);
        events.swap(inbox);
      }
      Look(std::move(events), has_lost_some);
    }
  }

  // Nothing may leave the thread.
  void Look(std::vector<Event> events, bool has_lost_some) noexcept {
    const std::lock_guard lock(mutex);
    try {
      if (!events.empty()) machine.TakeEvents(std::move(events));
      if (clock.Now() >= machine.Deadline()) machine.OnTime();
      HandOut();
    } catch (const std::exception& error) {
      Break(error.what());
    }
    if (has_lost_some) Break("memory ran out, and events of the master were lost");
  }

  void EndThread() {
    {
      const std::lock_guard lock(inbox_mutex);
      is_stopping = true;
      inbox_changed.notify_one();
    }
    if (thread.joinable()) thread.join();
    const std::lock_guard lock(outcome_mutex);
    is_stopped = true;
    outcome_changed.notify_all();
  }
};

Framework::Framework(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Framework::~Framework() { Stop(Milliseconds(0)); }

Expected<std::unique_ptr<Framework>> Framework::Create(FrameworkOptions options) {
  if (Status status = Validate(options); !status.ok()) return status;
  // Options that the client does not take must leave the files as they are.
  if (auto client = SchedulerClient::Create(options.scheduler); !client.ok()) {
    return client.status();
  }
  Expected<StartFiles> files = ReadStartFiles(options);
  if (!files.ok()) return files.status();
  auto impl = std::make_unique<Impl>(options, std::move(files->journal));
  impl->id_status = files->id_status;
  SchedulerOptions scheduler = std::move(options.scheduler);
  scheduler.start_suppressed = true;
  // An id may not be ahead of the journal.
  scheduler.generation = files->beginning.is_kept ? files->beginning.generation : 0;
  scheduler.tasks = impl->machine.Begin(std::move(files->beginning));
  impl->id_store = scheduler.id_store;
  Impl* const raw = impl.get();
  scheduler.on_events = [raw](std::vector<Event> events) { raw->PutIn(std::move(events)); };
  auto client = SchedulerClient::Create(std::move(scheduler));
  if (!client.ok()) return client.status();
  impl->client = std::move(*client);
  impl->calls.Use(impl->client.get());
  return std::unique_ptr<Framework>(new Framework(std::move(impl)));
}

Status Framework::Start() {
  if (impl_->is_started) return FailedPrecondition("the framework is already started");
  impl_->is_started = true;
  if (!impl_->id_status.ok()) return impl_->id_status;
  if (Status status = impl_->client->Start(); !status.ok()) return status;
  impl_->calls.SendEarlyKills();
  Impl* const impl = impl_.get();
  try {
    impl_->thread = std::thread([impl] { impl->Run(); });
  } catch (const std::system_error& error) {
    return Unavailable(Format("a thread cannot be started: {}", error.what()));
  }
  return {};
}

void Framework::Stop(std::chrono::milliseconds flush) {
  // First the rounds, then the calls that they made.
  impl_->EndThread();
  impl_->client->Stop(flush);
}

Status Framework::TearDown(std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  Status status = impl_->client->Teardown();
  std::optional<FailureKind> failure;
  while (status.ok() && !(failure = impl_->failure()) && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(Milliseconds(5));
  }
  Stop(Milliseconds(0));
  if (!status.ok()) return status;
  if (!failure) {
    return Unavailable(
        Format("the master did not end the framework within {} ms", timeout.count()));
  }
  if (*failure != FailureKind::kRemoved) return NotTornDown(*failure);
  return impl_->ForgetAll();
}

Expected<size_t> Framework::Submit(std::span<const WorkRequest> requests) {
  return impl_->With([&](FrameworkMachine& machine) { return machine.Submit(requests); });
}

size_t Framework::Cancel(Kind kind, std::string_view guid, std::optional<int32_t> index) {
  return impl_->With([&](FrameworkMachine& machine) { return machine.Cancel(kind, guid, index); });
}

Status Framework::SetService(const Service& service) {
  return impl_->With([&](FrameworkMachine& machine) { return machine.SetService(service); });
}

std::vector<Outcome> Framework::WaitOutcomes(std::chrono::milliseconds timeout) {
  std::vector<Outcome> taken;
  bool was_full = false;
  {
    std::unique_lock lock(impl_->outcome_mutex);
    impl_->outcome_changed.wait_for(lock, timeout, [this] {
      return !impl_->outcomes.empty() || impl_->is_interrupted || impl_->is_stopped;
    });
    impl_->is_interrupted = false;
    taken.swap(impl_->outcomes);
    was_full = impl_->is_full;
  }
  if (was_full) impl_->LeaveFull();
  return taken;
}

void Framework::Interrupt() {
  const std::lock_guard lock(impl_->outcome_mutex);
  impl_->is_interrupted = true;
  impl_->outcome_changed.notify_all();
}

FrameworkCounts Framework::counts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->machine.counts();
}

std::string Framework::framework_id() const { return impl_->client->framework_id(); }

}  // namespace rostrum::mesos
