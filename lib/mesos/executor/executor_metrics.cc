
#include <array>

#include "lib/base/format.h"
#include "lib/mesos/executor/executor.h"
#include "lib/model/identifier.h"

namespace rostrum::mesos {
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
