#include "lib/mesos/framework/work_data.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "lib/wire/bounds.h"
#include "lib/wire/form.h"
#include "lib/wire/json_reader.h"
#include "lib/wire/wire.h"

namespace rostrum::mesos {
namespace {

using wire::ListForm;
using wire::NameForm;
using wire::ObjectForm;
using wire::StringForm;
using wire::WholeForm;

// One list of the body, of LRPs or of tasks.
class WorkList {
 public:
  WorkList(Kind kind, std::vector<WorkIdentity>* found) : kind_(kind), found_(found) {}
  WorkList(const WorkList&) = delete;
  WorkList& operator=(const WorkList&) = delete;

  wire::Form* form() { return &list_; }

 private:
  std::vector<ObjectForm::Member> Members() {
    if (kind_ == Kind::kTask) {
      return {{"TaskGuid", &guid_, /*required=*/true}, {"Domain", &domain_}};
    }
    return {{"process_guid", &guid_, /*required=*/true},
            {"index", &index_form_, /*required=*/true},
            {"domain", &domain_}};
  }

  void End() {
    identity_.kind = kind_;
    identity_.index = static_cast<int32_t>(std::exchange(index_, 0));
    found_->push_back(std::exchange(identity_, WorkIdentity()));
  }

  const Kind kind_;
  std::vector<WorkIdentity>* found_;
  WorkIdentity identity_;
  int64_t index_ = 0;
  NameForm guid_{&identity_.guid, "a guid"};
  StringForm domain_{&identity_.domain};
  WholeForm index_form_{&index_, wire::kInt32Minimum, wire::kInt32Maximum};
  ObjectForm object_{"an LRP instance or task as an object", ObjectForm::UnknownKeys::kSkipped,
                     Members()};
  ListForm list_{"an array", &object_, [] {}, [this] { End(); }};
};

}  // namespace

std::string WriteWorkData(const Work& work, int32_t index) {
  Auction auction;
  // The caller's work outlives the call.
  auction.work = std::shared_ptr<const Work>(std::shared_ptr<const Work>(), &work);
  auction.index = index;
  const Auction* const one = &auction;
  const std::span<const Auction* const> all(&one, 1);
  if (work.kind == Kind::kLrp) return wire::WriteWork("", all, {});
  return wire::WriteWork("", {}, all);
}

Expected<WorkIdentity> ReadWorkData(std::string_view data) {
  std::vector<WorkIdentity> found;
  WorkList lrps(Kind::kLrp, &found);
  WorkList tasks(Kind::kTask, &found);
  ObjectForm body("the body of POST /work as an object", ObjectForm::UnknownKeys::kSkipped,
                  {{"LRPs", lrps.form()}, {"Tasks", tasks.form()}});
  if (Status status = wire::ReadJson(data, "TaskInfo.data", &body); !status.ok()) return status;
  if (found.size() == 1) return std::move(found.front());
  return InvalidArgument(fmt::format(
      "TaskInfo.data names {} LRP instances and tasks, expected exactly one", found.size()));
}

}  // namespace rostrum::mesos
