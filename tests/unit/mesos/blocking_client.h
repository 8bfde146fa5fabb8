// One HTTP call at a time, for those who have a thread to wait on.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_BLOCKING_CLIENT_H_
#define ROSTRUM_TESTS_UNIT_MESOS_BLOCKING_CLIENT_H_

#include <memory>
#include <string>

#include "lib/mesos/http/network.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos::http {

struct Answer {
  Head head;
  std::string body;
};

// Keeps its connection open between calls.
//
// Thread safety: one Call at a time; Cancel by any thread.
class BlockingClient {
 public:
  explicit BlockingClient(HttpOptions options);
  ~BlockingClient();

  // Sends a request and waits for the whole answer, whatever its status is: no longer than
  // `request.timeout`, or the options' call timeout if that is zero. kUnavailable if there is no
  // answer; kFailedPrecondition if none is to be hoped for, such as from a peer that is not to be
  // trusted.
  Expected<Answer> Call(const Request& request);

  // Makes a Call that runs return at once with kUnavailable, and each later one too.
  void Cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_TESTS_UNIT_MESOS_BLOCKING_CLIENT_H_
