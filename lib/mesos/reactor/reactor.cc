#include "lib/mesos/reactor/reactor.h"

#include <deque>
#include <new>
#include <set>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>

#include "lib/mesos/http/curl_network.h"

namespace rostrum::mesos {
namespace {

struct StartCommand {
  http::RequestId id;
  http::Request request;
};
struct CancelCommand {
  http::RequestId id;
};
using Command = std::variant<StartCommand, CancelCommand>;

constexpr Milliseconds kLongest(60'000);
constexpr Milliseconds kWithoutMemory(100);

}  // namespace

// Invariant: `live` has the requests of which the machine may hear; it and `commands` are guarded
// by `mutex`, as the machine is. The network belongs to the thread alone.
struct Reactor::Impl : http::CurlNetwork::Receiver {
  Impl(HttpOptions options, const Clock& its_clock)
      : clock(its_clock), network(std::move(options), this) {}

  const Clock& clock;
  std::mutex mutex;
  std::deque<Command> commands;
  std::deque<Command> taken;  // Of `commands`, by the thread, which alone looks at them.
  std::set<http::RequestId> live;
  Machine* machine = nullptr;
  bool stopping = false;
  std::function<void()> after_step;
  http::CurlNetwork network;
  std::thread thread;

  bool Wants(http::RequestId id) override {
    std::lock_guard lock(mutex);
    return live.count(id) != 0 && !stopping;
  }
  void OnHead(http::RequestId id, const http::Head& head) override {
    std::lock_guard lock(mutex);
    if (live.count(id) != 0) machine->OnHead(id, head);
  }
  void OnBytes(http::RequestId id, std::string_view bytes) override {
    std::lock_guard lock(mutex);
    if (live.count(id) != 0) machine->OnBytes(id, bytes);
  }
  void OnEnd(http::RequestId id, const Status& status) override {
    std::lock_guard lock(mutex);
    if (live.count(id) == 0) return;
    // It may have no memory for it now, and is told again then.
    machine->OnEnd(id, status);
    live.erase(id);
  }

  // What the machine wants, and until when there is nothing to do. False: the thread is to end.
  bool Step(Milliseconds* wait) {
    std::lock_guard lock(mutex);
    if (stopping) return false;
    if (machine->Deadline() <= clock.Now()) machine->OnTime();
    if (taken.empty()) taken.swap(commands);
    const TimePoint deadline = machine->Deadline();
    const TimePoint now = clock.Now();
    *wait = kLongest;
    if (deadline <= now || !commands.empty()) {
      *wait = Milliseconds(0);
    } else if (deadline - now < kLongest) {
      *wait = std::chrono::ceil<Milliseconds>(deadline - now);
    }
    return true;
  }

  void Apply() {
    for (; !taken.empty(); taken.pop_front()) {
      if (auto* start = std::get_if<StartCommand>(&taken.front())) {
        network.MakeRoom();
        network.Start(start->id, std::move(start->request));
      } else {
        network.Cancel(std::get<CancelCommand>(taken.front()).id);
      }
    }
  }

  // False: the thread is to end.
  bool Turn() {
    Milliseconds wait(0);
    if (!Step(&wait)) return false;
    Apply();
    after_step();
    network.Perform(wait);
    return true;
  }

  // Memory that runs out must not end the process; the next turn may find some.
  bool TurnGuarded() {
    try {
      return Turn();
    } catch (const std::bad_alloc&) {
      std::this_thread::sleep_for(kWithoutMemory);
      return true;
    }
  }

  void Loop() {
    const http::NoSigpipe no_sigpipe;
    while (TurnGuarded()) {
    }
    network.CancelAll();
  }
};

Reactor::Reactor(HttpOptions options, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), clock)) {}

Reactor::~Reactor() { Stop(); }

Status Reactor::Run(Machine* machine, std::function<void()> after_step) {
  impl_->machine = machine;
  impl_->after_step = std::move(after_step);
  try {
    impl_->thread = std::thread([this] { impl_->Loop(); });
  } catch (const std::system_error& error) {
    return Unavailable(std::string("no thread can be started: ") + error.what());
  }
  return {};
}

void Reactor::Wake() { impl_->network.Wake(); }

void Reactor::Stop() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->live.clear();
  }
  Wake();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::mutex& Reactor::mutex() { return impl_->mutex; }

void Reactor::Start(http::RequestId id, http::Request request) {
  impl_->live.insert(id);
  impl_->commands.push_back(StartCommand{id, std::move(request)});
  Wake();
}

void Reactor::Cancel(http::RequestId id) {
  impl_->live.erase(id);
  impl_->commands.push_back(CancelCommand{id});
  Wake();
}

}  // namespace rostrum::mesos
