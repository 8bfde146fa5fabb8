// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What work demands of a cell beside resources, and what a cell offers for it.

#ifndef ROSTRUM_CONSTRAINT_H_
#define ROSTRUM_CONSTRAINT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rostrum {

// What an LRP or a task demands of its cell.
struct Constraint {
  // The URL of the root file system, such as "preloaded:cflinuxfs4" or "docker:///org/image#tag".
  std::string rootfs;
  // Tags the work wants. A cell takes it if the cell's required tags are all among them and they
  // are all among the cell's required and optional tags.
  std::vector<std::string> placement_tags;
  // Volume drivers that the cell must have, all of them.
  std::vector<std::string> volume_drivers;

  friend bool operator==(const Constraint&, const Constraint&) = default;
};

// Which root file systems of one URL scheme a cell can run.
struct RootfsProvider {
  enum class Type : int32_t {
    kArbitrary = 1,  // Any URL of the scheme.
    kFixedSet = 2,   // Only those whose opaque part is in the set.
    kUnknown = 3,    // A type this library does not know: nothing matches.
  };

  std::string scheme;
  Type type = Type::kUnknown;
  std::vector<std::string> set;

  friend bool operator==(const RootfsProvider&, const RootfsProvider&) = default;
};

// What a cell offers for constraints. Many cells share one value; the library keeps it once and
// calls it the cell's signature.
struct Signature {
  std::vector<RootfsProvider> rootfs_providers;
  std::vector<std::string> volume_drivers;
  std::vector<std::string> placement_tags;
  std::vector<std::string> optional_placement_tags;

  // Sorts everything and drops duplicates, so that equal offers compare equal. Of two providers of
  // one scheme the later one stays, as in a JSON object that is read by Go.
  void Normalize();

  friend bool operator==(const Signature&, const Signature&) = default;
};

// How far a cell matches: the first demand that it fails, in Diego's order, or kMatch.
// The order of the numbers matters: where no cell matches, the furthest one names the error.
enum class MatchLevel : int32_t {
  kRootfsMismatch = 0,
  kVolumeDriverMismatch = 1,
  kPlacementTagMismatch = 2,
  kMatch = 3,
};

// Source of the rules: cloudfoundry/rep, CellState.MatchRootFS, MatchVolumeDrivers and
// MatchPlacementTags. REQUIRES: the signature is normalized.
MatchLevel Match(const Constraint& constraint, const Signature& signature);

// The text that Diego reports when no cell got further than `level`.
// REQUIRES: level is not kMatch.
std::string MismatchText(MatchLevel level, const Constraint& constraint);

}  // namespace rostrum

#endif  // ROSTRUM_CONSTRAINT_H_
