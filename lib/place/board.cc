#include "lib/place/board.h"

#include <algorithm>
#include <utility>

namespace rostrum {
namespace {

Amount AskedScalar(const Ask& ask, std::string_view name) {
  for (const ScalarAsk& scalar : ask.scalars) {
    if (scalar.name == name) return scalar.amount;
  }
  return 0;
}

}  // namespace

Ask MakeAsk(const Work& work, const CellTable& table) {
  Ask ask;
  ask.kind = work.kind;
  ask.memory = work.asked.memory;
  ask.disk = work.asked.disk;
  ask.cpu = work.asked.cpu;
  for (const NamedAmount& scalar : work.asked.scalars) {
    if (scalar.amount == 0) continue;
    ask.scalars.push_back({table.ScalarColumn(scalar.name), scalar.name, scalar.amount});
  }
  std::sort(ask.scalars.begin(), ask.scalars.end(),
            [](const ScalarAsk& a, const ScalarAsk& b) { return a.name < b.name; });
  return ask;
}

Board::Board(const CellTable& table) : table_(table), free_(table.available) {
  const uint32_t open = layout().open_count;
  proxy_memory_.reserve(open);
  index_.reserve(open);
  position_.reserve(open);
  for (uint32_t row = 0; row < open; ++row) {
    const CellInfo& info = *layout().cells[row];
    proxy_memory_.push_back(info.proxy_memory);
    index_.push_back(info.index);
    position_.push_back(row - layout().zones[layout().zone[row]].begin);
    starting_ += free_.starting[row];
  }
}

const Resources& Board::OverheadOf(uint32_t row) const {
  return free_.started[row] != 0 ? no_overhead_ : layout().cells[row]->overhead;
}

Amount Board::ScalarFree(uint32_t row, int column) const {
  return column < 0 ? 0 : free_.scalars[static_cast<size_t>(column)][row];
}

bool Board::FitsSlowly(uint32_t row, const Ask& ask, Amount extra_memory) const {
  const Resources& overhead = OverheadOf(row);
  if (ask.memory + extra_memory + overhead.memory > free_.memory[row] ||
      ask.disk + overhead.disk > free_.disk[row] || ask.cpu + overhead.cpu > free_.cpu[row] ||
      1 + overhead.containers > free_.containers[row]) {
    return false;
  }
  for (const ScalarAsk& scalar : ask.scalars) {
    if (scalar.amount + overhead.Scalar(scalar.name) > ScalarFree(row, scalar.column)) return false;
  }
  return std::all_of(overhead.scalars.begin(), overhead.scalars.end(), [&](const auto& scalar) {
    return AskedScalar(ask, scalar.name) + scalar.amount <=
           ScalarFree(row, table_.ScalarColumn(scalar.name));
  });
}

std::vector<Shortage> Board::Shortages(uint32_t row, const Ask& ask, bool with_proxy) const {
  const Resources& overhead = OverheadOf(row);
  const Amount proxy = with_proxy && ask.kind == Kind::kLrp ? proxy_memory_[row] : 0;
  std::vector<Shortage> shortages;
  const auto check = [&](std::string_view name, Amount asked, Amount free, Amount total) {
    if (asked > free) shortages.push_back({name, asked, free, total});
  };
  // Containers are counted, not measured; as an amount one is a thousand thousandths.
  check("containers", WholeAmount(1 + overhead.containers), WholeAmount(free_.containers[row]),
        WholeAmount(table_.totals.containers[row]));
  check("cpu", ask.cpu + overhead.cpu, free_.cpu[row], table_.totals.cpu[row]);
  check("disk", ask.disk + overhead.disk, free_.disk[row], table_.totals.disk[row]);
  check("memory", ask.memory + proxy + overhead.memory, free_.memory[row],
        table_.totals.memory[row]);
  for (const ScalarAsk& scalar : ask.scalars) {
    const Amount total =
        scalar.column < 0 ? 0 : table_.totals.scalars[static_cast<size_t>(scalar.column)][row];
    check(scalar.name, scalar.amount + overhead.Scalar(scalar.name),
          ScalarFree(row, scalar.column), total);
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    if (AskedScalar(ask, scalar.name) != 0) continue;
    const int column = table_.ScalarColumn(scalar.name);
    check(scalar.name, scalar.amount, ScalarFree(row, column),
          column < 0 ? 0 : table_.totals.scalars[static_cast<size_t>(column)][row]);
  }
  return shortages;
}

void Board::Reserve(uint32_t row, const Ask& ask) {
  const Resources& overhead = OverheadOf(row);
  free_.memory[row] -= ask.memory + overhead.memory;
  free_.disk[row] -= ask.disk + overhead.disk;
  free_.cpu[row] -= ask.cpu + overhead.cpu;
  free_.containers[row] -= 1 + overhead.containers;
  for (const ScalarAsk& scalar : ask.scalars) {
    free_.scalars[static_cast<size_t>(scalar.column)][row] -= scalar.amount;
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    free_.scalars[static_cast<size_t>(table_.ScalarColumn(scalar.name))][row] -= scalar.amount;
  }
  free_.started[row] = 1;
  ++free_.starting[row];
  ++(ask.kind == Kind::kLrp ? free_.lrp_count : free_.task_count)[row];
  ++starting_;
  ++version_;
}

ScoreColumns Board::Columns() const {
  ScoreColumns columns;
  columns.memory_total = table_.totals.memory.data();
  columns.memory_free = free_.memory.data();
  columns.disk_total = table_.totals.disk.data();
  columns.disk_free = free_.disk.data();
  columns.containers_total = table_.totals.containers.data();
  columns.containers_free = free_.containers.data();
  columns.proxy_memory = proxy_memory_.data();
  columns.starting = free_.starting.data();
  columns.lrp_count = free_.lrp_count.data();
  columns.task_count = free_.task_count.data();
  columns.index = index_.data();
  columns.position = position_.data();
  return columns;
}

CellView Board::ViewOf(uint32_t row) const {
  const CellInfo& info = *layout().cells[row];
  CellView view;
  view.id = info.id;
  view.zone = info.zone;
  view.index = info.index;
  view.position = position_[row];
  view.memory_total = table_.totals.memory[row];
  view.memory_free = free_.memory[row];
  view.disk_total = table_.totals.disk[row];
  view.disk_free = free_.disk[row];
  view.cpu_total = table_.totals.cpu[row];
  view.cpu_free = free_.cpu[row];
  view.containers_total = table_.totals.containers[row];
  view.containers_free = free_.containers[row];
  view.proxy_memory = info.proxy_memory;
  view.starting_containers = free_.starting[row];
  view.lrp_count = free_.lrp_count[row];
  view.task_count = free_.task_count[row];
  view.tag = info.tag;
  return view;
}

}  // namespace rostrum
