#include "lib/place/instances.h"

#include <bit>
#include <utility>

#include "lib/base/reserve.h"
#include "lib/base/strings.h"

namespace rostrum {
namespace {

// Once so many entries are of earlier states, and at least half of all, they are thrown out.
constexpr size_t kStaleMinimum = 1024;
}  // namespace

void Instances::Grow(size_t rows, size_t zones, size_t instances) {
  GrowTo(&told_, rows);
  GrowTo(&states_, rows);
  GrowTo(&by_row_, rows);
  GrowTo(&by_zone_, zones);
  const size_t count = entries_.size() + instances;
  if (count <= 2 * chains_.size()) return;
  entries_.reserve(count);
  CleanUp(count);
}

uint32_t& Instances::ChainOf(std::string_view guid) {
  return chains_[StringHash()(guid) & (chains_.size() - 1)];
}

void Instances::Insert(const Entry& entry) {
  uint32_t& chain = ChainOf(entry.guid);
  entries_.push_back(entry);
  entries_.back().next = chain;
  chain = static_cast<uint32_t>(entries_.size() - 1);
}

void Instances::InsertTold(uint32_t row, const LrpList& told) {
  told_[row] = told;
  states_[row].told_count = static_cast<uint32_t>(told.named());
  for (const std::string_view guid : told.guids()) Insert({guid, row, states_[row].told});
}

void Instances::InsertPlaced(uint32_t row, const CellSlot& cell) {
  for (const PlacedWork& work : cell.placed) {
    if (work.auction.kind() != Kind::kLrp) continue;
    const auto position = static_cast<uint32_t>(placed_.size());
    placed_.push_back(work.auction.work);
    ++states_[row].placed_count;
    Insert({placed_.back()->guid, row, states_[row].placed, kNone, position});
  }
}

void Instances::Load(uint32_t row, const CellSlot& cell) {
  const bool is_open = cell.info != nullptr && cell.info->open();
  const LrpList none;
  const LrpList& lrps = is_open ? cell.lrps : none;
  RowStates& states = states_[row];
  // Most often only what was placed is new, and what the cell tells of is the very same list.
  if (lrps.guids().data() != told_[row].guids().data()) {
    stale_ += states.told_count;
    ++states.told;
    InsertTold(row, lrps);
  }
  stale_ += states.placed_count;
  states.placed_count = 0;
  ++states.placed;
  if (is_open) InsertPlaced(row, cell);
  const bool is_stale = stale_ > kStaleMinimum && stale_ > entries_.size() / 2;
  if (is_stale || entries_.size() > 2 * chains_.size()) CleanUp(entries_.size());
}

void Instances::CleanUp(size_t room) {
  std::erase_if(entries_, [&](const Entry& entry) { return !Counts(entry); });
  stale_ = 0;
  KeepPlacedInUse();
  chains_.assign(std::bit_ceil(room + 1), kNone);
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    uint32_t& chain = ChainOf(entries_[i].guid);
    entries_[i].next = chain;
    chain = i;
  }
}

void Instances::KeepPlacedInUse() {
  std::vector<uint32_t> moved_to(placed_.size(), kNone);
  std::vector<std::shared_ptr<const Work>> in_use;
  for (Entry& entry : entries_) {
    if (entry.placed == kNone) continue;
    uint32_t& position = moved_to[entry.placed];
    if (position == kNone) {
      position = static_cast<uint32_t>(in_use.size());
      in_use.push_back(placed_[entry.placed]);
    }
    entry.placed = position;
  }
  placed_ = std::move(in_use);
}

void Instances::BeginRound() {
  Select(kNone);
  numbers_.Clear();
  processes_.clear();
  places_.clear();
  if (entries_.size() > 2 * chains_.size()) CleanUp(entries_.size());
  entries_before_ = entries_.size();
  placed_before_ = placed_.size();
}

void Instances::UndoRound() {
  Select(kNone);
  // From the newest on each is the first of its chain.
  for (; entries_.size() > entries_before_; entries_.pop_back()) {
    const Entry& last = entries_.back();
    ChainOf(last.guid) = last.next;
    --states_[last.row].placed_count;
  }
  placed_.erase(placed_.begin() + static_cast<ptrdiff_t>(placed_before_), placed_.end());
}

uint32_t Instances::ProcessOf(const std::shared_ptr<const Work>& work) {
  if (work->kind != Kind::kLrp) return kNone;
  const size_t hash = StringHash()(work->guid);
  const uint32_t known = numbers_.Find(
      hash, [&](uint32_t number) { return processes_[number].work->guid == work->guid; });
  if (known != PositionTable::kNone) return known;
  const auto number = static_cast<uint32_t>(processes_.size());
  numbers_.Insert(hash, number);
  processes_.emplace_back().work = work;
  Gather(&processes_.back());
  return number;
}

void Instances::Gather(Process* process) {
  const std::string_view guid = process->work->guid;
  // Entries that do not count any more are taken out of the chain on the way.
  for (uint32_t* link = &ChainOf(guid); *link != kNone;) {
    Entry& entry = entries_[*link];
    if (!Counts(entry)) {
      *link = entry.next;
      continue;
    }
    if (entry.guid == guid) AddPlace(process, entry.row);
    link = &entry.next;
  }
}

void Instances::AddPlace(Process* process, uint32_t row) {
  if (process->count_here < Process::kHere) {
    process->here[process->count_here++] = row;
    return;
  }
  places_.push_back({row, process->newest});
  process->newest = static_cast<uint32_t>(places_.size() - 1);
}

void Instances::Select(uint32_t process) {
  if (process == current_) return;
  for (const uint32_t row : rows_) {
    by_zone_[layout_.zone(row)] -= by_row_[row];
    by_row_[row] = 0;
  }
  rows_.clear();
  current_ = process;
  if (current_ == kNone) return;
  const Process& selected = processes_[current_];
  for (uint32_t i = 0; i < selected.count_here; ++i) AddTo(selected.here[i]);
  for (uint32_t i = selected.newest; i != kNone; i = places_[i].next) AddTo(places_[i].row);
}

void Instances::AddTo(uint32_t row) {
  if (by_row_[row] == 0) rows_.push_back(row);
  ++by_row_[row];
  ++by_zone_[layout_.zone(row)];
}

void Instances::Add(uint32_t row) {
  if (current_ == kNone) return;
  Process& process = processes_[current_];
  AddTo(row);
  AddPlace(&process, row);
  if (process.placed == kNone) {
    process.placed = static_cast<uint32_t>(placed_.size());
    placed_.push_back(process.work);
  }
  ++states_[row].placed_count;
  Insert({process.work->guid, row, states_[row].placed, kNone, process.placed});
}

}  // namespace rostrum
