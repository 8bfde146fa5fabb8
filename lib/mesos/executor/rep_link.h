// The link to the rep beside the executor, and the claim to it.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_REP_LINK_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_REP_LINK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/rep_wire.h"
#include "lib/mesos/executor/times.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/reactor/machine.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Request ids for machines that share a network.
class RequestIds {
 public:
  http::RequestId Next() { return ++last_; }

 private:
  http::RequestId last_ = 0;
};

// Which of a machine's executors may use a rep.
//
// One rep serves one executor. Nothing that rep says tells whose it is: cells of two frameworks on
// one agent have one id, and rep knows nothing of executors. So executors agree among themselves,
// by a name that one process can have at a time, in the network namespace in which a port is rep's.
// The system takes it back when the process ends, however it ends.
//
// Executors of other machines are not seen, and neither are those that ask for the same rep by
// another name of its host; 127.0.0.1, [::1] and localhost are one.
//
// Thread safety: one thread at a time.
class RepClaim {
 public:
  // @param rep_url  as for RepLink.
  // @param holder  what others are told of who has the claim.
  RepClaim(std::string_view rep_url, std::string holder);
  ~RepClaim();
  RepClaim(const RepClaim&) = delete;
  RepClaim& operator=(const RepClaim&) = delete;

  // Takes the claim, if it is not taken yet. Nothing: it is ours. Else who has it. A system that
  // has no such names is no obstacle.
  std::optional<std::string> Take();

 private:
  struct Held;

  const std::string name_;
  const std::string holder_;
  std::unique_ptr<Held> held_;
};

// The connection of an executor with the rep beside it.
//
// How a request to end something went.
struct StopAnswer {
  std::string name;  // As it was given.
  bool taken = false;
  std::string text;  // Why it was not taken.
};

// Looks at rep's state again and again, and takes requests in between.
//
// Invariant: one request at a time. So a state is always newer than the answers to all requests
// that were made before it, but for those that were not answered in time.
class RepLink : public Machine {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // After each look at the state.
    // @param after_outage  one or more looks before it had failed.
    virtual void OnRepState(const RepState& state, bool after_outage) = 0;
    // A look that failed, or work without an answer; rep counts as away since the first of them.
    // Work and stops that wait are dropped.
    // @param is_new  it is the first.
    virtual void OnRepAway(const std::string& reason, bool is_new) = 0;
    // For each PostWork, unless rep went away before it was sent. Not ok and retriable: rep gave no
    // answer, and may have taken the work or not. Not ok otherwise: it has taken nothing.
    virtual void OnWorkAnswer(const std::string& name, const Expected<HandedBack>& answer) = 0;
    virtual void OnStopAnswer(const StopAnswer& answer) = 0;
    virtual void OnUsage(std::vector<Usage> usages) = 0;
    // For the log.
    virtual void OnRepProblem(const std::string& text) = 0;
  };

  // @param url  http://HOST:PORT or https://HOST:PORT, without a slash at the end.
  RepLink(std::string url, const HttpOptions& options, const ExecutorTimes& times, Owner& owner,
          http::Network& network, const Clock& clock, RequestIds& ids);

  void Start();
  // Gives everything up without a word to the owner.
  void Stop();

  // The name comes back with the answer.
  // REQUIRES: up().
  void PostWork(std::string name, std::string body);
  void PostStop(std::string name, std::string path);
  // Whether something is about to change, so that rep's state is looked at more often: see
  // ExecutorTimes::poll.
  void SetRestless(bool is_restless);
  bool up() const { return is_up_; }
  // Whether rep has ever been up.
  bool was_up() const { return was_up_; }
  // Since when rep does not answer, or since Start if it never has; kNever while it is up or is not
  // asked.
  TimePoint away_since() const { return away_since_; }
  const std::string& away_reason() const { return away_reason_; }
  const std::string& url() const { return url_; }

  void OnHead(http::RequestId id, const http::Head& head) override;
  void OnBytes(http::RequestId id, std::string_view bytes) override;
  void OnEnd(http::RequestId id, const Status& status) override;
  TimePoint Deadline() const override;
  void OnTime() override;

 private:
  enum class Route { kState, kUsage, kWork, kStop };
  struct Pending {
    std::string name;
    std::string path;
    std::string body;
  };

  void SendNext();
  void Send(Route route, std::string method, const std::string& path, std::string body);
  void TakeState(const Status& status);
  void TakeUsage(const Status& status);
  void TakeWork(const Status& status);
  void TakeStop(const Status& status);
  void Away(const std::string& reason);
  // Between the last look and the next one.
  Milliseconds Interval() const;
  // Rep took a request, and what comes of it is to be seen soon.
  void LookSoon();
  // What went wrong with the answer, if it is not `wanted`.
  std::string Problem(const Status& status, int wanted) const;

  const std::string url_;
  const std::shared_ptr<const HttpOptions> options_;
  const ExecutorTimes& times_;
  Owner& owner_;
  http::Network& network_;
  const Clock& clock_;
  RequestIds& ids_;

  bool is_running_ = false;
  bool is_up_ = false;
  bool was_up_ = false;
  bool was_asked_ = false;
  TimePoint away_since_ = kNever;
  std::string away_reason_;
  bool is_restless_ = false;
  Milliseconds quick_;  // The interval while it is restless.
  TimePoint next_look_ = kNever;
  TimePoint last_look_{};
  bool looks_first_ = false;  // Before anything else is sent.
  TimePoint next_usage_ = kNever;
  bool usage_is_refused_ = false;

  // The first of one of them is under way if route_ says so.
  std::deque<Pending> stops_;
  std::deque<Pending> works_;

  // The request under way, if its id is not 0.
  http::RequestId id_ = 0;
  Route route_ = Route::kState;
  int status_ = 0;
  std::string body_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_REP_LINK_H_
