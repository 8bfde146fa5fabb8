// Checks of what is put into words only if something is wrong with it. Nearly nothing ever is, and
// words cost more than the check.

#ifndef ROSTRUM_LIB_MODEL_VALIDATE_NAMED_H_
#define ROSTRUM_LIB_MODEL_VALIDATE_NAMED_H_

#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum {

// As ValidateResources, with a function that returns the text for whose resources they are.
template <typename What>
Status ValidateNamed(const Resources& resources, What what) {
  Status status = ValidateResources(resources, "");
  return status.ok() ? status : ValidateResources(resources, what());
}

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_VALIDATE_NAMED_H_
