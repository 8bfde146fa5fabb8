/* NULL in every place where a pointer is taken. */

#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

/* A function that returns an array of a NULL handle: NULL and 0, also without a place for the 0. */
#define CHECK_NULL_ARRAY(get)                       \
  do {                                              \
    size_t count = 9;                               \
    CHECK(get(NULL, &count) == NULL && count == 0); \
    CHECK(get(NULL, NULL) == NULL);                 \
  } while (0)

/* One of the functions that add records: the batch and the array are needed. */
#define CHECK_NULL_RECORDS(batch, record_type, add)                        \
  do {                                                                     \
    record_type record;                                                    \
    memset(&record, 0, sizeof record);                                     \
    rostrum_range_t range = {7, 7};                                        \
    CHECK_INVALID("batch is NULL", add(NULL, &record, 1, &range, &error)); \
    CHECK_INVALID("NULL", add(batch, NULL, 1, &range, &error));            \
    CHECK(range.first == 7 && range.count == 7);                           \
    CHECK(add(NULL, NULL, 0, NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);     \
  } while (0)

static void check_batch_functions(rostrum_batch_t* batch) {
  CHECK_INVALID("batch is NULL", rostrum_batch_create(NULL, &error));
  CHECK(rostrum_batch_create(NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);
  rostrum_text_t text = {7, 7};
  CHECK_INVALID("batch is NULL", rostrum_batch_add_text(NULL, "a", 1, &text, &error));
  CHECK_INVALID("text is NULL", rostrum_batch_add_text(batch, NULL, 1, &text, &error));
  CHECK_INVALID("out is NULL", rostrum_batch_add_text(batch, "a", 1, NULL, &error));
  CHECK(text.offset == 7 && text.length == 7);
  CHECK_NULL_RECORDS(batch, rostrum_text_t, rostrum_batch_add_texts);
  CHECK_NULL_RECORDS(batch, rostrum_scalar_t, rostrum_batch_add_scalars);
  CHECK_NULL_RECORDS(batch, rostrum_provider_t, rostrum_batch_add_providers);
  CHECK_NULL_RECORDS(batch, rostrum_signature_t, rostrum_batch_add_signatures);
  CHECK_NULL_RECORDS(batch, int32_t, rostrum_batch_add_indices);
  CHECK_NULL_RECORDS(batch, rostrum_cell_t, rostrum_batch_add_cells);
  CHECK_NULL_RECORDS(batch, rostrum_offer_t, rostrum_batch_add_offers);
  CHECK_NULL_RECORDS(batch, rostrum_work_t, rostrum_batch_add_work);
  CHECK_NULL_ARRAY(rostrum_batch_bytes);
  CHECK_NULL_ARRAY(rostrum_batch_texts);
  CHECK_NULL_ARRAY(rostrum_batch_scalars);
  CHECK_NULL_ARRAY(rostrum_batch_providers);
  CHECK_NULL_ARRAY(rostrum_batch_signatures);
  CHECK_NULL_ARRAY(rostrum_batch_indices);
  CHECK_NULL_ARRAY(rostrum_batch_cells);
  CHECK_NULL_ARRAY(rostrum_batch_offers);
  CHECK_NULL_ARRAY(rostrum_batch_work);
}

static void check_strategy_functions(void) {
  rostrum_strategy_t* strategy = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "name is NULL", strategy,
                      rostrum_strategy_create(NULL, &strategy, &error));
  CHECK_INVALID("strategy is NULL", rostrum_strategy_create("diego", NULL, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "NULL", strategy,
                      rostrum_strategy_create_from_table(NULL, NULL, &strategy, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "path is NULL", strategy,
                      rostrum_strategy_load(NULL, &strategy, &error));
  CHECK_INVALID("strategy is NULL", rostrum_strategy_load("none.so", NULL, &error));
  CHECK_TEXT(rostrum_strategy_name(NULL), "");
  rostrum_strategy_destroy(NULL);
}

static void check_cell_functions(rostrum_engine_t* engine, rostrum_batch_t* batch) {
  CHECK_INVALID("engine is NULL", rostrum_engine_update_cells(NULL, batch, 0, &error));
  CHECK_INVALID("batch is NULL", rostrum_engine_update_cells(engine, NULL, 0, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_remove_cell(NULL, "a", &error));
  CHECK_INVALID("cell_id is NULL", rostrum_engine_remove_cell(engine, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_set_cell_disabled(NULL, "a", 1, &error));
  CHECK_INVALID("cell_id is NULL", rostrum_engine_set_cell_disabled(engine, NULL, 1, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_drain_cell(NULL, "a", &error));
  CHECK_INVALID("cell_id is NULL", rostrum_engine_drain_cell(engine, NULL, &error));
  rostrum_batch_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "engine is NULL", made,
                      rostrum_engine_snapshot(NULL, &made, &error));
  CHECK_INVALID("batch is NULL", rostrum_engine_snapshot(engine, NULL, &error));
}

static void check_offer_functions(rostrum_engine_t* engine, rostrum_batch_t* batch) {
  CHECK_INVALID("engine is NULL", rostrum_engine_add_offers(NULL, batch, &error));
  CHECK_INVALID("batch is NULL", rostrum_engine_add_offers(engine, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_rescind_offer(NULL, "o", &error));
  CHECK_INVALID("offer_id is NULL", rostrum_engine_rescind_offer(engine, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_decline_offer(NULL, "o", &error));
  CHECK_INVALID("offer_id is NULL", rostrum_engine_decline_offer(engine, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_accept_offers(NULL, "a", batch, &error));
  CHECK_INVALID("agent_id is NULL", rostrum_engine_accept_offers(engine, NULL, batch, &error));
  CHECK_INVALID("ids is NULL", rostrum_engine_accept_offers(engine, "a", NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_expire_offers(NULL, 0, batch, &error));
  CHECK_INVALID("ids is NULL", rostrum_engine_expire_offers(engine, 0, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_lose_agent(NULL, "a", &error));
  CHECK_INVALID("agent_id is NULL", rostrum_engine_lose_agent(engine, NULL, &error));
  int32_t state = 7;
  CHECK_INVALID("engine is NULL", rostrum_engine_offer_state(NULL, "o", &state, &error));
  CHECK_INVALID("offer_id is NULL", rostrum_engine_offer_state(engine, NULL, &state, &error));
  CHECK_INVALID("state is NULL", rostrum_engine_offer_state(engine, "o", NULL, &error));
  rostrum_offer_counts_t counts;
  CHECK_INVALID("engine is NULL", rostrum_engine_count_offers(NULL, &counts, &error));
  CHECK_INVALID("counts is NULL", rostrum_engine_count_offers(engine, NULL, &error));
}

static void check_queue_functions(rostrum_engine_t* engine, rostrum_batch_t* batch) {
  uint64_t added = 7;
  CHECK_INVALID("engine is NULL", rostrum_engine_submit(NULL, batch, 0, &added, &error));
  CHECK_INVALID("batch is NULL", rostrum_engine_submit(engine, NULL, 0, &added, &error));
  CHECK(added == 7);
  CHECK_INVALID("engine is NULL", rostrum_engine_cancel(NULL, ROSTRUM_LRP, "a.0", &error));
  CHECK_INVALID("identifier is NULL", rostrum_engine_cancel(engine, ROSTRUM_LRP, NULL, &error));
  CHECK(rostrum_engine_queue_size(NULL) == 0);
  CHECK(rostrum_engine_oldest_queue_time_ms(NULL) == -1);
  rostrum_batch_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "engine is NULL", made,
                      rostrum_engine_waiting(NULL, &made, &error));
  CHECK_INVALID("batch is NULL", rostrum_engine_waiting(engine, NULL, &error));
}

static void check_round_functions(rostrum_engine_t* engine, const rostrum_round_t* round) {
  rostrum_round_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "engine is NULL", made,
                      rostrum_engine_run_round(NULL, 0, 0, &made, &error));
  CHECK_INVALID("round is NULL", rostrum_engine_run_round(engine, 0, 0, NULL, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "accept is NULL", made,
                      rostrum_engine_run_round_if(engine, 0, 0, NULL, NULL, &made, &error));
  uint64_t undone = 7;
  const uint32_t position = 0;
  CHECK_INVALID("engine is NULL",
                rostrum_engine_hand_back(NULL, round, &position, 1, &undone, &error));
  CHECK_INVALID("round is NULL",
                rostrum_engine_hand_back(engine, NULL, &position, 1, &undone, &error));
  CHECK_INVALID("decisions is NULL",
                rostrum_engine_hand_back(engine, round, NULL, 1, &undone, &error));
  CHECK(undone == 7);
  CHECK_OK(rostrum_engine_hand_back(engine, round, NULL, 0, NULL, &error));
  CHECK(rostrum_round_placed_count(NULL) == 0);
  CHECK(rostrum_round_refused_count(NULL) == 0);
  CHECK_NULL_ARRAY(rostrum_round_decisions);
  CHECK_NULL_ARRAY(rostrum_round_refusals);
  CHECK_NULL_ARRAY(rostrum_round_reasons);
  CHECK_NULL_ARRAY(rostrum_round_bytes);
  rostrum_round_destroy(NULL);

  rostrum_round_context_t context;
  rostrum_batch_t* batch = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "round is NULL", batch,
                      rostrum_round_input(NULL, &context, &batch, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "context is NULL", batch,
                      rostrum_round_input(round, NULL, &batch, &error));
  CHECK_INVALID("batch is NULL", rostrum_round_input(round, &context, NULL, &error));
}

static void check_explanation_functions(rostrum_engine_t* engine, const rostrum_round_t* round) {
  rostrum_explanation_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "engine is NULL", made,
                      rostrum_engine_explain(NULL, round, ROSTRUM_TASK, "t", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "round is NULL", made,
                      rostrum_engine_explain(engine, NULL, ROSTRUM_TASK, "t", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "identifier is NULL", made,
                      rostrum_engine_explain(engine, round, ROSTRUM_TASK, NULL, &made, &error));
  CHECK_INVALID("explanation is NULL",
                rostrum_engine_explain(engine, round, ROSTRUM_TASK, "t", NULL, &error));
  CHECK_NULL_ARRAY(rostrum_explanation_answers);
  CHECK_NULL_ARRAY(rostrum_explanation_reasons);
  CHECK_NULL_ARRAY(rostrum_explanation_bytes);
  CHECK_TEXT(rostrum_explanation_error(NULL), "");
  CHECK_TEXT(rostrum_explanation_remedy(NULL), "");
  rostrum_explanation_destroy(NULL);
}

static void check_engine_functions(rostrum_engine_t* engine) {
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create("diego", &strategy, &error));
  rostrum_engine_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "strategy is NULL", made,
                      rostrum_engine_create(NULL, &made, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_create(strategy, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_set_strategy(NULL, strategy, &error));
  CHECK_INVALID("strategy is NULL", rostrum_engine_set_strategy(engine, NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_set_option(NULL, "a", "1", &error));
  CHECK_INVALID("key is NULL", rostrum_engine_set_option(engine, NULL, "1", &error));
  CHECK_INVALID("option is NULL", rostrum_option_at(0, NULL, &error));
  CHECK_INVALID("value is NULL", rostrum_engine_set_option(engine, "a", NULL, &error));
  CHECK_INVALID("engine is NULL", rostrum_engine_set_keep_refused(NULL, 1, &error));
  rostrum_engine_destroy(NULL);
  rostrum_strategy_destroy(strategy);
}

void test_null_arguments(void) {
  rostrum_batch_t* batch = make_batch();
  check_batch_functions(batch);
  check_strategy_functions();
  rostrum_engine_t* engine = make_engine_of_two("diego");
  check_engine_functions(engine);
  check_cell_functions(engine, batch);
  check_offer_functions(engine, batch);
  check_queue_functions(engine, batch);
  rostrum_round_t* round = run_round(engine);
  check_round_functions(engine, round);
  check_explanation_functions(engine, round);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  rostrum_batch_destroy(batch);
}
