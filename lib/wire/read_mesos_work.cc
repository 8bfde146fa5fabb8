#include "lib/wire/read_mesos_work.h"

#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/bounds.h"
#include "lib/wire/excerpt.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/own_name_form.h"
#include "lib/wire/task_state_form.h"
#include "lib/wire/work_form.h"

namespace rostrum::wire {
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
