/* Limits on the size of a recording and its predecessor. */

#include <stdio.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"

static size_t size_of(const char* path) {
  static file_bytes_t bytes;
  read_file(path, &bytes);
  return bytes.size;
}

static uint64_t rounds_if_there(const char* path) {
  return size_of(path) == 0 ? 0 : rounds_in(path);
}

/* Whether the first round of a recording is that of a task: a strategy that refuses all of them
 * makes a difference there. */
static bool begins_with(const char* path, int task) {
  choice_t choice = {.refusal = "no"};
  rostrum_strategy_t* strategy = make_choice(&choice);
  rostrum_replay_t* replay = replay_of(path, strategy);
  char expected[64];
  snprintf(expected, sizeof expected, "round 1, decision 1: task task-%d on ", task);
  const char* text = rostrum_replay_first_difference(replay);
  const bool found = strncmp(text, expected, strlen(expected)) == 0;
  rostrum_replay_destroy(replay);
  rostrum_strategy_destroy(strategy);
  return found;
}

/* The newest rounds are there, without a gap, in both files together. */
static void check_newest(int count) {
  const int in_previous = (int)rounds_if_there(previous_path());
  const int in_recording = (int)rounds_if_there(recording_path());
  CHECK(in_recording > 0);
  CHECK(begins_with(recording_path(), count - in_recording));
  if (in_previous > 0) CHECK(begins_with(previous_path(), count - in_recording - in_previous));
}

static void test_newest(uint64_t limit) {
  remove_recordings();
  rostrum_recorder_t* recorder = open_recorder(limit);
  for (int i = 0; i < 40; ++i) {
    if (i % 16 == 15) {
      rostrum_recorder_destroy(recorder);
      recorder = open_recorder(limit);
    }
    char guid[24];
    snprintf(guid, sizeof guid, "task-%d", i);
    append_task(recorder, guid);
    CHECK(size_of(recording_path()) + size_of(previous_path()) <= limit);
    check_newest(i + 1);
  }
  CHECK(rounds_if_there(previous_path()) > 0);
  rostrum_recorder_destroy(recorder);
}

static void check_bad_limit(uint64_t limit, rostrum_code_t expected, const char* text) {
  rostrum_recorder_t* recorder = NULL;
  CHECK_MAKES_NOTHING(expected, text, recorder,
                      rostrum_recorder_open(recording_path(), limit, &recorder, &error));
}

static void test_bad_limits(void) {
  remove_recordings();
  check_bad_limit(1, ROSTRUM_INVALID_ARGUMENT, "max_bytes is 1, expected 0 (no limit) or at least");
  check_bad_limit(1023, ROSTRUM_INVALID_ARGUMENT, "max_bytes is 1023");
  CHECK(size_of(recording_path()) == 0);
  rostrum_recorder_destroy(open_recorder(1024));
  rostrum_recorder_destroy(open_recorder(UINT64_MAX));

  record_tasks(20);
  file_bytes_t before;
  read_file(recording_path(), &before);
  check_bad_limit(1024, ROSTRUM_FAILED_PRECONDITION, "already, expected at most 1024");
  CHECK(is_in_file(recording_path(), &before));
}

/* A round that alone is larger than the limit costs nothing that is there. */
static void test_large_round(void) {
  remove_recordings();
  rostrum_recorder_t* recorder = open_recorder(1024);
  append_task(recorder, "small");
  file_bytes_t before;
  read_file(recording_path(), &before);
  char guid[1025];
  memset(guid, 'x', 1024);
  guid[1024] = '\0';
  rostrum_round_t* round = make_round(NULL, guid);
  CHECK_INVALID("does not fit", rostrum_recorder_append(recorder, round, "diego", &error));
  CHECK_INVALID("1024 bytes", rostrum_recorder_append(recorder, round, "diego", &error));
  CHECK(is_in_file(recording_path(), &before));
  append_task(recorder, "small again");
  rostrum_recorder_destroy(recorder);
  recorder = open_recorder(100000);
  CHECK_OK(rostrum_recorder_append(recorder, round, "diego", &error));
  rostrum_recorder_destroy(recorder);
  rostrum_round_destroy(round);
  CHECK(rounds_in(recording_path()) + rounds_if_there(previous_path()) == 3);
}

void test_size_limits(void) {
  test_newest(1024);
  test_newest(5000);
  test_bad_limits();
  test_large_round();
}
