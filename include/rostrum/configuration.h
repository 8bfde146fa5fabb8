// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// The settings of a round.

#ifndef ROSTRUM_CONFIGURATION_H_
#define ROSTRUM_CONFIGURATION_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum {

// The keys and defaults are those of Diego's auctioneer.
struct Configuration {
  // Added to an LRP's score once for each place that the cell stands further back in its zone, by
  // cell index. Above zero, the cells of a zone are numbered from 0; else the raw index counts.
  double bin_pack_first_fit_weight = 0.0;
  // Added to a score for each container that is starting on the cell.
  double starting_container_weight = 0.25;
  // How many containers may be starting in all cells together; no more are placed once it is
  // reached. Zero or less: no limit.
  int64_t starting_container_count_maximum = 0;

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// Sets one key from its text. An error that names key, value and what was expected if the key is
// not known or the value is not a finite number in range.
Status SetOption(Configuration* configuration, std::string_view key, std::string_view value);

// What there is to know of a key. The program's help, rostrum_options() and Go's Options() come of
// these, and the documents are compared with them.
struct Option {
  std::string_view key;
  std::string_view unit;          // Of the value, such as "containers".
  std::string_view expected;      // What a value may be, such as "a finite number such as 0.25".
  std::string_view default_text;  // The default, as a text that SetOption takes.
  std::string_view description;   // One sentence, without a full stop.
};

// All keys, in the order of the struct.
std::span<const Option> Options();

// An error unless both weights are finite.
Status ValidateConfiguration(const Configuration& configuration);

}  // namespace rostrum

#endif  // ROSTRUM_CONFIGURATION_H_
