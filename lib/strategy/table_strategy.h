// Strategies that come as a table of C functions. LoadPlugin in rostrum/strategy.h takes one from a
// shared object.

#ifndef ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_
#define ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_

#include <memory>

#include "rostrum/rostrum.h"
#include "rostrum/strategy.h"

namespace rostrum {

// Makes a strategy of a table, which is copied. The table's destroy is called on `user_data` in any
// case: when the strategy goes, or at once if the table is refused.
Expected<std::shared_ptr<Strategy>> MakeTableStrategy(const rostrum_strategy_table_t* table,
                                                      void* user_data);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_
