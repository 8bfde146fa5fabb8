#include "lib/place/rows.h"

#include <algorithm>
#include <utility>

namespace rostrum {
namespace {

// What is free, even less a proxy's memory, is exact as a double; and the sign of a difference of
// two doubles always is.
static_assert(2 * kAmountMaximum < (int64_t{1} << 53));

// Rows that are looked at in one go.
constexpr uint32_t kBlock = 256;

// How much the scarcest of the resources leaves on each of `count` rows; less than nothing where
// the work does not fit. Written so that the compiler makes vector instructions of it.
void Leave(const double* memory, const double* disk, const double* cpu, const double* containers,
           const Work& work, uint32_t count, double* left) {
  const auto asked_memory = static_cast<double>(work.asked.memory);
  const auto asked_disk = static_cast<double>(work.asked.disk);
  const auto asked_cpu = static_cast<double>(LeastFree(work.asked.cpu));
  for (uint32_t i = 0; i < count; ++i) {
    const double a = memory[i] - asked_memory;
    const double b = disk[i] - asked_disk;
    const double c = cpu[i] - asked_cpu;
    const double d = containers[i] - 1;
    const double ab = a < b ? a : b;
    const double cd = c < d ? c : d;
    left[i] = ab < cd ? ab : cd;
  }
}

// Whether nothing differs of what placing and states change, but for named amounts.
bool SameAmounts(const CellRow& a, const CellRow& b) {
  return a.memory_total == b.memory_total && a.memory_free == b.memory_free &&
         a.disk_total == b.disk_total && a.disk_free == b.disk_free &&
         a.cpu_total == b.cpu_total && a.cpu_free == b.cpu_free &&
         a.containers_total == b.containers_total && a.containers_free == b.containers_free &&
         a.starting_containers == b.starting_containers && a.lrp_count == b.lrp_count &&
         a.task_count == b.task_count && a.is_started() == b.is_started();
}

bool SameNamed(const ScalarView& a, const ScalarView& b) {
  return a.total == b.total && a.free == b.free;
}

}  // namespace

Rows::Rows(const CellTable& table) : layout_(table.layout), rows_(table.size()) {
  for (const std::string_view name : table.Names()) names_.emplace_back(name);
  const size_t count = names_.size();
  named_.resize(rows_.size() * count);
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    for (size_t i = 0; i < count; ++i) named_[row * count + i].name = names_[i];
    rows_[row].scalars = {named_.data() + row * count, count};
    if (row < layout_->open_count) {
      rows_[row].position = row - layout_->zones[layout_->zone[row]].begin;
    }
    static_cast<void>(Load(table, row));
  }
}

bool Rows::HaveNames(const std::set<std::string_view>& names) const {
  return std::includes(names_.begin(), names_.end(), names.begin(), names.end());
}

bool Rows::Load(const CellTable& table, uint32_t row) {
  CellRow& loaded = rows_[row];
  const CellRow before = loaded;
  const std::vector<ScalarView> named_before(before.scalars.begin(), before.scalars.end());
  table.cells[row].Load(&loaded);
  if (row < layout_->open_count) {
    starting_ += loaded.starting_containers - before.starting_containers;
  }
  const bool changed = !SameAmounts(before, loaded) ||
                       !std::equal(named_before.begin(), named_before.end(),
                                   loaded.scalars.begin(), SameNamed);
  if (changed) ++version_;
  return changed;
}

RoomScan::RoomScan(const Rows& rows) : rows_(rows) {
  const uint32_t count = rows.layout().open_count;
  for (auto* column : {&memory_, &memory_for_lrps_, &disk_, &cpu_, &containers_}) {
    column->resize(count);
  }
  found_.reserve(count);
  for (uint32_t row = 0; row < count; ++row) NoteChange(row);
}

void RoomScan::NoteChange(uint32_t row) {
  const CellRow& cell = rows_[row];
  memory_[row] = static_cast<double>(cell.memory_free);
  memory_for_lrps_[row] = static_cast<double>(cell.memory_free - cell.proxy_memory);
  disk_[row] = static_cast<double>(cell.disk_free);
  cpu_[row] = static_cast<double>(cell.cpu_free);
  containers_[row] = static_cast<double>(cell.containers_free);
}

const std::vector<uint32_t>& RoomScan::Find(uint32_t begin, uint32_t end, const Work& work) {
  const double* memory = work.kind == Kind::kLrp ? memory_for_lrps_.data() : memory_.data();
  found_.resize(end - begin);
  size_t found = 0;
  double left[kBlock];
  for (uint32_t first = begin; first < end; first += kBlock) {
    const uint32_t count = std::min(kBlock, end - first);
    Leave(memory + first, disk_.data() + first, cpu_.data() + first, containers_.data() + first,
          work, count, left);
    for (uint32_t i = 0; i < count; ++i) {
      found_[found] = first + i;
      found += left[i] >= 0 ? 1 : 0;
    }
  }
  found_.resize(found);
  return found_;
}

}  // namespace rostrum
