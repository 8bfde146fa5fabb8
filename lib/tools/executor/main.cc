// The program `rostrum-executor`.

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/executor.h"
#include "lib/mesos/executor/metrics_server.h"
#include "lib/mesos/executor/rep_link.h"
#include "lib/mesos/reactor/reactor.h"
#include "lib/tools/executor/executor_flags.h"
#include "lib/tools/flags.h"
#include "lib/tools/text.h"
#include "lib/wire/text.h"
#include "rostrum/version.h"

namespace rostrum::tools {
namespace {

constexpr char kProgram[] = "rostrum-executor";

std::optional<std::string> Variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

// Takes a secret out of the environment, also as it lies in memory: others could read it there
// through /proc.
void EraseVariable(const char* name) {
  if (char* const value = std::getenv(name); value != nullptr) {
    std::memset(value, 0, std::strlen(value));
  }
  unsetenv(name);
}

double WallClock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void Log(const std::string& text) {
  // A disk that was full may have room again; what was lost meanwhile is lost.
  std::cerr.clear();
  std::cerr << Format("{} {}\n", TimeText(std::chrono::system_clock::now()), wire::Escape(text));
}

int FailExecutor(const Status& status, int exit_status) {
  std::cerr << kProgram << ": " << wire::Escape(status.text()) << "\n";
  return exit_status;
}

int RunExecutor(ExecutorCommand command) {
  const StopEvents events;
  if (!events.ok()) return FailExecutor(Unavailable("signals cannot be waited for"), kFailed);
  command.options.wall_clock = WallClock;
  command.options.log = Log;
  const mesos::ExecutorEnvironment& environment = command.options.environment;
  mesos::RepClaim claim(command.options.rep_url,
                        Format("executor {} of framework {}, process {}", environment.executor_id,
                               environment.framework_id, getpid()));
  command.options.claim_rep = [&claim] { return claim.Take(); };
  const mesos::SteadyClock clock;
  mesos::SystemRandom random;
  mesos::Reactor reactor({}, clock);
  mesos::Executor executor(command.options, reactor, clock, random);

  std::unique_ptr<mesos::MetricsServer> metrics;
  if (!command.metrics_address.empty()) {
    auto started = mesos::MetricsServer::Start(command.metrics_address, [&] {
      const std::lock_guard lock(reactor.mutex());
      return executor.MetricsText();
    });
    if (!started.ok()) return FailExecutor(started.status(), ExitStatusOf(started.status()));
    metrics = std::move(*started);
  }
  Log(Format("{} " ROSTRUM_VERSION_STRING " for framework {}, executor {}, rep at {}{}", kProgram,
             environment.framework_id, environment.executor_id, command.options.rep_url,
             metrics ? Format(", metrics at {}", metrics->address()) : ""));
  {
    const std::lock_guard lock(reactor.mutex());
    executor.Start();
  }
  const Status status = reactor.Run(&executor, [&] {
    const std::lock_guard lock(reactor.mutex());
    if (executor.end()) events.TellEnd();
  });
  if (!status.ok()) return FailExecutor(status, kFailed);
  bool was_signalled = false;
  while (const int signal = events.Wait()) {
    if (was_signalled) return FailExecutor(Unavailable("ended by a second signal"), kFailed);
    was_signalled = true;
    const std::lock_guard lock(reactor.mutex());
    executor.Shutdown(Format("signal {}", signal));
    reactor.Wake();
  }
  reactor.Stop();
  Log(Format("ended with status {}", static_cast<int>(*executor.end())));
  return static_cast<int>(*executor.end());
}

int Run(const std::vector<std::string_view>& arguments) {
  const Expected<ExecutorCommand> command = ReadExecutorCommand(arguments, Variable);
  EraseVariable(mesos::kTokenVariable);
  if (!command.ok()) return FailExecutor(command.status(), kBadInput);
  if (command->help) {
    std::cout << HelpText(ExecutorVerb());
    return 0;
  }
  if (command->version) {
    std::cout << kProgram << " " ROSTRUM_VERSION_STRING "\n";
    return 0;
  }
  return RunExecutor(*command);
}

}  // namespace
}  // namespace rostrum::tools

int main(int argc, char** argv) {
  rostrum::tools::FillStandardStreams();
  rostrum::tools::IgnoreWriteSignals();
  try {
    return rostrum::tools::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "rostrum-executor: " << rostrum::wire::Escape(error.what()) << "\n";
  }
  return rostrum::tools::kFailed;
}
