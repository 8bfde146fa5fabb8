#include "lib/place/room_scan.h"

#include <algorithm>

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
           const Ask& ask, uint32_t count, double* left) {
  const auto asked_memory = static_cast<double>(ask.memory);
  const auto asked_disk = static_cast<double>(ask.disk);
  const auto asked_cpu = static_cast<double>(ask.least_cpu);
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

}  // namespace

RoomScan::RoomScan(const Board& board) : board_(board) {
  const uint32_t rows = board.layout().open_count;
  for (auto* column : {&memory_, &memory_for_lrps_, &disk_, &cpu_, &containers_}) {
    column->resize(rows);
  }
  rows_.reserve(rows);
  for (uint32_t row = 0; row < rows; ++row) NoteChange(row);
}

void RoomScan::NoteChange(uint32_t row) {
  const CellView& cell = board_.cells()[row];
  memory_[row] = static_cast<double>(cell.memory_free);
  memory_for_lrps_[row] = static_cast<double>(cell.memory_free - cell.proxy_memory);
  disk_[row] = static_cast<double>(cell.disk_free);
  cpu_[row] = static_cast<double>(cell.cpu_free);
  containers_[row] = static_cast<double>(cell.containers_free);
}

const std::vector<uint32_t>& RoomScan::Rows(uint32_t begin, uint32_t end, const Ask& ask) {
  const double* memory = ask.kind == Kind::kLrp ? memory_for_lrps_.data() : memory_.data();
  rows_.resize(end - begin);
  size_t found = 0;
  double left[kBlock];
  for (uint32_t first = begin; first < end; first += kBlock) {
    const uint32_t count = std::min(kBlock, end - first);
    Leave(memory + first, disk_.data() + first, cpu_.data() + first, containers_.data() + first,
          ask, count, left);
    for (uint32_t i = 0; i < count; ++i) {
      rows_[found] = first + i;
      found += left[i] >= 0 ? 1 : 0;
    }
  }
  rows_.resize(found);
  return rows_;
}

}  // namespace rostrum
