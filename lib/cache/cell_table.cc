#include "lib/cache/cell_table.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace rostrum {
namespace {

void AddZones(CellLayout* layout) {
  layout->zone.resize(layout->open_count);
  for (uint32_t row = 0; row < layout->open_count; ++row) {
    const std::string& name = layout->cells[row]->zone;
    if (layout->zones.empty() || layout->zones.back().name != name) {
      layout->zones.push_back({name, row, row});
    }
    layout->zones.back().end = row + 1;
    layout->zone[row] = static_cast<uint32_t>(layout->zones.size() - 1);
  }
}

void AddSignatures(CellLayout* layout) {
  // By address: the cache has made equal signatures one. Rows are met in order, so the numbers do
  // not depend on the addresses.
  std::map<const Signature*, uint32_t> numbers;
  layout->signature.resize(layout->open_count);
  for (uint32_t row = 0; row < layout->open_count; ++row) {
    const std::shared_ptr<const Signature>& signature = layout->cells[row]->signature;
    const auto next = static_cast<uint32_t>(layout->signatures.size());
    const auto [at, is_new] = numbers.try_emplace(signature.get(), next);
    if (is_new) layout->signatures.push_back(signature);
    layout->signature[row] = at->second;
  }
}

void AddGroups(CellLayout* layout) {
  std::vector<uint32_t>& slot_row = layout->slot_row;
  slot_row.resize(layout->open_count);
  for (uint32_t row = 0; row < layout->open_count; ++row) slot_row[row] = row;
  const auto key = [&](uint32_t row) {
    return std::tuple(layout->zone[row], layout->signature[row], row);
  };
  std::sort(slot_row.begin(), slot_row.end(),
            [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  layout->row_slot.resize(layout->open_count);
  layout->row_group.resize(layout->open_count);
  for (uint32_t slot = 0; slot < layout->open_count; ++slot) {
    const uint32_t row = slot_row[slot];
    const CellGroup wanted{layout->zone[row], layout->signature[row], slot, slot + 1};
    if (layout->groups.empty() || layout->groups.back().zone != wanted.zone ||
        layout->groups.back().signature != wanted.signature) {
      layout->groups.push_back(wanted);
    }
    layout->groups.back().end = slot + 1;
    layout->row_slot[row] = slot;
    layout->row_group[row] = static_cast<uint32_t>(layout->groups.size() - 1);
  }
}

}  // namespace

std::shared_ptr<const CellLayout> CellLayout::Make(
    std::vector<std::shared_ptr<const CellInfo>> cells) {
  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) {
    if (a->open() != b->open()) return a->open();
    return Precedes(*a, *b);
  });
  auto layout = std::make_shared<CellLayout>();
  layout->cells = std::move(cells);
  const auto first_closed = std::find_if(layout->cells.begin(), layout->cells.end(),
                                         [](const auto& cell) { return !cell->open(); });
  layout->open_count = static_cast<uint32_t>(first_closed - layout->cells.begin());
  AddZones(layout.get());
  AddSignatures(layout.get());
  AddGroups(layout.get());
  return layout;
}

std::vector<uint32_t> CellLayout::RowsInOrder() const {
  std::vector<uint32_t> rows(cells.size());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return Precedes(*cells[a], *cells[b]); });
  return rows;
}

std::set<std::string_view> CellTable::Names() const {
  std::set<std::string_view> names;
  for (const CellSlot& cell : cells) cell.CollectNames(&names);
  return names;
}

}  // namespace rostrum
