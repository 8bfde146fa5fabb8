#include "lib/place/workspace.h"

#include <algorithm>
#include <bit>
#include <set>
#include <utility>

#include "lib/base/reserve.h"
#include "lib/place/rows.h"
#include "lib/strategy/kinds.h"

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
         a.disk_total == b.disk_total && a.disk_free == b.disk_free && a.cpu_total == b.cpu_total &&
         a.cpu_free == b.cpu_free && a.containers_total == b.containers_total &&
         a.containers_free == b.containers_free && a.starting_containers == b.starting_containers &&
         a.lrp_count == b.lrp_count && a.task_count == b.task_count &&
         a.is_started() == b.is_started();
}

bool SameNamed(const ScalarView& a, const ScalarView& b) {
  return a.total == b.total && a.free == b.free;
}

// To the bit: zero has a sign, which a score may show.
bool SameSettings(const Configuration& a, const Configuration& b) {
  const auto bits = [](double number) { return std::bit_cast<uint64_t>(number); };
  return bits(a.bin_pack_first_fit_weight) == bits(b.bin_pack_first_fit_weight) &&
         bits(a.starting_container_weight) == bits(b.starting_container_weight);
}

}  // namespace

void Rows::Grow(size_t rows, const std::set<std::string_view>& names) {
  const size_t known = names_.size();
  for (const std::string_view name : names) names_.emplace(name);
  if (rows <= rows_.size() && names_.size() == known) return;
  GrowTo(&infos_, rows);
  GrowTo(&rows_, rows);
  if (names_.empty()) return;
  if (names_.size() == known) {
    GrowTo(&named_, rows_.size() * known);
    return PointToNamed();
  }
  std::vector<ScalarView> wider(rows_.size() * names_.size());
  size_t at = 0;
  for (const CellRow& row : rows_) {
    for (const std::string& name : names_) {
      const ScalarView* const held = FindNamed(row, name);
      wider[at++] = held == nullptr ? ScalarView{name} : *held;
    }
  }
  named_ = std::move(wider);
  PointToNamed();
}

void Rows::PointToNamed() {
  const size_t count = names_.size();
  for (size_t row = 0; row < rows_.size(); ++row) {
    ScalarView* const first = named_.data() + row * count;
    if (first->name.empty()) {
      size_t at = 0;
      for (const std::string& name : names_) first[at++].name = name;
    }
    rows_[row].scalars = {first, count};
  }
}

bool Rows::Load(uint32_t row, const CellSlot& cell) {
  CellRow& loaded = rows_[row];
  const CellRow before = loaded;
  const std::vector<ScalarView> named_before(before.scalars.begin(), before.scalars.end());
  const auto starting = [&] {
    const bool is_open = infos_[row] != nullptr && infos_[row]->open();
    return is_open ? loaded.starting_containers : 0;
  };
  starting_ -= starting();
  infos_[row] = cell.info;
  if (cell.info != nullptr) {
    cell.Load(&loaded);
  } else {
    SetAmounts(&loaded, {}, {});
    loaded.starting_containers = loaded.lrp_count = loaded.task_count = 0;
    loaded.overhead = nullptr;
  }
  starting_ += starting();
  const bool changed =
      !SameAmounts(before, loaded) ||
      !std::equal(named_before.begin(), named_before.end(), loaded.scalars.begin(), SameNamed);
  if (changed) ++version_;
  return changed;
}

bool Rows::SetPosition(uint32_t row, uint32_t position) {
  const bool is_new = !infos_[row]->first_fit_index && rows_[row].position != position;
  if (is_new) rows_[row].position = position;
  return is_new;
}

RoomScan::RoomScan(const Layout& layout, const Rows& rows) : layout_(layout), rows_(rows) {
  position_of_.resize(layout.row_count(), kNoRow);
  zone_begin_.resize(layout.zones().size());
  for (const uint32_t zone : layout.zones_in_order()) {
    zone_begin_[zone] = static_cast<uint32_t>(row_at_.size());
    for (const uint32_t row : layout.zones()[zone].rows) {
      position_of_[row] = static_cast<uint32_t>(row_at_.size());
      row_at_.push_back(row);
    }
  }
  const size_t count = row_at_.size();
  for (auto* column : {&memory_, &memory_for_lrps_, &disk_, &cpu_, &containers_}) {
    column->resize(count);
  }
  found_.reserve(count);
  for (uint32_t position = 0; position < count; ++position) Set(position);
}

void RoomScan::Set(uint32_t position) {
  const CellRow& cell = rows_[row_at_[position]];
  memory_[position] = static_cast<double>(cell.memory_free);
  memory_for_lrps_[position] = static_cast<double>(cell.memory_free - cell.proxy_memory);
  disk_[position] = static_cast<double>(cell.disk_free);
  cpu_[position] = static_cast<double>(cell.cpu_free);
  containers_[position] = static_cast<double>(cell.containers_free);
}

const std::vector<uint32_t>& RoomScan::Find(uint32_t zone, const Work& work) {
  const uint32_t begin = zone_begin_[zone];
  const auto end = begin + static_cast<uint32_t>(layout_.zones()[zone].rows.size());
  const double* memory = work.kind == Kind::kLrp ? memory_for_lrps_.data() : memory_.data();
  found_.resize(end - begin);
  size_t found = 0;
  double left[kBlock];
  for (uint32_t first = begin; first < end; first += kBlock) {
    const uint32_t count = std::min(kBlock, end - first);
    Leave(memory + first, disk_.data() + first, cpu_.data() + first, containers_.data() + first,
          work, count, left);
    for (uint32_t i = 0; i < count; ++i) {
      found_[found] = row_at_[first + i];
      found += left[i] >= 0 ? 1 : 0;
    }
  }
  found_.resize(found);
  return found_;
}

Workspace::Workspace(Strategy& strategy)
    : strategy_(strategy), instances_(layout_), free_index_(layout_, rows_) {}

void Workspace::CatchUpWithAll(std::span<const CellSlot> cells) {
  std::vector<uint32_t> all(cells.size());
  for (uint32_t row = 0; row < all.size(); ++row) all[row] = row;
  CatchUp(cells, all);
}

void Workspace::CatchUp(std::span<const CellSlot> cells, std::span<const uint32_t> changed) {
  if (changed.empty()) return;
  std::set<std::string_view> names;
  size_t instances = 0;
  for (const uint32_t row : changed) {
    cells[row].CollectNames(&names);
    instances += cells[row].lrps.named() + cells[row].placed.size();
  }
  instances_.BeforeLayoutChanges();
  // What is known of a cell may matter to its score, though its amounts stay.
  std::vector<uint32_t> told;
  for (const uint32_t row : changed) {
    if (row >= layout_.row_count() || layout_.info(row) != cells[row].info) told.push_back(row);
  }
  const LayoutChanges changes = layout_.Update(cells, told);
  if (changes.any()) room_scan_.reset();
  rows_.Grow(cells.size(), names);
  instances_.Grow(cells.size(), layout_.zones().size(), instances);
  size_t next = 0;
  for (const uint32_t row : changed) {
    const bool has_changed = rows_.Load(row, cells[row]);
    instances_.Load(row, cells[row]);
    const bool is_told = next < told.size() && told[next] == row;
    if (is_told) ++next;
    if (!layout_.is_open(row)) continue;
    if (has_changed || is_told) NoteChange(row);
  }
  positions_changed_ = positions_changed_ || !told.empty();
  if (changes.any()) ApplyToIndexes(changes);
}

void Workspace::ApplyToIndexes(const LayoutChanges& changes) {
  for (const auto& [group, slot] : changes.slots) {
    free_index_.NoteChange(group, slot);
    if (shape_index_) shape_index_->NoteChange(group, slot);
  }
  for (const uint32_t group : changes.spaced_groups) {
    free_index_.Forget(group);
    if (shape_index_) shape_index_->Forget(group);
  }
}

void Workspace::BeginRound(const Configuration& configuration) {
  placed_.clear();
  instances_.BeginRound();
  // The library's own strategies say the same of a cell in every round; others may not.
  const bool is_own = dynamic_cast<const SeparableStrategy*>(&strategy_) != nullptr;
  // Where a cell stands in its zone they look at with this weight alone.
  const bool positions_matter = !is_own || configuration.bin_pack_first_fit_weight > 0;
  const bool moved = positions_matter && SetPositions();
  if (!is_own || moved || !SameSettings(configuration_, configuration)) shape_index_.reset();
  configuration_ = configuration;
  if (shape_index_) {
    shape_index_->BeginRound();
  } else if (is_own || strategy_.HasBaseScore()) {
    shape_index_.emplace(layout_, rows_, instances_, strategy_);
  } else if (!room_scan_) {
    room_scan_.emplace(layout_, rows_);
  }
}

bool Workspace::SetPositions() {
  if (!std::exchange(positions_changed_, false)) return false;
  bool moved = false;
  for (const uint32_t zone : layout_.zones_in_order()) {
    for (const uint32_t row : layout_.zones()[zone].rows) {
      moved |= rows_.SetPosition(row, layout_.position(row));
    }
  }
  return moved;
}

void Workspace::Place(uint32_t row, const Work& work) {
  placed_.push_back({row, &work, rows_.Reserve(row, work)});
  instances_.Add(row);
  NoteChange(row);
}

void Workspace::UndoRound() {
  instances_.UndoRound();
  for (; !placed_.empty(); placed_.pop_back()) {
    const Placed& last = placed_.back();
    rows_.Release(last.row, *last.work, last.overhead);
    NoteChange(last.row);
  }
}

void Workspace::NoteChange(uint32_t row) {
  const uint32_t group = layout_.group(row);
  const uint32_t slot = layout_.slot(row);
  free_index_.NoteChange(group, slot);
  if (shape_index_) shape_index_->NoteChange(group, slot);
  if (room_scan_) room_scan_->NoteChange(row);
}

}  // namespace rostrum
