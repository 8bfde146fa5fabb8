#include "lib/place/free_index.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

namespace rostrum {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

constexpr BasicAmounts All(int64_t amount) { return {amount, amount, amount, amount}; }

void Widen(const BasicAmounts& amounts, BasicAmounts* least, BasicAmounts* most) {
  for (size_t i = 0; i < kBasicResources; ++i) {
    (*least)[i] = std::min((*least)[i], amounts[i]);
    (*most)[i] = std::max((*most)[i], amounts[i]);
  }
}

size_t Position(BasicResource resource) { return static_cast<size_t>(resource); }

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

const FreeIndex::Bounds FreeIndex::kNone = {All(kHighest), All(kLowest)};

BasicAmounts FreeIndex::AskedOf(uint32_t group, const Work& work) {
  const Amount proxy = work.kind == Kind::kLrp ? CatchUp(group).proxy_memory : 0;
  return {1, LeastFree(work.asked.cpu), work.asked.disk, work.asked.memory + proxy};
}

bool FreeIndex::SurelyFull(uint32_t group, const Work& work) {
  const Tree& tree = CatchUp(group);
  const BasicAmounts asked = AskedOf(group, work);
  const BasicAmounts& most = tree.nodes[1].most;
  for (size_t i = 0; i < kBasicResources; ++i) {
    if (asked[i] > most[i]) return true;
  }
  return false;
}

bool FreeIndex::IsUniform(uint32_t group) { return CatchUp(group).is_uniform; }

bool FreeIndex::IsStaticForAll(uint32_t group, BasicResource resource, int64_t asked) {
  return asked > CatchUp(group).totals.most[Position(resource)];
}

bool FreeIndex::IsStaticForNone(uint32_t group, BasicResource resource, int64_t asked) {
  return asked <= CatchUp(group).totals.least[Position(resource)];
}

ShortCells FreeIndex::CountShort(uint32_t group, BasicResource resource, int64_t asked) {
  const Tree& tree = CatchUp(group);
  const size_t position = Position(resource);
  ShortCells found;
  uint32_t node = 0;
  Walk(tree, position, asked, 1, &found, &node);
  if (found.count == 0) return found;
  // The first of the cells below that have as much.
  while (node < tree.leaves) {
    node = 2 * node + (tree.nodes[2 * node].most[position] != found.most_free);
  }
  found.row = layout_.groups()[group].slots[node - tree.leaves];
  return found;
}

void FreeIndex::Walk(const Tree& tree, size_t resource, int64_t asked, uint32_t node,
                     ShortCells* found, uint32_t* best_node) const {
  const Bounds& bounds = tree.nodes[node];
  if (bounds.least[resource] >= asked) return;
  if (bounds.most[resource] >= asked) {
    Walk(tree, resource, asked, 2 * node, found, best_node);
    Walk(tree, resource, asked, 2 * node + 1, found, best_node);
    return;
  }
  // All cells below are short.
  if (found->count == 0 || bounds.most[resource] > found->most_free) {
    found->most_free = bounds.most[resource];
    *best_node = node;
  }
  found->count += tree.cells[node];
}

FreeIndex::Tree& FreeIndex::TreeOf(uint32_t group) {
  if (group >= trees_.size()) trees_.resize(layout_.groups().size());
  return trees_[group];
}

void FreeIndex::NoteChange(uint32_t group, uint32_t slot) noexcept {
  if (group >= trees_.size()) return;
  Tree& tree = trees_[group];
  if (tree.nodes.empty()) return;
  // So far behind it is cheaper to make it anew.
  bool is_too_much = tree.changes.size() >= tree.leaves;
  try {
    if (!is_too_much) tree.changes.push_back(slot);
  } catch (const std::bad_alloc&) {
    is_too_much = true;
  }
  if (is_too_much) Forget(group);
}

void FreeIndex::Forget(uint32_t group) {
  if (group >= trees_.size()) return;
  trees_[group].nodes.clear();
  trees_[group].changes.clear();
}

const FreeIndex::Tree& FreeIndex::CatchUp(uint32_t group) {
  Tree& tree = TreeOf(group);
  if (tree.nodes.empty()) {
    Make(group, &tree);
    return tree;
  }
  for (const uint32_t slot : tree.changes) {
    SetLeaf(group, slot, &tree);
    for (uint32_t node = (tree.leaves + slot) / 2; node >= 1; node /= 2) Join(&tree, node);
  }
  tree.changes.clear();
  return tree;
}

void FreeIndex::Make(uint32_t group, Tree* tree) {
  const std::vector<uint32_t>& slots = layout_.groups()[group].slots;
  tree->leaves = std::bit_ceil(static_cast<uint32_t>(slots.size()));
  tree->changes.clear();
  tree->is_uniform = true;
  const auto first =
      std::find_if(slots.begin(), slots.end(), [](uint32_t row) { return row != kNoRow; });
  tree->proxy_memory = rows_[*first].proxy_memory;
  tree->totals = kNone;
  tree->cells.assign(size_t{2} * tree->leaves, 0);
  tree->nodes.assign(size_t{2} * tree->leaves, kNone);
  for (uint32_t slot = 0; slot < slots.size(); ++slot) SetLeaf(group, slot, tree);
  for (uint32_t node = tree->leaves; node-- > 1;) Join(tree, node);
}

void FreeIndex::Join(Tree* tree, uint32_t node) {
  const Bounds& left = tree->nodes[2 * node];
  const Bounds& right = tree->nodes[2 * node + 1];
  Bounds& bounds = tree->nodes[node];
  tree->cells[node] = tree->cells[2 * node] + tree->cells[2 * node + 1];
  for (size_t i = 0; i < kBasicResources; ++i) {
    bounds.least[i] = std::min(left.least[i], right.least[i]);
    bounds.most[i] = std::max(left.most[i], right.most[i]);
  }
}

void FreeIndex::SetLeaf(uint32_t group, uint32_t slot, Tree* tree) const {
  const uint32_t row = layout_.groups()[group].slots[slot];
  tree->cells[tree->leaves + slot] = row == kNoRow ? 0 : 1;
  if (row == kNoRow) {
    tree->nodes[tree->leaves + slot] = kNone;
    return;
  }
  const CellRow& cell = rows_[row];
  const BasicAmounts free = {cell.containers_free, cell.cpu_free, cell.disk_free, cell.memory_free};
  tree->nodes[tree->leaves + slot] = {free, free};
  Widen({cell.containers_total, cell.cpu_total, cell.disk_total, cell.memory_total},
        &tree->totals.least, &tree->totals.most);
  if (!cell.is_started() || cell.proxy_memory != tree->proxy_memory) tree->is_uniform = false;
  tree->proxy_memory = std::min(tree->proxy_memory, cell.proxy_memory);
}

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
