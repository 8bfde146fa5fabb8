// The one rule of what fits where.

#ifndef ROSTRUM_LIB_MODEL_FITS_H_
#define ROSTRUM_LIB_MODEL_FITS_H_

#include <limits>

#include "rostrum/resources.h"

namespace rostrum {

// How much cpu, or of a named resource, must be free for `asked` of it. Who asks for none does not
// care, and fits even where less than nothing is free. Memory and disk are not asked for this way:
// none of them does not fit on less than none. Source: cloudfoundry/rep, CellState.ResourceMatch.
constexpr Amount LeastFree(Amount asked) {
  return asked == 0 ? std::numeric_limits<Amount>::min() : asked;
}

// Whether what is asked, one container and a cell's overhead beside it, fits into what is free.
// Neither need be normalized; `free` must be.
bool Fits(const Resources& asked, const Resources& overhead, const Resources& free);

// Whether there is less than nothing of any resource.
bool AnyNegative(const Resources& resources);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_MODEL_FITS_H_
