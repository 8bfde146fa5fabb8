#include "lib/mesos/executor/environment.h"

#include <filesystem>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/base/time.h"

namespace rostrum::mesos {
namespace {

// With its end, on Linux: sizeof(sockaddr_un::sun_path).
constexpr size_t kSocketPathMaximum = 108;
constexpr char kPath[] = "/api/v1/executor";

// Reads variables one by one, and keeps the first error.
class Reader {
 public:
  explicit Reader(const VariableLookup& lookup) : lookup_(lookup) {}

  std::string Text(const char* name) const { return lookup_(name).value_or(""); }

  std::string Needed(const char* name, std::string_view what) {
    std::string text = Text(name);
    if (text.empty()) {
      Fail(
          Format("{} is not set, expected {}; is this started by a Mesos agent?", name, what));
    }
    return text;
  }

  // Leaves the default where the variable is not set.
  void Duration(const char* name, Milliseconds* target) {
    const std::string text = Text(name);
    if (text.empty()) return;
    const auto duration = ParseDuration(text);
    if (!duration.ok()) return Fail(Format("{}: {}", name, duration.status().text()));
    *target = std::chrono::duration_cast<Milliseconds>(*duration);
  }

  // The code of Mesos says "1" and "0", its documents say "true" and "false".
  bool Flag(const char* name) {
    const std::string text = Text(name);
    if (text.empty() || text == "0" || text == "false") return false;
    if (text == "1" || text == "true") return true;
    Fail(Format("{} is \"{}\", expected 1, 0, true or false", name, text));
    return false;
  }

  void Fail(std::string text) {
    if (status_.ok()) status_ = InvalidArgument(std::move(text));
  }

  const Status& status() const { return status_; }

 private:
  const VariableLookup& lookup_;
  Status status_;
};

// A path that is too long for a socket may be short enough as seen from here.
std::string ShortSocketPath(const std::string& path, Reader* reader) {
  if (path.size() < kSocketPathMaximum) return path;
  std::error_code error;
  const std::string relative = std::filesystem::relative(path, error).string();
  if (!error && !relative.empty() && relative.size() < kSocketPathMaximum) return relative;
  reader->Fail(Format("MESOS_DOMAIN_SOCKET has {} bytes, expected at most {}: \"{}\"",
                           path.size(), kSocketPathMaximum - 1, path));
  return path;
}

// Agents that were built with TLS have executors speak it too, and say how in these variables.
void ReadTls(Reader* reader, TlsOptions* tls) {
  tls->enabled = reader->Flag("LIBPROCESS_SSL_ENABLED");
  if (!tls->enabled) return;
  tls->ca_file = reader->Text("LIBPROCESS_SSL_CA_FILE");
  tls->certificate_file = reader->Text("LIBPROCESS_SSL_CERT_FILE");
  tls->key_file = reader->Text("LIBPROCESS_SSL_KEY_FILE");
  // libprocess verifies nobody unless it is told to; neither do we, or no agent would do.
  tls->verify_peer = reader->Flag("LIBPROCESS_SSL_VERIFY_SERVER_CERT") ||
                     reader->Flag("LIBPROCESS_SSL_VERIFY_CERT");
  tls->verify_host = tls->verify_peer;
}

// An agent's process is named "slave(1)" or so, and serves its paths below that name. A name that
// is not told means an agent that serves them at the root.
void ReadUrl(Reader* reader, ExecutorEnvironment* environment) {
  const std::string pid = reader->Text("MESOS_SLAVE_PID");
  const size_t at = pid.find('@');
  const std::string name = at == std::string::npos ? "" : pid.substr(0, at);
  std::string address = reader->Text("MESOS_AGENT_ENDPOINT");
  if (address.empty() && at != std::string::npos) address = pid.substr(at + 1);
  const std::string socket = reader->Text("MESOS_DOMAIN_SOCKET");
  const std::string path = (name.empty() ? "" : "/" + name) + kPath;
  if (!socket.empty()) {
    environment->http.unix_socket = ShortSocketPath(socket, reader);
    environment->url = "http://localhost" + path;
    return;
  }
  if (address.empty()) {
    reader->Fail(
        "MESOS_AGENT_ENDPOINT is not set, expected the agent's HOST:PORT; is this started "
        "by a Mesos agent?");
  }
  ReadTls(reader, &environment->http.tls);
  environment->url = (environment->http.tls.enabled ? "https://" : "http://") + address + path;
}

}  // namespace

Expected<ExecutorEnvironment> ReadExecutorEnvironment(const VariableLookup& lookup) {
  Reader reader(lookup);
  ExecutorEnvironment environment;
  environment.framework_id = reader.Needed("MESOS_FRAMEWORK_ID", "the framework's id");
  environment.executor_id = reader.Needed("MESOS_EXECUTOR_ID", "the executor's id");
  environment.agent_id = reader.Text("MESOS_SLAVE_ID");
  ReadUrl(&reader, &environment);
  environment.http.bearer_token = reader.Text(kTokenVariable);
  environment.sandbox = reader.Text("MESOS_SANDBOX");
  if (environment.sandbox.empty()) environment.sandbox = reader.Text("MESOS_DIRECTORY");
  environment.checkpoint = reader.Flag("MESOS_CHECKPOINT");
  reader.Duration("MESOS_RECOVERY_TIMEOUT", &environment.recovery_timeout);
  reader.Duration("MESOS_SUBSCRIPTION_BACKOFF_MAX", &environment.backoff_maximum);
  reader.Duration("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", &environment.shutdown_grace);
  if (!reader.status().ok()) return reader.status();
  return environment;
}

}  // namespace rostrum::mesos
