/* Snapshots that cannot be written, and bytes that are none. */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

static rostrum_range_t add_many_scalars(rostrum_batch_t* batch, int count) {
  rostrum_range_t range = {0, 0};
  rostrum_range_t next = {0, 0};
  for (int i = 0; i < count; ++i) {
    char name[24];
    snprintf(name, sizeof name, "resource-%d", i);
    const rostrum_scalar_t scalar = {text_in(batch, name), 1};
    CHECK_OK(rostrum_batch_add_scalars(batch, &scalar, 1, i == 0 ? &range : &next, &error));
  }
  range.count = (uint32_t)count;
  return range;
}

/* An engine whose cell names so many resources in one of its fields. */
static rostrum_engine_t* make_engine_of_scalars(size_t field, int count) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  rostrum_cell_t cell = make_cell(batch, "many", "zone", 1000);
  const rostrum_range_t scalars = add_many_scalars(batch, count);
  memcpy((char*)&cell + field, &scalars, sizeof scalars);
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  feed(engine, batch);
  return engine;
}

static void check_writable(rostrum_engine_t* engine) {
  rostrum_batch_t* written = write_snapshot(engine);
  size_t size = 0;
  const char* bytes = rostrum_batch_bytes(written, &size);
  rostrum_batch_t* read = NULL;
  CHECK_OK(rostrum_snapshot_read(bytes, size, &read, &error));
  rostrum_batch_destroy(read);
  rostrum_batch_destroy(written);
}

/* What could not be read back is not written, neither alone nor in a round. */
static void check_unwritable(rostrum_engine_t* engine) {
  const char* text = "many: 1001 resources are named, expected at most 1000";
  rostrum_batch_t* batch = make_batch();
  CHECK_INVALID(text, rostrum_snapshot_write(engine, batch, &error));
  size_t count = 9;
  rostrum_batch_texts(batch, &count);
  CHECK(count == 0);
  rostrum_batch_bytes(batch, &count);
  CHECK(count == 0);
  rostrum_batch_destroy(batch);

  remove_recordings();
  rostrum_round_t* round = run_round(engine);
  rostrum_recorder_t* recorder = open_recorder(0);
  CHECK_INVALID(text, rostrum_recorder_append(recorder, round, "diego", &error));
  rostrum_recorder_destroy(recorder);
  CHECK(rounds_in(recording_path()) == 0);
  rostrum_round_destroy(round);
}

static void test_many_scalars(void) {
  static const size_t fields[] = {offsetof(rostrum_cell_t, total.scalars),
                                  offsetof(rostrum_cell_t, available.scalars),
                                  offsetof(rostrum_cell_t, overhead.scalars)};
  for (int i = 0; i < 3; ++i) {
    rostrum_engine_t* engine = make_engine_of_scalars(fields[i], 1000);
    check_writable(engine);
    rostrum_engine_destroy(engine);
    engine = make_engine_of_scalars(fields[i], 1001);
    check_unwritable(engine);
    rostrum_engine_destroy(engine);
  }
}

/* The limit on cells and resources, 2^24 pairs, is one of tables, in which overheads have no part.
 */
static void test_many_overheads(void) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  for (int i = 0; i <= 4096; ++i) {
    char name[24];
    snprintf(name, sizeof name, "cell-%d", i);
    rostrum_cell_t cell = make_cell(batch, name, "zone", 1000);
    const rostrum_scalar_t scalar = {cell.id, 1};
    CHECK_OK(rostrum_batch_add_scalars(batch, &scalar, 1, &cell.overhead.scalars, &error));
    CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  }
  feed(engine, batch);
  check_writable(engine);
  rostrum_engine_destroy(engine);
}

/* Wherever it is cut, and whichever bit is another, length and checksum tell. */
static void check_bytes(const char* bytes, size_t size) {
  rostrum_batch_t* batch = poison();
  rostrum_error_t* error = poison();
  const rostrum_code_t code = rostrum_snapshot_read(bytes, size, &batch, &error);
  CHECK(code == ROSTRUM_CORRUPT);
  CHECK(batch == NULL && error != NULL);
  rostrum_error_destroy(error);
}

/* From a block of just that size, so that a sanitizer sees where too much is read. */
static void check_copy(const char* bytes, size_t size, size_t flipped) {
  char* copy = malloc(size + 1);
  if (copy == NULL) abort();
  char* first = copy + 1;
  memcpy(first, bytes, size);
  if (flipped < size) first[flipped] = (char)(first[flipped] ^ (1 << flipped % 8));
  check_bytes(first, size);
  free(copy);
}

static void test_damage(void) {
  rostrum_engine_t* engine = make_full_engine();
  rostrum_batch_t* written = write_snapshot(engine);
  size_t size = 0;
  const char* bytes = rostrum_batch_bytes(written, &size);
  for (size_t i = 0; i < size; ++i) {
    check_copy(bytes, i, i);
    check_copy(bytes, size, i);
  }
  rostrum_batch_destroy(written);
  rostrum_engine_destroy(engine);
}

static void check_no_snapshot(const char* bytes, size_t size, const char* text) {
  rostrum_batch_t* batch = NULL;
  CHECK_MAKES_NOTHING(ROSTRUM_CORRUPT, text, batch,
                      rostrum_snapshot_read(bytes, size, &batch, &error));
}

void test_bad_snapshot_bytes(void) {
  test_many_scalars();
  test_many_overheads();
  test_damage();
  const char* cut =
      "snapshot, byte 7: the file ends here, expected the 16 bytes of a snapshot's header";
  check_no_snapshot("rostrum", 7, cut);
  check_no_snapshot("", 0, "snapshot, byte 0: the file ends here");
  record_tasks(1); /* A recording is no snapshot. */
  file_bytes_t recording;
  read_file(recording_path(), &recording);
  check_no_snapshot(recording.data, recording.size, "this is not a snapshot of Rostrum");
}
