// Diego's JSON wire: what its cells and its BBS say, and what cells are told.
//
// Readers take what Go's encoding/json takes, null for any value and keys in other cases included,
// but for keys that come twice, broken UTF-8, halves of surrogate pairs, nesting beyond 1,000
// levels and strings beyond 16 MiB: those are errors. An error is kInvalidArgument and names file,
// line, column (in bytes, from 1), the value and what was expected:
//
//   lrps.json:3:15: MemoryMB is -5, expected a whole number from 0 to 2147483647 (at [1].MemoryMB)

#ifndef ROSTRUM_LIB_WIRE_WIRE_H_
#define ROSTRUM_LIB_WIRE_WIRE_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/status.h"

namespace rostrum::wire {

// What reps answer to GET /state: an array of that, one of them, or several one after the other, as
// `cfdot cell-states` prints them. Cache::Update takes every result. Keys that are not
// known are passed over, since newer reps say more; so is whatever stands in a root file system
// provider of a type that is not known. A cell must have an id, which no other cell has.
Expected<std::vector<Cell>> ReadCells(std::string_view text, std::string_view file_name);

// What Diego's auctioneer takes at POST /v1/lrps and at POST /v1/tasks, which are arrays; or elements
// of such, one after the other. The queue takes every result. Where the auctioneer leaves out an item that does not validate, this is an error,
// and so is a key that is not known.
Expected<std::vector<LrpStart>> ReadLrpStarts(std::string_view text, std::string_view file_name);
Expected<std::vector<TaskStart>> ReadTaskStarts(std::string_view text, std::string_view file_name);

// The body of POST /work, which tells a cell what to start. Fractions of a MB are rounded up.
std::string WriteWork(std::string_view cell_id, std::span<const Auction* const> lrps,
                      std::span<const Auction* const> tasks);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_WIRE_H_
