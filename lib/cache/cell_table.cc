#include "lib/cache/cell_table.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace rostrum {
namespace {

Resources ReadRow(const std::vector<Amount>& memory, const std::vector<Amount>& disk,
                  const std::vector<Amount>& cpu, const std::vector<int64_t>& containers,
                  const std::vector<std::vector<Amount>>& scalars,
                  const std::vector<std::string>& names, size_t row) {
  Resources resources;
  resources.memory = memory[row];
  resources.disk = disk[row];
  resources.cpu = cpu[row];
  resources.containers = containers[row];
  for (size_t i = 0; i < names.size(); ++i) {
    if (scalars[i][row] != 0) resources.scalars.push_back({names[i], scalars[i][row]});
  }
  return resources;
}

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

bool Precedes(const CellInfo& a, const CellInfo& b) {
  return std::tie(a.zone, a.index, a.id) < std::tie(b.zone, b.index, b.id);
}

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

void CellAmounts::Resize(size_t rows, size_t scalar_count) {
  for (auto* column : {&memory, &disk, &cpu}) column->resize(rows);
  for (auto* column : {&containers, &starting, &lrp_count, &task_count}) column->resize(rows);
  started.resize(rows);
  scalars.assign(scalar_count, std::vector<Amount>(rows, 0));
}

void CellTotals::Resize(size_t rows, size_t scalar_count) {
  for (auto* column : {&memory, &disk, &cpu}) column->resize(rows);
  containers.resize(rows);
  scalars.assign(scalar_count, std::vector<Amount>(rows, 0));
}

int CellTable::ScalarColumn(std::string_view name) const {
  const auto at = std::lower_bound(scalar_names.begin(), scalar_names.end(), name);
  if (at == scalar_names.end() || *at != name) return -1;
  return static_cast<int>(at - scalar_names.begin());
}

std::vector<uint32_t> CellLayout::RowsInOrder() const {
  std::vector<uint32_t> rows(cells.size());
  for (uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return Precedes(*cells[a], *cells[b]); });
  return rows;
}

Resources CellTable::Total(size_t row) const {
  return ReadRow(totals.memory, totals.disk, totals.cpu, totals.containers, totals.scalars,
                 scalar_names, row);
}

Resources CellTable::Available(size_t row) const {
  return ReadRow(available.memory, available.disk, available.cpu, available.containers,
                 available.scalars, scalar_names, row);
}

void CellTable::Place(size_t row, const std::shared_ptr<const Work>& work) {
  const auto take = [&](const Resources& amount) {
    available.memory[row] -= amount.memory;
    available.disk[row] -= amount.disk;
    available.cpu[row] -= amount.cpu;
    for (const NamedAmount& scalar : amount.scalars) {
      const int column = ScalarColumn(scalar.name);
      if (column >= 0) available.scalars[static_cast<size_t>(column)][row] -= scalar.amount;
    }
  };
  take(work->asked);
  --available.containers[row];
  if (available.started[row] == 0) {
    const Resources& overhead = layout->cells[row]->overhead;
    take(overhead);
    available.containers[row] -= overhead.containers;
    available.started[row] = 1;
  }
  ++available.starting[row];
  if (work->kind == Kind::kTask) {
    ++available.task_count[row];
  } else {
    ++available.lrp_count[row];
    lrps[row].placed.push_back(work);
  }
}

Cell CellTable::CellAt(size_t row) const {
  const CellInfo& info = *layout->cells[row];
  Cell cell;
  cell.id = info.id;
  cell.zone = info.zone;
  cell.index = info.index;
  cell.first_fit_index = info.first_fit_index;
  cell.total = Total(row);
  cell.available = Available(row);
  cell.signature = *info.signature;
  for (const std::string_view guid : lrps[row].told.guids()) cell.lrps.emplace_back(guid);
  for (const auto& work : lrps[row].placed) cell.lrps.push_back(work->guid);
  cell.other_lrps = lrps[row].told.unnamed();
  cell.task_count = available.task_count[row];
  cell.starting_containers = available.starting[row];
  cell.proxy_memory = info.proxy_memory;
  cell.overhead = info.overhead;
  cell.started = available.started[row] != 0;
  cell.evacuating = info.evacuating;
  cell.disabled = info.disabled;
  cell.draining = info.draining;
  cell.ignore_absent = info.ignore_absent;
  cell.tag = info.tag;
  return cell;
}

}  // namespace rostrum
