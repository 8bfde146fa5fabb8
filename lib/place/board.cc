#include "lib/place/board.h"

#include <algorithm>
#include <utility>

#include "lib/model/fits.h"

namespace rostrum {
namespace {

Amount AskedScalar(const Ask& ask, std::string_view name) {
  for (const ScalarAsk& scalar : ask.scalars) {
    if (scalar.name == name) return scalar.amount;
  }
  return 0;
}

}  // namespace

Ask MakeAsk(const Work& work, const Board& board) {
  Ask ask;
  ask.kind = work.kind;
  ask.memory = work.asked.memory;
  ask.disk = work.asked.disk;
  ask.cpu = work.asked.cpu;
  ask.least_cpu = LeastFree(ask.cpu);
  for (const NamedAmount& scalar : work.asked.scalars) {
    if (scalar.amount == 0) continue;
    ask.scalars.push_back({board.ScalarColumn(scalar.name), scalar.name, scalar.amount});
  }
  std::sort(ask.scalars.begin(), ask.scalars.end(),
            [](const ScalarAsk& a, const ScalarAsk& b) { return a.name < b.name; });
  return ask;
}

Board::Board(const CellTable& table)
    : layout_(table.layout),
      cells_(table.size()),
      started_(table.size()),
      scalar_names_(table.scalar_names),
      scalars_(table.size() * table.scalar_names.size()) {
  const CellLayout& layout = *layout_;
  const size_t columns = scalar_names_.size();
  for (uint32_t row = 0; row < cells_.size(); ++row) {
    const CellInfo& info = *layout.cells[row];
    CellView& cell = cells_[row];
    cell.id = info.id;
    cell.zone = info.zone;
    cell.index = info.index;
    cell.position = row < layout.open_count ? row - layout.zones[layout.zone[row]].begin : 0;
    if (info.first_fit_index) cell.index = cell.position = *info.first_fit_index;
    cell.proxy_memory = info.proxy_memory;
    cell.tag = info.tag;
    cell.ignore_absent = info.ignore_absent;
    for (size_t column = 0; column < columns; ++column) {
      ScalarAt(row, column).name = scalar_names_[column];
    }
    cell.scalars = {scalars_.data() + row * columns, columns};
    static_cast<void>(Load(table, row));
  }
}

int Board::ScalarColumn(std::string_view name) const {
  const auto at = std::lower_bound(scalar_names_.begin(), scalar_names_.end(), name);
  if (at == scalar_names_.end() || *at != name) return -1;
  return static_cast<int>(at - scalar_names_.begin());
}

bool Board::HasScalarsOf(const CellTable& table) const {
  return std::includes(scalar_names_.begin(), scalar_names_.end(), table.scalar_names.begin(),
                       table.scalar_names.end());
}

bool Board::LoadScalars(const CellTable& table, uint32_t row) {
  bool changed = false;
  for (size_t column = 0; column < scalar_names_.size(); ++column) {
    ScalarView& held = ScalarAt(row, column);
    const int known = table.ScalarColumn(scalar_names_[column]);
    const auto at = [&](const std::vector<std::vector<Amount>>& scalars) {
      return known < 0 ? 0 : scalars[static_cast<size_t>(known)][row];
    };
    const Amount total = at(table.totals.scalars);
    const Amount free = at(table.available.scalars);
    changed = changed || held.total != total || held.free != free;
    held.total = total;
    held.free = free;
  }
  return changed;
}

bool Board::Load(const CellTable& table, uint32_t row) {
  bool changed = LoadScalars(table, row);
  const auto set = [&](auto* held, auto told) {
    changed = changed || *held != told;
    *held = told;
  };
  CellView& cell = cells_[row];
  const CellAmounts& free = table.available;
  set(&cell.memory_total, table.totals.memory[row]);
  set(&cell.disk_total, table.totals.disk[row]);
  set(&cell.cpu_total, table.totals.cpu[row]);
  set(&cell.containers_total, table.totals.containers[row]);
  set(&cell.memory_free, free.memory[row]);
  set(&cell.disk_free, free.disk[row]);
  set(&cell.cpu_free, free.cpu[row]);
  set(&cell.containers_free, free.containers[row]);
  if (row < layout_->open_count) starting_ += free.starting[row] - cell.starting_containers;
  set(&cell.starting_containers, free.starting[row]);
  set(&cell.lrp_count, free.lrp_count[row]);
  set(&cell.task_count, free.task_count[row]);
  set(&started_[row], free.started[row]);
  if (changed) ++version_;
  return changed;
}

const Resources& Board::OverheadOf(uint32_t row) const {
  return started_[row] != 0 ? no_overhead_ : layout().cells[row]->overhead;
}

bool Board::FitsSlowly(uint32_t row, const Ask& ask, Amount extra_memory) const {
  const CellView& cell = cells_[row];
  const Resources& overhead = OverheadOf(row);
  if (ask.memory + extra_memory + overhead.memory > cell.memory_free ||
      ask.disk + overhead.disk > cell.disk_free ||
      LeastFree(ask.cpu + overhead.cpu) > cell.cpu_free ||
      1 + overhead.containers > cell.containers_free) {
    return false;
  }
  for (const ScalarAsk& scalar : ask.scalars) {
    if (scalar.amount + overhead.Scalar(scalar.name) > ScalarFree(row, scalar.column)) return false;
  }
  return std::all_of(overhead.scalars.begin(), overhead.scalars.end(), [&](const auto& scalar) {
    return AskedScalar(ask, scalar.name) + scalar.amount <=
           ScalarFree(row, ScalarColumn(scalar.name));
  });
}

std::vector<Shortage> Board::Shortages(uint32_t row, const Ask& ask, bool with_proxy) const {
  const Resources& overhead = OverheadOf(row);
  const CellView& cell = cells_[row];
  const Amount proxy = with_proxy && ask.kind == Kind::kLrp ? cells_[row].proxy_memory : 0;
  std::vector<Shortage> shortages;
  const auto check = [&](std::string_view name, Amount asked, Amount free, Amount total) {
    if (asked > free) shortages.push_back({name, asked, free, total});
  };
  // Containers are counted, not measured; as an amount one is a thousand thousandths.
  check("containers", WholeAmount(1 + overhead.containers), WholeAmount(cell.containers_free),
        WholeAmount(cell.containers_total));
  if (const Amount cpu = ask.cpu + overhead.cpu; cpu > 0) {
    check("cpu", cpu, cell.cpu_free, cell.cpu_total);
  }
  check("disk", ask.disk + overhead.disk, cell.disk_free, cell.disk_total);
  check("memory", ask.memory + proxy + overhead.memory, cell.memory_free, cell.memory_total);
  for (const ScalarAsk& scalar : ask.scalars) {
    const Amount total =
        scalar.column < 0 ? 0 : ScalarAt(row, static_cast<size_t>(scalar.column)).total;
    check(scalar.name, scalar.amount + overhead.Scalar(scalar.name), ScalarFree(row, scalar.column),
          total);
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    if (AskedScalar(ask, scalar.name) != 0) continue;
    const int column = ScalarColumn(scalar.name);
    check(scalar.name, scalar.amount, ScalarFree(row, column),
          column < 0 ? 0 : ScalarAt(row, static_cast<size_t>(column)).total);
  }
  return shortages;
}

void Board::Reserve(uint32_t row, const Ask& ask) {
  CellView& cell = cells_[row];
  const Resources& overhead = OverheadOf(row);
  cell.memory_free -= ask.memory + overhead.memory;
  cell.disk_free -= ask.disk + overhead.disk;
  cell.cpu_free -= ask.cpu + overhead.cpu;
  cell.containers_free -= 1 + overhead.containers;
  for (const ScalarAsk& scalar : ask.scalars) {
    ScalarAt(row, static_cast<size_t>(scalar.column)).free -= scalar.amount;
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    ScalarAt(row, static_cast<size_t>(ScalarColumn(scalar.name))).free -= scalar.amount;
  }
  started_[row] = 1;
  ++cell.starting_containers;
  ++(ask.kind == Kind::kLrp ? cell.lrp_count : cell.task_count);
  ++starting_;
  ++version_;
}

}  // namespace rostrum
