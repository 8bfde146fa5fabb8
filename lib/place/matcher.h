// Which cells meet which constraints.

#ifndef ROSTRUM_LIB_PLACE_MATCHER_H_
#define ROSTRUM_LIB_PLACE_MATCHER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/strings.h"
#include "lib/cache/cell_table.h"
#include "rostrum/auction.h"
#include "rostrum/constraint.h"

namespace rostrum {

// What one constraint comes to on the cells of a table.
struct ConstraintMatch {
  std::vector<MatchLevel> by_signature;
  std::vector<MatchLevel> by_zone;  // The furthest that any cell of the zone gets.
  bool anywhere = false;            // Whether some zone has a match.

  bool Matches(uint32_t signature) const {
    return by_signature[signature] == MatchLevel::kMatch;
  }
  bool MatchesInZone(uint32_t zone) const { return by_zone[zone] == MatchLevel::kMatch; }

  // Where there is no match at all: the level that Diego reports. REQUIRES: there is a zone.
  MatchLevel ReportedLevel() const;
};

// Looks at each constraint once for each signature, not once for each cell and auction.
class Matcher {
 public:
  explicit Matcher(const CellLayout& layout) : layout_(layout) {}

  // The result lives as long as the matcher.
  const ConstraintMatch& Find(const Work& work);

 private:
  std::unique_ptr<ConstraintMatch> Make(const Constraint& constraint) const;

  const CellLayout& layout_;
  absl::flat_hash_map<const Work*, const ConstraintMatch*> by_work_;
  StringMap<std::unique_ptr<ConstraintMatch>> by_constraint_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_MATCHER_H_
