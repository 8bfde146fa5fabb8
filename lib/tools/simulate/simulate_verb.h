// The flags and the help of `rostrum simulate`.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_VERB_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_VERB_H_

#include "lib/tools/flags.h"

namespace rostrum::tools {

const Verb& SimulateVerb();

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_SIMULATE_VERB_H_
