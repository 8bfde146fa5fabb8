#include "lib/place/instances.h"

#include <bit>
#include <unordered_set>

namespace rostrum {
namespace {

// Once so many entries are of earlier states, and at least half of all, they are thrown out.
constexpr size_t kStaleMinimum = 1024;

}  // namespace

Instances::Instances(const CellTable& table)
    : layout_(table.layout),
      told_(table.layout->open_count),
      state_(table.layout->open_count, 0),
      count_(table.layout->open_count, 0),
      by_row_(table.layout->open_count, 0),
      by_zone_(table.layout->zones.size(), 0) {
  size_t count = 0;
  for (uint32_t row = 0; row < told_.size(); ++row) {
    count += table.lrps[row].told.size() + table.lrps[row].placed.size();
  }
  entries_.reserve(count);
  chains_.assign(std::bit_ceil(count + 1), kNone);
  for (uint32_t row = 0; row < told_.size(); ++row) InsertAll(row, table.lrps[row]);
}

uint32_t& Instances::ChainOf(std::string_view guid) {
  return chains_[StringHash()(guid) & (chains_.size() - 1)];
}

void Instances::Insert(uint32_t row, std::string_view guid) {
  uint32_t& chain = ChainOf(guid);
  entries_.push_back({guid, row, state_[row], chain});
  chain = static_cast<uint32_t>(entries_.size() - 1);
  ++count_[row];
}

void Instances::InsertAll(uint32_t row, const CellLrps& lrps) {
  told_[row] = lrps.told;
  for (const std::string_view guid : lrps.told.guids()) Insert(row, guid);
  for (const auto& work : lrps.placed) {
    placed_.push_back(work);
    Insert(row, work->guid);
  }
}

void Instances::Load(uint32_t row, const CellLrps& lrps) {
  if (row >= state_.size()) return;
  stale_ += count_[row];
  count_[row] = 0;
  ++state_[row];
  InsertAll(row, lrps);
  const bool is_stale = stale_ > kStaleMinimum && stale_ > entries_.size() / 2;
  if (is_stale || entries_.size() > 2 * chains_.size()) CleanUp();
}

void Instances::CleanUp() {
  std::erase_if(entries_, [&](const Entry& entry) { return !counts(entry); });
  stale_ = 0;
  chains_.assign(std::bit_ceil(entries_.size() + 1), kNone);
  std::unordered_set<const char*> used;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    uint32_t& chain = ChainOf(entries_[i].guid);
    entries_[i].next = chain;
    chain = i;
    used.insert(entries_[i].guid.data());
  }
  std::erase_if(placed_, [&](const auto& work) { return !used.contains(work->guid.data()); });
}

void Instances::BeginRound() {
  Select(kNone);
  if (entries_.size() > 2 * chains_.size()) CleanUp();
  numbers_.clear();
  processes_.clear();
  places_.clear();
}

uint32_t Instances::ProcessOf(const std::shared_ptr<const Work>& work) {
  if (work->kind != Kind::kLrp) return kNone;
  const auto next = static_cast<uint32_t>(processes_.size());
  const auto [at, is_new] = numbers_.try_emplace(work->guid, next);
  if (is_new) {
    processes_.push_back({work, kNone});
    Gather(&processes_.back());
  }
  return at->second;
}

void Instances::Gather(Process* process) {
  const std::string_view guid = process->work->guid;
  for (uint32_t i = ChainOf(guid); i != kNone; i = entries_[i].next) {
    const Entry& entry = entries_[i];
    if (entry.guid == guid && counts(entry)) AddPlace(process, entry.row);
  }
}

void Instances::AddPlace(Process* process, uint32_t row) {
  places_.push_back({row, process->newest});
  process->newest = static_cast<uint32_t>(places_.size() - 1);
}

void Instances::Select(uint32_t process) {
  if (process == current_) return;
  for (const uint32_t row : rows_) {
    by_zone_[layout_->zone[row]] -= by_row_[row];
    by_row_[row] = 0;
  }
  rows_.clear();
  current_ = process;
  if (current_ == kNone) return;
  for (uint32_t i = processes_[current_].newest; i != kNone; i = places_[i].next) {
    AddTo(places_[i].row);
  }
}

void Instances::AddTo(uint32_t row) {
  if (by_row_[row] == 0) rows_.push_back(row);
  ++by_row_[row];
  ++by_zone_[layout_->zone[row]];
}

void Instances::Add(uint32_t row) {
  if (current_ == kNone) return;
  Process& process = processes_[current_];
  AddTo(row);
  AddPlace(&process, row);
  if (!process.is_kept) placed_.push_back(process.work);
  process.is_kept = true;
  Insert(row, process.work->guid);
}

}  // namespace rostrum
