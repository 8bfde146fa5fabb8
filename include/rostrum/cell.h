// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// Cells and offers, as the outside tells of them.

#ifndef ROSTRUM_CELL_H_
#define ROSTRUM_CELL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rostrum/constraint.h"
#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum {

// The state of one cell: what a Diego rep answers to GET /state, or what the offers of one Mesos
// agent add up to. A value without behaviour.
struct Cell {
  // The key. Host names are not used: two cells may share one.
  std::string id;
  std::string zone;
  // The cell's number in its deployment; breaks ties and feeds the first-fit weight.
  int64_t index = 0;
  // What the first-fit weight multiplies, if it is not `index` or the cell's number in its zone.
  // Strategies see it as both of them; ties are broken by `index` all the same.
  std::optional<int64_t> first_fit_index;

  Resources total;
  // What is free. May be negative on a cell that is over-committed already: nothing fits then.
  Resources available;
  Signature signature;

  // The process guid of every LRP instance on the cell, one entry an instance.
  std::vector<std::string> lrps;
  // LRP instances of processes that are not named, since none of their instances is going to be
  // auctioned while this state holds. They count like the others but are nobody's instances.
  int64_t other_lrps = 0;
  int64_t task_count = 0;
  int64_t starting_containers = 0;
  // Memory of the side-car proxy, needed on top of an LRP's own for it to be placed here, but not
  // reserved. As everywhere in thousandths of a MB.
  Amount proxy_memory = 0;

  // What the cell itself takes from `available` once it has to be started for the first work on it.
  Resources overhead;
  // False for a cell that exists only as an offer so far.
  bool started = true;

  bool evacuating = false;  // Said by the cell: it takes nothing.
  bool disabled = false;    // Said by the operator: it takes nothing for now.
  bool draining = false;    // Takes nothing, and is dropped from the cache once it is empty.

  // A resource of which the cell has none in total, and of which the work asks for none, has no
  // part in the score that `diego` gives it. Otherwise that is Diego's 0 / 0, and the cell takes
  // nothing. True of every cell that is made of offers.
  bool ignore_absent = false;

  // Any number of the user's, handed back in placements. Not used by the library.
  uint64_t tag = 0;

  // Whether a round may place work here.
  bool open() const { return !evacuating && !disabled && !draining; }

  friend bool operator==(const Cell&, const Cell&) = default;
};

// An offer of resources on one agent, as Apache Mesos makes them. All offers of one agent are one
// cell, whose id is the agent's.
struct Offer {
  std::string id;
  std::string agent_id;
  Resources resources;

  // What the offer says of its agent. The newest offer of an agent wins.
  std::string zone;
  int64_t index = 0;
  Signature signature;
  // What runs there already of ours.
  std::vector<std::string> lrps;
  int64_t task_count = 0;
  Resources used;
  // What a cell on this agent takes for itself when it has to be started, and whether it has been.
  Resources overhead;
  bool started = false;

  // When the offer came, in milliseconds of the caller's clock; see Cache::ExpireOffers.
  int64_t received_ms = 0;
  uint64_t tag = 0;
};

// An error unless the cell has an id, its amounts are in range and its counts are not negative.
Status ValidateCell(const Cell& cell);

}  // namespace rostrum

#endif  // ROSTRUM_CELL_H_
