#include "lib/tools/simulate/made_cells.h"

#include <array>

#include "lib/base/format.h"
#include "lib/tools/simulate/random.h"

namespace rostrum::tools {
namespace {

// A size of virtual machine, with twice as much disk as memory.
struct Size {
  int64_t memory_mb = 0;
  uint32_t weight = 0;
};

constexpr std::array<Size, 3> kSizes = {{{65536, 70}, {131072, 20}, {32768, 10}}};

// What Diego's release sets for a rep unless it is told otherwise.
constexpr int64_t kContainers = 250;

Signature SignatureOf(Purpose purpose) {
  const std::string_view stack =
      purpose == Purpose::kSecondStack ? kSecondStackName : kFirstStackName;
  Signature signature;
  signature.rootfs_providers = {
      {"preloaded", RootfsProvider::Type::kFixedSet, {std::string(stack)}}};
  if (purpose == Purpose::kSegment) signature.placement_tags = {std::string(kSegmentTag)};
  signature.Normalize();
  return signature;
}

}  // namespace

Purpose PurposeOfCell(int64_t number) {
  if (number % 20 == 7) return Purpose::kSegment;
  if (number % 20 == 14) return Purpose::kSecondStack;
  return Purpose::kShared;
}

std::vector<Cell> MakeCells(int64_t count, int64_t zones, uint64_t seed) {
  Random random(seed, Random::Stream::kCells);
  std::array<uint32_t, kSizes.size()> weights{};
  for (size_t i = 0; i < kSizes.size(); ++i) weights[i] = kSizes[i].weight;

  std::vector<Cell> cells(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    Cell& cell = cells[static_cast<size_t>(i)];
    cell.id = Format("cell-{:05}", i);
    cell.zone = Format("z{}", i % zones + 1);
    cell.index = i;
    cell.tag = static_cast<uint64_t>(i);
    const Size& size = kSizes[random.Pick(weights)];
    cell.total.memory = WholeAmount(size.memory_mb);
    cell.total.disk = WholeAmount(size.memory_mb * 2);
    cell.total.containers = kContainers;
    cell.available = cell.total;
    cell.signature = SignatureOf(PurposeOfCell(i));
  }
  return cells;
}

}  // namespace rostrum::tools
