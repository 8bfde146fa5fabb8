// Strategies by what a user types.

#ifndef ROSTRUM_LIB_TOOLS_LOAD_STRATEGY_H_
#define ROSTRUM_LIB_TOOLS_LOAD_STRATEGY_H_

#include <memory>
#include <string_view>

#include "rostrum/strategy.h"

namespace rostrum::tools {

// One of the library's own strategies by its name, or a plug-in by the path of its shared object: a
// name that holds a slash or ends in ".so". The error names what would have been understood.
Expected<std::shared_ptr<Strategy>> LoadStrategy(std::string_view name);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_LOAD_STRATEGY_H_
