/* Explanations: every cell's answer. */

#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

static rostrum_engine_t* engine;
static rostrum_round_t* done;

/* Cells a (1000 MB), b (300 MB), c (100 MB in all) and one that evacuates, in this order. */
static void add_cells(rostrum_batch_t* batch) {
  rostrum_cell_t cells[] = {make_cell(batch, "a", "z1", 1000), make_cell(batch, "b", "z1", 1000),
                            make_cell(batch, "c", "z2", 100), make_cell(batch, "d", "z2", 1000)};
  for (int i = 0; i < 4; ++i) cells[i].index = i;
  cells[1].available.memory = ROSTRUM_AMOUNT(300);
  cells[3].flags = ROSTRUM_CELL_EVACUATING;
  CHECK_OK(rostrum_batch_add_cells(batch, cells, 4, NULL, &error));
}

static rostrum_explanation_t* explain(rostrum_kind_t kind, const char* identifier) {
  rostrum_explanation_t* explanation = NULL;
  CHECK_OK(rostrum_engine_explain(engine, done, kind, identifier, &explanation, &error));
  return explanation;
}

static const rostrum_reason_t* only_reason(const rostrum_explanation_t* explanation,
                                           const rostrum_answer_t* answer) {
  size_t count = 0;
  const rostrum_reason_t* reasons = rostrum_explanation_reasons(explanation, &count);
  CHECK(answer->reasons.count == 1 && answer->reasons.first < count);
  return &reasons[answer->reasons.first];
}

static void check_shortage(const rostrum_explanation_t* explanation, const rostrum_answer_t* answer,
                           int64_t asked, int64_t free, int32_t is_static) {
  const rostrum_reason_t* reason = only_reason(explanation, answer);
  const char* bytes = rostrum_explanation_bytes(explanation, NULL);
  CHECK(answer->fits == 0 && answer->winner == 0);
  CHECK(reason->code == ROSTRUM_REASON_RESOURCE && is_text(bytes, reason->subject, "memory"));
  CHECK(reason->asked == ROSTRUM_AMOUNT(asked) && reason->free == ROSTRUM_AMOUNT(free));
  CHECK(reason->short_by == ROSTRUM_AMOUNT(asked - free) && reason->is_static == is_static);
  CHECK(reason->cells == 1);
}

static void check_order(const rostrum_explanation_t* explanation) {
  static const char* const ids[] = {"a", "b", "c", "d"};
  size_t count = 0;
  const rostrum_answer_t* answers = rostrum_explanation_answers(explanation, &count);
  size_t size = 0;
  const char* bytes = rostrum_explanation_bytes(explanation, &size);
  CHECK(count == 4 && size > 0);
  for (size_t i = 0; i < count && i < 4; ++i) CHECK(is_text(bytes, answers[i].cell_id, ids[i]));
  CHECK(is_text(bytes, answers[0].zone, "z1") && is_text(bytes, answers[3].zone, "z2"));
  CHECK(only_reason(explanation, &answers[3])->code == ROSTRUM_REASON_EVACUATING);
}

static void test_placed(void) {
  rostrum_explanation_t* explanation = explain(ROSTRUM_LRP, "web.0");
  check_order(explanation);
  const rostrum_answer_t* answers = rostrum_explanation_answers(explanation, NULL);
  CHECK(answers[0].fits == 1 && answers[0].winner == 1 && answers[0].reasons.count == 0);
  CHECK(memcmp(&answers[0].score, &decision_of(done, "web.0")->score, sizeof(rostrum_score_t)) ==
        0);
  CHECK(answers[1].fits == 1 && answers[1].winner == 0);
  CHECK(answers[1].score.value > answers[0].score.value);
  check_shortage(explanation, &answers[2], 200, 100, 1);
  CHECK_TEXT(rostrum_explanation_error(explanation), "");
  CHECK_TEXT(rostrum_explanation_remedy(explanation), "");
  rostrum_explanation_destroy(explanation);
}

static void test_refused(void) {
  /* It comes after web.0, so 800 MB are left on a. */
  rostrum_explanation_t* explanation = explain(ROSTRUM_TASK, "large");
  check_order(explanation);
  const rostrum_answer_t* answers = rostrum_explanation_answers(explanation, NULL);
  check_shortage(explanation, &answers[0], 900, 800, 0);
  check_shortage(explanation, &answers[1], 900, 300, 0);
  check_shortage(explanation, &answers[2], 900, 100, 1);
  CHECK_TEXT(rostrum_explanation_error(explanation), "insufficient resources: memory");
  CHECK_TEXT(rostrum_explanation_remedy(explanation),
             "It would fit on cell \"a\" with 100 MB more memory (asked 900 MB, free 800 MB).");
  rostrum_explanation_destroy(explanation);
}

static void test_mismatch(void) {
  rostrum_explanation_t* explanation = explain(ROSTRUM_TASK, "strange");
  const rostrum_answer_t* answers = rostrum_explanation_answers(explanation, NULL);
  for (int i = 0; i < 3; ++i) {
    const rostrum_reason_t* reason = only_reason(explanation, &answers[i]);
    CHECK(reason->code == ROSTRUM_REASON_ROOTFS && reason->is_static == 1);
  }
  CHECK_TEXT(rostrum_explanation_error(explanation),
             "found no compatible cell for required rootfs");
  CHECK(strstr(rostrum_explanation_remedy(explanation), "\"preloaded:linux\"") != NULL);
  rostrum_explanation_destroy(explanation);
}

static void test_unknown(void) {
  rostrum_explanation_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "task \"web.0\"", made,
                      rostrum_engine_explain(engine, done, ROSTRUM_TASK, "web.0", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "lrp \"web.7\"", made,
                      rostrum_engine_explain(engine, done, ROSTRUM_LRP, "web.7", &made, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "\"\"", made,
                      rostrum_engine_explain(engine, done, ROSTRUM_LRP, "", &made, &error));
}

void test_explanations(void) {
  engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  add_cells(batch);
  /* Index 1 lets index 0 go in front of the tasks. */
  add_lrp(batch, "web", 200, 2);
  add_task(batch, "large", 900);
  rostrum_work_t strange = make_task(batch, "strange", 1);
  strange.rootfs = text_in(batch, "preloaded:linux");
  CHECK_OK(rostrum_batch_add_work(batch, &strange, 1, NULL, &error));
  feed(engine, batch);
  done = run_round(engine);
  CHECK(is_on(done, "web.0", "a"));
  test_placed();
  test_refused();
  test_mismatch();
  test_unknown();
  rostrum_round_destroy(done);
  rostrum_engine_destroy(engine);
}
