// What LRPs, tasks and services have in common on the wire.

#ifndef ROSTRUM_LIB_WIRE_WORK_FORM_H_
#define ROSTRUM_LIB_WIRE_WORK_FORM_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/wire/form.h"
#include "rostrum/auction.h"

namespace rostrum::wire {

// Bounds are those of the wire within those of ValidateWork.
class WorkForm {
 public:
  enum class Rootfs : int32_t { kRequired = 1, kOptional = 2 };

  explicit WorkForm(Kind kind, Rootfs rootfs = Rootfs::kRequired)
      : kind_(kind), needs_rootfs_(rootfs == Rootfs::kRequired) {}
  WorkForm(const WorkForm&) = delete;
  WorkForm& operator=(const WorkForm&) = delete;

  std::string* guid() { return &work_.guid; }
  std::string* domain() { return &work_.domain; }

  // `first` and what all work has.
  std::vector<ObjectForm::Member> WithCommon(std::vector<ObjectForm::Member> first) {
    first.insert(first.end(), {{"PlacementTags", &placement_tags_},
                               {"VolumeDrivers", &volume_drivers_},
                               {"RootFs", &rootfs_, needs_rootfs_},
                               {"MemoryMB", &memory_},
                               {"DiskMB", &disk_},
                               {"MaxPids", &max_pids_form_}});
    return first;
  }

  // What was read since the last call.
  Work Take() {
    work_.kind = kind_;
    work_.asked.memory = WholeAmount(std::exchange(memory_mb_, 0));
    work_.asked.disk = WholeAmount(std::exchange(disk_mb_, 0));
    work_.max_pids = static_cast<int32_t>(std::exchange(max_pids_, 0));
    return std::exchange(work_, Work());
  }

 private:
  const Kind kind_;
  const bool needs_rootfs_;
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
  // @param minimum  the least index that there may be: Diego's wire has any.
  explicit IndicesForm(std::vector<int32_t>* indices, int64_t minimum = kInt32Minimum)
      : indices_(indices), index_form_(&index_, minimum, kInt32Maximum) {}

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
  WholeForm index_form_;
};

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_WORK_FORM_H_
