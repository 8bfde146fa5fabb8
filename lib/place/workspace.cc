#include "lib/place/workspace.h"

#include <bit>

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

Workspace::Workspace(const CellTable& table, Strategy& strategy)
    : strategy_(strategy), rows_(table), instances_(table), free_index_(rows_) {}

bool Workspace::Apply(const CellChanges& changes, const Snapshot& snapshot) {
  if (changes.layout != layout()) return false;
  if (changes.rows.empty()) return true;  // Then nobody need work out what the snapshot comes to.
  const CellTable& table = snapshot.table();
  std::set<std::string_view> names;
  for (const uint32_t row : changes.rows) table.cells[row].CollectNames(&names);
  if (!rows_.HaveNames(names)) return false;
  for (const uint32_t row : changes.rows) {
    const bool changed = rows_.Load(table, row);
    instances_.Load(row, table.cells[row]);
    if (changed && row < layout()->open_count) NoteChange(row);
  }
  return true;
}

void Workspace::BeginRound(const Configuration& configuration) {
  placed_.clear();
  instances_.BeginRound();
  // The library's own strategies say the same of a cell in every round; others may not.
  const bool is_own = dynamic_cast<const SeparableStrategy*>(&strategy_) != nullptr;
  if (!is_own || !SameSettings(configuration_, configuration)) shape_index_.reset();
  configuration_ = configuration;
  if (shape_index_) {
    shape_index_->BeginRound();
  } else if (is_own || strategy_.HasBaseScore()) {
    shape_index_.emplace(rows_, instances_, strategy_);
  } else if (!room_scan_) {
    room_scan_.emplace(rows_);
  }
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
  free_index_.NoteChange(row);
  if (shape_index_) shape_index_->NoteChange(row);
  if (room_scan_) room_scan_->NoteChange(row);
}

}  // namespace rostrum
