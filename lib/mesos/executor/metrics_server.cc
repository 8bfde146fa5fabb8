#include "lib/mesos/executor/metrics_server.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <list>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/mesos/executor/executor.h"
#include "lib/model/identifier.h"

namespace rostrum::mesos {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr size_t kClientsMaximum = 64;
constexpr size_t kHeadMaximum = 8 << 10;
constexpr std::chrono::seconds kPatience(5);
constexpr int kBacklog = 64;

struct HostPort {
  std::string host;
  std::string port;
};

Expected<HostPort> ParseAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, std::min(colon, text.size()));
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    host = "";
  }
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  const bool is_number = error == std::errc() && end == port.data() + port.size();
  if (host.empty() || !is_number || number < 0 || number > 65535) {
    return InvalidArgument(
        Format("invalid address \"{}\": expected HOST:PORT such as 127.0.0.1:9180", text));
  }
  return HostPort{std::string(host), std::string(port)};
}

Status SystemProblem(std::string_view address, std::string_view what) {
  return Unavailable(
      Format("{}: cannot {}: {}", address, what, std::generic_category().message(errno)));
}

Expected<Descriptor> Listen(std::string_view address, const HostPort& parsed) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(parsed.host.c_str(), parsed.port.c_str(), &hints, &found);
  if (error != 0) {
    return Unavailable(Format("{}: cannot be resolved: {}", address, gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.number() < 0) return SystemProblem(address, "make a socket");
  const int yes = 1;
  setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(socket.number(), found->ai_addr, found->ai_addrlen) != 0) {
    return SystemProblem(address, "be bound");
  }
  if (listen(socket.number(), kBacklog) != 0) return SystemProblem(address, "be listened on");
  return socket;
}

// "HOST:PORT" of a socket's own end.
std::string NameOf(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof host, port, sizeof port,
              NI_NUMERICHOST | NI_NUMERICSERV);
  const bool is_v6 = std::string_view(host).find(':') != std::string_view::npos;
  return is_v6 ? Format("[{}]:{}", host, port) : Format("{}:{}", host, port);
}

std::string Answer(std::string_view status, std::string_view body) {
  return Format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, body.size(), body);
}

struct Client {
  Descriptor socket;
  SteadyTime deadline;
  std::string head;
  std::string answer;
  size_t sent = 0;
};

}  // namespace

struct MetricsServer::Impl {
  std::function<std::string()> text;
  Descriptor listener;
  Descriptor wake;
  std::string address;
  std::list<Client> clients;
  std::thread thread;

  std::string AnswerTo(std::string_view head) const {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const size_t first = std::min(line.find(' '), line.size());
    const std::string_view target = line.substr(std::min(first + 1, line.size()),
                                                line.find(' ', first + 1) == std::string_view::npos
                                                    ? std::string_view::npos
                                                    : line.find(' ', first + 1) - first - 1);
    if (line.substr(0, first) != "GET") return Answer("405 Method Not Allowed", "GET only\n");
    if (target.substr(0, target.find('?')) != "/metrics") {
      return Answer("404 Not Found", "see /metrics\n");
    }
    return Answer("200 OK", text());
  }

  void Accept() {
    while (clients.size() < kClientsMaximum) {
      Descriptor socket(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (socket.number() < 0) return;
      clients.push_back(
          {.socket = std::move(socket), .deadline = std::chrono::steady_clock::now() + kPatience});
    }
  }

  // False when the client is done with.
  bool Serve(Client* client) const {
    if (client->answer.empty()) {
      char room[4096];
      const ssize_t size = recv(client->socket.number(), room, sizeof room, 0);
      if (size < 0) return errno == EAGAIN || errno == EINTR;
      if (size == 0) return false;
      client->head.append(room, static_cast<size_t>(size));
      if (client->head.find("\r\n\r\n") == std::string::npos) {
        return client->head.size() <= kHeadMaximum;
      }
      client->answer = AnswerTo(client->head);
    }
    const ssize_t size = send(client->socket.number(), client->answer.data() + client->sent,
                              client->answer.size() - client->sent, MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    client->sent += static_cast<size_t>(size);
    return client->sent < client->answer.size();
  }

  // Polls the listener only while there is room for a client, so that those too many wait in its
  // queue and not in a loop of ours.
  void Loop() {
    std::vector<pollfd> polled;
    while (true) {
      polled.clear();
      polled.push_back({wake.number(), POLLIN, 0});
      const bool has_room = clients.size() < kClientsMaximum;
      polled.push_back({has_room ? listener.number() : -1, POLLIN, 0});
      auto soonest = std::chrono::steady_clock::now() + std::chrono::minutes(1);
      for (const Client& client : clients) {
        const short events = client.answer.empty() ? POLLIN : POLLOUT;
        polled.push_back({client.socket.number(), events, 0});
        soonest = std::min(soonest, client.deadline);
      }
      const auto wait =
          std::chrono::ceil<std::chrono::milliseconds>(soonest - std::chrono::steady_clock::now());
      poll(polled.data(), polled.size(), static_cast<int>(std::max<int64_t>(0, wait.count())));
      if (polled[0].revents != 0) return;
      size_t i = 2;
      const auto now = std::chrono::steady_clock::now();
      for (auto client = clients.begin(); client != clients.end(); ++i) {
        const bool stays = (polled[i].revents == 0 || Serve(&*client)) && client->deadline > now;
        client = stays ? std::next(client) : clients.erase(client);
      }
      if (polled[1].revents != 0) Accept();
    }
  }
};

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

MetricsServer::~MetricsServer() {
  const uint64_t one = 1;
  // It cannot fail: the counter is nowhere near its end.
  const ssize_t written = write(impl_->wake.number(), &one, sizeof one);
  static_cast<void>(written);
  impl_->thread.join();
}

const std::string& MetricsServer::address() const { return impl_->address; }

Expected<std::unique_ptr<MetricsServer>> MetricsServer::Start(std::string_view address,
                                                              std::function<std::string()> text) {
  const Expected<HostPort> parsed = ParseAddress(address);
  if (!parsed.ok()) return parsed.status();
  Expected<Descriptor> listener = Listen(address, *parsed);
  if (!listener.ok()) return listener.status();
  auto impl = std::make_unique<Impl>();
  impl->text = std::move(text);
  impl->listener = std::move(*listener);
  impl->address = NameOf(impl->listener.number());
  impl->wake = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (impl->wake.number() < 0) return SystemProblem(address, "be watched");
  try {
    impl->thread = std::thread([raw = impl.get()] { raw->Loop(); });
  } catch (const std::system_error& error) {
    return Unavailable(Format("no thread can be started: {}", error.what()));
  }
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

namespace {

using Labels = std::vector<std::pair<const char*, std::string>>;

// A label's value, as Prometheus wants it.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

class Text {
 public:
  void Family(const char* name, const char* type, const char* help) {
    name_ = name;
    AppendFormat(&text_, "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }

  template <typename Value>
  void Sample(const Labels& labels, Value value) {
    text_ += name_;
    const char* separator = "{";
    for (const auto& [key, label] : labels) {
      AppendFormat(&text_, "{}{}=\"{}\"", separator, key, Escaped(label));
      separator = ",";
    }
    AppendFormat(&text_, "{} {}\n", labels.empty() ? "" : "}", value);
  }

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  const char* name_ = "";
};

// One figure of a container. `get` returns nothing for what is not known of it.
struct Figure {
  const char* name;
  const char* type;
  const char* help;
  std::optional<double> (*get)(const Usage&);
};

std::optional<double> Count(const std::optional<int64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

constexpr std::array<Figure, 7> kFigures = {{
    {"rostrum_container_cpu_usage_fraction", "gauge",
     "Use of CPU as a fraction of one core, as rep tells it.",
     [](const Usage& usage) { return std::optional(usage.cpu_fraction); }},
    {"rostrum_container_memory_usage_bytes", "gauge", "Use of memory.",
     [](const Usage& usage) { return Count(usage.memory_bytes); }},
    {"rostrum_container_memory_quota_bytes", "gauge", "The most memory that it may use.",
     [](const Usage& usage) { return Count(usage.memory_quota_bytes); }},
    {"rostrum_container_disk_usage_bytes", "gauge", "Use of disk.",
     [](const Usage& usage) { return Count(usage.disk_bytes); }},
    {"rostrum_container_disk_quota_bytes", "gauge", "The most disk that it may use.",
     [](const Usage& usage) { return Count(usage.disk_quota_bytes); }},
    {"rostrum_container_rx_bytes_total", "counter", "Received from the network.",
     [](const Usage& usage) { return Count(usage.received_bytes); }},
    {"rostrum_container_tx_bytes_total", "counter", "Sent to the network.",
     [](const Usage& usage) { return Count(usage.sent_bytes); }},
}};

void WriteRoom(const RepState& state, Text* text) {
  text->Family("rostrum_cell_memory_mb", "gauge", "Memory of the cell, as rep counts it.");
  text->Sample({{"of", "total"}}, state.total.memory_mb);
  text->Sample({{"of", "available"}}, state.available.memory_mb);
  text->Family("rostrum_cell_disk_mb", "gauge", "Disk of the cell, as rep counts it.");
  text->Sample({{"of", "total"}}, state.total.disk_mb);
  text->Sample({{"of", "available"}}, state.available.disk_mb);
  text->Family("rostrum_cell_containers", "gauge", "Containers of the cell, as rep counts them.");
  text->Sample({{"of", "total"}}, state.total.containers);
  text->Sample({{"of", "available"}}, state.available.containers);
}

}  // namespace

std::string Executor::MetricsText() const {
  Text text;
  const ExecutorEnvironment& environment = options_.environment;
  text.Family("rostrum_executor_info", "gauge", "Which executor this is, on which agent and cell.");
  text.Sample({{"framework_id", environment.framework_id},
               {"executor_id", environment.executor_id},
               {"agent_id", environment.agent_id},
               {"cell_id", state_.cell_id}},
              1);
  text.Family("rostrum_executor_subscribed", "gauge", "1 while the agent has taken us in.");
  text.Sample({}, agent_.subscribed() ? 1 : 0);
  text.Family("rostrum_executor_rep_up", "gauge", "1 while rep answers.");
  text.Sample({}, rep_.up() ? 1 : 0);
  text.Family("rostrum_executor_rep_outages_total", "counter", "How often rep went away.");
  text.Sample({}, rep_outages_);
  text.Family("rostrum_executor_updates_unacknowledged", "gauge",
              "Status updates that the agent has not acknowledged.");
  text.Sample({}, updates_.size());
  text.Family("rostrum_executor_updates_total", "counter", "Status updates by state.");
  for (const auto& [state, count] : updates_sent_) {
    text.Sample({{"state", TaskStateName(state)}}, count);
  }
  std::map<std::string, const WorkBook::View*> tasks;
  const std::vector<WorkBook::View> views = book_.Views();
  size_t running = 0;
  for (const WorkBook::View& view : views) {
    if (view.is_running) ++running;
    tasks[view.work.Identifier() + '\n' + view.instance_guid] = &view;
  }
  text.Family("rostrum_executor_tasks", "gauge", "Tasks of Mesos that have not ended.");
  text.Sample({{"state", "running"}}, running);
  text.Sample({{"state", "other"}}, views.size() - running);
  if (state_is_known_) WriteRoom(state_, &text);
  if (usage_time_ == kNever) return text.Take();

  text.Family("rostrum_executor_usage_age_seconds", "gauge",
              "How long ago rep told what its containers use.");
  text.Sample({}, std::chrono::duration<double>(clock_.Now() - usage_time_).count());
  for (const Figure& figure : kFigures) {
    text.Family(figure.name, figure.type, figure.help);
    for (const Usage& usage : usages_) {
      const std::optional<double> value = figure.get(usage);
      if (!value) continue;
      const bool is_lrp = usage.kind == Kind::kLrp;
      const std::string identifier = IdentifierOf(usage.kind, usage.guid, usage.index);
      const auto task = tasks.find(identifier + '\n' + (is_lrp ? usage.instance_guid : usage.guid));
      text.Sample({{"kind", KindName(usage.kind)},
                   {"guid", usage.guid},
                   {"index", is_lrp ? Format("{}", usage.index) : ""},
                   {"instance_guid", usage.instance_guid},
                   {"task_id", task == tasks.end() ? "" : task->second->task_id}},
                  *value);
    }
  }
  return text.Take();
}

}  // namespace rostrum::mesos
