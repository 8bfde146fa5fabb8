#include "lib/place/workspace.h"

#include <bit>
#include <set>
#include <utility>

#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

// To the bit: zero has a sign, which a score may show.
bool SameSettings(const Configuration& a, const Configuration& b) {
  const auto bits = [](double number) { return std::bit_cast<uint64_t>(number); };
  return bits(a.bin_pack_first_fit_weight) == bits(b.bin_pack_first_fit_weight) &&
         bits(a.starting_container_weight) == bits(b.starting_container_weight);
}

}  // namespace

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
  std::vector<uint32_t> told_anew;
  for (const uint32_t row : changed) {
    if (row >= layout_.row_count() || layout_.info(row) != cells[row].info) told_anew.push_back(row);
  }
  const LayoutChanges changes = layout_.Update(cells, told_anew);
  if (changes.any()) room_scan_.reset();
  rows_.Grow(cells.size(), names);
  instances_.Grow(cells.size(), layout_.zones().size(), instances);
  size_t next = 0;
  for (const uint32_t row : changed) {
    const bool has_changed = rows_.Load(row, cells[row]);
    instances_.Load(row, cells[row]);
    const bool is_anew = next < told_anew.size() && told_anew[next] == row;
    if (is_anew) ++next;
    if (!layout_.is_open(row)) continue;
    if (has_changed || is_anew) NoteChange(row);
  }
  positions_changed_ = positions_changed_ || !told_anew.empty();
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
