#include <memory>
#include <utility>

#include "lib/wire/bounds.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/task_state_form.h"
#include "lib/wire/wire.h"
#include "lib/wire/work_form.h"

namespace rostrum::wire {
namespace {

using enum ObjectForm::UnknownKeys;

class LrpStartsForm {
 public:
  explicit LrpStartsForm(std::vector<LrpStart>* starts) : starts_(starts) {}
  LrpStartsForm(const LrpStartsForm&) = delete;
  LrpStartsForm& operator=(const LrpStartsForm&) = delete;

  WholeListForm* form() { return &list_; }

 private:
  void End() {
    start_.work = std::make_shared<const Work>(work_.Take());
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
  WholeListForm list_{"an array of LRP starts", &object_, [] {}, [this] { End(); }};
};

class TaskStartsForm {
 public:
  explicit TaskStartsForm(std::vector<TaskStart>* starts) : starts_(starts) {}
  TaskStartsForm(const TaskStartsForm&) = delete;
  TaskStartsForm& operator=(const TaskStartsForm&) = delete;

  WholeListForm* form() { return &list_; }

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
  WholeListForm list_{
      "an array of tasks", &object_, [] {},
      [this] { starts_->push_back({.work = std::make_shared<const Work>(work_.Take())}); }};
};

}  // namespace

Expected<std::vector<LrpStart>> ReadLrpStarts(std::string_view text, std::string_view file_name) {
  std::vector<LrpStart> starts;
  LrpStartsForm form(&starts);
  if (Status status = ReadJsonList(text, file_name, form.form()); !status.ok()) return status;
  return starts;
}

Expected<std::vector<TaskStart>> ReadTaskStarts(std::string_view text, std::string_view file_name) {
  std::vector<TaskStart> starts;
  TaskStartsForm form(&starts);
  if (Status status = ReadJsonList(text, file_name, form.form()); !status.ok()) return status;
  return starts;
}

}  // namespace rostrum::wire
