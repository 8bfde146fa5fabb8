#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/json_writer.h"
#include "lib/wire/read_mesos_work.h"
#include "lib/wire/task_state_form.h"
#include "lib/wire/text.h"
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

namespace {

// Go writes a list that was never made as null, and reads either.
void WriteStrings(std::string_view key, const std::vector<std::string>& strings,
                  JsonWriter* writer) {
  writer->Key(key);
  if (strings.empty()) return writer->Null();
  writer->BeginArray();
  for (const std::string& text : strings) writer->String(text);
  writer->EndArray();
}

// The wire has whole MB only. Rounded up, so that a cell does not take more than it was scored for.
int64_t RoundUp(Amount amount) { return amount / kAmountOne + (amount % kAmountOne > 0 ? 1 : 0); }

void WriteString(std::string_view key, std::string_view text, JsonWriter* writer) {
  writer->Key(key);
  writer->String(text);
}

void WriteInt(std::string_view key, int64_t value, JsonWriter* writer) {
  writer->Key(key);
  writer->Int(value);
}

void WriteConstraintAndResources(const Work& work, JsonWriter* writer) {
  WriteStrings("PlacementTags", work.constraint.placement_tags, writer);
  WriteStrings("VolumeDrivers", work.constraint.volume_drivers, writer);
  WriteString("RootFs", work.constraint.rootfs, writer);
  WriteInt("MemoryMB", RoundUp(work.asked.memory), writer);
  WriteInt("DiskMB", RoundUp(work.asked.disk), writer);
  WriteInt("MaxPids", work.max_pids, writer);
}

void WriteLrp(const Auction& auction, JsonWriter* writer) {
  writer->BeginObject();
  WriteString("instance_guid", "", writer);
  WriteString("process_guid", auction.work->guid, writer);
  WriteInt("index", auction.index, writer);
  WriteString("domain", auction.work->domain, writer);
  WriteConstraintAndResources(*auction.work, writer);
  WriteString("state", "", writer);
  writer->EndObject();
}

void WriteTask(const Auction& auction, JsonWriter* writer) {
  writer->BeginObject();
  WriteString("TaskGuid", auction.work->guid, writer);
  WriteString("Domain", auction.work->domain, writer);
  WriteConstraintAndResources(*auction.work, writer);
  WriteString("state", "Invalid", writer);
  writer->Key("failed");
  writer->Bool(false);
  writer->EndObject();
}

void WriteAuctions(std::string_view key, std::span<const Auction* const> auctions,
                   void (*write)(const Auction&, JsonWriter*), JsonWriter* writer) {
  writer->Key(key);
  writer->BeginArray();
  for (const Auction* auction : auctions) write(*auction, writer);
  writer->EndArray();
}

}  // namespace

std::string WriteWork(std::string_view cell_id, std::span<const Auction* const> lrps,
                      std::span<const Auction* const> tasks) {
  JsonWriter writer;
  writer.BeginObject();
  WriteAuctions("LRPs", lrps, WriteLrp, &writer);
  WriteAuctions("Tasks", tasks, WriteTask, &writer);
  if (!cell_id.empty()) WriteString("cell_id", cell_id, &writer);
  writer.EndObject();
  return writer.TakeText();
}

namespace {

using enum ObjectForm::UnknownKeys;

constexpr int64_t kPortsMaximum = 65'535;
constexpr int64_t kGpusMaximum = 1'000'000;
constexpr int64_t kGraceSecondsMaximum = 31'536'000;
constexpr int64_t kCountMaximum = 1'000'000;
constexpr double kCpusMaximum = 1e6;

// A number of at least zero, kept in thousandths as Mesos counts.
class CpusForm : public Form {
 public:
  explicit CpusForm(Amount* target) : target_(target) {}

  std::string Expected() const override { return "a number from 0 to 1000000, such as 0.5"; }
  bool TakeNumber(std::string_view text) override {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size()) return false;
    if (!(value >= 0 && value <= kCpusMaximum)) return false;
    *target_ = static_cast<Amount>(std::llround(value * kAmountOne));
    return true;
  }

 private:
  Amount* target_;
};

// How a piece of work runs on Mesos.
class LaunchForm {
 public:
  explicit LaunchForm(MesosWork* target) : target_(target) {}
  LaunchForm(const LaunchForm&) = delete;
  LaunchForm& operator=(const LaunchForm&) = delete;

  std::vector<ObjectForm::Member> WithLaunch(std::vector<ObjectForm::Member> first) {
    first.insert(first.end(), {{"command", &command_},
                               {"arguments", &arguments_},
                               {"image", &image_},
                               {"environment", &environment_},
                               {"cpus", &cpus_form_},
                               {"gpus", &gpus_form_},
                               {"ports", &ports_form_},
                               {"kill_grace_seconds", &grace_form_}});
    return first;
  }

  void Take() {
    Resources& asked = target_->work.asked;
    asked.cpu = std::exchange(cpus_, 0);
    if (gpus_ > 0) asked.scalars.push_back({"gpus", WholeAmount(std::exchange(gpus_, 0))});
    if (ports_ > 0) asked.scalars.push_back({"ports", WholeAmount(std::exchange(ports_, 0))});
    if (grace_ >= 0) target_->kill_grace_seconds = static_cast<int32_t>(std::exchange(grace_, -1));
  }

 private:
  MesosWork* target_;
  Amount cpus_ = 0;
  int64_t gpus_ = 0;
  int64_t ports_ = 0;
  int64_t grace_ = -1;
  NameForm command_{&target_->command, "a command"};
  StringListForm arguments_{&target_->arguments};
  NameForm image_{&target_->image, "an image"};
  std::string value_;
  std::string name_;
  StringForm value_form_{&value_};
  MapForm environment_{"an object of texts", &value_form_,
                       [this](std::string_view name) {
                         name_ = name;
                         value_.clear();
                       },
                       [this] { target_->environment.emplace_back(std::move(name_), value_); }};
  CpusForm cpus_form_{&cpus_};
  WholeForm gpus_form_{&gpus_, 0, kGpusMaximum};
  WholeForm ports_form_{&ports_, 0, kPortsMaximum};
  WholeForm grace_form_{&grace_, 0, kGraceSecondsMaximum};
};

// An array of one kind of work. Whoever reads it says which members each has beside the common
// ones.
class MesosWorkList {
 public:
  MesosWorkList(WorkForm::Rootfs rootfs, Kind kind) : work_(kind, rootfs) {}
  MesosWorkList(const MesosWorkList&) = delete;
  MesosWorkList& operator=(const MesosWorkList&) = delete;

  Expected<std::vector<MesosWork>> Read(std::string_view what, std::string_view what_each,
                                        std::vector<ObjectForm::Member> own, std::string_view text,
                                        std::string_view file_name,
                                        OwnNameForm* own_name = nullptr) {
    ObjectForm object(what_each, kRefused, launch_.WithLaunch(work_.WithCommon(std::move(own))));
    const auto begin = [own_name] {
      if (own_name != nullptr) own_name->BeginOwner();
    };
    WholeListForm list(what, &object, begin, [this] { End(); });
    if (Status status = ReadJsonList(text, file_name, &list); !status.ok()) return status;
    return std::move(found_);
  }

  WorkForm& work() { return work_; }
  std::vector<int32_t>* indices() { return &each_.indices; }
  int64_t* count() { return &count_; }

 private:
  void End() {
    each_.work = work_.Take();
    launch_.Take();
    each_.count = static_cast<int32_t>(std::exchange(count_, 1));
    found_.push_back(std::exchange(each_, MesosWork()));
  }

  std::vector<MesosWork> found_;
  MesosWork each_;
  int64_t count_ = 1;
  WorkForm work_;
  LaunchForm launch_{&each_};
};

// An instance that is asked for twice would be started once, as one of the two says.
Status CheckInstances(const std::vector<MesosWork>& lrps, std::string_view file_name) {
  std::map<std::pair<std::string_view, int32_t>, size_t> places;
  for (size_t i = 0; i < lrps.size(); ++i) {
    for (const int32_t index : lrps[i].indices) {
      const auto [at, is_new] = places.try_emplace({lrps[i].work.guid, index}, i);
      if (is_new) continue;
      return InvalidArgument(
          Format("{}: indices of {} has {}, expected each index of a process guid once: [{}] "
                 "has it already (at [{}].indices)",
                 file_name, Quote(lrps[i].work.guid), index, at->second, i));
    }
  }
  return {};
}

}  // namespace

Expected<std::vector<MesosWork>> ReadMesosLrps(std::string_view text, std::string_view file_name) {
  MesosWorkList list(WorkForm::Rootfs::kRequired, Kind::kLrp);
  NameForm guid(list.work().guid(), "a process guid");
  NameForm domain(list.work().domain(), "a domain");
  IndicesForm indices(list.indices(), /*minimum=*/0);
  Expected<std::vector<MesosWork>> lrps =
      list.Read("an array of LRP starts",
                "an LRP start as an object with process_guid, domain, indices and RootFs",
                {{"process_guid", &guid, /*required=*/true},
                 {"domain", &domain, /*required=*/true},
                 {"indices", &indices, /*required=*/true}},
                text, file_name);
  if (!lrps.ok()) return lrps;
  if (Status status = CheckInstances(*lrps, file_name); !status.ok()) return status;
  return lrps;
}

Expected<std::vector<MesosWork>> ReadMesosTasks(std::string_view text, std::string_view file_name) {
  MesosWorkList list(WorkForm::Rootfs::kRequired, Kind::kTask);
  OwnNameForm guid(list.work().guid(), "a task guid", "a task guid of its own");
  StringForm domain(list.work().domain());
  TaskStateForm state;
  BoolForm failed(nullptr);
  return list.Read("an array of tasks", "a task as an object with TaskGuid and RootFs",
                   {{"TaskGuid", &guid, /*required=*/true},
                    {"Domain", &domain},
                    {"state", &state},
                    {"failed", &failed}},
                   text, file_name, &guid);
}

Expected<std::vector<MesosWork>> ReadServices(std::string_view text, std::string_view file_name) {
  MesosWorkList list(WorkForm::Rootfs::kOptional, Kind::kLrp);
  OwnNameForm name(list.work().guid(), "a name", "a name of its own");
  WholeForm count(list.count(), 0, kCountMaximum);
  return list.Read("an array of services", "a service as an object with name and count",
                   {{"name", &name, /*required=*/true}, {"count", &count, /*required=*/true}}, text,
                   file_name, &name);
}

}  // namespace rostrum::wire
