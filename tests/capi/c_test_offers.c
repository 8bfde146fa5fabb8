/* The life of offers. */

#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

static rostrum_engine_t* engine;

static void add_offer(const char* id, const char* agent_id, int64_t memory, int64_t received_ms) {
  rostrum_batch_t* batch = make_batch();
  rostrum_offer_t offer = make_offer(batch, id, agent_id, memory);
  offer.received_ms = received_ms;
  CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));
  CHECK_OK(rostrum_engine_add_offers(engine, batch, &error));
  rostrum_batch_destroy(batch);
}

static int32_t state_of(const char* id) {
  int32_t state = 0;
  CHECK_OK(rostrum_engine_offer_state(engine, id, &state, &error));
  return state;
}

static void check_counts(uint64_t held, uint64_t accepted, uint64_t declined, uint64_t rescinded,
                         uint64_t expired) {
  rostrum_offer_counts_t counts;
  memset(&counts, 0xff, sizeof counts);
  CHECK_OK(rostrum_engine_count_offers(engine, &counts, &error));
  CHECK(counts.added == held + accepted + declined + rescinded + expired);
  CHECK(counts.held == held && counts.accepted == accepted && counts.declined == declined);
  CHECK(counts.rescinded == rescinded && counts.expired == expired);
  CHECK(counts.reserved[0] == 0 && counts.reserved[1] == 0);
}

/* The first cell's free memory in MB, or -1 where there is no cell. */
static int64_t free_memory(void) {
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  size_t count = 0;
  const rostrum_cell_t* cells = rostrum_batch_cells(snapshot, &count);
  const int64_t memory = count == 0 ? -1 : cells->available.memory / 1000;
  rostrum_batch_destroy(snapshot);
  return memory;
}

static void test_coming_and_going(void) {
  add_offer("o1", "agent", 100, 10);
  add_offer("o2", "agent", 200, 20);
  add_offer("o3", "agent", 400, 30);
  CHECK(free_memory() == 700);
  CHECK(state_of("o1") == ROSTRUM_OFFER_HELD);
  CHECK_OK(rostrum_engine_rescind_offer(engine, "o1", &error));
  CHECK(free_memory() == 600 && state_of("o1") == ROSTRUM_OFFER_RESCINDED);
  CHECK_OK(rostrum_engine_decline_offer(engine, "o2", &error));
  CHECK(free_memory() == 400 && state_of("o2") == ROSTRUM_OFFER_DECLINED);
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "\"o2\" is declined",
              rostrum_engine_rescind_offer(engine, "o2", &error));
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "\"o1\" is rescinded",
              rostrum_engine_decline_offer(engine, "o1", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"o9\"", rostrum_engine_rescind_offer(engine, "o9", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"o9\"", rostrum_engine_decline_offer(engine, "o9", &error));
  int32_t state = 7;
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"o9\"",
              rostrum_engine_offer_state(engine, "o9", &state, &error));
  CHECK(state == 7);
  check_counts(1, 0, 1, 1, 0);
}

/* Of three offers the second has an id that was used before. */
static void test_failure_in_the_middle(void) {
  rostrum_batch_t* batch = make_batch();
  const rostrum_offer_t offers[] = {make_offer(batch, "o4", "agent", 50),
                                    make_offer(batch, "o1", "agent", 50),
                                    make_offer(batch, "o5", "agent", 50)};
  CHECK_OK(rostrum_batch_add_offers(batch, offers, 3, NULL, &error));
  CHECK_INVALID("\"o1\" was added before", rostrum_engine_add_offers(engine, batch, &error));
  rostrum_batch_destroy(batch);
  CHECK(state_of("o4") == ROSTRUM_OFFER_HELD);
  CHECK(free_memory() == 450);
  check_counts(2, 0, 1, 1, 0);
}

static void test_sources(void) {
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, "agent", "zone", 1);
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "\"agent\"",
              rostrum_engine_update_cells(engine, batch, 0, &error));
  rostrum_batch_clear(batch);
  add_cell(batch, "of-state", "zone", 1);
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  const rostrum_offer_t offer = make_offer(batch, "o6", "of-state", 1);
  CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "\"of-state\"",
              rostrum_engine_add_offers(engine, batch, &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"of-state\"",
              rostrum_engine_accept_offers(engine, "of-state", batch, &error));
  /* Replacing all cells of states leaves those of offers alone. */
  rostrum_batch_clear(batch);
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 1, &error));
  CHECK(free_memory() == 450);
  rostrum_batch_destroy(batch);
  check_counts(2, 0, 1, 1, 0);
}

static void test_acceptance(void) {
  rostrum_batch_t* batch = make_batch();
  add_lrp(batch, "web", 100, 2);
  add_task(batch, "job", 50);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  CHECK(rostrum_round_placed_count(round) == 3);
  CHECK(free_memory() == 200);

  rostrum_batch_t* ids = make_batch();
  const rostrum_text_t before = text_in(ids, "before");
  CHECK_OK(rostrum_batch_add_texts(ids, &before, 1, NULL, &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"nobody\"",
              rostrum_engine_accept_offers(engine, "nobody", ids, &error));
  CHECK_OK(rostrum_engine_accept_offers(engine, "agent", ids, &error));
  size_t count = 0;
  const rostrum_text_t* texts = rostrum_batch_texts(ids, &count);
  const char* bytes = rostrum_batch_bytes(ids, NULL);
  CHECK(count == 3 && is_text(bytes, texts[0], "before"));
  CHECK(is_text(bytes, texts[1], "o3") && is_text(bytes, texts[2], "o4"));
  rostrum_batch_destroy(ids);
  CHECK(state_of("o3") == ROSTRUM_OFFER_ACCEPTED);
  check_counts(0, 2, 1, 1, 0);

  /* What was placed runs there now, and nothing is free until the master offers again. */
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  const rostrum_cell_t* cell = rostrum_batch_cells(snapshot, &count);
  CHECK(count == 1 && cell->lrps.count == 2 && cell->task_count == 1);
  CHECK(cell->available.memory == 0 && cell->total.memory == ROSTRUM_AMOUNT(250));
  rostrum_batch_destroy(snapshot);
  const uint32_t position = position_of(round, "job");
  uint64_t undone = 9;
  CHECK_OK(rostrum_engine_hand_back(engine, round, &position, 1, &undone, &error));
  CHECK(undone == 0);
  rostrum_round_destroy(round);
  CHECK_OK(rostrum_engine_cancel(engine, ROSTRUM_TASK, "job", &error));
}

static void test_expiry(void) {
  add_offer("o7", "agent", 100, 40);
  add_offer("o8", "other", 100, 50);
  add_offer("o9", "agent", 100, 60);
  rostrum_batch_t* ids = make_batch();
  CHECK_OK(rostrum_engine_expire_offers(engine, 40, ids, &error));
  size_t count = 9;
  rostrum_batch_texts(ids, &count);
  CHECK(count == 0);
  CHECK_OK(rostrum_engine_expire_offers(engine, 60, ids, &error));
  const rostrum_text_t* texts = rostrum_batch_texts(ids, &count);
  const char* bytes = rostrum_batch_bytes(ids, NULL);
  CHECK(count == 2 && is_text(bytes, texts[0], "o7") && is_text(bytes, texts[1], "o8"));
  rostrum_batch_destroy(ids);
  CHECK(state_of("o7") == ROSTRUM_OFFER_EXPIRED && state_of("o9") == ROSTRUM_OFFER_HELD);
  check_counts(1, 2, 1, 1, 2);

  CHECK_OK(rostrum_engine_lose_agent(engine, "agent", &error));
  CHECK(state_of("o9") == ROSTRUM_OFFER_EXPIRED && free_memory() == -1);
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"agent\"", rostrum_engine_lose_agent(engine, "agent", &error));
  add_offer("o10", "agent", 100, 70);
  CHECK_OK(rostrum_engine_remove_cell(engine, "agent", &error));
  CHECK(state_of("o10") == ROSTRUM_OFFER_EXPIRED);
  check_counts(0, 2, 1, 1, 4);
}

/* A cell that is not started yet takes its own part with the first work on it. */
static void test_overhead(void) {
  rostrum_batch_t* batch = make_batch();
  rostrum_offer_t offer = make_offer(batch, "o11", "cold", 100);
  offer.flags = ROSTRUM_CELL_NOT_STARTED;
  offer.overhead.memory = ROSTRUM_AMOUNT(30);
  offer.overhead.containers = 1;
  offer.tag = 77;
  CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));
  CHECK_OK(rostrum_engine_add_offers(engine, batch, &error));
  rostrum_batch_clear(batch);
  add_task(batch, "t1", 35);
  add_task(batch, "t2", 35);
  add_task(batch, "t3", 35);
  CHECK_OK(rostrum_engine_submit(engine, batch, 0, NULL, &error));
  rostrum_batch_destroy(batch);
  rostrum_round_t* round = run_round(engine);
  CHECK(rostrum_round_placed_count(round) == 2);
  CHECK(rostrum_round_decisions(round, NULL)->cell_tag == 77);
  CHECK(free_memory() == 0);
  /* When all of it is handed back, so is the cell's own part. */
  const uint32_t positions[] = {position_of(round, "t1"), position_of(round, "t2")};
  uint64_t undone = 0;
  CHECK_OK(rostrum_engine_hand_back(engine, round, positions, 2, &undone, &error));
  CHECK(undone == 2 && free_memory() == 100);
  rostrum_round_destroy(round);
}

void test_offers(void) {
  engine = make_engine("binpack");
  check_counts(0, 0, 0, 0, 0);
  test_coming_and_going();
  test_failure_in_the_middle();
  test_sources();
  test_acceptance();
  test_expiry();
  test_overhead();
  rostrum_engine_destroy(engine);
}
