/* Recordings that were cut or damaged, and files that are none. */

#include <stdio.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"

enum { header_size = 16 };

static void check_unread(const char* path, rostrum_code_t expected, const char* text) {
  rostrum_replay_t* replay = NULL;
  CHECK_MAKES_NOTHING(expected, path, replay, rostrum_replay_file(path, NULL, &replay, &error));
  CHECK_MAKES_NOTHING(expected, text, replay, rostrum_replay_file(path, NULL, &replay, &error));
}

static void test_no_recordings(void) {
  check_unread(recording_path(), ROSTRUM_NOT_FOUND, "No such file or directory");
  check_unread("", ROSTRUM_NOT_FOUND, "No such file or directory");
  check_unread(folder_path(), ROSTRUM_UNAVAILABLE, "cannot be read");
  write_file(recording_path(), "", 0);
  check_unread(recording_path(), ROSTRUM_CORRUPT, "byte 0: the file ends here");
  write_file(recording_path(), "{\"cells\": [1, 2, 3]}", 20);
  check_unread(recording_path(), ROSTRUM_CORRUPT, "byte 0: this is not a recording of Rostrum");
}

/* The bytes of a recording of two rounds, and where the first one ends. */
static file_bytes_t whole;
static size_t first_end;

static void make_two_rounds(void) {
  record_tasks(1);
  read_file(recording_path(), &whole);
  first_end = whole.size;
  record_tasks(2);
  read_file(recording_path(), &whole);
  CHECK(first_end > header_size && whole.size > first_end);
}

/* Where the piece begins that a byte belongs to, as an error says it. */
static const char* place_of(size_t byte) {
  static char text[32];
  const size_t begin = byte < header_size ? 0 : byte < first_end ? header_size : first_end;
  snprintf(text, sizeof text, ", byte %zu: ", begin);
  return text;
}

static uint64_t whole_rounds(size_t size) {
  return size == whole.size ? 2 : size >= first_end ? 1 : 0;
}

/* A cut between two rounds cannot be told from an end. */
static void test_cuts(void) {
  for (size_t size = 0; size <= whole.size; ++size) {
    write_file(recording_path(), whole.data, size);
    if (size < header_size) {
      check_unread(recording_path(), ROSTRUM_CORRUPT, "the file ends here");
    } else if (size == header_size || size == first_end || size == whole.size) {
      CHECK(rounds_in(recording_path()) == whole_rounds(size));
    } else {
      check_unread(recording_path(), ROSTRUM_CORRUPT, place_of(size));
      check_unread(recording_path(), ROSTRUM_CORRUPT, "was cut");
    }
  }
}

static void test_flipped_bits(void) {
  static file_bytes_t damaged;
  damaged = whole;
  for (size_t i = 0; i < whole.size; ++i) {
    damaged.data[i] = (char)(whole.data[i] ^ (1 << i % 8));
    write_file(recording_path(), damaged.data, damaged.size);
    check_unread(recording_path(), ROSTRUM_CORRUPT, place_of(i));
    damaged.data[i] = whole.data[i];
  }
}

/* A recorder goes on behind the last round that is whole. */
static void test_going_on(void) {
  for (size_t size = header_size; size <= whole.size; size += 7) {
    write_file(recording_path(), whole.data, size);
    rostrum_recorder_t* recorder = open_recorder(0);
    append_task(recorder, "next");
    rostrum_recorder_destroy(recorder);
    CHECK(rounds_in(recording_path()) == whole_rounds(size) + 1);
  }
}

/* Whose header is damaged may be no recording, and is left alone. */
static void test_damaged_header(void) {
  file_bytes_t damaged = whole;
  damaged.data[9] ^= 1;
  write_file(recording_path(), damaged.data, damaged.size);
  rostrum_recorder_t* recorder = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, "the header is damaged", recorder,
                      rostrum_recorder_open(recording_path(), 0, &recorder, &error));
  CHECK(is_in_file(recording_path(), &damaged));
}

/* An error has its text for itself, and it is no use to try again. */
static void test_error(void) {
  write_file(recording_path(), whole.data, first_end + 1);
  rostrum_replay_t* replay = NULL;
  rostrum_error_t* error = NULL;
  CHECK(rostrum_replay_file(recording_path(), NULL, &replay, &error) == ROSTRUM_CORRUPT);
  remove_recordings();
  CHECK(strstr(rostrum_error_text(error), "ends after 1 bytes") != NULL);
  CHECK(rostrum_error_retriable(error) == 0);
  rostrum_error_destroy(error);
}

void test_damaged_recordings(void) {
  test_no_recordings();
  make_two_rounds();
  test_cuts();
  test_flipped_bits();
  test_going_on();
  test_damaged_header();
  test_error();
}
