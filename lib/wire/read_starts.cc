#include <utility>

#include "lib/wire/bounds.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/task_state_form.h"
#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

using enum ObjectForm::UnknownKeys;

// What LRPs and tasks have in common. Bounds are those of the wire within those of ValidateWork.
class WorkForm {
 public:
  explicit WorkForm(Kind kind) : kind_(kind) {}
  WorkForm(const WorkForm&) = delete;
  WorkForm& operator=(const WorkForm&) = delete;

  std::string* guid() { return &work_.guid; }
  std::string* domain() { return &work_.domain; }

  // `first` and what all work has.
  std::vector<ObjectForm::Member> WithCommon(std::vector<ObjectForm::Member> first) {
    first.insert(first.end(), {{"PlacementTags", &placement_tags_},
                               {"VolumeDrivers", &volume_drivers_},
                               {"RootFs", &rootfs_, /*required=*/true},
                               {"MemoryMB", &memory_},
                               {"DiskMB", &disk_},
                               {"MaxPids", &max_pids_form_}});
    return first;
  }

  // What was read since the last call.
  std::shared_ptr<const Work> Take() {
    work_.kind = kind_;
    work_.asked.memory = WholeAmount(std::exchange(memory_mb_, 0));
    work_.asked.disk = WholeAmount(std::exchange(disk_mb_, 0));
    work_.max_pids = static_cast<int32_t>(std::exchange(max_pids_, 0));
    return std::make_shared<const Work>(std::exchange(work_, Work()));
  }

 private:
  Kind kind_;
  Work work_;
  int64_t memory_mb_ = 0;
  int64_t disk_mb_ = 0;
  int64_t max_pids_ = 0;
  StringListForm placement_tags_{&work_.constraint.placement_tags};
  StringListForm volume_drivers_{&work_.constraint.volume_drivers};
  NameForm rootfs_{&work_.constraint.rootfs, "a URL such as \"preloaded:cflinuxfs4\""};
  WholeForm memory_{&memory_mb_, 0, kInt32Maximum};
  WholeForm disk_{&disk_mb_, 0, kInt32Maximum};
  WholeForm max_pids_form_{&max_pids_, kInt32Minimum, kInt32Maximum};
};

// Which instances of an LRP to start: at least one.
class IndicesForm : public Form {
 public:
  explicit IndicesForm(std::vector<int32_t>* indices) : indices_(indices) {}

  std::string Expected() const override { return "an array of at least one index, such as [0]"; }
  bool TakeNull() override { return false; }
  bool BeginArray() override { return true; }
  Form* BeginElement() override {
    index_ = 0;
    return &index_form_;
  }
  void EndElement() override { indices_->push_back(static_cast<int32_t>(index_)); }
  Complaint End() override {
    if (!indices_->empty()) return {};
    return {"indices is [], expected " + Expected()};
  }

 private:
  std::vector<int32_t>* indices_;
  int64_t index_ = 0;
  WholeForm index_form_{&index_, kInt32Minimum, kInt32Maximum};
};

class LrpStartsForm {
 public:
  explicit LrpStartsForm(std::vector<LrpStart>* starts) : starts_(starts) {}
  LrpStartsForm(const LrpStartsForm&) = delete;
  LrpStartsForm& operator=(const LrpStartsForm&) = delete;

  Form* form() { return &list_; }

 private:
  void End() {
    start_.work = work_.Take();
    starts_->push_back(std::exchange(start_, LrpStart()));
  }

  std::vector<LrpStart>* starts_;
  LrpStart start_;
  WorkForm work_{Kind::kLrp};
  NameForm process_guid_{work_.guid(), "a process guid"};
  NameForm domain_{work_.domain(), "a domain"};
  IndicesForm indices_{&start_.indices};
  ObjectForm object_{"an LRP start as an object with process_guid, domain, indices and RootFs",
                     kRefused,
                     work_.WithCommon({{"process_guid", &process_guid_, /*required=*/true},
                                       {"domain", &domain_, /*required=*/true},
                                       {"indices", &indices_, /*required=*/true}})};
  ListForm list_{"an array of LRP starts", &object_, [] {}, [this] { End(); }};
};

class TaskStartsForm {
 public:
  explicit TaskStartsForm(std::vector<TaskStart>* starts) : starts_(starts) {}
  TaskStartsForm(const TaskStartsForm&) = delete;
  TaskStartsForm& operator=(const TaskStartsForm&) = delete;

  Form* form() { return &list_; }

 private:
  std::vector<ObjectForm::Member> Members() {
    std::vector<ObjectForm::Member> members =
        work_.WithCommon({{"TaskGuid", &task_guid_, /*required=*/true}, {"Domain", &domain_}});
    members.push_back({"state", &state_});
    members.push_back({"failed", &failed_});
    return members;
  }

  std::vector<TaskStart>* starts_;
  WorkForm work_{Kind::kTask};
  NameForm task_guid_{work_.guid(), "a task guid"};
  StringForm domain_{work_.domain()};
  TaskStateForm state_;
  BoolForm failed_{nullptr};
  ObjectForm object_{"a task as an object with TaskGuid and RootFs", kRefused, Members()};
  ListForm list_{"an array of tasks", &object_, [] {},
                 [this] { starts_->push_back({.work = work_.Take()}); }};
};

}  // namespace

Expected<std::vector<LrpStart>> ReadLrpStarts(std::string_view text, std::string_view file_name) {
  std::vector<LrpStart> starts;
  LrpStartsForm form(&starts);
  if (Status status = ReadJson(text, file_name, form.form()); !status.ok()) return status;
  return starts;
}

Expected<std::vector<TaskStart>> ReadTaskStarts(std::string_view text, std::string_view file_name) {
  std::vector<TaskStart> starts;
  TaskStartsForm form(&starts);
  if (Status status = ReadJson(text, file_name, form.form()); !status.ok()) return status;
  return starts;
}

}  // namespace rostrum::wire
