// Counts what is short where, by the index.

#ifndef ROSTRUM_LIB_PLACE_SHORTAGE_COUNT_H_
#define ROSTRUM_LIB_PLACE_SHORTAGE_COUNT_H_

#include <optional>
#include <string>

#include "lib/place/free_index.h"
#include "lib/place/matcher.h"
#include "lib/place/refusal.h"

namespace rostrum {

struct ShortageCount {
  ReasonCounter counter;
  std::string text;  // As Problems::Text.
};

// What a look at every matching cell comes to, for work that fits on none of them. Nothing if the
// index cannot say it for certain: if it may fit somewhere, asks for named resources, or meets
// cells that have to be started or that differ in their totals or their proxy memory.
std::optional<ShortageCount> CountShortages(FreeIndex* free, const Layout& layout,
                                            const ConstraintMatch& match, const Work& work);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_SHORTAGE_COUNT_H_
