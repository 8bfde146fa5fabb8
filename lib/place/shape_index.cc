#include "lib/place/shape_index.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <tuple>

#include "absl/hash/hash.h"
#include "lib/base/strings.h"
#include "lib/strategy/separable.h"

namespace rostrum {
namespace {

// Once so large a part of a group has changed, it is cheaper to make its tree anew.
constexpr size_t kRemakePart = 5;

// A shape that no round asked for in so many rounds is forgotten.
constexpr uint64_t kRoundsKept = 16;

// How many scores the trees may hold together: some 80 MB of them without tiers, 150 MB with.
constexpr size_t kMostScores = 8'000'000;

// Of several values. absl::HashOf is not in Ubuntu 22.04's Abseil.
template <typename... Values>
size_t HashAll(const Values&... values) {
  return absl::Hash<std::tuple<Values...>>()(std::tuple<Values...>(values...));
}

size_t HashOf(const Work& work) {
  const Resources& asked = work.asked;
  size_t hash = HashAll(static_cast<int32_t>(work.kind), asked.memory, asked.disk, asked.cpu);
  for (const NamedAmount& scalar : asked.scalars) {
    hash = HashAll(hash, StringHash()(scalar.name), scalar.amount);
  }
  return hash;
}

bool SameShape(const Work& a, const Work& b) {
  return a.kind == b.kind && a.asked.memory == b.asked.memory && a.asked.disk == b.asked.disk &&
         a.asked.cpu == b.asked.cpu && a.asked.scalars == b.asked.scalars;
}

}  // namespace

ShapeIndex::ShapeIndex(const Layout& layout, const Rows& rows, const Instances& instances,
                       Strategy& strategy)
    : layout_(layout),
      rows_(rows),
      instances_(instances),
      strategy_(strategy),
      separable_(dynamic_cast<const SeparableStrategy*>(&strategy)),
      limit_(strategy.ScoreLimit()),
      changes_(layout.groups().size()) {}

void ShapeIndex::BeginRound() {
  ++round_;
  changes_.resize(layout_.groups().size());
  const size_t before = shapes_.size();
  std::erase_if(shapes_, [&](const auto& shape) {
    if (shape->round + kRoundsKept >= round_) return false;
    DropTrees(shape.get());
    return true;
  });
  if (shapes_.size() != before) {
    shape_numbers_.Clear();
    for (uint32_t i = 0; i < shapes_.size(); ++i) {
      shape_numbers_.Insert(HashOf(shapes_[i]->work), i);
    }
  }
  // A tree that is so far behind would be made anew in any case.
  for (uint32_t group = 0; group < changes_.size(); ++group) {
    ChangeLog& log = changes_[group];
    if (log.slots.size() <= 2 * layout_.groups()[group].slots.size()) continue;
    log.forgotten = log.size();
    log.slots.clear();
  }
}

uint32_t ShapeIndex::ShapeOf(const Work& work) {
  const size_t hash = HashOf(work);
  uint32_t number = shape_numbers_.Find(
      hash, [&](uint32_t known) { return SameShape(shapes_[known]->work, work); });
  if (number == PositionTable::kNone) {
    number = static_cast<uint32_t>(shapes_.size());
    shapes_.push_back(MakeShape(work));
    shape_numbers_.Insert(hash, number);
  }
  shapes_[number]->round = round_;
  shapes_[number]->trees.resize(layout_.groups().size());
  return number;
}

std::unique_ptr<ShapeIndex::Shape> ShapeIndex::MakeShape(const Work& work) const {
  auto shape = std::make_unique<Shape>();
  shape->work.kind = work.kind;
  shape->work.asked = work.asked;
  return shape;
}

std::optional<RankedRow> ShapeIndex::Best(uint32_t shape, uint32_t group, bool skip_instances) {
  const ScoreTree& scores = CatchUp(shape, group).scores;
  const std::vector<uint32_t>& rows = layout_.groups()[group].slots;
  const uint32_t slot =
      skip_instances ? scores.BestWithout([&](uint32_t s) { return instances_.OnRow(rows[s]) > 0; })
                     : scores.Best();
  if (slot == ScoreTree::kNobody) return std::nullopt;
  return RankedRow{rows[slot], scores.At(slot)};
}

Score ShapeIndex::ScoreAt(uint32_t shape, uint32_t row) {
  return CatchUp(shape, layout_.group(row)).scores.At(layout_.slot(row));
}

void ShapeIndex::NoteChange(uint32_t group, uint32_t slot) noexcept {
  // Where there is no log yet, there is no tree either.
  if (group >= changes_.size()) return;
  ChangeLog& log = changes_[group];
  try {
    log.slots.push_back(slot);
  } catch (const std::bad_alloc&) {
    // No tree has seen this one, so each will be made anew.
    log.forgotten = log.size() + 1;
    log.slots.clear();
  }
}

void ShapeIndex::Forget(uint32_t group) {
  for (const auto& shape : shapes_) {
    if (group < shape->trees.size()) DropTree(&shape->trees[group]);
  }
  if (group >= changes_.size()) return;
  changes_[group].forgotten = changes_[group].size();
  changes_[group].slots.clear();
}

void ShapeIndex::TakeIn(const Shape& shape, uint32_t group, Tree* tree) {
  const ChangeLog& log = changes_[group];
  if (tree->scores.empty() || tree->seen < log.forgotten ||
      log.size() - tree->seen > tree->scores.size() / kRemakePart + 1) {
    Make(shape, group, tree);
  } else {
    Update(shape, group,
           {log.slots.begin() + static_cast<ptrdiff_t>(tree->seen - log.forgotten),
            log.slots.end()},
           tree);
  }
  tree->seen = log.size();
}

void ShapeIndex::DropTree(Tree* tree) {
  scores_held_ -= tree->scores.size();
  *tree = Tree();
}

void ShapeIndex::DropTrees(Shape* shape) {
  for (Tree& tree : shape->trees) DropTree(&tree);
}

void ShapeIndex::Make(const Shape& shape, uint32_t group, Tree* tree) {
  const size_t count = layout_.groups()[group].slots.size();
  if (tree->scores.empty()) {
    if (scores_held_ + count > kMostScores) {
      for (const auto& other : shapes_) DropTrees(other.get());
    }
    scores_held_ += count;
  }
  changed_slots_.resize(count);
  for (uint32_t slot = 0; slot < count; ++slot) changed_slots_[slot] = slot;
  ScoreSlots(shape, group);
  tree->scores.Make(changed_scores_);
}

void ShapeIndex::Update(const Shape& shape, uint32_t group, std::span<const uint32_t> changes,
                        Tree* tree) {
  changed_slots_.assign(changes.begin(), changes.end());
  std::sort(changed_slots_.begin(), changed_slots_.end());
  changed_slots_.erase(std::unique(changed_slots_.begin(), changed_slots_.end()),
                       changed_slots_.end());
  ScoreSlots(shape, group);
  tree->scores.Set(&changed_slots_, changed_scores_.data());
}

void ShapeIndex::ScoreSlots(const Shape& shape, uint32_t group) {
  const std::vector<uint32_t>& rows = layout_.groups()[group].slots;
  // In holes another row is scored, for nothing.
  uint32_t stand_in = kNoRow;
  changed_rows_.clear();
  for (const uint32_t slot : changed_slots_) {
    if (rows[slot] == kNoRow && stand_in == kNoRow) {
      stand_in =
          *std::find_if(rows.begin(), rows.end(), [](uint32_t row) { return row != kNoRow; });
    }
    changed_rows_.push_back(rows[slot] == kNoRow ? stand_in : rows[slot]);
  }
  changed_scores_.resize(changed_slots_.size());
  ScoreAll(shape, changed_rows_, changed_scores_.data());
  if (stand_in == kNoRow) return;
  for (size_t i = 0; i < changed_slots_.size(); ++i) {
    if (rows[changed_slots_[i]] == kNoRow) changed_scores_[i] = kNoScore;
  }
}

void ShapeIndex::ScoreAll(const Shape& shape, std::span<const uint32_t> rows, Score* scores) {
  if (separable_ != nullptr) separable_->ScoreRows(shape.work, rows_.all(), rows, scores);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!FitsWithProxy(rows_[rows[i]], shape.work)) {
      scores[i] = kNoScore;
      continue;
    }
    if (separable_ == nullptr) scores[i] = BaseScoreOf(rows[i]);
    // NaN is not below the limit either.
    if (limit_ && !(scores[i].value < *limit_)) scores[i] = kNoScore;
  }
}

Score ShapeIndex::BaseScoreOf(uint32_t row) {
  try {
    const Score score = strategy_.BaseScore(rows_[row]);
    return std::isnan(score.value) || !IsTier(score.tier) ? kFailedScore : score;
  } catch (...) {
    // The round asks again when it meets this cell, and reports what it throws then.
    return kFailedScore;
  }
}

}  // namespace rostrum
