// The strategies that come with the library; MakeStrategy finds them by name.

#ifndef ROSTRUM_LIB_STRATEGY_BUILTIN_H_
#define ROSTRUM_LIB_STRATEGY_BUILTIN_H_

#include <memory>

#include "rostrum/strategy.h"

namespace rostrum {

std::unique_ptr<Strategy> MakeDiegoStrategy();
std::unique_ptr<Strategy> MakeBinpackStrategy();
std::unique_ptr<Strategy> MakeSpreadStrategy();
std::unique_ptr<Strategy> MakeBestfitStrategy();

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_BUILTIN_H_
