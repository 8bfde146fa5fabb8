#include "lib/cache/store.h"

#include <algorithm>
#include <utility>

#include "lib/base/reserve.h"
#include "lib/cache/internals.h"
#include "rostrum/cache.h"

namespace rostrum {
namespace {

// A log of so many entries may be kept however few cells there are.
constexpr size_t kShortLog = 256;

bool SlotPrecedes(const CellSlot& a, const CellSlot& b) { return Precedes(*a.info, *b.info); }

}  // namespace

std::vector<const CellSlot*> CellTable::InOrder() const {
  std::vector<const CellSlot*> all;
  all.reserve(cells.size());
  for (const CellSlot& cell : cells) all.push_back(&cell);
  std::inplace_merge(all.begin(), all.begin() + static_cast<ptrdiff_t>(open_count), all.end(),
                     [](const CellSlot* a, const CellSlot* b) { return SlotPrecedes(*a, *b); });
  return all;
}

void CellStore::PrepareLog(size_t entries) {
  const size_t longest = std::max(kShortLog, slots_.size());
  while (oldest_ != nullptr && log_end() - oldest_->at + entries > longest) WorkOut(oldest_);
  if (newest_ != nullptr) ReserveMore(&log_, entries);
}

void CellStore::Keep(uint32_t row) {
  if (!NeedsLog(row)) return;
  const bool is_empty = slots_[row].info == nullptr;
  log_.push_back({row, is_empty ? LogEntry::Kind::kEmpty : LogEntry::Kind::kOther,
                  is_empty ? nullptr : std::make_unique<CellSlot>(slots_[row])});
  kept_at_[row] = log_end();
}

void CellStore::NoteChange(uint32_t row) {
  // There is room for every row.
  if (is_changed_[row] == 0) changed_rows_.push_back(row);
  is_changed_[row] = 1;
}

CellSlot& CellStore::Change(uint32_t row) {
  has_changed_ = true;
  NoteChange(row);
  return slots_[row];
}

void CellStore::PrepareToAdd(const std::vector<std::string_view>& ids) {
  PrepareLog(ids.size());
  coming_.clear();
  for (const std::string_view id : ids) coming_.emplace(id, kNoRow);
  row_of_.reserve(row_of_.size() + ids.size());
  const size_t reused = std::min(free_rows_.size(), ids.size());
  const size_t rows = slots_.size() + ids.size() - reused;
  // A few more often come soon, and to move all of them costs more than room for those.
  if (rows > slots_.capacity()) slots_.reserve(rows + rows / 8 + 8);
  ReserveMore(&kept_at_, rows - kept_at_.size());
  ReserveMore(&is_changed_, rows - is_changed_.size());
  changed_rows_.reserve(slots_.capacity());
  free_rows_.reserve(slots_.capacity());
}

void CellStore::Add(CellSlot slot) {
  uint32_t row = static_cast<uint32_t>(slots_.size());
  if (free_rows_.empty()) {
    slots_.emplace_back();
    kept_at_.push_back(0);
    is_changed_.push_back(0);
  } else {
    row = free_rows_.back();
    free_rows_.pop_back();
  }
  Keep(row);
  auto id = coming_.extract(slot.info->id);
  id.mapped() = row;
  row_of_.insert(std::move(id));
  Change(row) = std::move(slot);
}

void CellStore::Erase(uint32_t row) {
  row_of_.erase(row_of_.find(slots_[row].info->id));
  Change(row) = CellSlot();
  free_rows_.push_back(row);
}

void CellStore::PrepareToPlace(std::span<const uint32_t> rows) {
  PrepareLog(rows.size());
  constexpr size_t kAhead = 8;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size()) {
      const auto* const bytes = reinterpret_cast<const char*>(&slots_[rows[i + kAhead]]);
      for (size_t line = 0; line < sizeof(CellSlot); line += 64) __builtin_prefetch(bytes + line);
    }
    ++slots_[rows[i]].expected;
  }
  try {
    for (const uint32_t row : rows) {
      CellSlot& slot = slots_[row];
      if (const uint32_t more = std::exchange(slot.expected, 0); more > 0) {
        slot.placed.reserve(slot.placed.size() + more);
      }
    }
  } catch (...) {
    for (const uint32_t row : rows) slots_[row].expected = 0;
    throw;
  }
}

void CellStore::Place(uint32_t row, const Auction& auction, uint64_t placed_by, bool knows) {
  if (NeedsLog(row)) log_.push_back({row, LogEntry::Kind::kPlaced, nullptr});
  has_changed_ = true;
  if (!knows) NoteChange(row);
  slots_[row].Place(auction, placed_by);
}

void CellStore::TakeNoteOfChanges() {
  for (const uint32_t row : changed_rows_) is_changed_[row] = 0;
  changed_rows_.clear();
}

void CellStore::List(Version* version) {
  version->at = log_end();
  version->older = newest_;
  (newest_ == nullptr ? oldest_ : newest_->newer) = version;
  newest_ = version;
  version->is_listed = true;
}

void CellStore::Unlist(Version* version) {
  if (!std::exchange(version->is_listed, false)) return;
  (version->older == nullptr ? oldest_ : version->older->newer) = version->newer;
  (version->newer == nullptr ? newest_ : version->newer->older) = version->older;
  // What nobody needs any more goes, if it is much of what is there.
  const uint64_t needed = oldest_ == nullptr ? log_end() : oldest_->at;
  const auto unneeded = static_cast<size_t>(needed - log_begin_);
  if (2 * unneeded < log_.size()) return;
  log_.erase(log_.begin(), log_.begin() + static_cast<ptrdiff_t>(unneeded));
  log_begin_ = needed;
}

void CellStore::WorkOut(Version* version) {
  auto table = std::make_unique<CellTable>();
  std::vector<CellSlot>& cells = table->cells;
  cells = slots_;
  for (uint64_t number = log_end(); number-- > version->at;) {
    const LogEntry& entry = log_[static_cast<size_t>(number - log_begin_)];
    CellSlot& cell = cells[entry.row];
    if (entry.kind == LogEntry::Kind::kPlaced) {
      // What came later may not have been logged, if an earlier entry says what was there before.
      if (!cell.placed.empty()) cell.TakeOff(cell.placed.size() - 1);
    } else {
      cell = entry.before == nullptr ? CellSlot() : *entry.before;
    }
  }
  std::erase_if(cells, [](const CellSlot& cell) { return cell.info == nullptr; });
  std::sort(cells.begin(), cells.end(), [](const CellSlot& a, const CellSlot& b) {
    return a.info->open() != b.info->open() ? a.info->open() : SlotPrecedes(a, b);
  });
  table->open_count = static_cast<size_t>(
      std::count_if(cells.begin(), cells.end(), [](const CellSlot& c) { return c.info->open(); }));
  version->table = std::move(table);
  Unlist(version);
}

std::shared_ptr<const Snapshot> CellStore::TakeSnapshot() {
  std::shared_ptr<const Snapshot> made =
      Internals::MakeSnapshot(std::make_unique<SnapshotVersion>());
  Version* const version = Internals::VersionOf(*made);
  version->store = shared_from_this();
  const Locked lock(mutex);
  if (!lock.ok()) return made;
  if (!has_changed_) {
    if (std::shared_ptr<const Snapshot> same = latest_.lock()) return same;
  }
  version->cells = cell_count();
  List(version);
  latest_ = made;
  has_changed_ = false;
  return made;
}

const CellTable& CellStore::TableOf(Version* version) {
  const Locked lock(mutex);
  if (!lock.ok()) return no_cells_;
  if (version->table == nullptr) WorkOut(version);
  return *version->table;
}

void CellStore::Forget(Version* version) {
  const Locked lock(mutex);
  if (lock.ok()) Unlist(version);
}

Snapshot::Snapshot(std::unique_ptr<SnapshotVersion> version) : version_(std::move(version)) {}

Snapshot::~Snapshot() {
  if (version_->store != nullptr) version_->store->Forget(version_.get());
}

Expected<std::shared_ptr<const Snapshot>> Snapshot::FromCells(std::span<const Cell> cells) {
  Cache cache;
  if (Status status = cache.Update(cells); !status.ok()) return status;
  return cache.TakeSnapshot();
}

size_t Snapshot::size() const { return version_->cells; }

std::vector<Cell> Snapshot::Cells() const {
  std::vector<Cell> cells;
  cells.reserve(size());
  for (const CellSlot* cell : Internals::TableOf(*this).InOrder()) cells.push_back(cell->ToCell());
  return cells;
}

}  // namespace rostrum
