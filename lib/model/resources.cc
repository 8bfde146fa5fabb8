#include "rostrum/resources.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/model/cell_row.h"
#include "lib/model/work.h"

namespace rostrum {
namespace {

Status OutOfRange(std::string_view what, std::string_view resource, int64_t value,
                  int64_t maximum) {
  return InvalidArgument(Format("{}: {} is {}, expected a number from {} to {}", what, resource,
                                value, -maximum, maximum));
}

// Takes `sign` times what work costs off a row: what it asks, one container whatever it says of
// those, and the overhead, if there is any.
void Charge(CellRow* row, const Work& work, const Resources* overhead, int64_t sign) {
  const auto take = [&](const Resources& amounts, int64_t containers) {
    row->memory_free -= sign * amounts.memory;
    row->disk_free -= sign * amounts.disk;
    row->cpu_free -= sign * amounts.cpu;
    row->containers_free -= sign * containers;
    for (const NamedAmount& scalar : amounts.scalars) {
      const ScalarView* const held = FindNamed(*row, scalar.name);
      if (held != nullptr) row->named()[held - row->scalars.data()].free -= sign * scalar.amount;
    }
  };
  take(work.asked, 1);
  if (overhead != nullptr) take(*overhead, overhead->containers);
  row->starting_containers += sign;
  (work.kind == Kind::kLrp ? row->lrp_count : row->task_count) += sign;
}

Resources ValueOf(const CellRow& row, Amount memory, Amount disk, Amount cpu, int64_t containers,
                  Amount ScalarView::*amount) {
  Resources resources{memory, disk, cpu, containers, {}};
  for (const ScalarView& scalar : row.scalars) {
    if (scalar.*amount != 0)
      resources.scalars.push_back({std::string(scalar.name), scalar.*amount});
  }
  return resources;
}

}  // namespace

bool IsBuiltinResource(std::string_view name) {
  return name == "memory" || name == "disk" || name == "cpu" || name == "containers";
}

void Resources::Normalize() {
  std::sort(scalars.begin(), scalars.end(),
            [](const NamedAmount& a, const NamedAmount& b) { return a.name < b.name; });
  std::vector<NamedAmount> merged;
  for (NamedAmount& scalar : scalars) {
    if (!merged.empty() && merged.back().name == scalar.name) {
      merged.back().amount += scalar.amount;
    } else {
      merged.push_back(std::move(scalar));
    }
  }
  std::erase_if(merged, [](const NamedAmount& scalar) { return scalar.amount == 0; });
  scalars = std::move(merged);
}

Amount Resources::Scalar(std::string_view name) const {
  const auto at = std::lower_bound(
      scalars.begin(), scalars.end(), name,
      [](const NamedAmount& scalar, std::string_view wanted) { return scalar.name < wanted; });
  return at != scalars.end() && at->name == name ? at->amount : 0;
}

void Resources::Add(const Resources& other) {
  if (!other.scalars.empty()) {
    // Apart first, since memory may run out, and `other` may be this very object.
    Resources sum;
    sum.scalars = other.scalars;
    sum.scalars.insert(sum.scalars.end(), scalars.begin(), scalars.end());
    sum.Normalize();
    scalars = std::move(sum.scalars);
  }
  memory += other.memory;
  disk += other.disk;
  cpu += other.cpu;
  containers += other.containers;
}

void Resources::Subtract(const Resources& other) {
  if (other.scalars.empty()) {
    memory -= other.memory;
    disk -= other.disk;
    cpu -= other.cpu;
    containers -= other.containers;
    return;
  }
  Resources negative = other;
  negative.memory = -other.memory;
  negative.disk = -other.disk;
  negative.cpu = -other.cpu;
  negative.containers = -other.containers;
  for (NamedAmount& scalar : negative.scalars) scalar.amount = -scalar.amount;
  Add(negative);
}

const ScalarView* FindNamed(const CellRow& row, std::string_view name) {
  const auto at = std::lower_bound(
      row.scalars.begin(), row.scalars.end(), name,
      [](const ScalarView& scalar, std::string_view wanted) { return scalar.name < wanted; });
  return at != row.scalars.end() && at->name == name ? &*at : nullptr;
}

bool FitsInFull(const CellRow& row, const Work& work, Amount extra_memory) {
  const Resources none;
  const Resources& asked = work.asked;
  const Resources& overhead = row.is_started() ? none : *row.overhead;
  if (asked.memory + extra_memory + overhead.memory > row.memory_free ||
      asked.disk + overhead.disk > row.disk_free ||
      LeastFree(asked.cpu + overhead.cpu) > row.cpu_free ||
      1 + overhead.containers > row.containers_free) {
    return false;
  }
  const auto named_fit = [&](const Resources& some) {
    return std::all_of(some.scalars.begin(), some.scalars.end(), [&](const NamedAmount& scalar) {
      const ScalarView* const held = FindNamed(row, scalar.name);
      return LeastFree(asked.Scalar(scalar.name) + overhead.Scalar(scalar.name)) <=
             (held == nullptr ? 0 : held->free);
    });
  };
  return named_fit(asked) && named_fit(overhead);
}

const Resources* Reserve(CellRow* row, const Work& work) {
  const Resources* const overhead = row->overhead;
  Charge(row, work, overhead, 1);
  row->overhead = nullptr;
  return overhead;
}

void Release(CellRow* row, const Work& work, const Resources* overhead) {
  Charge(row, work, overhead, -1);
  row->overhead = overhead;
}

void SetAmounts(CellRow* row, const Resources& total, const Resources& free) {
  row->memory_total = total.memory;
  row->memory_free = free.memory;
  row->disk_total = total.disk;
  row->disk_free = free.disk;
  row->cpu_total = total.cpu;
  row->cpu_free = free.cpu;
  row->containers_total = total.containers;
  row->containers_free = free.containers;
  for (size_t i = 0; i < row->scalars.size(); ++i) {
    ScalarView& scalar = row->named()[i];
    scalar.total = total.Scalar(scalar.name);
    scalar.free = free.Scalar(scalar.name);
  }
}

Resources TotalOf(const CellRow& row) {
  return ValueOf(row, row.memory_total, row.disk_total, row.cpu_total, row.containers_total,
                 &ScalarView::total);
}

Resources FreeOf(const CellRow& row) {
  return ValueOf(row, row.memory_free, row.disk_free, row.cpu_free, row.containers_free,
                 &ScalarView::free);
}

void AddNames(const Resources& resources, std::set<std::string_view>* names) {
  for (const NamedAmount& scalar : resources.scalars) names->insert(scalar.name);
}

SingleRow::SingleRow(const std::set<std::string_view>& names) {
  for (const std::string_view name : names) named.push_back({name});
  row.scalars = named;
}

bool AnyNegative(const Resources& resources) {
  return resources.memory < 0 || resources.disk < 0 || resources.cpu < 0 ||
         resources.containers < 0 ||
         std::any_of(resources.scalars.begin(), resources.scalars.end(),
                     [](const NamedAmount& scalar) { return scalar.amount < 0; });
}

std::string FormatAmount(Amount amount) {
  const bool negative = amount < 0;
  const uint64_t magnitude =
      negative ? uint64_t{0} - static_cast<uint64_t>(amount) : static_cast<uint64_t>(amount);
  std::string text = Format("{}{}", negative ? "-" : "", magnitude / kAmountOne);
  uint64_t rest = magnitude % kAmountOne;
  if (rest == 0) return text;
  text += Format(".{:03}", rest);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

Status ValidateResources(const Resources& resources, std::string_view what) {
  if (!InRange(resources.memory, kAmountMaximum)) {
    return OutOfRange(what, "memory (thousandths of a MB)", resources.memory, kAmountMaximum);
  }
  if (!InRange(resources.disk, kAmountMaximum)) {
    return OutOfRange(what, "disk (thousandths of a MB)", resources.disk, kAmountMaximum);
  }
  if (!InRange(resources.cpu, kAmountMaximum)) {
    return OutOfRange(what, "cpu (milli-CPU)", resources.cpu, kAmountMaximum);
  }
  if (!InRange(resources.containers, kContainersMaximum)) {
    return OutOfRange(what, "containers", resources.containers, kContainersMaximum);
  }
  std::vector<std::string_view> names;
  for (size_t i = 0; i < resources.scalars.size(); ++i) {
    const NamedAmount& scalar = resources.scalars[i];
    if (scalar.name.empty()) {
      return InvalidArgument(Format("{}: resource number {} has no name", what, i));
    }
    if (IsBuiltinResource(scalar.name)) {
      return InvalidArgument(
          Format("{}: a named resource is called \"{}\", expected another name: there is a "
                 "field for that",
                 what, scalar.name));
    }
    if (!InRange(scalar.amount, kAmountMaximum)) {
      return OutOfRange(what, scalar.name, scalar.amount, kAmountMaximum);
    }
    names.push_back(scalar.name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return {};
  return InvalidArgument(Format("{}: resource \"{}\" is given twice", what, *twice));
}

Status ValidateId(std::string_view id, std::string_view what) {
  if (id.size() <= kIdMaximum) return {};
  return InvalidArgument(Format("{} \"{}...\" has {} bytes, expected at most {}", what,
                                id.substr(0, 64), id.size(), kIdMaximum));
}

}  // namespace rostrum
