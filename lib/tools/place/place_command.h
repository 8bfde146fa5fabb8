// `rostrum place`: what came of the round, and how that is printed.

#ifndef ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_
#define ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/round.h"
#include "rostrum/snapshot.h"

namespace rostrum::tools {

// What `rostrum place` found out, and its two forms of output.
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

// `rostrum place`: one auction on real input.
//
// Runs the verb with what follows it on the command line. Returns the exit status: 0; 1 for a
// failure; 2 for bad input, with one line on `err` that says what was wrong.
int RunPlace(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_PLACE_PLACE_COMMAND_H_
