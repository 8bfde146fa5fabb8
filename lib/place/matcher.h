// Which cells meet which constraints.

#ifndef ROSTRUM_LIB_PLACE_MATCHER_H_
#define ROSTRUM_LIB_PLACE_MATCHER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/strings.h"
#include "lib/place/layout.h"
#include "rostrum/constraint.h"

namespace rostrum {

// A zone with cells that meet a constraint: groups [first, last) of ConstraintMatch::groups.
struct MatchingZone {
  uint32_t zone = 0;
  uint32_t first = 0;
  uint32_t last = 0;
};

// What one constraint comes to on the open cells.
struct ConstraintMatch {
  std::vector<MatchLevel> by_signature;
  std::vector<MatchLevel> by_zone;  // By name: the furthest that any cell of it gets.
  std::vector<MatchingZone> zones;  // By name.
  std::vector<uint32_t> groups;     // Of the layout, those that match.

  // Whether some cell matches.
  bool anywhere() const { return !zones.empty(); }
  bool Matches(uint32_t signature) const { return by_signature[signature] == MatchLevel::kMatch; }

  // Where there is no match at all: the level that Diego reports. REQUIRES: there is a zone.
  MatchLevel ReportedLevel() const;
};

// Looks at each constraint once for each signature, not once for each cell and auction.
class Matcher {
 public:
  explicit Matcher(const Layout& layout) : layout_(layout) {}

  // The result lives as long as the matcher.
  const ConstraintMatch& Find(const Constraint& constraint);

 private:
  std::unique_ptr<ConstraintMatch> Make(const Constraint& constraint) const;

  const Layout& layout_;
  StringMap<std::unique_ptr<ConstraintMatch>> by_constraint_;
  std::string key_;  // Kept so that looking one up need not allocate.
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_MATCHER_H_
