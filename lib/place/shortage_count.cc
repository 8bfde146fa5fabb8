#include "lib/place/shortage_count.h"

#include <algorithm>

namespace rostrum {
namespace {

constexpr std::array<std::string_view, kBasicResources> kNames = {"containers", "cpu", "disk",
                                                                  "memory"};

// Cells that are short of one resource, and the one of them that is short by the least; all of them
// static, or none.
struct Shortest {
  uint64_t cells = 0;
  Amount short_by = 0;
  Amount asked = 0;
  uint32_t row = 0;

  void Add(const ShortCells& found, Amount wanted, const Layout& layout) {
    const Amount lack = wanted - found.most_free;
    if (cells == 0 || lack < short_by || (lack == short_by && layout.Before(found.row, row))) {
      short_by = lack;
      asked = wanted;
      row = found.row;
    }
    cells += found.count;
  }
};

bool CanTell(FreeIndex* free, uint32_t group, const Work& work) {
  if (!free->IsUniform(group) || !free->SurelyFull(group, work)) return false;
  const BasicAmounts asked = free->AskedOf(group, work);
  for (size_t i = 0; i < kBasicResources; ++i) {
    const auto resource = static_cast<BasicResource>(i);
    if (!free->IsStaticForAll(group, resource, asked[i]) &&
        !free->IsStaticForNone(group, resource, asked[i])) {
      return false;
    }
  }
  return true;
}

ReasonCount ReasonOf(const Shortest& shortest, BasicResource resource, bool is_static,
                     const Layout& layout) {
  // Containers are counted, not measured; as an amount one is a thousand thousandths.
  const auto amount = [&](int64_t number) {
    return resource == BasicResource::kContainers ? WholeAmount(number) : number;
  };
  ReasonCount reason;
  reason.reason = Reason::kResource;
  reason.subject = std::string(kNames[static_cast<size_t>(resource)]);
  reason.is_static = is_static;
  reason.cells = shortest.cells;
  reason.asked = amount(shortest.asked);
  reason.short_by = amount(shortest.short_by);
  reason.free = reason.asked - reason.short_by;
  reason.cell_id = layout.info(shortest.row)->id;
  return reason;
}

}  // namespace

std::optional<ShortageCount> CountShortages(FreeIndex* free, const Layout& layout,
                                            const ConstraintMatch& match, const Work& work) {
  if (!work.asked.scalars.empty()) return std::nullopt;
  // Overheads name resources too, even those of cells that do not match.
  for (uint32_t group = 0; group < layout.groups().size(); ++group) {
    if (layout.groups()[group].cells > 0 && !free->IsUniform(group)) return std::nullopt;
  }
  uint64_t cells = 0;
  for (const uint32_t group : match.groups) {
    if (!CanTell(free, group, work)) return std::nullopt;
    cells += layout.groups()[group].cells;
  }
  ShortageCount count;
  Problems problems(work);
  std::vector<Shortage> everywhere;
  for (size_t i = 0; i < kBasicResources; ++i) {
    const auto resource = static_cast<BasicResource>(i);
    std::array<Shortest, 2> shortest;  // Dynamic and static.
    for (const uint32_t group : match.groups) {
      const int64_t asked = free->AskedOf(group, work)[i];
      const ShortCells found = free->CountShort(group, resource, asked);
      if (found.count == 0) continue;
      shortest[free->IsStaticForAll(group, resource, asked)].Add(found, asked, layout);
    }
    for (const bool is_static : {false, true}) {
      if (shortest[is_static].cells == 0) continue;
      count.counter.Add(ReasonOf(shortest[is_static], resource, is_static, layout));
    }
    if (shortest[0].cells + shortest[1].cells == cells) everywhere.push_back({kNames[i], 0, 0, 0});
  }
  problems.Intersect(everywhere);
  count.text = problems.Text();
  return count;
}

}  // namespace rostrum
