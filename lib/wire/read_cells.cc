#include <utility>

#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/providers_form.h"
#include "lib/wire/task_state_form.h"
#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

constexpr std::string_view kArbitrary = "arbitrary";
constexpr std::string_view kFixedSet = "fixed_set";

RootfsProvider::Type TypeOf(std::string_view name) {
  if (name == kArbitrary) return RootfsProvider::Type::kArbitrary;
  if (name == kFixedSet) return RootfsProvider::Type::kFixedSet;
  return RootfsProvider::Type::kUnknown;
}

}  // namespace

SetForm::SetForm(std::vector<std::string>* names, Form* member)
    : MapForm(
          "an object such as {\"cflinuxfs4\":{}}", member,
          [names](std::string_view name) { names->emplace_back(name); }, [] {}) {}

bool SetForm::KeepProblem(const std::string& problem) {
  problem_ = problem;
  return true;
}

ProviderForm::ProviderForm(const std::string* type, SetForm* set, std::vector<Member> members)
    : ObjectForm("an object such as {\"type\":\"arbitrary\"}", UnknownKeys::kSkipped,
                 std::move(members)),
      type_(type),
      set_(set) {}

Complaint ProviderForm::End() {
  if (*type_ == kFixedSet && !set_->problem().empty()) return {set_->problem(), /*located=*/true};
  return ObjectForm::End();
}

ProvidersForm::ProvidersForm(std::vector<RootfsProvider>* target)
    : target_(target),
      type_form_(&type_),
      nothing_form_("an empty object", ObjectForm::UnknownKeys::kSkipped, {}),
      set_form_(&provider_.set, &nothing_form_),
      provider_form_(&type_, &set_form_, {{"type", &type_form_}, {"set", &set_form_}}),
      providers_(
          "an object such as {\"docker\":{\"type\":\"arbitrary\"}}", &provider_form_,
          [this](std::string_view scheme) { Begin(scheme); }, [this] { End(); }) {}

void ProvidersForm::Begin(std::string_view scheme) {
  provider_.scheme = scheme;
  provider_.set.clear();
  type_.clear();
  set_form_.Reset();
}

void ProvidersForm::End() {
  provider_.type = TypeOf(type_);
  if (provider_.type != RootfsProvider::Type::kFixedSet) provider_.set.clear();
  target_->push_back(std::exchange(provider_, RootfsProvider()));
}

namespace {

using enum ObjectForm::UnknownKeys;

// In whole MB a proxy may have what the cache takes in thousandths.
constexpr int64_t kProxyMaximum = kAmountMaximum / kAmountOne;

// What a cell has in all, or has free.
class ResourcesForm {
 public:
  ResourcesForm() = default;
  ResourcesForm(const ResourcesForm&) = delete;
  ResourcesForm& operator=(const ResourcesForm&) = delete;

  Form* form() { return &object_; }

  // What was read since the last call.
  Resources Take() {
    Resources resources;
    resources.memory = WholeAmount(std::exchange(memory_mb_, 0));
    resources.disk = WholeAmount(std::exchange(disk_mb_, 0));
    resources.containers = std::exchange(containers_, 0);
    return resources;
  }

 private:
  int64_t memory_mb_ = 0;
  int64_t disk_mb_ = 0;
  int64_t containers_ = 0;
  WholeForm memory_form_{&memory_mb_, kInt32Minimum, kInt32Maximum};
  WholeForm disk_form_{&disk_mb_, kInt32Minimum, kInt32Maximum};
  WholeForm containers_form_{&containers_, -kContainersMaximum, kContainersMaximum};
  ObjectForm object_{
      "an object with MemoryMB, DiskMB and Containers",
      kSkipped,
      {{"MemoryMB", &memory_form_}, {"DiskMB", &disk_form_}, {"Containers", &containers_form_}}};
};

// What runs on a cell. Of an LRP only the process guid counts, of tasks only their number, but all
// that Diego would read has to look as Diego needs it.
class RunningForm {
 public:
  explicit RunningForm(Cell* cell) : cell_(cell) {}
  RunningForm(const RunningForm&) = delete;
  RunningForm& operator=(const RunningForm&) = delete;

  Form* lrps() { return &lrps_; }
  Form* tasks() { return &tasks_; }

 private:
  Cell* cell_;
  std::string process_guid_;

  StringForm process_guid_form_{&process_guid_};
  StringForm text_{nullptr};
  StringListForm texts_{nullptr};
  BoolForm flag_{nullptr};
  WholeForm number_{nullptr, kInt32Minimum, kInt32Maximum};
  TaskStateForm task_state_;
  ObjectForm lrp_{"an LRP as an object",
                  kSkipped,
                  {{"instance_guid", &text_},
                   {"process_guid", &process_guid_form_},
                   {"index", &number_},
                   {"domain", &text_},
                   {"PlacementTags", &texts_},
                   {"VolumeDrivers", &texts_},
                   {"RootFs", &text_},
                   {"MemoryMB", &number_},
                   {"DiskMB", &number_},
                   {"MaxPids", &number_},
                   {"state", &text_}}};
  ObjectForm task_{"a task as an object",
                   kSkipped,
                   {{"TaskGuid", &text_},
                    {"Domain", &text_},
                    {"PlacementTags", &texts_},
                    {"VolumeDrivers", &texts_},
                    {"RootFs", &text_},
                    {"MemoryMB", &number_},
                    {"DiskMB", &number_},
                    {"MaxPids", &number_},
                    {"state", &task_state_},
                    {"failed", &flag_}}};
  ListForm lrps_{"an array of LRPs", &lrp_, [this] { process_guid_.clear(); },
                 [this] { cell_->lrps.push_back(process_guid_); }};
  ListForm tasks_{"an array of tasks", &task_, [] {}, [this] { ++cell_->task_count; }};
};

class CellsForm {
 public:
  explicit CellsForm(std::vector<Cell>* cells) : cells_(cells) {}
  CellsForm(const CellsForm&) = delete;
  CellsForm& operator=(const CellsForm&) = delete;

  WholeListForm* form() { return &list_; }

 private:
  void End() {
    cell_.available = available_.Take();
    cell_.total = total_.Take();
    cell_.proxy_memory = WholeAmount(std::exchange(proxy_memory_mb_, 0));
    cells_->push_back(std::exchange(cell_, Cell()));
  }

  std::vector<Cell>* cells_;
  Cell cell_;
  int64_t proxy_memory_mb_ = 0;

  StringForm url_{nullptr};
  OwnNameForm id_{&cell_.id, "a cell id", "an id of its own"};
  WholeForm index_{&cell_.index, kInt64Minimum, kInt64Maximum};
  ProvidersForm providers_{&cell_.signature.rootfs_providers};
  ResourcesForm available_;
  ResourcesForm total_;
  RunningForm running_{&cell_};
  WholeForm starting_{&cell_.starting_containers, 0, kContainersMaximum};
  StringForm zone_{&cell_.zone};
  BoolForm evacuating_{&cell_.evacuating};
  StringListForm volume_drivers_{&cell_.signature.volume_drivers};
  StringListForm placement_tags_{&cell_.signature.placement_tags};
  StringListForm optional_tags_{&cell_.signature.optional_placement_tags};
  WholeForm proxy_memory_{&proxy_memory_mb_, -kProxyMaximum, kProxyMaximum};
  ObjectForm object_{"a cell's state as an object with cell_id",
                     kSkipped,
                     {{"rep_url", &url_},
                      {"cell_id", &id_, /*required=*/true},
                      {"cell_index", &index_},
                      {"RootFSProviders", providers_.form()},
                      {"AvailableResources", available_.form()},
                      {"TotalResources", total_.form()},
                      {"LRPs", running_.lrps()},
                      {"Tasks", running_.tasks()},
                      {"StartingContainerCount", &starting_},
                      {"Zone", &zone_},
                      {"Evacuating", &evacuating_},
                      {"VolumeDrivers", &volume_drivers_},
                      {"PlacementTags", &placement_tags_},
                      {"OptionalPlacementTags", &optional_tags_},
                      {"ProxyMemoryAllocationMB", &proxy_memory_}}};
  WholeListForm list_{"an array of cell states", &object_, [this] { id_.BeginOwner(); },
                 [this] { End(); }};
};

}  // namespace

Expected<std::vector<Cell>> ReadCells(std::string_view text, std::string_view file_name) {
  std::vector<Cell> cells;
  CellsForm form(&cells);
  if (Status status = ReadJsonList(text, file_name, form.form()); !status.ok()) return status;
  return cells;
}

}  // namespace rostrum::wire
