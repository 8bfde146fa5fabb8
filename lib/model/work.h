// Checks and a common form for what comes in.

#ifndef ROSTRUM_LIB_MODEL_WORK_H_
#define ROSTRUM_LIB_MODEL_WORK_H_

#include <memory>

#include "rostrum/auction.h"
#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum {

inline bool InRange(int64_t value, int64_t maximum) {
  return value >= -maximum && value <= maximum;
}

// Whether resources are valid for sure; those with scalars take a closer look.
inline bool ArePlainlyValid(const Resources& resources) {
  return resources.scalars.empty() && InRange(resources.memory, kAmountMaximum) &&
         InRange(resources.disk, kAmountMaximum) && InRange(resources.cpu, kAmountMaximum) &&
         InRange(resources.containers, kContainersMaximum);
}

// As ValidateResources, with a function that returns the text for whose resources they are.
template <typename What>
Status ValidateNamed(const Resources& resources, What what) {
  if (ArePlainlyValid(resources)) return {};
  Status status = ValidateResources(resources, "");
  return status.ok() ? status : ValidateResources(resources, what());
}

// The same work with what it asks normalized: itself, if that is so already. Its tags and drivers
// stay as they are, since Diego's error texts list them as they came; where they are matched, order
// does not count. REQUIRES: the work is valid.
std::shared_ptr<const Work> NormalizedWork(const std::shared_ptr<const Work>& work);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_WORK_H_
