// All cells as they are, and as they were when snapshots were taken.

#ifndef ROSTRUM_LIB_CACHE_STORE_H_
#define ROSTRUM_LIB_CACHE_STORE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "lib/base/engine_lock.h"
#include "lib/base/strings.h"
#include "lib/cache/slot.h"
#include "rostrum/snapshot.h"

namespace rostrum {

// All cells at one time: the open ones in the order of Precedes, then the closed ones, likewise.
struct CellTable {
  std::vector<CellSlot> cells;
  size_t open_count = 0;

  // All of them in one order, closed cells among the open ones.
  std::vector<const CellSlot*> InOrder() const;
};

class CellStore;

// A snapshot, among those that are still to be worked out by age.
struct SnapshotVersion {
  std::shared_ptr<CellStore> store;
  uint64_t at = 0;  // The number of the first entry of the log that it does not have.
  size_t cells = 0;
  bool is_listed = false;
  SnapshotVersion* older = nullptr;
  SnapshotVersion* newer = nullptr;
  std::unique_ptr<const CellTable> table;  // Once it is worked out.
};

// The cells, by row: a number that a cell keeps as long as it is there.
//
// A snapshot is a place in the log of what has changed since; what it comes to is worked out when
// somebody looks into it, or when the log has become as long as there are cells. Where nobody has a
// snapshot nothing is logged.
//
// Whoever changes cells holds `mutex`, since snapshots are read by any thread, and does it in this
// order: PrepareLog, then Keep for each row, then the change, which must not fail any more.
class CellStore : public std::enable_shared_from_this<CellStore> {
 public:
  CellStore() = default;
  CellStore(const CellStore&) = delete;
  CellStore& operator=(const CellStore&) = delete;

  EngineLock mutex;

  // Rows without a cell have no info.
  const std::vector<CellSlot>& slots() const { return slots_; }
  size_t cell_count() const { return row_of_.size(); }
  // kNoRow if there is no such cell.
  uint32_t Find(std::string_view cell_id) const {
    const auto at = row_of_.find(cell_id);
    return at == row_of_.end() ? kNoRow : at->second;
  }

  // Makes room for so many entries.
  void PrepareLog(size_t entries);
  // Before anything of a row changes: keeps it as it is, if a snapshot may need it.
  void Keep(uint32_t row);
  // A row that has been kept, to be changed.
  CellSlot& Change(uint32_t row);

  // Makes room for so many new cells with these ids, which are not there yet.
  void PrepareToAdd(const std::vector<std::string_view>& ids);
  // REQUIRES: PrepareToAdd. Each takes no memory.
  void Add(CellSlot slot);
  // REQUIRES: it has been kept.
  void Erase(uint32_t row);

  // Places work on a row of which the log has room to say so.
  // REQUIRES: the slot has room for it. Takes no memory. What the reader of changes `knows` is
  // none.
  void Place(uint32_t row, const Auction& auction, uint64_t placed_by, bool knows);
  // Makes room for work on rows, each as often as it is named.
  void PrepareToPlace(std::span<const uint32_t> rows);

  // These take `mutex` themselves. Where it is lost, with another process's thread, there are no
  // cells.
  std::shared_ptr<const Snapshot> TakeSnapshot();
  const CellTable& TableOf(SnapshotVersion* version);
  void Forget(SnapshotVersion* version);

  // For the one reader of changes: the rows that changed since it last took note of them, but for
  // what it knew, each once.
  const std::vector<uint32_t>& changed_rows() const { return changed_rows_; }
  bool HasChanged(uint32_t row) const { return is_changed_[row] != 0; }
  void TakeNoteOfChanges();

 private:
  struct LogEntry {
    enum class Kind : uint32_t {
      kPlaced,  // Before, the newest of what is placed on it was not there.
      kEmpty,   // Before, there was no cell.
      kOther,   // Before, it was as `before` says.
    };
    uint32_t row = 0;
    Kind kind = Kind::kPlaced;
    std::unique_ptr<CellSlot> before;
  };
  using Version = SnapshotVersion;

  void NoteChange(uint32_t row);
  bool NeedsLog(uint32_t row) const { return newest_ != nullptr && kept_at_[row] <= newest_->at; }
  uint64_t log_end() const { return log_begin_ + log_.size(); }
  void List(Version* version);
  // Takes no memory.
  void Unlist(Version* version);
  void WorkOut(Version* version);

  const CellTable no_cells_;
  std::vector<CellSlot> slots_;
  std::vector<uint32_t> free_rows_;
  StringMap<uint32_t> row_of_;  // By cell id.
  StringMap<uint32_t> coming_;  // Cells that are to be added.

  std::vector<LogEntry> log_;
  uint64_t log_begin_ = 1;  // The number of its first entry.
  std::vector<uint64_t>
      kept_at_;  // By row: the number after its last entry but for what was placed.
  Version* oldest_ = nullptr;
  Version* newest_ = nullptr;
  std::weak_ptr<const Snapshot> latest_;
  bool has_changed_ = true;  // Since `latest_`.

  std::vector<uint32_t> changed_rows_;
  std::vector<uint8_t> is_changed_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_STORE_H_
