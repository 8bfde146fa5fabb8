#include "lib/mesos/executor/rep_wire.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/json_writer.h"

namespace rostrum::mesos {
namespace {

using wire::BoolForm;
using wire::Form;
using wire::ListForm;
using wire::ObjectForm;
using wire::StringForm;
using wire::WholeForm;
using enum ObjectForm::UnknownKeys;

// For what a cell does not say.
constexpr int64_t kUnsaid = -1;

class NumberForm : public Form {
 public:
  explicit NumberForm(double* target) : target_(target) {}

  std::string Expected() const override { return "a number"; }
  bool TakeNumber(std::string_view text) override {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), *target_);
    return error == std::errc();
  }

 private:
  double* target_;
};

// A count of bytes. What has no limit is told as 2^64-1 by some, which counts as the greatest
// count.
class CountForm : public Form {
 public:
  explicit CountForm(int64_t* target) : target_(target) {}

  std::string Expected() const override { return "a whole number that is not negative"; }
  bool TakeNumber(std::string_view text) override {
    uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) return false;
    *target_ = static_cast<int64_t>(std::min(value, static_cast<uint64_t>(wire::kInt64Maximum)));
    return true;
  }

 private:
  int64_t* target_;
};

class RoomForm {
 public:
  explicit RoomForm(RepRoom* room) : room_(room) {}
  RoomForm(const RoomForm&) = delete;
  RoomForm& operator=(const RoomForm&) = delete;

  Form* form() { return &object_; }

 private:
  RepRoom* room_;
  WholeForm memory_{&room_->memory_mb, wire::kInt32Minimum, wire::kInt32Maximum};
  WholeForm disk_{&room_->disk_mb, wire::kInt32Minimum, wire::kInt32Maximum};
  WholeForm containers_{&room_->containers, wire::kInt64Minimum, wire::kInt64Maximum};
  ObjectForm object_{"an object with MemoryMB, DiskMB and Containers",
                     kSkipped,
                     {{"MemoryMB", &memory_}, {"DiskMB", &disk_}, {"Containers", &containers_}}};
};

// LRPs and tasks as a list each, in a state or in the answer to POST /work.
class ContainersForm {
 public:
  ContainersForm(std::vector<RepLrp>* lrps, std::vector<RepTask>* tasks)
      : lrps_(lrps), tasks_(tasks) {}
  ContainersForm(const ContainersForm&) = delete;
  ContainersForm& operator=(const ContainersForm&) = delete;

  Form* lrps() { return &lrp_list_; }
  Form* tasks() { return &task_list_; }

 private:
  void EndLrp() {
    lrp_.index = static_cast<int32_t>(std::exchange(index_, 0));
    lrps_->push_back(std::exchange(lrp_, RepLrp()));
  }
  void EndTask() { tasks_->push_back(std::exchange(task_, RepTask())); }

  std::vector<RepLrp>* lrps_;
  std::vector<RepTask>* tasks_;
  RepLrp lrp_;
  RepTask task_;
  int64_t index_ = 0;

  StringForm instance_guid_{&lrp_.instance_guid};
  StringForm process_guid_{&lrp_.process_guid};
  WholeForm index_form_{&index_, wire::kInt32Minimum, wire::kInt32Maximum};
  StringForm lrp_state_{&lrp_.state};
  StringForm task_guid_{&task_.guid};
  StringForm task_state_{&task_.state};
  BoolForm failed_{&task_.failed};
  ObjectForm lrp_object_{"an LRP as an object",
                         kSkipped,
                         {{"instance_guid", &instance_guid_},
                          {"process_guid", &process_guid_},
                          {"index", &index_form_},
                          {"state", &lrp_state_}}};
  ObjectForm task_object_{
      "a task as an object",
      kSkipped,
      {{"TaskGuid", &task_guid_}, {"state", &task_state_}, {"failed", &failed_}}};
  ListForm lrp_list_{"an array of LRPs", &lrp_object_, [] {}, [this] { EndLrp(); }};
  ListForm task_list_{"an array of tasks", &task_object_, [] {}, [this] { EndTask(); }};
};

class UsageForm {
 public:
  explicit UsageForm(std::vector<Usage>* usages) : usages_(usages) {}
  UsageForm(const UsageForm&) = delete;
  UsageForm& operator=(const UsageForm&) = delete;

  Form* form() { return &object_; }

 private:
  void Begin() {
    usage_ = Usage();
    index_ = 0;
    task_guid_.clear();
    received_ = sent_ = kUnsaid;
  }
  void End(Kind kind) {
    usage_.kind = kind;
    usage_.index = static_cast<int32_t>(index_);
    if (kind == Kind::kTask) usage_.guid = task_guid_;
    if (received_ != kUnsaid) usage_.received_bytes = received_;
    if (sent_ != kUnsaid) usage_.sent_bytes = sent_;
    usages_->push_back(usage_);
  }
  std::vector<ObjectForm::Member> WithFigures(std::vector<ObjectForm::Member> first) {
    first.insert(first.end(), {{"cpu_usage_fraction", &cpu_},
                               {"memory_usage_bytes", &memory_},
                               {"memory_quota_bytes", &memory_quota_},
                               {"disk_usage_bytes", &disk_},
                               {"disk_quota_bytes", &disk_quota_},
                               {"rx_bytes", &received_form_},
                               {"tx_bytes", &sent_form_}});
    return first;
  }

  std::vector<Usage>* usages_;
  Usage usage_;
  std::string task_guid_;
  int64_t index_ = 0;
  int64_t received_ = kUnsaid;
  int64_t sent_ = kUnsaid;

  StringForm instance_guid_{&usage_.instance_guid};
  StringForm process_guid_{&usage_.guid};
  StringForm task_guid_form_{&task_guid_};
  WholeForm index_form_{&index_, wire::kInt32Minimum, wire::kInt32Maximum};
  NumberForm cpu_{&usage_.cpu_fraction};
  CountForm memory_{&usage_.memory_bytes};
  CountForm memory_quota_{&usage_.memory_quota_bytes};
  CountForm disk_{&usage_.disk_bytes};
  CountForm disk_quota_{&usage_.disk_quota_bytes};
  CountForm received_form_{&received_};
  CountForm sent_form_{&sent_};
  ObjectForm lrp_{"an LRP's use as an object", kSkipped,
                  WithFigures({{"instance_guid", &instance_guid_},
                               {"process_guid", &process_guid_},
                               {"index", &index_form_}})};
  ObjectForm task_{"a task's use as an object", kSkipped,
                   WithFigures({{"task_guid", &task_guid_form_}})};
  ListForm lrps_{"an array of LRPs", &lrp_, [this] { Begin(); }, [this] { End(Kind::kLrp); }};
  ListForm tasks_{"an array of tasks", &task_, [this] { Begin(); }, [this] { End(Kind::kTask); }};
  ObjectForm object_{
      "an object with lrps and tasks", kSkipped, {{"lrps", &lrps_}, {"tasks", &tasks_}}};
};

void AppendEscaped(std::string_view text, std::string* path) {
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      path->push_back(c);
    } else {
      path->append(Format("%{:02X}", static_cast<unsigned char>(c)));
    }
  }
}

}  // namespace

Expected<RepState> ReadRepState(std::string_view json) {
  RepState state;
  RoomForm available(&state.available);
  RoomForm total(&state.total);
  ContainersForm containers(&state.lrps, &state.tasks);
  StringForm cell_id(&state.cell_id);
  BoolForm evacuating(&state.evacuating);
  WholeForm proxy_memory(&state.proxy_memory_mb, wire::kInt64Minimum, wire::kInt64Maximum);
  ObjectForm object("a cell's state as an object", kSkipped,
                    {{"cell_id", &cell_id},
                     {"Evacuating", &evacuating},
                     {"AvailableResources", available.form()},
                     {"TotalResources", total.form()},
                     {"ProxyMemoryAllocationMB", &proxy_memory},
                     // Without them nothing could be told to have gone.
                     {"LRPs", containers.lrps(), /*required=*/true},
                     {"Tasks", containers.tasks(), /*required=*/true}});
  if (Status status = wire::ReadJson(json, "/state", &object); !status.ok()) return status;
  return state;
}

Expected<HandedBack> ReadHandedBack(std::string_view json) {
  std::vector<RepLrp> lrps;
  std::vector<RepTask> tasks;
  ContainersForm containers(&lrps, &tasks);
  ObjectForm object("work that is handed back as an object", kSkipped,
                    {{"LRPs", containers.lrps()}, {"Tasks", containers.tasks()}});
  if (Status status = wire::ReadJson(json, "/work", &object); !status.ok()) return status;
  HandedBack back;
  for (RepLrp& lrp : lrps) back.lrps.push_back({std::move(lrp.process_guid), lrp.index});
  for (RepTask& task : tasks) back.tasks.push_back(std::move(task.guid));
  return back;
}

Expected<std::vector<Usage>> ReadUsage(std::string_view json) {
  std::vector<Usage> usages;
  UsageForm form(&usages);
  if (Status status = wire::ReadJson(json, "/container_metrics", form.form()); !status.ok()) {
    return status;
  }
  return usages;
}

std::string WorkFor(std::string_view cell_id, std::string body) {
  if (cell_id.empty()) return body;
  wire::JsonWriter id;
  id.String(cell_id);
  // At the end, since of two members with one name the last one counts to Go.
  body.insert(body.rfind('}'), Format(",\"cell_id\":{}", id.TakeText()));
  return body;
}

std::string StopPath(std::string_view process_guid, std::string_view instance_guid) {
  std::string path = "/v1/lrps/";
  AppendEscaped(process_guid, &path);
  path += "/instances/";
  AppendEscaped(instance_guid, &path);
  return path + "/stop";
}

std::string CancelPath(std::string_view task_guid) {
  std::string path = "/v1/tasks/";
  AppendEscaped(task_guid, &path);
  return path + "/cancel";
}

}  // namespace rostrum::mesos
