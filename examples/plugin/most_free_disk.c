/* A strategy in a shared object: the cell that has the most free disk is the best one.
 *
 * cc -shared -fPIC most_free_disk.c $(pkg-config --cflags rostrum) -o most_free_disk.so
 * ./place ./most_free_disk.so
 *
 * It calls nothing of the library, so it is not linked with it. */

#include <rostrum/rostrum.h>

/* Lower is better, so more disk is a lower score. The score hangs on the cell alone, which is what
 * a base score is; the library then finds the best cell without asking for each of them again. */
static int32_t score_cell(void* user_data, const rostrum_cell_view_t* cell,
                          rostrum_score_t* score) {
  (void)user_data;
  score->value = -(double)cell->disk_free;
  score->tier = 0;
  return 0;
}

static const rostrum_strategy_table_t table = {
    .size = sizeof(rostrum_strategy_table_t),
    .name = "most-free-disk",
    .order = ROSTRUM_ORDER_LARGER_FIRST,
    .base_score = score_cell,
};

/* A plug-in exports this one function, also where everything else is hidden. */
ROSTRUM_API const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t version_number,
                                                                    void** user_data);

const rostrum_strategy_table_t* rostrum_strategy_plugin(uint32_t version_number, void** user_data) {
  *user_data = NULL;
  /* A library of before the header that this was built with may not know the table. */
  return version_number >= ROSTRUM_VERSION_NUMBER ? &table : NULL;
}
