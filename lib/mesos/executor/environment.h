// What the agent tells an executor by its environment.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_ENVIRONMENT_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_ENVIRONMENT_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/mesos/base/time.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

struct ExecutorEnvironment {
  std::string framework_id;
  std::string executor_id;
  std::string agent_id;
  // Where calls go; how is said by `http`, with the token or the socket that the agent gave.
  std::string url;
  HttpOptions http;
  // Empty if the agent did not say.
  std::string sandbox;
  // Whether the executor outlives its agent, and for how long it looks for it then. The agent, once
  // it is back, waits no longer for the executor than the greatest delay between two attempts.
  bool checkpoint = false;
  Milliseconds recovery_timeout = std::chrono::minutes(15);
  Milliseconds backoff_maximum = std::chrono::seconds(2);
  // From SHUTDOWN to the moment when the agent ends the executor by force.
  Milliseconds shutdown_grace = std::chrono::seconds(5);
};

// The variable that holds a secret: whoever reads the environment should erase it then.
inline constexpr char kTokenVariable[] = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN";

// The value of a variable, or nothing.
using VariableLookup = std::function<std::optional<std::string>(const std::string& name)>;

// Reads MESOS_* as Mesos 1.x sets them, and LIBPROCESS_SSL_* for agents that speak TLS. An error
// names the variable, its value and what was expected.
Expected<ExecutorEnvironment> ReadExecutorEnvironment(const VariableLookup& lookup);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_ENVIRONMENT_H_
