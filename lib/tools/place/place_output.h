// What `rostrum place` found out, and its two forms of output.

#ifndef ROSTRUM_LIB_TOOLS_PLACE_PLACE_OUTPUT_H_
#define ROSTRUM_LIB_TOOLS_PLACE_PLACE_OUTPUT_H_

#include <memory>
#include <string>
#include <vector>

#include "rostrum/round.h"
#include "rostrum/snapshot.h"

namespace rostrum::tools {

struct PlaceResult {
  std::string strategy_name;
  std::shared_ptr<const Round> round;
  // The cells with everything that was placed taken off.
  std::shared_ptr<const Snapshot> after;
  // How many entries of the input named what an entry before them had named.
  size_t duplicates = 0;
  std::vector<Explanation> explanations;  // In the order in which they were asked for.
};

// A cell and the decisions that placed something on it, in the order in which they were made.
struct CellPlacements {
  const Cell* cell = nullptr;
  std::vector<const Decision*> decisions;
};

// The cells that got something. `cells` must outlive the result, and is in the order wanted.
std::vector<CellPlacements> GroupByCell(const Round& round, const std::vector<Cell>& cells);

// For people: a table by cell, then refusals by their text with what would have been enough, then
// the explanations. Lines of text end in a newline.
std::string PlaceText(const PlaceResult& result);

// For programs; README.md documents the form.
std::string PlaceJson(const PlaceResult& result);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_PLACE_PLACE_OUTPUT_H_
