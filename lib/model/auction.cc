#include "rostrum/auction.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/model/identifier.h"
#include "lib/model/work.h"

namespace rostrum {

const char* KindName(Kind kind) { return kind == Kind::kLrp ? "lrp" : "task"; }

std::string Auction::Identifier() const { return IdentifierOf(work->kind, work->guid, index); }

Status ValidateWork(const Work& work) {
  const bool is_lrp = work.kind == Kind::kLrp;
  if (!is_lrp && work.kind != Kind::kTask) {
    return InvalidArgument(
        Format("work kind is {}, expected 1 (lrp) or 2 (task)", static_cast<int32_t>(work.kind)));
  }
  if (work.guid.empty()) {
    return InvalidArgument(is_lrp ? "an LRP has no process guid" : "a task has no task guid");
  }
  if (Status s = ValidateId(work.guid, is_lrp ? "process guid" : "task guid"); !s.ok()) return s;
  // The work's name is put into words only if something is wrong with it.
  const auto what = [&] { return Format("{} \"{}\"", is_lrp ? "LRP" : "task", work.guid); };
  if (is_lrp && work.domain.empty()) {
    return InvalidArgument(what() + ": domain is empty, expected a name");
  }
  if (Status s = ValidateNamed(work.asked, what); !s.ok()) return s;
  const auto refuse_negative = [&](std::string_view name, Amount amount) {
    return amount >= 0 ? Status()
                       : InvalidArgument(Format("{}: {} is {}, expected zero or more", what(), name,
                                                FormatAmount(amount)));
  };
  if (Status s = refuse_negative("memory (MB)", work.asked.memory); !s.ok()) return s;
  if (Status s = refuse_negative("disk (MB)", work.asked.disk); !s.ok()) return s;
  if (Status s = refuse_negative("cpu", work.asked.cpu); !s.ok()) return s;
  for (const NamedAmount& scalar : work.asked.scalars) {
    if (Status s = refuse_negative(scalar.name, scalar.amount); !s.ok()) return s;
  }
  if (work.constraint.rootfs.empty()) {
    return InvalidArgument(what() +
                           ": rootfs is empty, expected a URL such as "
                           "\"preloaded:cflinuxfs4\"");
  }
  return {};
}

std::shared_ptr<const Work> NormalizedWork(const std::shared_ptr<const Work>& work) {
  const std::vector<NamedAmount>& scalars = work->asked.scalars;
  const auto follows = [](const NamedAmount& a, const NamedAmount& b) { return a.name >= b.name; };
  const bool is_sorted =
      std::adjacent_find(scalars.begin(), scalars.end(), follows) == scalars.end();
  const bool any_zero = std::any_of(scalars.begin(), scalars.end(),
                                    [](const NamedAmount& scalar) { return scalar.amount == 0; });
  if (is_sorted && !any_zero) return work;
  auto normalized = std::make_shared<Work>(*work);
  normalized->asked.Normalize();
  return normalized;
}

Status ValidateLrpStart(const LrpStart& start) {
  if (start.work == nullptr) return InvalidArgument("an LRP start has no work");
  if (start.work->kind != Kind::kLrp) {
    return InvalidArgument(Format("\"{}\" is a task, expected an LRP", start.work->guid));
  }
  if (Status status = ValidateWork(*start.work); !status.ok()) return status;
  if (start.indices.empty()) {
    return InvalidArgument(
        Format("LRP \"{}\": indices is empty, expected at least one index", start.work->guid));
  }
  return {};
}

Status ValidateTaskStart(const TaskStart& start) {
  if (start.work == nullptr) return InvalidArgument("a task start has no work");
  if (start.work->kind != Kind::kTask) {
    return InvalidArgument(Format("\"{}\" is an LRP, expected a task", start.work->guid));
  }
  return ValidateWork(*start.work);
}

}  // namespace rostrum
