#include "lib/mesos/executor/task_work.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/wire/executor_v1.pb.h"
#include "lib/model/identifier.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"

namespace rostrum::mesos {
namespace {

using wire::BoolForm;
using wire::Form;
using wire::ListForm;
using wire::ObjectForm;
using wire::StringForm;
using wire::StringListForm;
using wire::WholeForm;
using enum ObjectForm::UnknownKeys;
using Members = std::vector<ObjectForm::Member>;

// An LRP or a task, or both with the keys of both. They have most in common, but for the case of a
// letter, which Go does not look at.
class WorkForm {
 public:
  WorkForm() = default;
  WorkForm(const WorkForm&) = delete;
  WorkForm& operator=(const WorkForm&) = delete;

  Members members() {
    return {{"instance_guid", &text_},
            {"process_guid", &process_guid_form_},
            {"index", &index_form_},
            {"domain", &domain_},
            {"TaskGuid", &task_guid_form_},
            {"PlacementTags", &texts_},
            {"VolumeDrivers", &texts_},
            {"RootFs", &rootfs_},
            {"MemoryMB", &memory_},
            {"DiskMB", &disk_},
            {"MaxPids", &max_pids_},
            {"state", &text_},
            {"failed", &flag_}};
  }

  const std::string& process_guid() const { return process_guid_; }
  const std::string& task_guid() const { return task_guid_; }
  // What was read since the last call.
  TaskWork Take() {
    work_.kind = task_guid_.empty() ? Kind::kLrp : Kind::kTask;
    work_.guid = task_guid_.empty() ? process_guid_ : task_guid_;
    work_.index = static_cast<int32_t>(std::exchange(index_, 0));
    process_guid_.clear();
    task_guid_.clear();
    return std::exchange(work_, TaskWork());
  }

 private:
  TaskWork work_;
  std::string process_guid_;
  std::string task_guid_;
  int64_t index_ = 0;

  StringForm text_{nullptr};
  StringListForm texts_{nullptr};
  BoolForm flag_{nullptr};
  StringForm process_guid_form_{&process_guid_};
  StringForm task_guid_form_{&task_guid_};
  StringForm domain_{&work_.domain};
  StringForm rootfs_{&work_.rootfs};
  WholeForm index_form_{&index_, 0, wire::kInt32Maximum};
  WholeForm memory_{&work_.memory_mb, 0, wire::kInt32Maximum};
  WholeForm disk_{&work_.disk_mb, 0, wire::kInt32Maximum};
  WholeForm max_pids_{nullptr, wire::kInt32Minimum, wire::kInt32Maximum};
};

// Work alone, or a body that lists it.
class DataForm {
 public:
  DataForm() = default;
  DataForm(const DataForm&) = delete;
  DataForm& operator=(const DataForm&) = delete;

  Form* form() { return &object_; }
  WorkForm& alone() { return alone_; }
  const std::vector<TaskWork>& listed() const { return listed_; }

 private:
  Members AllMembers() {
    Members members = alone_.members();
    members.insert(members.end(), {{"LRPs", &lrps_}, {"Tasks", &tasks_}});
    return members;
  }

  // What is in the wrong list names no work there.
  void Add(Kind kind) {
    listed_.push_back(in_list_.Take());
    if (listed_.back().kind != kind) listed_.back().guid.clear();
  }

  std::vector<TaskWork> listed_;
  WorkForm alone_;
  WorkForm in_list_;
  ObjectForm element_{"an LRP or a task as an object", kSkipped, in_list_.members()};
  ListForm lrps_{"an array of LRPs", &element_, [] {}, [this] { Add(Kind::kLrp); }};
  ListForm tasks_{"an array of tasks", &element_, [] {}, [this] { Add(Kind::kTask); }};
  ObjectForm object_{"an LRP, a task, or the body of POST /work as an object", kSkipped,
                     AllMembers()};
};

}  // namespace

std::string TaskWork::Identifier() const { return IdentifierOf(kind, guid, index); }

Expected<TaskWork> ReadTaskWork(std::string_view data) {
  DataForm form;
  if (Status status = wire::ReadJson(data, "TaskInfo.data", form.form()); !status.ok()) {
    return status;
  }
  const bool is_alone = !form.alone().process_guid().empty() || !form.alone().task_guid().empty();
  const size_t count = form.listed().size() + (is_alone ? 1 : 0);
  if (count != 1) {
    return InvalidArgument(Format(
        "TaskInfo.data has {} LRPs and tasks, expected the body of POST /work with exactly one, or "
        "one alone with process_guid or TaskGuid",
        count));
  }
  TaskWork work = is_alone ? form.alone().Take() : form.listed().front();
  if (work.guid.empty()) {
    return InvalidArgument("TaskInfo.data names no work, expected a process_guid or a TaskGuid");
  }
  // Rep would take it, keep its container, and never tell of it.
  if (work.kind == Kind::kLrp && work.domain.empty()) {
    return InvalidArgument(
        Format("TaskInfo.data: LRP \"{}\" has no domain, expected one", work.guid));
  }
  work.body = data;
  if (is_alone) {
    work.body = work.kind == Kind::kLrp ? Format("{{\"LRPs\":[{}],\"Tasks\":[]}}", data)
                                        : Format("{{\"LRPs\":[],\"Tasks\":[{}]}}", data);
  }
  return work;
}

struct UpdateLog::Messages {
  std::map<uint64_t, v1::TaskStatus> updates;
  std::map<std::string, v1::TaskInfo> tasks;  // None of whose updates is acknowledged.
};

UpdateLog::UpdateLog(const ExecutorTimes& times)
    : times_(times), messages_(std::make_unique<Messages>()) {}
UpdateLog::~UpdateLog() = default;

bool UpdateLog::empty() const { return messages_->updates.empty(); }
size_t UpdateLog::size() const { return messages_->updates.size(); }

void UpdateLog::AddTask(const v1::TaskInfo& task) {
  messages_->tasks[task.task_id().value()] = task;
}

void UpdateLog::Add(const v1::TaskStatus& status, TimePoint now) {
  const uint64_t number = ++last_;
  messages_->updates[number] = status;
  Task& task = tasks_[status.task_id().value()];
  task.updates.push_back(number);
  task.delay = times_.resend_initial;
  task.due = now + task.delay;
  due_ = std::min(due_, task.due);
}

bool UpdateLog::Acknowledge(const std::string& task_id, std::string_view uuid) {
  messages_->tasks.erase(task_id);
  const auto task = tasks_.find(task_id);
  if (task == tasks_.end()) return false;
  std::deque<uint64_t>& numbers = task->second.updates;
  const auto found = std::find_if(numbers.begin(), numbers.end(), [&](uint64_t number) {
    return messages_->updates.at(number).uuid() == uuid;
  });
  if (found == numbers.end()) return false;
  for (auto each = numbers.begin(); each != found + 1; ++each) messages_->updates.erase(*each);
  numbers.erase(numbers.begin(), found + 1);
  if (numbers.empty()) tasks_.erase(task);
  return true;
}

void UpdateLog::Write(v1::executor::Call::Subscribe* subscribe) {
  last_written_ = last_;
  for (const auto& [number, status] : messages_->updates) {
    *subscribe->add_unacknowledged_updates()->mutable_status() = status;
  }
  for (const auto& [id, task] : messages_->tasks) *subscribe->add_unacknowledged_tasks() = task;
}

std::vector<v1::TaskStatus> UpdateLog::TakeDue(TimePoint now) {
  std::vector<uint64_t> numbers;
  due_ = kNever;
  for (auto& [id, task] : tasks_) {
    if (task.due <= now) {
      numbers.push_back(task.updates.back());
      task.delay = std::min(task.delay * 2, times_.resend_maximum);
      task.due = now + task.delay;
    }
    due_ = std::min(due_, task.due);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<v1::TaskStatus> statuses;
  for (const uint64_t number : numbers) statuses.push_back(messages_->updates.at(number));
  return statuses;
}

std::vector<v1::TaskStatus> UpdateLog::OnSubscribed(TimePoint now) {
  due_ = kNever;
  for (auto& [id, task] : tasks_) {
    task.delay = times_.resend_initial;
    task.due = now + task.delay;
    due_ = task.due;
  }
  std::vector<v1::TaskStatus> added;
  for (auto each = messages_->updates.upper_bound(last_written_); each != messages_->updates.end(); ++each) {
    added.push_back(each->second);
  }
  return added;
}

}  // namespace rostrum::mesos
