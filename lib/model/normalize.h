// At the door, what is a set is put into one order, so that no decision depends on how it was
// listed.

#ifndef ROSTRUM_LIB_MODEL_NORMALIZE_H_
#define ROSTRUM_LIB_MODEL_NORMALIZE_H_

#include <memory>

#include "rostrum/auction.h"

namespace rostrum {

// The same work with what it asks normalized: itself, if that is so already. Its tags and drivers
// stay as they are, since Diego's error texts list them as they came; where they are matched, order
// does not count. REQUIRES: the work is valid.
std::shared_ptr<const Work> NormalizedWork(const std::shared_ptr<const Work>& work);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_NORMALIZE_H_
