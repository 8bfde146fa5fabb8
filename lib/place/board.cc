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

Ask MakeAsk(const Work& work, const Board& board) {
  Ask ask;
  ask.kind = work.kind;
  ask.memory = work.asked.memory;
  ask.disk = work.asked.disk;
  ask.cpu = work.asked.cpu;
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
      scalar_names_(table.scalar_names),
      totals_(table.totals),
      free_(table.available) {
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

int Board::ScalarColumn(std::string_view name) const {
  const auto at = std::lower_bound(scalar_names_.begin(), scalar_names_.end(), name);
  if (at == scalar_names_.end() || *at != name) return -1;
  return static_cast<int>(at - scalar_names_.begin());
}

bool Board::LoadScalars(const Resources& resources, uint32_t row,
                        std::vector<std::vector<Amount>>* columns, bool* changed) const {
  for (const NamedAmount& scalar : resources.scalars) {
    if (ScalarColumn(scalar.name) < 0) return false;
  }
  for (size_t column = 0; column < scalar_names_.size(); ++column) {
    Amount& held = (*columns)[column][row];
    const Amount told = resources.Scalar(scalar_names_[column]);
    *changed = *changed || held != told;
    held = told;
  }
  return true;
}

std::optional<bool> Board::Load(const RowState& state) {
  const uint32_t row = state.row;
  bool changed = false;
  const auto set = [&](auto* held, auto told) {
    changed = changed || *held != told;
    *held = told;
  };
  if (!LoadScalars(state.total, row, &totals_.scalars, &changed)) return std::nullopt;
  if (!LoadScalars(state.available, row, &free_.scalars, &changed)) return std::nullopt;
  set(&totals_.memory[row], state.total.memory);
  set(&totals_.disk[row], state.total.disk);
  set(&totals_.cpu[row], state.total.cpu);
  set(&totals_.containers[row], state.total.containers);
  set(&free_.memory[row], state.available.memory);
  set(&free_.disk[row], state.available.disk);
  set(&free_.cpu[row], state.available.cpu);
  set(&free_.containers[row], state.available.containers);
  if (row < layout_->open_count) starting_ += state.starting - free_.starting[row];
  set(&free_.starting[row], state.starting);
  set(&free_.lrp_count[row], state.lrp_count);
  set(&free_.task_count[row], state.task_count);
  set(&free_.started[row], static_cast<uint8_t>(state.started));
  if (changed) ++version_;
  return changed;
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
           ScalarFree(row, ScalarColumn(scalar.name));
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
        WholeAmount(totals_.containers[row]));
  check("cpu", ask.cpu + overhead.cpu, free_.cpu[row], totals_.cpu[row]);
  check("disk", ask.disk + overhead.disk, free_.disk[row], totals_.disk[row]);
  check("memory", ask.memory + proxy + overhead.memory, free_.memory[row],
        totals_.memory[row]);
  for (const ScalarAsk& scalar : ask.scalars) {
    const Amount total =
        scalar.column < 0 ? 0 : totals_.scalars[static_cast<size_t>(scalar.column)][row];
    check(scalar.name, scalar.amount + overhead.Scalar(scalar.name),
          ScalarFree(row, scalar.column), total);
  }
  for (const NamedAmount& scalar : overhead.scalars) {
    if (AskedScalar(ask, scalar.name) != 0) continue;
    const int column = ScalarColumn(scalar.name);
    check(scalar.name, scalar.amount, ScalarFree(row, column),
          column < 0 ? 0 : totals_.scalars[static_cast<size_t>(column)][row]);
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
    free_.scalars[static_cast<size_t>(ScalarColumn(scalar.name))][row] -= scalar.amount;
  }
  free_.started[row] = 1;
  ++free_.starting[row];
  ++(ask.kind == Kind::kLrp ? free_.lrp_count : free_.task_count)[row];
  ++starting_;
  ++version_;
}

ScoreColumns Board::Columns() const {
  ScoreColumns columns;
  columns.memory_total = totals_.memory.data();
  columns.memory_free = free_.memory.data();
  columns.disk_total = totals_.disk.data();
  columns.disk_free = free_.disk.data();
  columns.containers_total = totals_.containers.data();
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
  view.memory_total = totals_.memory[row];
  view.memory_free = free_.memory[row];
  view.disk_total = totals_.disk[row];
  view.disk_free = free_.disk[row];
  view.cpu_total = totals_.cpu[row];
  view.cpu_free = free_.cpu[row];
  view.containers_total = totals_.containers[row];
  view.containers_free = free_.containers[row];
  view.proxy_memory = info.proxy_memory;
  view.starting_containers = free_.starting[row];
  view.lrp_count = free_.lrp_count[row];
  view.task_count = free_.task_count[row];
  view.tag = info.tag;
  return view;
}

}  // namespace rostrum
