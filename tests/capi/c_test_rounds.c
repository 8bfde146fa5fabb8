/* Rounds, handing back, repeating, and who owns what. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

/* Two cells of 1000 MB, and work that is placed, that is too large, and that no cell can run. */
static rostrum_engine_t* make_mixed_engine(void) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  rostrum_cell_t cells[] = {make_cell(batch, "a", "zone", 1000),
                            make_cell(batch, "b", "zone", 1000)};
  cells[0].tag = 100;
  cells[1].tag = 200;
  cells[1].available.memory = ROSTRUM_AMOUNT(900);
  CHECK_OK(rostrum_batch_add_cells(batch, cells, 2, NULL, &error));
  rostrum_work_t work[] = {make_lrp(batch, "web", 100, 2), make_task(batch, "large", 950),
                           make_task(batch, "strange", 10)};
  work[0].tag = 10;
  work[1].tag = 20;
  work[2].tag = 30;
  work[2].rootfs = text_in(batch, "preloaded:linux");
  CHECK_OK(rostrum_batch_add_work(batch, work, 3, NULL, &error));
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_OK(rostrum_engine_submit(engine, batch, 1000, NULL, &error));
  rostrum_batch_destroy(batch);
  return engine;
}

static void check_placement(const rostrum_round_t* round) {
  const rostrum_decision_t* decision = decision_of(round, "web.0");
  CHECK(is_on(round, "web.0", "a"));
  CHECK(decision->kind == ROSTRUM_LRP && decision->tag == 10 && decision->cell_tag == 100);
  CHECK(decision->attempts == 1 && decision->wait_ms == 500);
  /* A tenth of the memory, a millionth of the disk and a thousandth of the containers are used. */
  CHECK(decision->score.value > 0.0336 && decision->score.value < 0.0338);
  CHECK(decision->score.tier == 0);
  CHECK(is_on(round, "web.1", "b"));
  CHECK(decision_of(round, "web.1")->tag == 11);
  CHECK(decision_of(round, "web.1")->cell_tag == 200);
}

static void check_refusals(const rostrum_round_t* round) {
  const char* bytes = rostrum_round_bytes(round, NULL);
  const rostrum_decision_t* decision = decision_of(round, "large");
  CHECK(decision->kind == ROSTRUM_TASK && decision->tag == 20 && decision->attempts == 1);
  CHECK(is_refused(round, "large", ROSTRUM_REFUSAL_INSUFFICIENT_RESOURCES,
                   "insufficient resources: memory"));
  CHECK(is_refused(round, "strange", ROSTRUM_REFUSAL_ROOTFS_MISMATCH,
                   "found no compatible cell for required rootfs"));

  const rostrum_refusal_t* refusal = &rostrum_round_refusals(round, NULL)[decision->refusal];
  CHECK(refusal->reserved == 0 && refusal->reasons.count == 1);
  size_t count = 0;
  const rostrum_reason_t* reasons = rostrum_round_reasons(round, &count);
  CHECK(refusal->reasons.first + refusal->reasons.count <= count);
  const rostrum_reason_t* reason = &reasons[refusal->reasons.first];
  CHECK(reason->code == ROSTRUM_REASON_RESOURCE && is_text(bytes, reason->subject, "memory"));
  CHECK(reason->cells == 2 && reason->is_static == 0);
  /* Large comes after web.0 in Diego's order, so the nearer cell, a, has 900 MB like b. */
  CHECK(is_text(bytes, reason->cell_id, "a"));
  CHECK(reason->asked == ROSTRUM_AMOUNT(950) && reason->free == ROSTRUM_AMOUNT(900));
  CHECK(reason->short_by == ROSTRUM_AMOUNT(50));

  refusal = &rostrum_round_refusals(round, NULL)[decision_of(round, "strange")->refusal];
  reason = &reasons[refusal->reasons.first];
  CHECK(reason->code == ROSTRUM_REASON_ROOTFS && reason->cells == 2 && reason->is_static == 1);
  CHECK(reason->subject.length == 0 && reason->cell_id.length == 0 && reason->asked == 0);
}

static void check_names(void) {
  static const char* const codes[] = {"none",
                                      "no cells",
                                      "rootfs mismatch",
                                      "volume driver mismatch",
                                      "placement tag mismatch",
                                      "insufficient resources",
                                      "in-flight limit",
                                      "strategy refused",
                                      "strategy failed",
                                      "handed back",
                                      "unknown"};
  for (int i = 0; i < 11; ++i) {
    CHECK_TEXT(rostrum_refusal_code_name((rostrum_refusal_code_t)i), codes[i]);
  }
  static const char* const reasons[] = {"unknown",  "rootfs",   "volume driver", "placement tag",
                                        "resource", "score",    "strategy",      "evacuating",
                                        "disabled", "draining", "unknown"};
  for (int i = 0; i < 11; ++i) {
    CHECK_TEXT(rostrum_reason_code_name((rostrum_reason_code_t)i), reasons[i]);
  }
}

static void check_kept(rostrum_engine_t* engine) {
  CHECK(rostrum_engine_queue_size(engine) == 2);
  CHECK(rostrum_engine_oldest_queue_time_ms(engine) == 1000);
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, 0, 3000, &round, &error));
  CHECK(rostrum_round_placed_count(round) == 0 && rostrum_round_refused_count(round) == 2);
  CHECK(decision_of(round, "large")->attempts == 2);
  CHECK(decision_of(round, "large")->wait_ms == 2000);
  rostrum_round_destroy(round);

  CHECK_OK(rostrum_engine_set_keep_refused(engine, 0, &error));
  round = run_round(engine);
  CHECK(decision_of(round, "large")->attempts == 3);
  CHECK(rostrum_engine_queue_size(engine) == 0);
  rostrum_round_destroy(round);
}

static void check_inflight_limit(void) {
  rostrum_engine_t* engine = make_engine_of_two("diego");
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_count_maximum", "2", &error));
  rostrum_batch_t* batch = make_batch();
  add_lrp(batch, "web", 1, 3);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  CHECK(rostrum_round_placed_count(round) == 2);
  CHECK(is_refused(round, "web.2", ROSTRUM_REFUSAL_INFLIGHT_LIMIT,
                   "waiting to start instance: reached in-flight start limit"));
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

void test_rounds(void) {
  rostrum_engine_t* engine = make_mixed_engine();
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, 0, 1500, &round, &error));
  CHECK(rostrum_round_placed_count(round) == 2);
  CHECK(rostrum_round_refused_count(round) == 2);
  size_t count = 0;
  rostrum_round_decisions(round, &count);
  CHECK(count == 4);
  rostrum_round_refusals(round, &count);
  CHECK(count == 2);
  size_t size = 0;
  CHECK(rostrum_round_bytes(round, &size) != NULL && size > 0);
  check_placement(round);
  check_refusals(round);
  check_kept(engine);
  rostrum_round_destroy(round);

  /* A round of nothing is a round. */
  round = run_round(engine);
  rostrum_round_decisions(round, &count);
  CHECK(count == 0 && rostrum_round_placed_count(round) == 0);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  check_inflight_limit();
  check_names();
}

static int64_t free_memory_of(rostrum_engine_t* engine, const char* cell_id) {
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  size_t count = 0;
  const rostrum_cell_t* cells = rostrum_batch_cells(snapshot, &count);
  int64_t memory = -1;
  for (size_t i = 0; i < count; ++i) {
    if (!is_text(rostrum_batch_bytes(snapshot, NULL), cells[i].id, cell_id)) continue;
    memory = cells[i].available.memory / ROSTRUM_AMOUNT(1);
  }
  rostrum_batch_destroy(snapshot);
  return memory;
}

/* Gives an engine one cell, a, that has 1000 MB free. */
static void update_a(rostrum_engine_t* engine) {
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, "a", "zone", 1000);
  feed(engine, batch);
}

static void submit_task(rostrum_engine_t* engine, const char* guid, int64_t memory) {
  rostrum_batch_t* batch = make_batch();
  add_task(batch, guid, memory);
  feed(engine, batch);
}

static void test_good_hand_back(void) {
  rostrum_engine_t* engine = make_mixed_engine();
  rostrum_round_t* round = run_round(engine);
  CHECK(free_memory_of(engine, "a") == 900);
  const uint32_t web = position_of(round, "web.0");
  uint64_t undone = 0;
  CHECK_OK(rostrum_engine_hand_back(engine, round, &web, 1, &undone, &error));
  CHECK(undone == 1 && free_memory_of(engine, "a") == 1000);
  CHECK(rostrum_engine_queue_size(engine) == 3);
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "was handed back already",
              rostrum_engine_hand_back(engine, round, &web, 1, &undone, &error));
  rostrum_round_t* again = run_round(engine);
  CHECK(decision_of(again, "web.0")->attempts == 2);
  rostrum_round_destroy(again);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

static void test_bad_hand_back(void) {
  rostrum_engine_t* engine = make_mixed_engine();
  rostrum_round_t* round = run_round(engine);
  /* Each has one good position in front, which must not be handed back either. */
  const uint32_t web = position_of(round, "web.0");
  const uint32_t refused[] = {web, position_of(round, "large")};
  const uint32_t twice[] = {web, web};
  const uint32_t outside[] = {web, 4};
  uint64_t undone = 7;
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "task \"large\", was refused",
              rostrum_engine_hand_back(engine, round, refused, 2, &undone, &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "lrp \"web.0\", was handed back",
              rostrum_engine_hand_back(engine, round, twice, 2, &undone, &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "no decision 4",
              rostrum_engine_hand_back(engine, round, outside, 2, &undone, &error));
  rostrum_engine_t* other = make_mixed_engine();
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "belongs to another engine",
              rostrum_engine_hand_back(other, round, &web, 1, &undone, &error));
  CHECK(undone == 7 && free_memory_of(engine, "a") == 900);
  CHECK(rostrum_engine_queue_size(engine) == 2);
  rostrum_engine_destroy(other);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

/* A new state of a cell counts, so nothing is taken off it; the auction is handed back all the
 * same. */
static void test_hand_back_after_update(void) {
  rostrum_engine_t* engine = make_engine("diego");
  update_a(engine);
  submit_task(engine, "task", 100);
  rostrum_round_t* first = run_round(engine);
  update_a(engine);
  CHECK(free_memory_of(engine, "a") == 1000);
  /* The same task is asked for again, and has a place of the second round on the cell. */
  submit_task(engine, "task", 100);
  rostrum_round_t* second = run_round(engine);
  CHECK(is_on(second, "task", "a") && free_memory_of(engine, "a") == 900);

  CHECK_OK(rostrum_engine_set_keep_refused(engine, 0, &error));
  const uint32_t position = 0;
  uint64_t undone = 9;
  CHECK_OK(rostrum_engine_hand_back(engine, first, &position, 1, &undone, &error));
  CHECK(undone == 0 && free_memory_of(engine, "a") == 900);
  CHECK(rostrum_engine_queue_size(engine) == 0);
  CHECK_OK(rostrum_engine_hand_back(engine, second, &position, 1, &undone, &error));
  CHECK(undone == 1 && free_memory_of(engine, "a") == 1000);
  rostrum_round_destroy(second);
  rostrum_round_destroy(first);
  rostrum_engine_destroy(engine);
}

static void test_hand_back_of_removed_cell(void) {
  rostrum_engine_t* engine = make_engine("diego");
  update_a(engine);
  submit_task(engine, "task", 100);
  rostrum_round_t* round = run_round(engine);
  CHECK_OK(rostrum_engine_remove_cell(engine, "a", &error));
  const uint32_t position = 0;
  uint64_t undone = 9;
  CHECK_OK(rostrum_engine_hand_back(engine, round, &position, 1, &undone, &error));
  CHECK(undone == 0 && rostrum_engine_queue_size(engine) == 1);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

/* What a function that is asked about rounds has seen, and what it says. */
typedef struct {
  int32_t answer;
  int calls;
  rostrum_engine_t* engine;
} accept_t;

static int32_t accept_round(void* user_data, const rostrum_round_t* round) {
  accept_t* accept = user_data;
  ++accept->calls;
  CHECK(rostrum_round_placed_count(round) == 2 && rostrum_round_refused_count(round) == 2);
  check_placement(round);
  check_refusals(round);
  /* The engine shows nothing of it yet, and can be used but for its rounds. */
  CHECK(rostrum_engine_queue_size(accept->engine) == 0);
  rostrum_round_t* another = NULL;
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "would wait for itself",
              rostrum_engine_run_round(accept->engine, 1, 0, &another, &error));
  const uint32_t web = position_of(round, "web.0");
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "belongs to another engine",
              rostrum_engine_hand_back(accept->engine, round, &web, 1, NULL, &error));
  return accept->answer;
}

void test_accepting_rounds(void) {
  rostrum_engine_t* engine = make_mixed_engine();
  accept_t accept = {0, 0, engine};
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round_if(engine, 1, 1500, accept_round, &accept, &round, &error));
  CHECK(round == NULL && accept.calls == 1);
  CHECK(rostrum_engine_queue_size(engine) == 4);
  accept.answer = 1;
  CHECK_OK(rostrum_engine_run_round_if(engine, 1, 1500, accept_round, &accept, &round, &error));
  CHECK(accept.calls == 2 && rostrum_round_placed_count(round) == 2);
  check_placement(round);
  check_refusals(round);
  CHECK(rostrum_engine_queue_size(engine) == 2);
  const uint32_t web = position_of(round, "web.0");
  uint64_t undone = 0;
  CHECK_OK(rostrum_engine_hand_back(engine, round, &web, 1, &undone, &error));
  CHECK(undone == 1);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

void test_hand_back(void) {
  test_good_hand_back();
  test_bad_hand_back();
  test_hand_back_after_update();
  test_hand_back_of_removed_cell();
}

static uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

static void add_random_cells(rostrum_batch_t* batch, uint32_t* state) {
  static const char* const zones[] = {"z1", "z2", "z3"};
  static const char* const lrps[] = {"lrp-1", "lrp-3", "lrp-5", "other", NULL};
  for (int i = 0; i < 40; ++i) {
    char name[24];
    snprintf(name, sizeof name, "cell-%d", i);
    rostrum_cell_t cell = make_cell(batch, name, zones[i % 3], 1000);
    cell.index = i / 2;
    cell.available.memory -= ROSTRUM_AMOUNT(next_random(state) % 500);
    cell.available.containers = next_random(state) % 12;
    cell.starting_containers = next_random(state) % 3;
    cell.task_count = next_random(state) % 2;
    cell.proxy_memory = ROSTRUM_AMOUNT(next_random(state) % 3);
    cell.tag = next_random(state);
    cell.flags = i % 13 == 12 ? ROSTRUM_CELL_EVACUATING : 0;
    if (i % 4 == 0) cell.flags |= ROSTRUM_CELL_NOT_STARTED;
    cell.overhead.memory = ROSTRUM_AMOUNT(5);
    if (i % 5 == 0) cell.lrps = texts_in(batch, lrps);
    CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  }
}

static void add_random_work(rostrum_batch_t* batch, uint32_t* state, const char* prefix) {
  for (int i = 0; i < 20; ++i) {
    char name[32];
    snprintf(name, sizeof name, "%slrp-%d", prefix, i);
    rostrum_work_t lrp =
        make_lrp(batch, name, next_random(state) % 300, 1 + (int32_t)(next_random(state) % 9));
    if (i == 19) lrp.rootfs = text_in(batch, "preloaded:linux");
    lrp.asked.cpu = ROSTRUM_AMOUNT(next_random(state) % 16);
    lrp.tag = next_random(state);
    CHECK_OK(rostrum_batch_add_work(batch, &lrp, 1, NULL, &error));
    snprintf(name, sizeof name, "%stask-%d", prefix, i);
    add_task(batch, name, next_random(state) % 1200);
  }
}

static rostrum_engine_t* make_random_engine(const char* strategy, uint32_t seed) {
  rostrum_engine_t* engine = make_engine(strategy);
  rostrum_batch_t* batch = make_batch();
  add_random_cells(batch, &seed);
  add_random_work(batch, &seed, "");
  feed(engine, batch);
  return engine;
}

static void set_number(rostrum_engine_t* engine, const char* key, double value) {
  char text[64];
  snprintf(text, sizeof text, "%.17g", value);
  CHECK_OK(rostrum_engine_set_option(engine, key, text, &error));
}

/* Runs a round again on nothing but what rostrum_round_input says of it. */
static rostrum_round_t* run_again(const rostrum_round_t* round, const char* strategy) {
  rostrum_engine_t* engine = make_engine(strategy);
  rostrum_round_context_t context;
  rostrum_batch_t* input = NULL;
  CHECK_OK(rostrum_round_input(round, &context, &input, &error));
  set_number(engine, "bin_pack_first_fit_weight", context.bin_pack_first_fit_weight);
  set_number(engine, "starting_container_weight", context.starting_container_weight);
  set_number(engine, "starting_container_count_maximum",
             (double)context.starting_container_count_maximum);
  feed(engine, input);
  rostrum_round_t* again = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, context.seed, context.now_ms, &again, &error));
  rostrum_engine_destroy(engine);
  return again;
}

/* An engine that is given what another one holds: its cells and what waits in it. */
static rostrum_engine_t* copy_engine(rostrum_engine_t* engine, const char* strategy) {
  rostrum_engine_t* copy = make_engine(strategy);
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &batch, &error));
  feed(copy, batch);
  CHECK_OK(rostrum_engine_waiting(engine, &batch, &error));
  feed(copy, batch);
  CHECK(rostrum_engine_queue_size(copy) == rostrum_engine_queue_size(engine));
  return copy;
}

static void check_repetition(const char* strategy, uint32_t seed) {
  rostrum_engine_t* engine = make_random_engine(strategy, seed);
  if (seed % 2 == 1) {
    set_number(engine, "bin_pack_first_fit_weight", 0.1);
    set_number(engine, "starting_container_weight", 1.0 / 3.0);
    set_number(engine, "starting_container_count_maximum", 90);
  }
  rostrum_round_t* round = run_round(engine);
  CHECK(rostrum_round_placed_count(round) > 20 && rostrum_round_refused_count(round) > 1);
  rostrum_round_t* again = run_again(round, strategy);
  check_same_decisions(round, again);
  rostrum_round_destroy(again);
  rostrum_round_destroy(round);

  /* A second round, with work that is left over and new work, in the engine and in a copy. */
  rostrum_engine_t* copy = copy_engine(engine, strategy);
  if (seed % 2 == 1) {
    set_number(copy, "bin_pack_first_fit_weight", 0.1);
    set_number(copy, "starting_container_weight", 1.0 / 3.0);
    set_number(copy, "starting_container_count_maximum", 90);
  }
  for (int i = 0; i < 2; ++i) {
    uint32_t state = seed + 1;
    rostrum_batch_t* batch = make_batch();
    add_random_work(batch, &state, "new-");
    feed(i == 0 ? engine : copy, batch);
  }
  round = run_round(engine);
  again = run_round(copy);
  check_same_decisions(round, again);
  rostrum_round_destroy(again);
  again = run_again(round, strategy);
  check_same_decisions(round, again);
  rostrum_round_destroy(again);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(copy);
  rostrum_engine_destroy(engine);
}

void test_repetition(void) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    check_repetition("diego", seed);
    check_repetition("binpack", seed);
    check_repetition("spread", seed);
    check_repetition("bestfit", seed);
  }
}

void test_ownership(void) {
  /* The engine keeps the strategy, and has copied the batch. */
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create("spread", &strategy, &error));
  rostrum_engine_t* engine = NULL;
  CHECK_OK(rostrum_engine_create(strategy, &engine, &error));
  rostrum_strategy_destroy(strategy);
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, "a", "zone", 1000);
  add_lrp(batch, "web", 100, 1);
  add_task(batch, "large", 2000);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, round, ROSTRUM_TASK, "large", &explanation, &error));
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));

  /* What an engine has made lives on without it, and without each other. */
  rostrum_engine_destroy(engine);
  CHECK(is_text(rostrum_batch_bytes(snapshot, NULL), rostrum_batch_cells(snapshot, NULL)->id, "a"));
  CHECK(is_on(round, "web.0", "a"));
  rostrum_round_context_t context;
  rostrum_batch_t* input = NULL;
  CHECK_OK(rostrum_round_input(round, &context, &input, &error));
  rostrum_round_destroy(round);
  size_t count = 0;
  rostrum_batch_work(input, &count);
  CHECK(count == 2);
  CHECK_TEXT(rostrum_explanation_error(explanation), "insufficient resources: memory");
  CHECK(is_text(rostrum_explanation_bytes(explanation, NULL),
                rostrum_explanation_answers(explanation, NULL)->cell_id, "a"));
  rostrum_explanation_destroy(explanation);
  rostrum_batch_destroy(input);
  rostrum_batch_destroy(snapshot);
}
