// A framework by hand: runs SchedulerClient against a master, does what it is told on standard
// input, and prints each event as a line of standard output. The tests beside it use it, and a
// person can:
//
//   client_driver --master HOST:PORT --store FILE [--OPTION VALUE]...
//
// Options: --role (several times), --name, --principal, --secret, --failover-seconds, --task
// ID@AGENT (several times: tasks of an earlier life), --acknowledge no, --suppressed yes, --ca
// FILE, --time NAME=MILLISECONDS (of SchedulerTimes).
//
// Commands:
//   launch COUNT COMMAND   tasks of 0.1 cpus and 32 MB, one an offer's part, as offers allow
//   kill ID | forget ID | track ID AGENT | reconcile | revive | suppress | decline | teardown
//   roles ROLE...          UpdateFramework
//   counts                 prints SchedulerCounts
//   stop                   ends; so does the end of input

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void Die(const std::string& text) {
  std::fprintf(stderr, "client_driver: %s\n", text.c_str());
  std::exit(2);
}

// A value without blanks, so that lines can be split at them.
std::string Word(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) <= ' ') c = '_';
  }
  return text;
}

struct Settings {
  SchedulerOptions options;
  bool acknowledge = true;
};

void SetTime(const std::string& text, SchedulerTimes* times) {
  const std::map<std::string, milliseconds SchedulerTimes::*> fields = {
      {"backoff_initial", &SchedulerTimes::backoff_initial},
      {"backoff_maximum", &SchedulerTimes::backoff_maximum},
      {"subscribe_timeout", &SchedulerTimes::subscribe_timeout},
      {"offer_age_maximum", &SchedulerTimes::offer_age_maximum},
      {"refuse", &SchedulerTimes::refuse},
      {"first_status_timeout", &SchedulerTimes::first_status_timeout},
      {"reconcile_initial", &SchedulerTimes::reconcile_initial},
      {"reconcile_interval", &SchedulerTimes::reconcile_interval},
      {"kill_initial", &SchedulerTimes::kill_initial},
      {"revive_initial", &SchedulerTimes::revive_initial}};
  const size_t equals = text.find('=');
  const auto field = fields.find(text.substr(0, equals));
  if (field == fields.end() || equals == std::string::npos) Die("no such time: " + text);
  times->*field->second = milliseconds(std::stoll(text.substr(equals + 1)));
}

Settings ReadSettings(int argc, char** argv) {
  Settings settings;
  SchedulerOptions& options = settings.options;
  options.framework.name = "client_driver";
  options.framework.user = "root";
  options.framework.roles.clear();
  const std::map<std::string, std::function<void(const std::string&)>> setters = {
      {"--master", [&](auto& v) { options.master = v; }},
      {"--store", [&](auto& v) { options.id_store = MakeFileStore(v); }},
      {"--role", [&](auto& v) { options.framework.roles.push_back(v); }},
      {"--name", [&](auto& v) { options.framework.name = v; }},
      {"--principal", [&](auto& v) { options.http.principal = v; }},
      {"--secret", [&](auto& v) { options.http.secret = v; }},
      {"--ca", [&](auto& v) { options.http.tls.ca_file = v; }},
      {"--failover-seconds",
       [&](auto& v) { options.framework.failover_timeout = std::chrono::seconds(std::stoll(v)); }},
      {"--task",
       [&](auto& v) {
         const size_t at = v.find('@');
         options.tasks.push_back({v.substr(0, at), at < v.size() ? v.substr(at + 1) : ""});
       }},
      {"--acknowledge", [&](auto& v) { settings.acknowledge = v != "no"; }},
      {"--suppressed", [&](auto& v) { options.start_suppressed = v == "yes"; }},
      {"--time", [&](auto& v) { SetTime(v, &options.times); }},
  };
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto setter = setters.find(argv[i]);
    if (setter == setters.end()) Die(std::string("no such option: ") + argv[i]);
    setter->second(argv[i + 1]);
  }
  if (options.framework.roles.empty()) options.framework.roles = {"*"};
  return settings;
}

class Driver {
 public:
  explicit Driver(Settings settings) : settings_(std::move(settings)) {}

  int Run() {
    auto client = SchedulerClient::Create(settings_.options);
    if (!client.ok()) Die(client.status().text());
    client_ = std::move(*client);
    if (const Status status = client_->Start(); !status.ok()) Die(status.text());
    std::string input;
    while (ReadInput(&input)) {
      for (size_t end; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
        if (!Obey(input.substr(0, end))) return End();
      }
      for (const Event& event : client_->WaitEvents(milliseconds(20))) {
        std::visit([this](const auto& each) { Take(each); }, event);
      }
      LaunchWanted();
      std::fflush(stdout);
    }
    return End();
  }

 private:
  // Takes in what there is, without waiting. False at the end.
  static bool ReadInput(std::string* input) {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (poll(&in, 1, 0) <= 0) return true;
    char buffer[4096];
    const ssize_t size = read(STDIN_FILENO, buffer, sizeof buffer);
    if (size <= 0) return false;
    input->append(buffer, static_cast<size_t>(size));
    return true;
  }

  int End() {
    client_->Stop(milliseconds(2000));
    for (const Event& event : client_->WaitEvents(milliseconds(0))) {
      std::visit([this](const auto& each) { Take(each); }, event);
    }
    std::printf("ENDED\n");
    return 0;
  }

  bool Obey(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::vector<std::string> arguments;
    if (command == "launch") {
      words >> wanted_;
      std::getline(words >> std::ws, command_line_);
      return true;
    }
    if (command == "stop") return false;
    for (std::string word; words >> word;) arguments.push_back(word);
    const Status status = Do(command, arguments);
    std::printf("DID command=%s code=%s text=%s\n", command.c_str(), CodeName(status.code()),
                Word(status.text()).c_str());
    return true;
  }

  Status Do(const std::string& command, const std::vector<std::string>& arguments) {
    const auto argument = [&](size_t number) {
      if (number >= arguments.size()) Die(command + " needs more arguments");
      return arguments[number];
    };
    if (command == "kill") return client_->Kill({argument(0), agents_[argument(0)]});
    if (command == "revive") return client_->Revive();
    if (command == "suppress") return client_->Suppress();
    if (command == "teardown") return client_->Teardown();
    if (command == "decline") return DeclineAll();
    if (command == "roles") {
      FrameworkInfo framework = settings_.options.framework;
      framework.roles = arguments;
      return client_->UpdateFramework(framework);
    }
    if (command == "forget") {
      client_->Forget(argument(0));
    } else if (command == "track") {
      client_->Track(std::vector<TaskPlace>{{argument(0), argument(1)}});
    } else if (command == "reconcile") {
      client_->Reconcile();
    } else if (command == "counts") {
      PrintCounts();
    } else {
      Die("no such command: " + command);
    }
    return {};
  }

  void PrintCounts() {
    const SchedulerCounts counts = client_->counts();
    std::printf(
        "COUNTS state=%s subscriptions=%llu offers=%llu held=%llu calls=%llu tracked=%llu\n",
        ClientStateName(client_->state()), static_cast<unsigned long long>(counts.subscriptions),
        static_cast<unsigned long long>(counts.offers),
        static_cast<unsigned long long>(counts.offers_held),
        static_cast<unsigned long long>(counts.calls_sent),
        static_cast<unsigned long long>(counts.tasks_tracked));
  }

  Status DeclineAll() {
    std::vector<std::string> ids;
    for (const auto& [id, offer] : offers_) ids.push_back(id);
    offers_.clear();
    return client_->Decline(ids);
  }

  static Amount Plain(const Offer& offer, const std::string& name) {
    Amount sum = 0;
    for (const Resource& resource : offer.resources) {
      if (resource.name == name && resource.plain()) sum += resource.scalar;
    }
    return sum;
  }

  void LaunchWanted() {
    while (wanted_ > 0 && !offers_.empty() && client_->state() == ClientState::kSubscribed) {
      const Offer offer = offers_.begin()->second;
      offers_.erase(offers_.begin());
      Launch(offer);
    }
  }

  void Launch(const Offer& offer) {
    Acceptance acceptance;
    acceptance.offer_ids = {offer.id};
    Amount cpus = Plain(offer, "cpus");
    Amount mem = Plain(offer, "mem");
    // The command executor takes 0.1 cpus and 32 MB for itself.
    while (wanted_ > 0 && cpus >= 200 && mem >= WholeAmount(64)) {
      TaskInfo task;
      task.id = "task-" + std::to_string(getpid()) + "-" + std::to_string(++launched_);
      task.agent_id = offer.agent_id;
      for (const Resource& resource : offer.resources) {
        if (!resource.plain()) continue;
        if (resource.name == "cpus") task.resources.push_back(Carve(resource, 100));
        if (resource.name == "mem") task.resources.push_back(Carve(resource, WholeAmount(32)));
      }
      task.command = CommandInfo{.value = command_line_};
      agents_[task.id] = offer.agent_id;
      std::printf("LAUNCH task=%s agent=%s\n", task.id.c_str(), offer.agent_id.c_str());
      acceptance.tasks.push_back(std::move(task));
      --wanted_;
      cpus -= 200;
      mem -= WholeAmount(64);
    }
    const Status status = client_->Accept(std::move(acceptance));
    if (!status.ok()) std::printf("REFUSED text=%s\n", Word(status.text()).c_str());
  }

  void Take(const Subscribed& event) {
    std::printf("SUBSCRIBED id=%s new=%d master=%s\n", event.framework_id.c_str(),
                event.new_framework, event.master_id.c_str());
  }
  void Take(const Disconnected& event) {
    std::printf("DISCONNECTED reason=%s\n", Word(event.reason).c_str());
  }
  void Take(const OffersMade& event) {
    for (const Offer& offer : event.offers) {
      offers_[offer.id] = offer;
      std::printf("OFFER id=%s agent=%s host=%s role=%s zone=%s\n", offer.id.c_str(),
                  offer.agent_id.c_str(), offer.hostname.c_str(), offer.role.c_str(),
                  offer.domain.zone.c_str());
    }
  }
  void Take(const OffersGone& event) {
    for (const std::string& id : event.offer_ids) {
      offers_.erase(id);
      std::printf("GONE id=%s why=%d\n", id.c_str(), static_cast<int>(event.why));
    }
  }
  void Take(const InverseOffersMade& event) {
    for (const InverseOffer& offer : event.offers) {
      std::printf("INVERSE id=%s agent=%s\n", offer.id.c_str(), offer.agent_id.c_str());
      client_->AcceptInverseOffers(std::vector<std::string>{offer.id});
    }
  }
  void Take(const InverseOffersGone& event) {
    for (const std::string& id : event.offer_ids) std::printf("INVERSE_GONE id=%s\n", id.c_str());
  }
  void Take(const TaskUpdate& event) {
    const TaskStatus& status = event.status;
    agents_[status.task_id] = status.agent_id;
    std::printf("UPDATE task=%s state=%s tracked=%d reason=%d uuid=%d message=%s\n",
                status.task_id.c_str(), TaskStateName(status.state), event.tracked, status.reason,
                status.needs_acknowledgement(), Word(status.message).c_str());
    if (settings_.acknowledge) client_->Acknowledge(status);
  }
  void Take(const LaunchDropped& event) {
    for (const std::string& id : event.task_ids) {
      std::printf("DROPPED task=%s reason=%s\n", id.c_str(), Word(event.reason).c_str());
    }
  }
  void Take(const ExecutorMessage& event) {
    std::printf("MESSAGE executor=%s data=%s\n", event.executor_id.c_str(),
                Word(event.data).c_str());
  }
  void Take(const AgentFailure& event) {
    std::printf("FAILURE agent=%s executor=%s\n", event.agent_id.c_str(),
                event.executor_id.c_str());
  }
  void Take(const OperationUpdate& event) {
    std::printf("OPERATION id=%s state=%d\n", event.operation_id.c_str(),
                static_cast<int>(event.state));
    client_->AcknowledgeOperation(event);
  }
  void Take(const CallRefused& event) {
    std::printf("CALL_REFUSED call=%s status=%d text=%s\n", event.call.c_str(), event.http_status,
                Word(event.text).c_str());
  }
  void Take(const FrameworkUpdated& event) {
    std::printf("UPDATED applied=%d status=%d text=%s\n", event.applied, event.http_status,
                Word(event.text).c_str());
  }
  void Take(const Problem& event) {
    std::printf("PROBLEM status=%d text=%s\n", event.http_status, Word(event.text).c_str());
  }
  void Take(const SchedulerFailed& event) {
    std::printf("FAILED kind=%d text=%s\n", static_cast<int>(event.kind), Word(event.text).c_str());
  }

  Settings settings_;
  std::unique_ptr<SchedulerClient> client_;
  std::map<std::string, Offer> offers_;
  std::map<std::string, std::string> agents_;
  std::string command_line_;
  int wanted_ = 0;
  int launched_ = 0;
};

}  // namespace
}  // namespace rostrum::mesos

int main(int argc, char** argv) {
  using namespace rostrum::mesos;  // NOLINT: the entry point cannot be in the namespace.
  return Driver(ReadSettings(argc, argv)).Run();
}
