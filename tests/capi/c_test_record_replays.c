/* Replays: what comes out the same, and what differs with another strategy. */

#include <stdio.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

/* Records three rounds of an engine: what the last one knows, the ones before have placed. */
static uint64_t record_engine(const char* strategy) {
  remove_recordings();
  rostrum_engine_t* engine = make_engine_of_two(strategy);
  CHECK_OK(rostrum_engine_set_option(engine, "bin_pack_first_fit_weight", "0.1", &error));
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_weight", "0.3", &error));
  CHECK_OK(rostrum_engine_set_keep_refused(engine, 1, &error));
  uint64_t decisions = 0;
  for (int i = 0; i < 3; ++i) {
    rostrum_batch_t* batch = make_batch();
    char guid[24];
    snprintf(guid, sizeof guid, "web-%d", i);
    add_lrp(batch, guid, 170, 3);
    snprintf(guid, sizeof guid, "large-%d", i);
    add_task(batch, guid, 900 - 100 * i);
    feed(engine, batch);
    rostrum_round_t* round = NULL;
    CHECK_OK(rostrum_engine_run_round(engine, 5 + (uint64_t)i, 1000 * i, &round, &error));
    size_t count = 0;
    rostrum_round_decisions(round, &count);
    decisions += count;
    record(round, strategy);
    rostrum_round_destroy(round);
  }
  rostrum_engine_destroy(engine);
  return decisions;
}

static uint64_t sum_of(const rostrum_replay_counts_t* counts) {
  return counts->now_refused + counts->now_placed + counts->moved + counts->other_refusal +
         counts->score_only;
}

static void check_identical(rostrum_strategy_t* strategy, uint64_t rounds, uint64_t decisions) {
  rostrum_replay_t* replay = replay_of(recording_path(), strategy);
  CHECK(rostrum_replay_identical(replay) == 1);
  CHECK_TEXT(rostrum_replay_first_difference(replay), "");
  const rostrum_replay_counts_t counts = counts_of(replay);
  CHECK(counts.rounds == rounds && counts.decisions == decisions && sum_of(&counts) == 0);
  rostrum_replay_destroy(replay);
}

/* Each of the library's strategies decides again what it decided, and what another would have. */
static void test_strategies_of_the_library(void) {
  static const char* const names[] = {"diego", "binpack", "spread"};
  for (int i = 0; i < 3; ++i) {
    const uint64_t decisions = record_engine(names[i]);
    CHECK(decisions > 9);
    check_identical(NULL, 3, decisions);
    for (int j = 0; j < 3; ++j) {
      rostrum_strategy_t* strategy = NULL;
      CHECK_OK(rostrum_strategy_create(names[j], &strategy, &error));
      rostrum_replay_t* replay = replay_of(recording_path(), strategy);
      const rostrum_replay_counts_t counts = counts_of(replay);
      CHECK(counts.rounds == 3 && counts.decisions == decisions);
      CHECK(rostrum_replay_identical(replay) == (i == j ? 1 : 0));
      CHECK(i == j ? sum_of(&counts) == 0 : sum_of(&counts) > 0);
      rostrum_replay_destroy(replay);
      rostrum_strategy_destroy(strategy);
    }
  }
}

/* A recording whose strategy is not the library's needs one that is given. */
static void test_own_strategy(void) {
  remove_recordings();
  choice_t choice = {.cell_id = "b"};
  rostrum_strategy_t* strategy = make_choice(&choice);
  rostrum_round_t* round = make_round(strategy, "task");
  CHECK(is_on(round, "task", "b"));
  record(round, rostrum_strategy_name(strategy));
  record(round, "/nowhere/plugin.so"); /* A name loads nothing. */
  check_identical(strategy, 2, 2);
  rostrum_replay_t* replay = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "strategy \"choice\" does not come with the library",
                      replay, rostrum_replay_file(recording_path(), NULL, &replay, &error));
  remove_recordings();
  record(round, "");
  CHECK_MAKES_NOTHING(ROSTRUM_NOT_FOUND, "strategy \"\"", replay,
                      rostrum_replay_file(recording_path(), NULL, &replay, &error));

  /* A strategy that cannot begin is a failure, not a difference. */
  choice.answer_to_begin = 3;
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, "its begin_round returned 3", replay,
                      rostrum_replay_file(recording_path(), strategy, &replay, &error));
  rostrum_round_destroy(round);
  CHECK(choice.destroyed == 0);
  rostrum_strategy_destroy(strategy);
  CHECK(choice.destroyed == 1);
}

/* A replay needs neither file nor strategy once it is there. */
static void test_ownership(void) {
  record_tasks(2);
  choice_t choice = {.refusal = "no"};
  rostrum_strategy_t* strategy = make_choice(&choice);
  rostrum_replay_t* replay = replay_of(recording_path(), strategy);
  rostrum_strategy_destroy(strategy);
  CHECK(choice.destroyed == 1);
  remove_recordings();
  const char* text = rostrum_replay_first_difference(replay);
  CHECK(strstr(text, "round 1, decision 1: task task-0 on a with score ") == text);
  CHECK(rostrum_replay_first_difference(replay) == text);
  CHECK(counts_of(replay).now_refused == 2);
  rostrum_replay_destroy(replay);
}

static void test_empty_recording(void) {
  record_tasks(0);
  check_identical(NULL, 0, 0);
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_round_t* round = run_round(engine); /* Without cells and work. */
  record(round, "diego");
  check_identical(NULL, 1, 0);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

void test_replays(void) {
  test_strategies_of_the_library();
  test_own_strategy();
  test_ownership();
  test_empty_recording();
}

/* Records a round in which a strategy did one thing and replays it where it does another. */
static rostrum_replay_t* replay_change(choice_t before, choice_t now) {
  remove_recordings();
  rostrum_strategy_t* strategy = make_choice(&before);
  rostrum_round_t* round = make_round(strategy, "task");
  record(round, "choice");
  rostrum_round_destroy(round);
  rostrum_strategy_destroy(strategy);
  strategy = make_choice(&now);
  rostrum_replay_t* replay = replay_of(recording_path(), strategy);
  rostrum_strategy_destroy(strategy);
  return replay;
}

static void check_change(choice_t before, choice_t now, rostrum_replay_counts_t expected,
                         const char* text) {
  rostrum_replay_t* replay = replay_change(before, now);
  expected.rounds = 1;
  expected.decisions = 1;
  const rostrum_replay_counts_t counts = counts_of(replay);
  CHECK(memcmp(&counts, &expected, sizeof counts) == 0);
  CHECK(rostrum_replay_identical(replay) == 0);
  CHECK_TEXT(rostrum_replay_first_difference(replay), text);
  rostrum_replay_destroy(replay);
}

/* The same decisions in another order are no difference of a decision, but the replay departs. */
static void test_other_order(void) {
  remove_recordings();
  choice_t choice = {.value = 2};
  rostrum_strategy_t* strategy = make_choice(&choice);
  rostrum_engine_t* engine = make_engine_of_two("diego");
  CHECK_OK(rostrum_engine_set_strategy(engine, strategy, &error));
  rostrum_batch_t* batch = make_batch();
  add_task(batch, "large", 20);
  add_task(batch, "small", 10);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  record(round, "choice");
  choice.smallest_first = true;
  rostrum_replay_t* replay = replay_of(recording_path(), strategy);
  const rostrum_replay_counts_t counts = counts_of(replay);
  CHECK(counts.decisions == 2 && sum_of(&counts) == 0);
  CHECK(rostrum_replay_identical(replay) == 0);
  CHECK_TEXT(rostrum_replay_first_difference(replay),
             "round 1, decision 1: task large on a with score 2 (tier 0); now task small on a with "
             "score 2 (tier 0)");
  rostrum_replay_destroy(replay);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  rostrum_strategy_destroy(strategy);
}

#define REFUSAL "strategy \"choice\" accepts none of the cells on which it fits (2): "

void test_differences(void) {
  const choice_t on_a = {.cell_id = "a"};
  const choice_t on_b = {.cell_id = "b"};
  const choice_t refused = {.refusal = "tired"};
  check_change(on_a, on_b, (rostrum_replay_counts_t){.moved = 1},
               "round 1, decision 1: task task on a with score -1 (tier 0); now task task on b "
               "with score -1 (tier 0)");
  /* Zero and minus zero are not the same to the last bit. */
  check_change((choice_t){.value = 0}, (choice_t){.value = -0.0},
               (rostrum_replay_counts_t){.score_only = 1},
               "round 1, decision 1: task task on a with score 0 (tier 0); now task task on a "
               "with score -0 (tier 0)");
  check_change(on_a, refused, (rostrum_replay_counts_t){.now_refused = 1},
               "round 1, decision 1: task task on a with score -1 (tier 0); now task task "
               "refused: " REFUSAL "tired");
  check_change(refused, on_a, (rostrum_replay_counts_t){.now_placed = 1},
               "round 1, decision 1: task task refused: " REFUSAL
               "tired; now task task on a "
               "with score -1 (tier 0)");
  check_change(refused, (choice_t){.refusal = "shy"}, (rostrum_replay_counts_t){.other_refusal = 1},
               "round 1, decision 1: task task refused: " REFUSAL
               "tired; now task task "
               "refused: " REFUSAL "shy");
  test_other_order();
}
