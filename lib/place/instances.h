// How many instances of each process are where.

#ifndef ROSTRUM_LIB_PLACE_INSTANCES_H_
#define ROSTRUM_LIB_PLACE_INSTANCES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/base/position_table.h"
#include "lib/place/layout.h"
#include "rostrum/auction.h"

namespace rostrum {

// All instances that run, found by their process. A round asks for the few processes that it
// auctions; the counts of one of them at a time are laid out by row and by zone, for scanning.
//
// It is kept from round to round: telling it of a row costs what runs on that row alone. Instances
// are entries of one array, chained by the hash of their process. Those of a row that was told anew
// stay behind as entries of an earlier state, until they are many.
class Instances {
 public:
  // `layout` outlives it.
  explicit Instances(const Layout& layout) : layout_(layout), chains_(1, kNone) {}

  // To be called before the layout changes: selects no process, by whose zones it is counted.
  void BeforeLayoutChanges() { Select(kNone); }
  // Makes room for so many rows and zones, and for so many more instances.
  void Grow(size_t rows, size_t zones, size_t instances);

  static constexpr uint32_t kNone = UINT32_MAX;

  // Takes over what runs on a row now; nothing that counts if the cell is closed. What was told of
  // it before is forgotten.
  void Load(uint32_t row, const CellSlot& cell);

  // Forgets the numbers of processes that were given out in the round before.
  void BeginRound();

  // The number of an auctioned process; kNone for a task.
  uint32_t ProcessOf(const std::shared_ptr<const Work>& work);

  // Brings a process into the cache that will soon be selected.
  void Prefetch(uint32_t process) const {
    if (process != kNone) __builtin_prefetch(&processes_[process]);
  }

  // Makes a process the current one.
  void Select(uint32_t process);

  // Instances of the current process on an open row, and in a zone.
  int64_t OnRow(uint32_t row) const { return by_row_[row]; }
  int64_t InZone(uint32_t zone) const { return by_zone_[zone]; }
  // The open rows that hold an instance of the current process, each once.
  const std::vector<uint32_t>& rows() const { return rows_; }

  // One more instance of the current process.
  void Add(uint32_t row);

  // Forgets all that was added since the round began. Takes no memory.
  void UndoRound();

 private:
  // What the entries of a row are of: they count only if they are of its newest states.
  struct RowStates {
    uint32_t told = 0;
    uint32_t placed = 0;
    uint32_t told_count = 0;
    uint32_t placed_count = 0;
  };
  // An instance on a row.
  struct Entry {
    std::string_view guid;
    uint32_t row = 0;
    uint32_t state = 0;
    uint32_t next = kNone;
    uint32_t placed = kNone;  // Its position in `placed_`; kNone for one that the row told of.
  };
  // A process that this round auctions, and its rows: the first few here, side by side, the others
  // in a chain of places, the newest first.
  struct Process {
    static constexpr uint32_t kHere = 9;

    std::shared_ptr<const Work> work;
    uint32_t newest = kNone;
    uint32_t placed = kNone;  // The position of `work` in `placed_`, once it is there.
    uint32_t count_here = 0;
    std::array<uint32_t, kHere> here;
  };
  struct Place {
    uint32_t row = 0;
    uint32_t next = kNone;
  };

  uint32_t& ChainOf(std::string_view guid);
  void Insert(const Entry& entry);
  void InsertTold(uint32_t row, const LrpList& told);
  void InsertPlaced(uint32_t row, const CellSlot& cell);
  // Throws out the entries of earlier states, and makes the chains short for so many.
  void CleanUp(size_t room);
  void KeepPlacedInUse();
  bool Counts(const Entry& entry) const {
    const RowStates& states = states_[entry.row];
    return entry.state == (entry.placed == kNone ? states.told : states.placed);
  }
  void Gather(Process* process);
  void AddPlace(Process* process, uint32_t row);
  void AddTo(uint32_t row);

  const Layout& layout_;
  // Whose characters the entries point to: what rows told, by row, and what was placed.
  std::vector<LrpList> told_;
  std::vector<std::shared_ptr<const Work>> placed_;
  std::vector<RowStates> states_;  // By row.
  std::vector<Entry> entries_;
  std::vector<uint32_t> chains_;  // A power of two of them: the first entry, or kNone.
  size_t stale_ = 0;              // Entries that do not count any more.
  // How many there were when the round began.
  size_t entries_before_ = 0;
  size_t placed_before_ = 0;

  std::vector<Process> processes_;
  PositionTable numbers_;  // Of `processes_`, by guid.
  std::vector<Place> places_;
  uint32_t current_ = kNone;
  std::vector<uint32_t> rows_;
  std::vector<int64_t> by_row_;
  std::vector<int64_t> by_zone_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_INSTANCES_H_
