/* Snapshots as bytes, and back. */

#include <stdlib.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

/* From bytes that are gone afterwards. */
static rostrum_batch_t* read_snapshot(const rostrum_batch_t* written) {
  size_t size = 0;
  const char* bytes = rostrum_batch_bytes(written, &size);
  char* copy = malloc(size + 1);
  if (copy == NULL) abort();
  memcpy(copy, bytes, size);
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_snapshot_read(copy, size, &batch, &error));
  memset(copy, 'x', size);
  free(copy);
  return batch;
}

/* One array of two batches, to the last bit. */
#define CHECK_SAME_ARRAY(a, b, get)                                 \
  do {                                                              \
    size_t count_a = 0;                                             \
    size_t count_b = 0;                                             \
    const void* of_a = get(a, &count_a);                            \
    const void* of_b = get(b, &count_b);                            \
    CHECK(count_a == count_b);                                      \
    CHECK(count_a != count_b || count_a == 0 ||                     \
          memcmp(of_a, of_b, count_a * sizeof *get(a, NULL)) == 0); \
  } while (0)

static void check_same_batches(const rostrum_batch_t* a, const rostrum_batch_t* b) {
  CHECK_SAME_ARRAY(a, b, rostrum_batch_bytes);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_texts);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_scalars);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_providers);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_signatures);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_indices);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_cells);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_offers);
  CHECK_SAME_ARRAY(a, b, rostrum_batch_work);
}

/* An engine's cells as bytes, read back, are the snapshot that the engine hands out itself. Another
 * engine that is given them hands out the same. */
static void check_round_trip(rostrum_engine_t* engine) {
  rostrum_batch_t* expected = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &expected, &error));
  rostrum_batch_t* written = write_snapshot(engine);
  rostrum_batch_t* again = write_snapshot(engine);
  check_same_batches(written, again);
  rostrum_batch_destroy(again);
  rostrum_batch_t* read = read_snapshot(written);
  check_same_batches(expected, read);

  rostrum_engine_t* other = make_engine("diego");
  CHECK_OK(rostrum_engine_update_cells(other, read, 0, &error));
  rostrum_batch_t* of_other = NULL;
  CHECK_OK(rostrum_engine_snapshot(other, &of_other, &error));
  check_same_batches(expected, of_other);
  rostrum_batch_destroy(of_other);
  rostrum_engine_destroy(other);
  rostrum_batch_destroy(read);
  rostrum_batch_destroy(written);
  rostrum_batch_destroy(expected);
}

/* What was placed since the cells came is in it, and rounds on both engines are the same. */
static void test_placed_work(void) {
  rostrum_engine_t* engine = make_full_engine();
  rostrum_engine_t* other = make_engine("diego");
  for (int i = 0; i < 2; ++i) {
    rostrum_batch_t* batch = make_batch();
    add_lrp(batch, i == 0 ? "web" : "db", 100, 3);
    add_task(batch, i == 0 ? "one" : "two", 50);
    rostrum_batch_t* written = write_snapshot(engine);
    rostrum_batch_t* read = read_snapshot(written);
    CHECK_OK(rostrum_engine_update_cells(other, read, 1, &error));
    CHECK_OK(rostrum_engine_submit(other, batch, 0, NULL, &error));
    feed(engine, batch);
    rostrum_round_t* round = run_round(engine);
    rostrum_round_t* of_other = run_round(other);
    CHECK(rostrum_round_placed_count(round) > 0);
    check_same_decisions(round, of_other);
    rostrum_round_destroy(of_other);
    rostrum_round_destroy(round);
    rostrum_batch_destroy(read);
    rostrum_batch_destroy(written);
    check_round_trip(engine);
  }
  rostrum_engine_destroy(other);
  rostrum_engine_destroy(engine);
}

static void add_offers(rostrum_engine_t* engine, int64_t memory, const char* const* ids) {
  rostrum_batch_t* batch = make_batch();
  for (; *ids != NULL; ++ids) {
    const rostrum_offer_t offer = make_offer(batch, *ids, "agent", memory);
    CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));
  }
  CHECK_OK(rostrum_engine_add_offers(engine, batch, &error));
  rostrum_batch_destroy(batch);
}

/* The bytes are added to a batch, behind what it has. */
static void test_adding(void) {
  rostrum_engine_t* engine = make_full_engine();
  rostrum_batch_t* alone = write_snapshot(engine);
  rostrum_batch_t* batch = make_batch();
  texts_in(batch, (const char* const[]){"before", NULL});
  for (uint32_t i = 1; i <= 2; ++i) {
    CHECK_OK(rostrum_snapshot_write(engine, batch, &error));
    size_t count = 0;
    const rostrum_text_t text = rostrum_batch_texts(batch, &count)[i];
    CHECK(count == i + 1 && text.length == rostrum_batch_texts(alone, NULL)->length);
    CHECK(memcmp(rostrum_batch_bytes(batch, NULL) + text.offset, rostrum_batch_bytes(alone, NULL),
                 text.length) == 0);
  }
  CHECK(is_text(rostrum_batch_bytes(batch, NULL), *rostrum_batch_texts(batch, NULL), "before"));
  rostrum_batch_destroy(batch);
  rostrum_batch_destroy(alone);
  rostrum_engine_destroy(engine);
}

void test_snapshot_bytes(void) {
  rostrum_engine_t* engine = make_engine("diego");
  check_round_trip(engine); /* Without a cell. */
  add_offers(engine, 100, (const char* const[]){"o1", "o2", NULL});
  check_round_trip(engine);
  rostrum_engine_destroy(engine);
  engine = make_full_engine();
  check_round_trip(engine);
  rostrum_engine_destroy(engine);
  test_placed_work();
  test_adding();
}
