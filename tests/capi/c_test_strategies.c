/* Strategies that are tables of functions. */

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

/* What the functions below are given as user data. */
typedef struct probe {
  int begun;
  int scored;
  int destroyed;
  rostrum_round_context_t context;
  rostrum_auction_view_t auction;
  rostrum_cell_view_t cell;
  char guid[16];       /* Of the auction; texts of a view are valid during the call only. */
  char zone[16];       /* Of the cell. */
  int32_t answer;      /* Of the functions that fail. */
  double value;        /* Of the functions that score. */
  const char* reason;  /* Of the functions that refuse. */
  const char* failure; /* What failed; NULL: nothing can be said. */
} probe_t;

static int32_t begin(void* user_data, const rostrum_round_context_t* context) {
  probe_t* probe = user_data;
  ++probe->begun;
  probe->context = *context;
  return 0;
}

/* The last cell by index is best, and keeps what it has seen of cell "b". */
static int32_t score_last(void* user_data, const rostrum_auction_view_t* auction,
                          const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  probe_t* probe = user_data;
  ++probe->scored;
  if (cell->id_length == 1 && cell->id[0] == 'b') {
    probe->auction = *auction;
    probe->cell = *cell;
    snprintf(probe->guid, sizeof probe->guid, "%.*s", (int)auction->guid_length, auction->guid);
    snprintf(probe->zone, sizeof probe->zone, "%.*s", (int)cell->zone_length, cell->zone);
  }
  score->tier = -cell->index;
  score->value = 1000;
  return 0;
}

static int32_t score_equal(void* user_data, const rostrum_auction_view_t* auction,
                           const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)user_data;
  (void)auction;
  (void)cell;
  score->value = 0;
  score->tier = 0;
  return 0;
}

static int32_t score_value(void* user_data, const rostrum_auction_view_t* auction,
                           const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)auction;
  (void)cell;
  score->value = ((probe_t*)user_data)->value;
  return 0;
}

static int32_t score_fails(void* user_data, const rostrum_auction_view_t* auction,
                           const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)auction;
  (void)cell;
  (void)score;
  return ((probe_t*)user_data)->answer;
}

static int32_t score_counts(void* user_data, const rostrum_auction_view_t* auction,
                            const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)auction;
  (void)cell;
  score->value = -(double)++((probe_t*)user_data)->scored;
  return 0;
}

static int32_t base_least_memory(void* user_data, const rostrum_cell_view_t* cell,
                                 rostrum_score_t* score) {
  (void)user_data;
  score->value = (double)cell->memory_free;
  score->tier = 0;
  return 0;
}

static int32_t base_fails(void* user_data, const rostrum_cell_view_t* cell,
                          rostrum_score_t* score) {
  (void)cell;
  (void)score;
  return ((probe_t*)user_data)->answer;
}

/* Everything but cell "b". */
static int32_t accept_not_b(void* user_data, const rostrum_auction_view_t* auction,
                            const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  (void)auction;
  const char* text = ((probe_t*)user_data)->reason;
  if (cell->id_length != 1 || cell->id[0] != 'b') return 1;
  if (text != NULL) {
    CHECK(strlen(text) < capacity);
    memcpy(reason, text, strlen(text) + 1);
  }
  return 0;
}

/* Refuses with a reason that fills the place and has no NUL. */
static int32_t accept_none(void* user_data, const rostrum_auction_view_t* auction,
                           const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  (void)user_data;
  (void)auction;
  (void)cell;
  memset(reason, 'x', capacity);
  return 0;
}

static int32_t accept_fails(void* user_data, const rostrum_auction_view_t* auction,
                            const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  (void)auction;
  (void)cell;
  (void)reason;
  (void)capacity;
  return ((probe_t*)user_data)->answer;
}

static int32_t accept_once(void* user_data, const rostrum_auction_view_t* auction,
                           const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  (void)auction;
  (void)cell;
  (void)reason;
  (void)capacity;
  return ((probe_t*)user_data)->scored++ == 0 ? 1 : 0;
}

/* Tasks by memory, smallest first; "nan" has no place in the order. */
static double key_of(void* user_data, const rostrum_auction_view_t* auction) {
  (void)user_data;
  if (auction->guid_length == 3 && memcmp(auction->guid, "nan", 3) == 0) return NAN;
  return (double)auction->memory;
}

static int32_t begin_fails(void* user_data, const rostrum_round_context_t* context) {
  (void)context;
  return ((probe_t*)user_data)->answer;
}

/* Says what went wrong, if the probe has a text for it. */
static void failure_of(void* user_data, char* text, size_t capacity) {
  const char* const failure = ((probe_t*)user_data)->failure;
  CHECK(capacity >= 256 && text[0] == '\0');
  if (failure != NULL) snprintf(text, capacity, "%s", failure);
}

/* Fills the buffer, and forgets the NUL byte. */
static void failure_without_end(void* user_data, char* text, size_t capacity) {
  (void)user_data;
  memset(text, 'x', capacity);
}

static void count_destroyed(void* user_data) { ++((probe_t*)user_data)->destroyed; }

static rostrum_strategy_table_t make_table(void) {
  rostrum_strategy_table_t table;
  memset(&table, 0, sizeof table);
  table.size = sizeof table;
  table.name = "probe";
  table.order = ROSTRUM_ORDER_LARGER_FIRST;
  table.score = score_equal;
  table.destroy = count_destroyed;
  return table;
}

/* An engine with a table's strategy, of cells a and b with 1000 MB, b having index 1. */
static rostrum_engine_t* make_table_engine(const rostrum_strategy_table_t* table, probe_t* probe) {
  rostrum_strategy_t* strategy = NULL;
  rostrum_engine_t* engine = NULL;
  CHECK_OK(rostrum_strategy_create_from_table(table, probe, &strategy, &error));
  CHECK_OK(rostrum_engine_create(strategy, &engine, &error));
  rostrum_strategy_destroy(strategy);
  CHECK(probe->destroyed == 0);
  rostrum_batch_t* batch = make_batch();
  rostrum_cell_t cells[] = {make_cell(batch, "a", "zone", 1000),
                            make_cell(batch, "b", "zone", 1000)};
  cells[1].index = 1;
  cells[1].tag = 99;
  cells[1].task_count = 3;
  cells[1].lrps = texts_in(batch, (const char* const[]){"web", "db", NULL});
  CHECK_OK(rostrum_batch_add_cells(batch, cells, 2, NULL, &error));
  feed(engine, batch);
  return engine;
}

static void submit_task(rostrum_engine_t* engine, const char* guid, int64_t memory) {
  rostrum_batch_t* batch = make_batch();
  add_task(batch, guid, memory);
  feed(engine, batch);
}

/* Runs a round of one task with a table, and checks how it comes out: placed on `cell_id` or, where
 * that is NULL, refused. */
static void check_outcome(const rostrum_strategy_table_t* table, probe_t* probe,
                          const char* cell_id, int32_t code, const char* text) {
  rostrum_engine_t* engine = make_table_engine(table, probe);
  submit_task(engine, "task", 10);
  rostrum_round_t* round = run_round(engine);
  if (cell_id != NULL) {
    CHECK(is_on(round, "task", cell_id));
  } else {
    CHECK(is_refused(round, "task", code, text));
  }
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  CHECK(probe->destroyed == 1);
}

static void test_names(void) {
  static const char* const names[] = {"diego", "binpack", "spread", "bestfit"};
  for (int i = 0; i < 4; ++i) {
    rostrum_strategy_t* strategy = NULL;
    CHECK_OK(rostrum_strategy_create(names[i], &strategy, &error));
    CHECK_TEXT(rostrum_strategy_name(strategy), names[i]);
    rostrum_strategy_destroy(strategy);
  }
  rostrum_strategy_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "no strategy \"\"", made,
                      rostrum_strategy_create("", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "no strategy \"Diego\"", made,
                      rostrum_strategy_create("Diego", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "the strategy's path is empty", made,
                      rostrum_strategy_load("", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_UNAVAILABLE, "/nowhere/none.so", made,
                      rostrum_strategy_load("/nowhere/none.so", &made, &error));
  /* A shared object that is no plug-in. */
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "rostrum_strategy_plugin", made,
                      rostrum_strategy_load("libc.so.6", &made, &error));
}

static void test_views(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  table.begin_round = begin;
  table.score = score_last;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  rostrum_batch_t* batch = make_batch();
  add_lrp(batch, "web", 10, 1);
  feed(engine, batch);
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_count_maximum", "9", &error));
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, 5, 6, &round, &error));
  CHECK(is_on(round, "web.0", "b"));
  CHECK(decision_of(round, "web.0")->score.tier == -1);
  CHECK(decision_of(round, "web.0")->score.value == 1000);

  CHECK(probe.begun == 1 && probe.scored >= 2);
  CHECK(probe.context.seed == 5 && probe.context.now_ms == 6);
  CHECK(probe.context.starting_container_weight == 0.25);
  CHECK(probe.context.bin_pack_first_fit_weight == 0);
  CHECK(probe.context.starting_container_count_maximum == 9);
  CHECK(probe.auction.kind == ROSTRUM_LRP && probe.auction.index == 0);
  CHECK_TEXT(probe.guid, "web");
  CHECK_TEXT(probe.zone, "zone");
  CHECK(probe.auction.guid_length == 3 && probe.auction.attempts == 0);
  CHECK(probe.auction.memory == ROSTRUM_AMOUNT(10) && probe.auction.disk == ROSTRUM_AMOUNT(1));
  CHECK(probe.auction.cpu == 0 && probe.auction.reserved == 0);
  CHECK(probe.auction.queue_time_ms == 0);
  CHECK(probe.cell.index == 1 && probe.cell.position == 1 && probe.cell.tag == 99);
  CHECK(probe.cell.memory_total == ROSTRUM_AMOUNT(1000));
  CHECK(probe.cell.memory_free == ROSTRUM_AMOUNT(1000));
  CHECK(probe.cell.cpu_total == ROSTRUM_AMOUNT(64) && probe.cell.cpu_free == ROSTRUM_AMOUNT(64));
  CHECK(probe.cell.disk_total == probe.cell.disk_free && probe.cell.containers_total == 1000);
  CHECK(probe.cell.containers_free == 1000 && probe.cell.proxy_memory == 0);
  CHECK(probe.cell.starting_containers == 0 && probe.cell.lrp_count == 2);
  CHECK(probe.cell.task_count == 3 && probe.cell.instances == 1 && probe.cell.zone_length == 4);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  CHECK(probe.destroyed == 1);
}

static void test_scores(void) {
  /* Of equal scores the cell that is first by index wins. */
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  check_outcome(&table, &probe, "a", 0, NULL);

  /* Infinity is a score like any other. */
  probe = (probe_t){.value = (double)INFINITY};
  table.score = score_value;
  check_outcome(&table, &probe, "a", 0, NULL);

  /* A base score alone is enough. */
  probe = (probe_t){.begun = 0};
  table.score = NULL;
  table.base_score = base_least_memory;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "one", 10);
  submit_task(engine, "two", 20);
  rostrum_round_t* round = run_round(engine);
  CHECK(is_on(round, "two", "a") && is_on(round, "one", "a"));
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  CHECK(probe.destroyed == 1);
}

static void test_acceptance(void) {
  /* The other cell has it. */
  probe_t probe = {.reason = "b is tired"};
  rostrum_strategy_table_t table = make_table();
  table.score = score_last;
  table.accepts = accept_not_b;
  check_outcome(&table, &probe, "a", 0, NULL);

  /* No other cell has the room: the reason is in the text, and counted. */
  probe = (probe_t){.reason = "b is tired"};
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  CHECK_OK(rostrum_engine_remove_cell(engine, "a", &error));
  submit_task(engine, "task", 10);
  rostrum_round_t* round = run_round(engine);
  const rostrum_decision_t* decision = decision_of(round, "task");
  CHECK(decision->code == ROSTRUM_REFUSAL_STRATEGY_REFUSED);
  const rostrum_refusal_t* refusal = &rostrum_round_refusals(round, NULL)[decision->refusal];
  const rostrum_reason_t* reason = &rostrum_round_reasons(round, NULL)[refusal->reasons.first];
  CHECK(refusal->reasons.count == 1 && reason->code == ROSTRUM_REASON_STRATEGY);
  CHECK(reason->cells == 1 && reason->is_static == 0);
  CHECK(is_text(rostrum_round_bytes(round, NULL), reason->subject, "b is tired"));

  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, round, ROSTRUM_TASK, "task", &explanation, &error));
  CHECK(strstr(rostrum_explanation_error(explanation), "b is tired") != NULL);
  CHECK(is_text(rostrum_explanation_bytes(explanation, NULL),
                rostrum_explanation_reasons(explanation, NULL)->subject, "b is tired"));
  rostrum_explanation_destroy(explanation);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);

  /* A reason need not be given, and one that is too long is cut. */
  probe = (probe_t){.reason = NULL};
  table.accepts = accept_none;
  engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  round = run_round(engine);
  reason = rostrum_round_reasons(round, NULL);
  CHECK(reason->code == ROSTRUM_REASON_STRATEGY && reason->cells == 2);
  CHECK(reason->subject.length > 0 && reason->subject.length < 1000);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

static void test_order(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  table.order = ROSTRUM_ORDER_BY_KEY;
  table.order_key = key_of;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "large", 30);
  submit_task(engine, "nan", 1);
  submit_task(engine, "small", 10);
  submit_task(engine, "medium", 20);
  rostrum_round_t* round = run_round(engine);
  CHECK(position_of(round, "small") < position_of(round, "medium"));
  CHECK(position_of(round, "medium") < position_of(round, "large"));
  CHECK(rostrum_round_placed_count(round) == 3);
  CHECK(is_refused(round, "nan", ROSTRUM_REFUSAL_STRATEGY_FAILED,
                   "strategy \"probe\" failed: its order key is NaN"));
  /* What the round refused, an explanation refuses for the same reason. */
  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, round, ROSTRUM_TASK, "nan", &explanation, &error));
  CHECK_TEXT(rostrum_explanation_error(explanation),
             "strategy \"probe\" failed: its order key is NaN");
  size_t count = 0;
  const rostrum_answer_t* answers = rostrum_explanation_answers(explanation, &count);
  for (size_t i = 0; i < count; ++i) CHECK(answers[i].winner == 0);
  rostrum_explanation_destroy(explanation);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

static void test_balanced_zones(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  table.score = score_last;
  table.flags = ROSTRUM_STRATEGY_BALANCES_ZONES;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, "z", "other", 1000);
  add_lrp(batch, "web", 10, 2);
  feed(engine, batch);
  /* b is better than z, but its zone has an instance already. */
  rostrum_round_t* round = run_round(engine);
  CHECK(is_on(round, "web.0", "z") && is_on(round, "web.1", "b"));
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

/* An engine takes a new strategy from the next round on, and lets go of the old one. */
static void test_change(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  table.score = score_last;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "first", 10);
  rostrum_round_t* round = run_round(engine);
  CHECK(is_on(round, "first", "b"));
  rostrum_round_destroy(round);
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create("diego", &strategy, &error));
  CHECK_OK(rostrum_engine_set_strategy(engine, strategy, &error));
  rostrum_strategy_destroy(strategy);
  CHECK(probe.destroyed == 1);
  submit_task(engine, "second", 10);
  round = run_round(engine);
  CHECK(is_on(round, "second", "a"));
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

void test_strategies(void) {
  test_names();
  test_views();
  test_scores();
  test_acceptance();
  test_order();
  test_balanced_zones();
  test_change();
}

void test_strategy_failures(void) {
  const rostrum_strategy_table_t good = make_table();
  const int32_t failed = ROSTRUM_REFUSAL_STRATEGY_FAILED;
  rostrum_strategy_table_t table = good;
  probe_t probe = {.answer = 3};
  table.score = score_fails;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its score returned 3, expected 0");

  probe = (probe_t){.value = (double)NAN};
  table.score = score_value;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its score is NaN");

  probe = (probe_t){.answer = -1};
  table = good;
  table.accepts = accept_fails;
  check_outcome(
      &table, &probe, NULL, failed,
      "strategy \"probe\" failed on cell \"a\": its accepts returned -1, expected 0 or 1");
  probe = (probe_t){.answer = 2};
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its accepts returned 2, expected 0 or 1");

  probe = (probe_t){.answer = 4};
  table = good;
  table.score = NULL;
  table.base_score = base_fails;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its base_score returned 4, expected 0");
}

/* What failed is named, by the round, by the refusal and by the explanation. */
static void test_failure_texts(void) {
  const int32_t failed = ROSTRUM_REFUSAL_STRATEGY_FAILED;
  rostrum_strategy_table_t good = make_table();
  good.failure_text = failure_of;
  rostrum_strategy_table_t table = good;
  probe_t probe = {.answer = 3, .failure = "no licence"};
  table.score = score_fails;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its score failed: no licence");

  probe = (probe_t){.answer = 3};
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its score returned 3, expected 0");

  probe = (probe_t){.answer = -1, .failure = "no licence"};
  table = good;
  table.accepts = accept_fails;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its accepts failed: no licence");

  probe = (probe_t){.answer = 4, .failure = "no licence"};
  table = good;
  table.score = NULL;
  table.base_score = base_fails;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its base_score failed: no licence");

  /* It is asked of failures alone. */
  probe = (probe_t){.value = (double)NAN, .failure = "no licence"};
  table = good;
  table.score = score_value;
  check_outcome(&table, &probe, NULL, failed,
                "strategy \"probe\" failed on cell \"a\": its score is NaN");

  probe = (probe_t){.failure = "no licence"};
  table = good;
  table.order = ROSTRUM_ORDER_BY_KEY;
  table.order_key = key_of;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "nan", 10);
  rostrum_round_t* round = run_round(engine);
  CHECK(is_refused(round, "nan", failed,
                   "strategy \"probe\" failed: its order_key failed: no licence"));
  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, round, ROSTRUM_TASK, "nan", &explanation, &error));
  CHECK_TEXT(rostrum_explanation_error(explanation),
             "strategy \"probe\" failed: its order_key failed: no licence");
  rostrum_explanation_destroy(explanation);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);

  probe = (probe_t){.answer = 1, .failure = "no licence"};
  table = good;
  table.begin_round = begin_fails;
  engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, "its begin_round failed: no licence", round,
                      rostrum_engine_run_round(engine, 0, 0, &round, &error));
  rostrum_engine_destroy(engine);

  /* A text without an end is cut. */
  probe = (probe_t){.answer = 3};
  table = good;
  table.score = score_fails;
  table.failure_text = failure_without_end;
  engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  round = run_round(engine);
  size_t size = 0;
  const char* const bytes = rostrum_round_bytes(round, &size);
  CHECK(bytes != NULL && size > 1024 && size < 2048);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

/* Tables that say one thing and then another. */
static void test_contradictions(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  table.score = score_counts;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  rostrum_round_t* round = run_round(engine);
  CHECK(decision_of(round, "task")->code == ROSTRUM_REFUSAL_STRATEGY_FAILED);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);

  probe = (probe_t){.begun = 0};
  table = make_table();
  table.accepts = accept_once;
  engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  round = run_round(engine);
  CHECK(decision_of(round, "task")->code == ROSTRUM_REFUSAL_STRATEGY_FAILED);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);

  probe = (probe_t){.begun = 0};
  table = make_table();
  table.base_score = base_least_memory;
  engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  round = run_round(engine);
  CHECK(decision_of(round, "task")->code == ROSTRUM_REFUSAL_STRATEGY_FAILED);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

/* A round that cannot begin is none: everything waits as before. */
static void test_failing_begin(void) {
  probe_t probe = {.answer = 1};
  rostrum_strategy_table_t table = make_table();
  table.begin_round = begin_fails;
  rostrum_engine_t* engine = make_table_engine(&table, &probe);
  submit_task(engine, "task", 10);
  rostrum_round_t* round = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, "its begin_round returned 1", round,
                      rostrum_engine_run_round(engine, 0, 0, &round, &error));
  CHECK(rostrum_engine_queue_size(engine) == 1);
  probe.answer = 0;
  round = run_round(engine);
  CHECK(decision_of(round, "task")->attempts == 1);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

static void refuse_table(const rostrum_strategy_table_t* table, const char* part) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, part, made,
                      rostrum_strategy_create_from_table(table, &probe, &made, &error));
  /* The user data is let go of in any case. */
  CHECK(probe.destroyed == 1);
}

#define REFUSE_TABLE(field, value, part)           \
  do {                                             \
    rostrum_strategy_table_t table = make_table(); \
    table.field = (value);                         \
    refuse_table(&table, part);                    \
  } while (0)

static void test_refused_tables(void) {
  REFUSE_TABLE(flags, 2, "flags is 2");
  REFUSE_TABLE(flags, UINT32_MAX, "flags is 4294967295");
  REFUSE_TABLE(name, NULL, "no name");
  REFUSE_TABLE(name, "", "no name");
  REFUSE_TABLE(order, 0, "order is 0");
  REFUSE_TABLE(order, 4, "order is 4");
  REFUSE_TABLE(order, ROSTRUM_ORDER_BY_KEY, "order_key");
  REFUSE_TABLE(reserved, 1, "reserved is 1");
  REFUSE_TABLE(score, NULL, "score or base_score");
  rostrum_strategy_table_t table = make_table();
  table.base_score = base_least_memory;
  table.accepts = accept_not_b;
  refuse_table(&table, "base_score and accepts");

  /* No place for the strategy: the user data goes all the same. */
  probe_t probe = {.begun = 0};
  table = make_table();
  CHECK_INVALID("strategy is NULL",
                rostrum_strategy_create_from_table(&table, &probe, NULL, &error));
  CHECK(probe.destroyed == 1);
}

/* A table of another size: one that is too short has no field to destroy the user data with; one
 * that is too long comes from newer headers, and has it where it always was. */
static void test_table_sizes(void) {
  probe_t probe = {.begun = 0};
  rostrum_strategy_table_t table = make_table();
  rostrum_strategy_t* made = NULL;
  table.size = offsetof(rostrum_strategy_table_t, destroy);
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "size", made,
                      rostrum_strategy_create_from_table(&table, &probe, &made, &error));
  table.size = 0;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "size is 0", made,
                      rostrum_strategy_create_from_table(&table, &probe, &made, &error));
  CHECK(probe.destroyed == 0);

  /* A plug-in of the first headers has no failure_text: what stands behind its table is not
   * read. */
  probe = (probe_t){.answer = 3};
  table.score = score_fails;
  table.failure_text = failure_of;
  table.size = offsetof(rostrum_strategy_table_t, failure_text);
  check_outcome(&table, &probe, NULL, ROSTRUM_REFUSAL_STRATEGY_FAILED,
                "strategy \"probe\" failed on cell \"a\": its score returned 3, expected 0");
  probe = (probe_t){.begun = 0};
  table.size = sizeof table + 8;
  refuse_table(&table, "size is 88, expected 72 or 80");
}

/* A table need not have destroy, nor user data. */
static void test_bare_table(void) {
  rostrum_strategy_table_t table = make_table();
  table.destroy = NULL;
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create_from_table(&table, NULL, &strategy, &error));
  CHECK_TEXT(rostrum_strategy_name(strategy), "probe");
  rostrum_strategy_destroy(strategy);
}

void test_strategy_tables(void) {
  test_failure_texts();
  test_contradictions();
  test_failing_begin();
  test_refused_tables();
  test_table_sizes();
  test_bare_table();
}
