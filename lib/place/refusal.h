// Why no cell took an auction, put into numbers and words.

#ifndef ROSTRUM_LIB_PLACE_REFUSAL_H_
#define ROSTRUM_LIB_PLACE_REFUSAL_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "lib/cache/slot.h"
#include "lib/model/cell_row.h"
#include "rostrum/constraint.h"
#include "rostrum/round.h"

namespace rostrum {

// A resource of which a cell has too little.
struct Shortage {
  std::string_view resource;
  Amount asked = 0;  // With the cell's proxy memory and overhead, where they count.
  Amount free = 0;
  Amount total = 0;
};

// What is short on a row, in the order containers, cpu, disk, memory, then the named by name.
std::vector<Shortage> ShortagesOn(const CellRow& row, const Work& work, bool with_proxy);

Reason ReasonOf(MatchLevel level);
RefusalCode RefusalCodeOf(MatchLevel level);

// One cell's refusal for want of a resource.
ReasonCount ReasonOf(const Shortage& shortage, std::string_view cell_id);

// Why a cell that is not open takes nothing.
ReasonCount ReasonOfClosed(const CellInfo& cell);

// Adds up the reasons of many cells.
class ReasonCounter {
 public:
  void Add(const ReasonCount& reason);
  // Sorted as in Refusal::reasons.
  std::vector<ReasonCount> Finish() &&;

 private:
  // The few that are met first are looked through; only a plug-in with a reason of its own for each
  // cell needs the map for the rest.
  static constexpr size_t kLookedThrough = 16;

  std::vector<ReasonCount> counts_;
  StringMap<size_t> positions_;
};

// The resources that are short on every cell that was tried: Diego's "problems".
class Problems {
 public:
  explicit Problems(const Work& work);

  // Names what only a cell's overhead asks for. REQUIRES: before the first Intersect.
  void Admit(const Resources& overhead);

  // A cell on which the work does not fit.
  void Intersect(const std::vector<Shortage>& shortages);
  // "insufficient resources: disk, memory"; without names where no resource is short everywhere.
  std::string Text() const;

 private:
  std::set<std::string, std::less<>> names_;
};

// The same text for what is short on a single cell.
std::string InsufficientText(const std::vector<Shortage>& shortages);

inline constexpr const char* kNoCellsText = "unable to communicate to compatible cells";
inline constexpr const char* kInflightText =
    "waiting to start instance: reached in-flight start limit";

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_REFUSAL_H_
