// A plug-in in C++ that throws where it may not: in its score and, with THROW_AT_ONCE, when it is
// loaded.

#include <stdexcept>

#include "rostrum/rostrum.h"

namespace {

int32_t ScoreCell(void*, const rostrum_auction_view_t*, const rostrum_cell_view_t*,
                  rostrum_score_t*) {
  throw std::runtime_error("no idea");
}

const rostrum_strategy_table_t* MakeTable() {
  static rostrum_strategy_table_t table{};
  table.size = sizeof table;
  table.name = "throws";
  table.order = ROSTRUM_ORDER_LARGER_FIRST;
  table.score = ScoreCell;
  return &table;
}

}  // namespace

extern "C" ROSTRUM_API const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t, void**) {
#ifdef THROW_AT_ONCE
  static_cast<void>(MakeTable);
  throw 1;
#else
  return MakeTable();
#endif
}
