/* One engine, used by several threads at once. Nothing may be lost: what was queued is placed,
 * cancelled or still waits. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

enum { thread_count = 4, turn_count = 120, cell_count = 10 };

static rostrum_engine_t* engine;
static rostrum_round_t* shared_round;

static atomic_int_fast64_t added_total;
static atomic_int_fast64_t placed_total;
static atomic_int_fast64_t handed_back_total;
static atomic_int_fast64_t cancelled_total;

/* Each thread has cells of its own, whose state makes room again. */
static void update_cells(int thread, int turn) {
  rostrum_batch_t* batch = make_batch();
  for (int i = 0; i < cell_count; ++i) {
    char id[32];
    snprintf(id, sizeof id, "cell-%d-%d", thread, i);
    /* Now and then there is little room, so that work is refused too. */
    add_cell(batch, id, thread % 2 == 0 ? "z1" : "z2", turn % 5 == 0 ? 20 : 1000);
  }
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  rostrum_batch_destroy(batch);
}

static void submit(int thread, int turn) {
  rostrum_batch_t* batch = make_batch();
  char guid[32];
  snprintf(guid, sizeof guid, "lrp-%d-%d", thread, turn);
  add_lrp(batch, guid, 30, 5);
  snprintf(guid, sizeof guid, "task-%d-%d", thread, turn);
  add_task(batch, guid, 50);
  uint64_t added = 0;
  CHECK_OK(rostrum_engine_submit(engine, batch, turn, &added, &error));
  CHECK(added == 6);
  atomic_fetch_add(&added_total, (int64_t)added);
  rostrum_batch_destroy(batch);
}

/* The task may be in a round of another thread, or placed. */
static void cancel(int thread, int turn) {
  char guid[32];
  snprintf(guid, sizeof guid, "task-%d-%d", thread, turn);
  const rostrum_code_t code = rostrum_engine_cancel(engine, ROSTRUM_TASK, guid, NULL);
  CHECK(code == ROSTRUM_OK || code == ROSTRUM_NOT_FOUND);
  if (code == ROSTRUM_OK) atomic_fetch_add(&cancelled_total, 1);
}

/* Hands every third placement back. */
static void hand_some_back(const rostrum_round_t* round) {
  uint32_t positions[256];
  size_t handed = 0;
  size_t count = 0;
  const rostrum_decision_t* decisions = rostrum_round_decisions(round, &count);
  uint64_t placed = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (decisions[i].code != ROSTRUM_REFUSAL_NONE) continue;
    if (placed++ % 3 == 0 && handed < 256) positions[handed++] = i;
  }
  CHECK(placed == rostrum_round_placed_count(round));
  atomic_fetch_add(&placed_total, (int64_t)placed);
  uint64_t undone = 0;
  CHECK_OK(rostrum_engine_hand_back(engine, round, positions, handed, &undone, &error));
  CHECK(undone <= handed);
  atomic_fetch_add(&handed_back_total, (int64_t)handed);
}

static void explain_first(const rostrum_round_t* round) {
  size_t count = 0;
  const rostrum_decision_t* decisions = rostrum_round_decisions(round, &count);
  if (count == 0) return;
  char identifier[64];
  snprintf(identifier, sizeof identifier, "%.*s", (int)decisions[0].identifier.length,
           rostrum_round_bytes(round, NULL) + decisions[0].identifier.offset);
  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, round, (rostrum_kind_t)decisions[0].kind, identifier,
                                  &explanation, &error));
  rostrum_explanation_answers(explanation, &count);
  CHECK(count > 0);
  rostrum_explanation_destroy(explanation);
}

static void look_around(void) {
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &batch, &error));
  rostrum_batch_destroy(batch);
  CHECK_OK(rostrum_engine_waiting(engine, &batch, &error));
  rostrum_batch_destroy(batch);
  rostrum_engine_queue_size(engine);
  rostrum_engine_oldest_queue_time_ms(engine);
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_weight", "0.5", &error));
  rostrum_offer_counts_t counts;
  CHECK_OK(rostrum_engine_count_offers(engine, &counts, &error));
}

/* A round is immutable, so all threads may read the same one; the first reader makes the arrays. */
static void read_shared_round(void) {
  size_t count = 0;
  const rostrum_decision_t* decisions = rostrum_round_decisions(shared_round, &count);
  CHECK(count == 1 && decisions->tag == 5);
  rostrum_round_context_t context;
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_round_input(shared_round, &context, &batch, &error));
  rostrum_batch_destroy(batch);
}

static void* use_engine(void* argument) {
  const int thread = *(const int*)argument;
  read_shared_round();
  for (int turn = 0; turn < turn_count; ++turn) {
    update_cells(thread, turn);
    submit(thread, turn);
    if (turn % 4 == 3) cancel(thread, turn);
    rostrum_round_t* round = NULL;
    CHECK_OK(rostrum_engine_run_round(engine, (uint64_t)turn, turn, &round, &error));
    hand_some_back(round);
    if (turn % 8 == 0) explain_first(round);
    if (turn % 8 == 4) look_around();
    rostrum_round_destroy(round);
  }
  return NULL;
}

static void make_shared_round(void) {
  rostrum_engine_t* other = make_engine_of_two("diego");
  rostrum_batch_t* batch = make_batch();
  rostrum_work_t work = make_task(batch, "task", 1);
  work.tag = 5;
  CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
  feed(other, batch);
  shared_round = run_round(other);
  rostrum_engine_destroy(other);
}

void test_threads(void) {
  engine = make_engine("diego");
  make_shared_round();
  pthread_t threads[thread_count];
  int numbers[thread_count];
  for (int i = 0; i < thread_count; ++i) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, use_engine, &numbers[i]) == 0);
  }
  for (int i = 0; i < thread_count; ++i) CHECK(pthread_join(threads[i], NULL) == 0);

  const int64_t added = atomic_load(&added_total);
  const int64_t out =
      atomic_load(&placed_total) - atomic_load(&handed_back_total) + atomic_load(&cancelled_total);
  CHECK(added == thread_count * turn_count * 6);
  CHECK(added == out + (int64_t)rostrum_engine_queue_size(engine));

  /* What waits can all be placed when there is room. */
  for (int i = 0; i < thread_count; ++i) update_cells(i, 1);
  const uint64_t waiting = rostrum_engine_queue_size(engine);
  rostrum_round_t* round = run_round(engine);
  CHECK(rostrum_round_placed_count(round) == waiting && waiting > 0);
  CHECK(rostrum_engine_queue_size(engine) == 0);
  rostrum_round_destroy(round);
  rostrum_round_destroy(shared_round);
  rostrum_engine_destroy(engine);
}
