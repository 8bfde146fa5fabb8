#include "lib/tools/executor/executor_flags.h"

#include <algorithm>
#include <cctype>
#include <deque>
#include <fstream>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/flags.h"

namespace rostrum::tools {
namespace {

using mesos::Milliseconds;

constexpr int64_t kDaySeconds = 24 * 60 * 60;

// The variable that stands for a flag: ROSTRUM_EXECUTOR_REP_URL for --rep-url.
std::string VariableOf(std::string_view flag) {
  std::string name = "ROSTRUM_EXECUTOR_";
  for (const char c : flag) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

// The flags that are not on the command line but in variables, as arguments.
std::deque<std::string> ArgumentsOfVariables(const Flags& flags,
                                             const mesos::VariableLookup& lookup) {
  std::deque<std::string> arguments;
  for (const FlagGroup& group : ExecutorVerb().groups) {
    for (const Flag& flag : group.flags) {
      const std::string value = lookup(VariableOf(flag.name)).value_or("");
      if (value.empty() || flags.Has(flag.name)) continue;
      if (!flag.value.empty()) {
        arguments.push_back(Format("--{}={}", flag.name, value));
      } else if (value != "0" && value != "false") {
        arguments.push_back(Format("--{}", flag.name));
      }
    }
  }
  return arguments;
}

// Reads times, and keeps the first error.
class Times {
 public:
  explicit Times(const Flags& flags) : flags_(flags) {}

  void Seconds(std::string_view flag, int64_t minimum, Milliseconds* target) {
    Read(flag, minimum, kDaySeconds, Milliseconds(1000), target);
  }
  void Millis(std::string_view flag, int64_t minimum, Milliseconds* target) {
    Read(flag, minimum, 60'000, Milliseconds(1), target);
  }
  const Status& status() const { return status_; }

 private:
  void Read(std::string_view flag, int64_t minimum, int64_t maximum, Milliseconds unit,
            Milliseconds* target) {
    const auto count = flags_.Whole(flag, *target / unit, minimum, maximum);
    if (!count.ok()) {
      if (status_.ok()) status_ = count.status();
      return;
    }
    if (flags_.Has(flag)) *target = *count * unit;
  }

  const Flags& flags_;
  Status status_;
};

Expected<std::string> ReadRepUrl(const Flags& flags) {
  std::string_view url = flags.Text("rep-url", "https://127.0.0.1:1801");
  while (url.ends_with('/')) url.remove_suffix(1);
  const size_t scheme = url.starts_with("https://") ? 8 : (url.starts_with("http://") ? 7 : 0);
  const std::string_view rest = url.substr(scheme);
  if (scheme == 0 || rest.empty() || rest.find_first_of("/?# ") != std::string_view::npos) {
    return InvalidArgument(Format(
        "--rep-url is \"{}\", expected http://HOST:PORT or https://HOST:PORT", Shown(url)));
  }
  return std::string(url);
}

Status ReadTls(const Flags& flags, std::string_view url, mesos::TlsOptions* tls) {
  tls->ca_file = flags.Text("rep-ca-cert");
  tls->certificate_file = flags.Text("rep-client-cert");
  tls->key_file = flags.Text("rep-client-key");
  tls->verify_host = !flags.Has("rep-skip-host-check");
  if (tls->certificate_file.empty() != tls->key_file.empty()) {
    return InvalidArgument("--rep-client-cert and --rep-client-key belong together, expected both");
  }
  for (const char* const name : {"rep-ca-cert", "rep-client-cert", "rep-client-key"}) {
    if (!flags.Has(name)) continue;
    if (url.starts_with("http://")) {
      return InvalidArgument(
          Format("--{} is given for {}, expected a URL with https://", name, Shown(url)));
    }
    if (!std::ifstream(std::string(flags.Text(name)))) {
      return InvalidArgument(Format("--{} is \"{}\", expected a file that can be read", name,
                                         Shown(flags.Text(name))));
    }
  }
  return {};
}

}  // namespace

const Verb& ExecutorVerb() {
  static const Verb verb = {
      .name = "",
      .operands = "",
      .summary =
          "A Mesos executor for a Diego cell. An agent starts it; it hands the LRPs and tasks that "
          "the agent gives it to the rep beside it, follows them in rep's state, and tells the "
          "agent what becomes of them. It starts nothing itself.\n"
          "What the agent says comes by the variables MESOS_*, as for any executor. Each flag may "
          "also be given by a variable, such as ROSTRUM_EXECUTOR_REP_URL for --rep-url; the "
          "command "
          "line goes first.\n"
          "SIGTERM and SIGINT end all work and then the executor, as SHUTDOWN does; a second one "
          "ends it at once.\n"
          "Exit status: 0 shut down, or idle; 1 failed; 2 bad flags or environment; 3 rep did not "
          "come up, or stayed away; 4 the agent did not take the executor in, or did not come "
          "back; 5 another executor uses rep, or it is another cell's.",
      .groups =
          {{"Rep",
            {{"rep-url", "URL", "where rep listens", "https://127.0.0.1:1801"},
             {"rep-ca-cert", "FILE", "the authority that signed rep's certificate, PEM"},
             {"rep-client-cert", "FILE", "the certificate to show to rep, PEM"},
             {"rep-client-key", "FILE", "its key, PEM"},
             {"rep-skip-host-check", "",
              "take rep's certificate whatever host it names; who signed it is checked all the "
              "same. For a rep that is asked by 127.0.0.1 and has a certificate for a name"},
             {"cell-id", "ID",
              "the cell whose rep it is: the rep of another one is asked for nothing. Without it, "
              "the cell that answers first"},
             {"rep-start-seconds", "N", "how long rep may take to come up", "300"},
             {"rep-away-seconds", "N", "how long rep may stay away later", "60"},
             {"poll-milliseconds", "N",
              "how often to look at rep's state at least; while something is about to change 20 ms "
              "after each request that rep took, then 40 and so on to 200, if that is more often",
              "500"}}},
           {"Its own end",
            {{"idle-seconds", "N", "without work for so long, it ends itself", "60"}}},
           {"Use of resources",
            {{"metrics-address", "HOST:PORT",
              "serve GET /metrics there, for Prometheus; port 0: a free one, named in the log"},
             {"usage-seconds", "N", "how often to ask rep what its containers use; 0: never", "15"},
             {"usage-update-seconds", "N",
              "how often to tell it to the framework, as labels of a TASK_RUNNING; 0: never",
              "60"}}},
           {"Other", {{"version", "", "show the version and do nothing else"}}}},
      .examples = {{"With a rep that takes only clients with a certificate:",
                    "rostrum-executor --rep-ca-cert ca.crt --rep-client-cert client.crt "
                    "--rep-client-key client.key"}},
      .program = "rostrum-executor"};
  return verb;
}

Expected<ExecutorCommand> ReadExecutorCommand(std::span<const std::string_view> arguments,
                                              const mesos::VariableLookup& lookup) {
  Expected<Flags> flags = Flags::Parse(ExecutorVerb(), arguments);
  if (!flags.ok()) return flags.status();
  ExecutorCommand command;
  command.help = flags->help();
  command.version = flags->Has("version");
  if (command.help || command.version) return command;

  const std::deque<std::string> more = ArgumentsOfVariables(*flags, lookup);
  std::vector<std::string_view> all(arguments.begin(), arguments.end());
  all.insert(all.end(), more.begin(), more.end());
  flags = Flags::Parse(ExecutorVerb(), all);
  if (!flags.ok()) return flags.status();

  mesos::ExecutorOptions& options = command.options;
  const Expected<std::string> url = ReadRepUrl(*flags);
  if (!url.ok()) return url.status();
  options.rep_url = *url;
  if (Status status = ReadTls(*flags, *url, &options.rep_http.tls); !status.ok()) return status;
  Times times(*flags);
  times.Seconds("rep-start-seconds", 1, &options.times.rep_start);
  times.Seconds("rep-away-seconds", 1, &options.times.rep_away);
  times.Millis("poll-milliseconds", 10, &options.times.poll);
  times.Seconds("idle-seconds", 1, &options.times.idle);
  times.Seconds("usage-seconds", 0, &options.times.usage);
  times.Seconds("usage-update-seconds", 0, &options.times.usage_update);
  if (!times.status().ok()) return times.status();
  options.times.poll_quick = std::min(options.times.poll_quick, options.times.poll);
  options.times.poll_soon = std::min(options.times.poll_soon, options.times.poll);
  options.cell_id = flags->Text("cell-id");
  command.metrics_address = flags->Text("metrics-address");

  const Expected<mesos::ExecutorEnvironment> environment = mesos::ReadExecutorEnvironment(lookup);
  if (!environment.ok()) return environment.status();
  options.environment = *environment;
  return command;
}

}  // namespace rostrum::tools
