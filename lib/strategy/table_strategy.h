// Strategies that come as a table of C functions, in the process or from a shared object.

#ifndef ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_
#define ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_

#include <memory>
#include <string>

#include "rostrum/rostrum.h"
#include "rostrum/strategy.h"

namespace rostrum {

// Makes a strategy of a table, which is copied. The table's destroy is called on `user_data` in any
// case: when the strategy goes, or at once if the table is refused.
Expected<std::shared_ptr<Strategy>> MakeTableStrategy(const rostrum_strategy_table_t* table,
                                                      void* user_data);

// Loads a shared object that exports rostrum_strategy_plugin. It stays loaded as long as the
// strategy lives. kUnavailable, with the dynamic linker's words, if it cannot be loaded.
Expected<std::shared_ptr<Strategy>> LoadPlugin(const std::string& path);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_TABLE_STRATEGY_H_
