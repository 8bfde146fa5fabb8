/* Recorders: what they write, what they refuse to write to, and how much they keep. */

#define _XOPEN_SOURCE 700 /* For limits on files. */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

/* A recorder has written what it was given, whether it is closed or not. */
static void test_life(void) {
  rostrum_recorder_t* recorder = open_recorder(0);
  CHECK(rounds_in(recording_path()) == 0);
  append_task(recorder, "one");
  CHECK(rounds_in(recording_path()) == 1);
  append_task(recorder, "two");
  CHECK(rounds_in(recording_path()) == 2);
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  rostrum_round_t* round = make_round(NULL, "three");
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "is closed",
              rostrum_recorder_append(recorder, round, "diego", &error));
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, recording_path(),
              rostrum_recorder_append(recorder, round, "diego", &error));
  rostrum_round_destroy(round);
  rostrum_recorder_destroy(recorder);
  CHECK(rounds_in(recording_path()) == 2);
}

/* A later recorder goes on where an earlier one stopped, which need not have been closed. */
static void test_going_on(void) {
  remove_recordings();
  for (uint64_t i = 1; i <= 3; ++i) {
    rostrum_recorder_t* recorder = open_recorder(i == 2 ? 100000 : 0);
    append_task(recorder, "task");
    rostrum_recorder_destroy(recorder);
    CHECK(rounds_in(recording_path()) == i);
  }
}

static void test_two_recorders(void) {
  remove_recordings();
  rostrum_recorder_t* recorder = open_recorder(0);
  rostrum_recorder_t* other = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, "another recorder", other,
                      rostrum_recorder_open(recording_path(), 0, &other, &error));
  append_task(recorder, "one");
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  other = open_recorder(0);
  append_task(other, "two");
  rostrum_recorder_destroy(other);
  rostrum_recorder_destroy(recorder);
  CHECK(rounds_in(recording_path()) == 2);
}

/* A recorder keeps neither path, nor name, nor round. */
static void test_copies(void) {
  remove_recordings();
  char path[300];
  snprintf(path, sizeof path, "%s", recording_path());
  rostrum_recorder_t* recorder = NULL;
  CHECK_OK(rostrum_recorder_open(path, 1024, &recorder, &error));
  memset(path, 'x', sizeof path);
  for (int i = 0; i < 10; ++i) append_task(recorder, "task"); /* The file is begun anew. */
  rostrum_recorder_destroy(recorder);
  CHECK(rounds_in(recording_path()) > 0 && rounds_in(previous_path()) > 0);
}

void test_recorders(void) {
  test_life();
  test_going_on();
  test_two_recorders();
  test_copies();
}

static void check_unopened(const char* path, uint64_t max_bytes, rostrum_code_t expected,
                           const char* text) {
  rostrum_recorder_t* recorder = NULL;
  CHECK_MAKES_NOTHING(expected, path, recorder,
                      rostrum_recorder_open(path, max_bytes, &recorder, &error));
  CHECK_MAKES_NOTHING(expected, text, recorder,
                      rostrum_recorder_open(path, max_bytes, &recorder, &error));
}

static void test_bad_paths(void) {
  check_unopened(folder_path(), 0, ROSTRUM_UNAVAILABLE, "Is a directory");
  check_unopened("/nowhere/rounds", 0, ROSTRUM_UNAVAILABLE, "No such file or directory");
  check_unopened("", 0, ROSTRUM_UNAVAILABLE, "No such file or directory");
  check_unopened("/dev/null", 0, ROSTRUM_FAILED_PRECONDITION, "not a regular file");

  /* An error of something outside may be gone later. */
  rostrum_recorder_t* recorder = NULL;
  rostrum_error_t* error = NULL;
  CHECK(rostrum_recorder_open(folder_path(), 0, &recorder, &error) == ROSTRUM_UNAVAILABLE);
  CHECK(rostrum_error_retriable(error) == 1);
  rostrum_error_destroy(error);
}

static void test_files_of_others(void) {
  file_bytes_t other = {.size = 42};
  memset(other.data, '#', other.size);
  write_file(recording_path(), other.data, other.size);
  check_unopened(recording_path(), 0, ROSTRUM_FAILED_PRECONDITION, "not a recording of Rostrum");
  CHECK(is_in_file(recording_path(), &other));
  other.size = 3;
  write_file(recording_path(), other.data, other.size);
  check_unopened(recording_path(), 0, ROSTRUM_FAILED_PRECONDITION, "the file ends here");
  CHECK(is_in_file(recording_path(), &other));

  /* With a limit the predecessor would have to go, so it must be a recording too. */
  remove_recordings();
  write_file(previous_path(), other.data, other.size);
  check_unopened(recording_path(), 5000, ROSTRUM_FAILED_PRECONDITION, previous_path());
  CHECK(is_in_file(previous_path(), &other));
  rostrum_recorder_destroy(open_recorder(0));
  CHECK(is_in_file(previous_path(), &other));
}

/* Appends a round where the file may have no more than `size` bytes, which a full disk comes down
 * to. */
static void append_with_limit(rostrum_recorder_t* recorder, const rostrum_round_t* round,
                              size_t size) {
  struct rlimit old_limit;
  CHECK(getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  const struct rlimit limit = {size, old_limit.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  rostrum_error_t* error = poison();
  const rostrum_code_t code = rostrum_recorder_append(recorder, round, "diego", &error);
  CHECK(setrlimit(RLIMIT_FSIZE, &old_limit) == 0); /* Before a check that fails prints. */
  signal(SIGXFSZ, SIG_DFL);
  CHECK(rostrum_error_retriable(error) == 1);
  check_result(code, error, ROSTRUM_UNAVAILABLE, "cannot be written to", __FILE__, __LINE__,
               "rostrum_recorder_append");
}

/* A round that was not written leaves nothing behind, and may be written later. */
static void test_full_disk(void) {
  record_tasks(1);
  file_bytes_t before;
  read_file(recording_path(), &before);
  rostrum_recorder_t* recorder = open_recorder(0);
  rostrum_round_t* round = make_round(NULL, "late");
  append_with_limit(recorder, round, before.size + 20);
  CHECK(is_in_file(recording_path(), &before));
  CHECK_OK(rostrum_recorder_append(recorder, round, "diego", &error));
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  CHECK(rounds_in(recording_path()) == 2);
  rostrum_round_destroy(round);
  rostrum_recorder_destroy(recorder);
}

void test_recorder_failures(void) {
  test_bad_paths();
  test_files_of_others();
  test_full_disk();
}
