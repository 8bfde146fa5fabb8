/* One engine, used through two libraries at once: each has code of its own that waits for the same
 * engine, and neither may miss that the other has left it. */

#include <pthread.h>
#include <stdio.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

enum { turn_count = 1000, cell_count = 1000 };

static rostrum_engine_t* engine;

static void* update_by_one(void* unused) {
  (void)unused;
  rostrum_batch_t* batch = make_batch();
  for (int i = 0; i < cell_count; ++i) {
    char id[32];
    snprintf(id, sizeof id, "cell-%d", i);
    add_cell(batch, id, "z1", 1000);
  }
  for (int turn = 0; turn < turn_count; ++turn) {
    CHECK(rostrum_engine_update_cells(engine, batch, 1, NULL) == ROSTRUM_OK);
  }
  rostrum_batch_destroy(batch);
  return NULL;
}

static void* write_by_the_other(void* unused) {
  (void)unused;
  rostrum_batch_t* batch = make_batch();
  for (int turn = 0; turn < turn_count; ++turn) {
    CHECK(rostrum_snapshot_write(engine, batch, NULL) == ROSTRUM_OK);
  }
  rostrum_batch_destroy(batch);
  return NULL;
}

void test_threads_of_two_libraries(void) {
  engine = make_engine("diego");
  pthread_t one;
  pthread_t other;
  CHECK(pthread_create(&one, NULL, update_by_one, NULL) == 0);
  CHECK(pthread_create(&other, NULL, write_by_the_other, NULL) == 0);
  CHECK(pthread_join(one, NULL) == 0);
  CHECK(pthread_join(other, NULL) == 0);
  rostrum_engine_destroy(engine);
}
