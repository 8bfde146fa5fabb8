// A cell's amounts in their one form, and the one rule of what fits where and what it costs.

#ifndef ROSTRUM_LIB_MODEL_CELL_ROW_H_
#define ROSTRUM_LIB_MODEL_CELL_ROW_H_

#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/resources.h"
#include "rostrum/strategy.h"

namespace rostrum {

// What a cell has, what is free on it and what runs there, as strategies see it: in the cache, in a
// round and in a simulation. Whoever makes a row holds its named amounts, which are sorted by name.
struct CellRow : CellView {
  // What the cell takes for itself with the next work; null once it has been started.
  const Resources* overhead = nullptr;

  bool is_started() const { return overhead == nullptr; }
  ScalarView* named() { return const_cast<ScalarView*>(scalars.data()); }
};
// Thousands of rows are gone through at a time: the overhead fills up what the last line has left.
static_assert(sizeof(CellRow) == sizeof(CellView));

// How much cpu, or of a named resource, must be free for `asked` of it. Who asks for none does not
// care, and fits even where less than nothing is free. Memory and disk are not asked for this way:
// none of them does not fit on less than none. Source: cloudfoundry/rep, CellState.ResourceMatch.
constexpr Amount LeastFree(Amount asked) {
  return asked == 0 ? std::numeric_limits<Amount>::min() : asked;
}

// One of a row's named amounts, or null.
const ScalarView* FindNamed(const CellRow& row, std::string_view name);

// As Fits, with named amounts and with what starting the cell takes.
bool FitsInFull(const CellRow& row, const Work& work, Amount extra_memory);

// Whether a row has room for what work asks, one container and the cell's overhead beside it. What
// the work asks is normalized, here and below.
inline bool Fits(const CellRow& row, const Work& work, Amount extra_memory = 0) {
  const Resources& asked = work.asked;
  if (asked.memory + extra_memory > row.memory_free || asked.disk > row.disk_free ||
      row.containers_free < 1 || LeastFree(asked.cpu) > row.cpu_free) {
    return false;
  }
  if (asked.scalars.empty() && row.is_started()) return true;
  return FitsInFull(row, work, extra_memory);
}

// Whether it has it with the memory of the side-car proxy too, which an LRP needs to be placed here
// but does not take.
inline bool FitsWithProxy(const CellRow& row, const Work& work) {
  return Fits(row, work, work.kind == Kind::kLrp ? row.proxy_memory : 0);
}

// Takes what the work costs off a row. Returns the overhead that was taken with it; null if the
// cell had been started.
const Resources* Reserve(CellRow* row, const Work& work);

// The exact inverse, with what Reserve returned.
void Release(CellRow* row, const Work& work, const Resources* overhead);

// Writes what a cell has and what is free on it. REQUIRES: the row names all that these name.
void SetAmounts(CellRow* row, const Resources& total, const Resources& free);
Resources TotalOf(const CellRow& row);
Resources FreeOf(const CellRow& row);

// Adds the names of a resource's named amounts.
void AddNames(const Resources& resources, std::set<std::string_view>* names);

// A row that is not one of a table.
struct SingleRow {
  // With an amount of each name, zero so far. The texts live as long as the row.
  explicit SingleRow(const std::set<std::string_view>& names = {});
  SingleRow(SingleRow&&) = default;
  SingleRow& operator=(SingleRow&&) = default;

  CellRow row;
  std::vector<ScalarView> named;
};

// Whether there is less than nothing of any resource.
bool AnyNegative(const Resources& resources);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_CELL_ROW_H_
