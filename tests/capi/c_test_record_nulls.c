/* NULL in every place where a pointer is taken, and libraries of two versions. */

#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

static void check_recorder_functions(const rostrum_round_t* round) {
  rostrum_recorder_t* recorder = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "path is NULL", recorder,
                      rostrum_recorder_open(NULL, 0, &recorder, &error));
  CHECK_INVALID("recorder is NULL", rostrum_recorder_open(recording_path(), 0, NULL, &error));
  CHECK(rostrum_recorder_open(NULL, 0, NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);
  file_bytes_t nothing = {.size = 0};
  CHECK(is_in_file(recording_path(), &nothing));

  CHECK(rostrum_recorder_open(recording_path(), 0, &recorder, NULL) == ROSTRUM_OK);
  CHECK_INVALID("recorder is NULL", rostrum_recorder_append(NULL, round, "diego", &error));
  CHECK_INVALID("round is NULL", rostrum_recorder_append(recorder, NULL, "diego", &error));
  CHECK_INVALID("strategy_name is NULL", rostrum_recorder_append(recorder, round, NULL, &error));
  CHECK(rostrum_recorder_append(recorder, NULL, NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);
  CHECK_INVALID("recorder is NULL", rostrum_recorder_close(NULL, &error));
  CHECK(rostrum_recorder_close(NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);
  CHECK(rounds_in(recording_path()) == 0);

  CHECK(rostrum_recorder_append(recorder, round, "diego", NULL) == ROSTRUM_OK);
  CHECK(rostrum_recorder_close(recorder, NULL) == ROSTRUM_OK);
  CHECK(rounds_in(recording_path()) == 1);
  rostrum_recorder_destroy(recorder);
  rostrum_recorder_destroy(NULL);
}

static void check_replay_functions(void) {
  rostrum_replay_t* replay = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "path is NULL", replay,
                      rostrum_replay_file(NULL, NULL, &replay, &error));
  CHECK_INVALID("replay is NULL", rostrum_replay_file(recording_path(), NULL, NULL, &error));
  CHECK(rostrum_replay_identical(NULL) == 0);
  CHECK_TEXT(rostrum_replay_first_difference(NULL), "");

  rostrum_replay_counts_t counts = {.rounds = 7};
  CHECK_INVALID("replay is NULL", rostrum_replay_count(NULL, &counts, &error));
  CHECK(counts.rounds == 7);
  CHECK(rostrum_replay_file(recording_path(), NULL, &replay, NULL) == ROSTRUM_OK);
  CHECK_INVALID("counts is NULL", rostrum_replay_count(replay, NULL, &error));
  CHECK(rostrum_replay_count(replay, &counts, NULL) == ROSTRUM_OK);
  CHECK(counts.rounds == 1);
  rostrum_replay_destroy(replay);
  rostrum_replay_destroy(NULL);
}

static void check_snapshot_functions(void) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  CHECK_INVALID("engine is NULL", rostrum_snapshot_write(NULL, batch, &error));
  CHECK_INVALID("bytes is NULL", rostrum_snapshot_write(engine, NULL, &error));
  CHECK(rostrum_snapshot_write(NULL, NULL, NULL) == ROSTRUM_INVALID_ARGUMENT);
  size_t count = 9;
  rostrum_batch_texts(batch, &count);
  CHECK(count == 0);

  rostrum_batch_t* made = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "bytes is NULL", made,
                      rostrum_snapshot_read(NULL, 1, &made, &error));
  CHECK_INVALID("batch is NULL", rostrum_snapshot_read("", 0, NULL, &error));
  CHECK(rostrum_snapshot_read(NULL, 1, &made, NULL) == ROSTRUM_INVALID_ARGUMENT && made == NULL);
  rostrum_batch_destroy(batch);
  rostrum_engine_destroy(engine);
}

void test_null_arguments_of_recordings(void) {
  rostrum_round_t* round = make_round(NULL, "task");
  check_recorder_functions(round);
  check_replay_functions();
  check_snapshot_functions();
  rostrum_round_destroy(round);
}

/* A program's functions stand before those of librostrum, so what librostrum-record asks comes
 * here. */
static bool is_of_another_version;

uint32_t rostrum_version_number(void) {
  return is_of_another_version ? ROSTRUM_VERSION_NUMBER + 1 : ROSTRUM_VERSION_NUMBER;
}

const char* rostrum_version_string(void) {
  return is_of_another_version ? "99.1.2" : ROSTRUM_VERSION_STRING;
}

/* With libraries of two versions, whatever takes or makes a handle of librostrum. */
static void check_mixture(rostrum_recorder_t* recorder, const rostrum_round_t* round,
                          rostrum_engine_t* engine, rostrum_strategy_t* strategy) {
  const rostrum_code_t expected = ROSTRUM_FAILED_PRECONDITION;
  const char* text =
      "librostrum is of version 99.1.2, expected that of "
      "librostrum-record, " ROSTRUM_VERSION_STRING;
  CHECK_FAILS(expected, text, rostrum_recorder_append(recorder, round, "diego", &error));
  rostrum_replay_t* replay = NULL;
  CHECK_MAKES_NOTHING(expected, text, replay,
                      rostrum_replay_file(recording_path(), strategy, &replay, &error));
  rostrum_batch_t* batch = make_batch();
  CHECK_FAILS(expected, text, rostrum_snapshot_write(engine, batch, &error));
  size_t count = 9;
  rostrum_batch_texts(batch, &count);
  CHECK(count == 0);
  rostrum_batch_destroy(batch);
  CHECK_MAKES_NOTHING(expected, text, batch, rostrum_snapshot_read(NULL, 0, &batch, &error));
  CHECK(rounds_in(recording_path()) == 0); /* This one asks for no handle. */
}

void test_versions_of_libraries(void) {
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create("diego", &strategy, &error));
  rostrum_engine_t* engine = make_engine_of_two("diego");
  rostrum_round_t* round = make_round(NULL, "task");
  rostrum_recorder_t* recorder = open_recorder(0);
  is_of_another_version = true;
  check_mixture(recorder, round, engine, strategy);
  is_of_another_version = false;
  CHECK_OK(rostrum_recorder_append(recorder, round, "diego", &error));
  CHECK(rounds_in(recording_path()) == 1);
  rostrum_recorder_destroy(recorder);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
  rostrum_strategy_destroy(strategy);
}
