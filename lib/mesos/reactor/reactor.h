// The thread around a Machine.

#ifndef ROSTRUM_LIB_MESOS_REACTOR_REACTOR_H_
#define ROSTRUM_LIB_MESOS_REACTOR_REACTOR_H_

#include <functional>
#include <memory>
#include <mutex>

#include "lib/mesos/base/time.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/reactor/machine.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Runs one machine: answers, time, and whatever other threads do to it, one at a time under one
// mutex. The order of use is
//
//     Reactor reactor(options, clock);
//     SomeMachine machine(reactor, clock, ...);    // It starts requests on the reactor.
//     reactor.Run(&machine, [&] { ... });
//     { std::lock_guard lock(reactor.mutex()); machine.DoSomething(); }
//     reactor.Wake();
//     reactor.Stop();
//
// Thread safety: any thread, but Start and Cancel only under the mutex, and Stop not from the
// reactor's own thread.
class Reactor : public http::Network {
 public:
  Reactor(HttpOptions options, const Clock& clock);
  // Stops.
  ~Reactor() override;

  // Starts the thread. `after_step` is called on it after each step, without the mutex: for handing
  // over what the machine has produced.
  Status Run(Machine* machine, std::function<void()> after_step);
  // Makes the thread look at the machine's requests and deadline again.
  void Wake();
  // Cancels all requests and ends the thread. The machine hears nothing of it. Doing it again does
  // nothing.
  void Stop();

  // Guards the machine.
  std::mutex& mutex();

  void Start(http::RequestId id, http::Request request) override;
  void Cancel(http::RequestId id) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_REACTOR_REACTOR_H_
