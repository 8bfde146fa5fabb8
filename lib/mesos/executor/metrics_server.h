// Serves one text over HTTP, for Prometheus.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_METRICS_SERVER_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_METRICS_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::mesos {

// Answers GET /metrics on a thread of its own; any other path is 404, any other method 405. A
// client has five seconds for a head of at most 8 KB, and 64 clients are served at a time, so that
// nobody can make it wait or grow.
class MetricsServer {
 public:
  // @param address  HOST:PORT or [HOST]:PORT; port 0: a free one.
  // @param text  asked for at each request, on the server's thread.
  // @return kInvalidArgument for what is no address, kUnavailable if it cannot be listened on.
  static Expected<std::unique_ptr<MetricsServer>> Start(std::string_view address,
                                                        std::function<std::string()> text);
  // Ends the thread and drops all clients.
  ~MetricsServer();

  // HOST:PORT, with the port that it has got.
  const std::string& address() const;

 private:
  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_METRICS_SERVER_H_
