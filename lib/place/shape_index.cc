#include "lib/place/shape_index.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <tuple>

#include "absl/hash/hash.h"
#include "lib/base/strings.h"
#include "lib/strategy/kinds.h"

namespace rostrum {
namespace {

struct Contender {
  int64_t tier;
  double value;
  uint32_t position;
};

// As Better, without branches that a processor would guess wrong. Of equals the first wins.
inline Contender Winner(const Contender& first, const Contender& second) {
  const bool second_wins = static_cast<bool>(
      (second.tier < first.tier) | ((second.tier == first.tier) & (second.value < first.value)));
  return {second_wins ? second.tier : first.tier, second_wins ? second.value : first.value,
          second_wins ? second.position : first.position};
}

// The first of eight scores that is as good as any.
uint32_t BestOf(const double* values, const int64_t* tiers) {
  // In pairs, so that they do not wait for each other.
  const auto pair = [&](uint32_t i) {
    return Winner({tiers[i], values[i], i}, {tiers[i + 1], values[i + 1], i + 1});
  };
  return Winner(Winner(pair(0), pair(2)), Winner(pair(4), pair(6))).position;
}

// The same where all tiers are equal.
uint32_t BestOf(const double* values) {
  const double low =
      std::min(std::min(std::min(values[0], values[1]), std::min(values[2], values[3])),
               std::min(std::min(values[4], values[5]), std::min(values[6], values[7])));
  uint32_t equal = 0;
  for (uint32_t i = 0; i < 8; ++i) equal |= static_cast<uint32_t>(values[i] == low) << i;
  return static_cast<uint32_t>(std::countr_zero(equal));
}

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

void ScoreTree::Make(const std::vector<Score>& scores) {
  Reset(static_cast<uint32_t>(scores.size()));
  for (uint32_t slot = 0; slot < size_; ++slot) Put(slot, scores[slot]);
  for (size_t level = 1; level < levels_.size(); ++level) {
    const auto groups = static_cast<uint32_t>(levels_[level].slots.size());
    for (uint32_t group = 0; group < groups; ++group) Contest(level, group);
  }
}

void ScoreTree::Reset(uint32_t size) {
  has_tiers_ = false;
  // Most trees are made again for the same cells, whose memory is there.
  if (size == size_ && !empty()) {
    for (Level& level : levels_) {
      std::fill(level.values.begin(), level.values.end(), kNoScore.value);
      std::fill(level.slots.begin(), level.slots.end(), kNobody);
      level.tiers.clear();
    }
    return;
  }
  size_ = size;
  levels_.clear();
  for (uint32_t count = size;;) {
    const bool is_lowest = levels_.empty();
    const bool is_top = count == 1 && !is_lowest;
    const uint32_t room = is_top ? 1 : (count + kWidth - 1) / kWidth * kWidth;
    Level& level = levels_.emplace_back();
    level.values.assign(room, kNoScore.value);
    if (!is_lowest) level.slots.assign(count, kNobody);
    if (is_top) return;
    count = room / kWidth;
  }
}

bool ScoreTree::NeedsTiers(const Score& score) const {
  return !has_tiers_ && !(score == kNoScore) && (score.tier != 0 || score.value == kNoScore.value);
}

void ScoreTree::AddTiers() {
  for (Level& level : levels_) {
    level.tiers.resize(level.values.size());
    for (size_t i = 0; i < level.values.size(); ++i) {
      level.tiers[i] = level.values[i] == kNoScore.value ? kNoScore.tier : 0;
    }
  }
  has_tiers_ = true;
}

void ScoreTree::Put(uint32_t slot, const Score& score) {
  if (NeedsTiers(score)) AddTiers();
  levels_[0].values[slot] = score.value;
  if (has_tiers_) levels_[0].tiers[slot] = score.tier;
}

void ScoreTree::Set(std::vector<uint32_t>* slots, const Score* scores) {
  for (size_t i = 0; i < slots->size(); ++i) Put((*slots)[i], scores[i]);
  // The groups whose winner has changed are what has changed on the next level.
  for (size_t level = 1; level < levels_.size() && !slots->empty(); ++level) {
    size_t kept = 0;
    uint32_t last = kNobody;
    for (const uint32_t position : *slots) {
      const uint32_t group = position / kWidth;
      if (group == last) continue;
      last = group;
      if (Contest(level, group)) (*slots)[kept++] = group;
    }
    slots->resize(kept);
  }
}

bool ScoreTree::Contest(size_t level, uint32_t group) {
  static_assert(kWidth == 8);
  const Level& below = levels_[level - 1];
  Level& here = levels_[level];
  const size_t first = size_t{group} * kWidth;
  const uint32_t winner = has_tiers_
                              ? BestOf(below.values.data() + first, below.tiers.data() + first)
                              : BestOf(below.values.data() + first);
  const uint32_t position = group * kWidth + winner;
  const Score score = ScoreAt(level - 1, position);
  const uint32_t slot = score == kNoScore ? kNobody : SlotOf(level - 1, position);
  if (here.slots[group] == slot && ScoreAt(level, group) == score) return false;
  here.slots[group] = slot;
  here.values[group] = score.value;
  if (has_tiers_) here.tiers[group] = score.tier;
  return true;
}

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
    Update(
        shape, group,
        {log.slots.begin() + static_cast<ptrdiff_t>(tree->seen - log.forgotten), log.slots.end()},
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
