#include "lib/place/free_index.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>

namespace rostrum {
namespace {

constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();

BasicAmounts All(int64_t amount) { return {amount, amount, amount, amount}; }

void Widen(const BasicAmounts& amounts, BasicAmounts* least, BasicAmounts* most) {
  for (size_t i = 0; i < kBasicResources; ++i) {
    (*least)[i] = std::min((*least)[i], amounts[i]);
    (*most)[i] = std::max((*most)[i], amounts[i]);
  }
}

size_t Position(BasicResource resource) { return static_cast<size_t>(resource); }

}  // namespace

FreeIndex::FreeIndex(const Rows& rows)
    : rows_(rows), layout_(rows.layout()), trees_(rows.layout().groups.size()) {}

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
  Walk(tree, position, asked, 1, tree.leaves, &found, &node);
  if (found.count == 0) return found;
  // The first of the cells below that have as much.
  while (node < tree.leaves) {
    node = 2 * node + (tree.nodes[2 * node].most[position] != found.most_free);
  }
  found.row = layout_.slot_row[layout_.groups[group].begin + (node - tree.leaves)];
  return found;
}

void FreeIndex::Walk(const Tree& tree, size_t resource, int64_t asked, uint32_t node,
                     uint32_t width, ShortCells* found, uint32_t* best_node) const {
  const Bounds& bounds = tree.nodes[node];
  if (bounds.least[resource] >= asked) return;
  if (bounds.most[resource] >= asked) {
    Walk(tree, resource, asked, 2 * node, width / 2, found, best_node);
    Walk(tree, resource, asked, 2 * node + 1, width / 2, found, best_node);
    return;
  }
  // All cells below are short. The last leaves may be no cells.
  const auto level = static_cast<uint32_t>(std::bit_width(node)) - 1;
  const uint32_t first = (node - (1U << level)) * width;
  const uint32_t cells = std::min(width, tree.cells - first);
  if (found->count == 0 || bounds.most[resource] > found->most_free) {
    found->most_free = bounds.most[resource];
    *best_node = node;
  }
  found->count += cells;
}

void FreeIndex::NoteChange(uint32_t row) noexcept {
  const uint32_t group = layout_.row_group[row];
  Tree& tree = trees_[group];
  if (tree.nodes.empty()) return;
  // So far behind it is cheaper to make it anew.
  bool is_too_much = tree.changes.size() >= tree.leaves;
  try {
    if (!is_too_much) {
      tree.changes.push_back(layout_.row_slot[row] - layout_.groups[group].begin);
    }
  } catch (const std::bad_alloc&) {
    is_too_much = true;
  }
  if (is_too_much) {
    tree.nodes.clear();
    tree.changes.clear();
  }
}

const FreeIndex::Tree& FreeIndex::CatchUp(uint32_t group) {
  Tree& tree = trees_[group];
  if (tree.nodes.empty()) {
    Make(group, &tree);
    return tree;
  }
  for (const uint32_t slot : tree.changes) {
    SetLeaf(layout_.slot_row[layout_.groups[group].begin + slot], slot, &tree);
    for (uint32_t node = (tree.leaves + slot) / 2; node >= 1; node /= 2) Join(&tree, node);
  }
  tree.changes.clear();
  return tree;
}

void FreeIndex::Make(uint32_t group, Tree* tree) {
  const CellGroup& range = layout_.groups[group];
  tree->cells = range.end - range.begin;
  tree->leaves = std::bit_ceil(tree->cells);
  tree->changes.clear();
  tree->is_uniform = true;
  tree->proxy_memory = rows_[layout_.slot_row[range.begin]].proxy_memory;
  const Bounds none = {All(kHighest), All(kLowest)};
  tree->totals = none;
  tree->nodes.assign(size_t{2} * tree->leaves, none);
  for (uint32_t slot = 0; slot < tree->cells; ++slot) {
    SetLeaf(layout_.slot_row[range.begin + slot], slot, tree);
  }
  for (uint32_t node = tree->leaves; node-- > 1;) Join(tree, node);
}

void FreeIndex::Join(Tree* tree, uint32_t node) {
  const Bounds& left = tree->nodes[2 * node];
  const Bounds& right = tree->nodes[2 * node + 1];
  Bounds& bounds = tree->nodes[node];
  for (size_t i = 0; i < kBasicResources; ++i) {
    bounds.least[i] = std::min(left.least[i], right.least[i]);
    bounds.most[i] = std::max(left.most[i], right.most[i]);
  }
}

void FreeIndex::SetLeaf(uint32_t row, uint32_t slot, Tree* tree) const {
  const CellRow& cell = rows_[row];
  const BasicAmounts free = {cell.containers_free, cell.cpu_free, cell.disk_free, cell.memory_free};
  tree->nodes[tree->leaves + slot] = {free, free};
  Widen({cell.containers_total, cell.cpu_total, cell.disk_total, cell.memory_total},
        &tree->totals.least, &tree->totals.most);
  if (!cell.is_started() || cell.proxy_memory != tree->proxy_memory) tree->is_uniform = false;
  tree->proxy_memory = std::min(tree->proxy_memory, cell.proxy_memory);
}

}  // namespace rostrum
