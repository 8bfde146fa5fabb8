/* A plug-in for tests. It lets the test see what it was told and what has been destroyed, and with
 * BAD_TABLE or NO_TABLE it is one that cannot be used. */

#include <stddef.h>

#include "rostrum/rostrum.h"

ROSTRUM_API int plugin_destroyed_count;
ROSTRUM_API uint32_t plugin_version_number;

static int user;

static int32_t score_cell(void* user_data, const rostrum_cell_view_t* cell,
                          rostrum_score_t* score) {
  if (user_data != &user) return 1;
  score->value = -(double)cell->index;
  score->tier = 0;
  return 0;
}

static void destroy(void* user_data) {
  if (user_data == &user) ++plugin_destroyed_count;
}

static const rostrum_strategy_table_t table = {
    .size = sizeof(rostrum_strategy_table_t),
    .name = "last-cell",
#ifdef BAD_TABLE
    .order = 0,
#else
    .order = ROSTRUM_ORDER_LARGER_FIRST,
#endif
    .base_score = score_cell,
    .destroy = destroy,
};

ROSTRUM_API const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t version_number,
                                                                    void** user_data);

const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t version_number, void** user_data) {
  plugin_version_number = version_number;
  *user_data = &user;
#ifdef NO_TABLE
  (void)table;
  return NULL;
#else
  return &table;
#endif
}
