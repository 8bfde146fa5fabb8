/* Versions, errors, batches. */

#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

void test_versions(void) {
  CHECK(rostrum_version_number() == ROSTRUM_VERSION_NUMBER);
  CHECK_TEXT(rostrum_version_string(), ROSTRUM_VERSION_STRING);
}

void test_errors(void) {
  CHECK_TEXT(rostrum_code_name(ROSTRUM_OK), "OK");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_NOT_FOUND), "NOT_FOUND");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_FAILED_PRECONDITION), "FAILED_PRECONDITION");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_OUT_OF_MEMORY), "OUT_OF_MEMORY");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_CORRUPT), "CORRUPT");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_UNAVAILABLE), "UNAVAILABLE");
  CHECK_TEXT(rostrum_code_name(ROSTRUM_INTERNAL), "INTERNAL");
  CHECK_TEXT(rostrum_code_name((rostrum_code_t)99), "UNKNOWN");

  CHECK(rostrum_error_code(NULL) == ROSTRUM_OK);
  CHECK_TEXT(rostrum_error_text(NULL), "");
  CHECK(rostrum_error_retriable(NULL) == 0);
  rostrum_error_destroy(NULL);

  /* An error outlives the call and what it was about, until it is destroyed. */
  rostrum_error_t* error = NULL;
  rostrum_strategy_t* strategy = NULL;
  CHECK(rostrum_strategy_create("best", &strategy, &error) == ROSTRUM_NOT_FOUND);
  rostrum_error_t* other = NULL;
  CHECK(rostrum_strategy_create("worst", &strategy, &other) == ROSTRUM_NOT_FOUND);
  CHECK(strstr(rostrum_error_text(error), "\"best\"") != NULL);
  CHECK(rostrum_error_retriable(error) == 0);
  rostrum_error_destroy(error);
  CHECK(strstr(rostrum_error_text(other), "\"worst\"") != NULL);
  rostrum_error_destroy(other);
}

static void check_texts_of_batch(rostrum_batch_t* batch) {
  char source[] = "abc";
  rostrum_text_t first = {9, 9};
  CHECK_OK(rostrum_batch_add_text(batch, source, 3, &first, &error));
  source[0] = 'x'; /* The batch has a copy. */
  rostrum_text_t empty = {9, 9};
  CHECK_OK(rostrum_batch_add_text(batch, NULL, 0, &empty, &error));
  rostrum_text_t with_nul = {9, 9};
  CHECK_OK(rostrum_batch_add_text(batch, "d\0e", 3, &with_nul, &error));
  CHECK(first.offset == 0 && first.length == 3);
  CHECK(empty.offset == 3 && empty.length == 0);
  CHECK(with_nul.offset == 3 && with_nul.length == 3);
  size_t size = 0;
  const char* bytes = rostrum_batch_bytes(batch, &size);
  CHECK(size == 6 && memcmp(bytes, "abcd\0e", 6) == 0);

  const rostrum_text_t texts[] = {first, with_nul};
  rostrum_range_t range = {9, 9};
  CHECK_OK(rostrum_batch_add_texts(batch, texts, 2, &range, &error));
  CHECK(range.first == 0 && range.count == 2);
  CHECK_OK(rostrum_batch_add_texts(batch, texts, 1, &range, &error));
  CHECK(range.first == 2 && range.count == 1);
  CHECK_OK(rostrum_batch_add_texts(batch, NULL, 0, &range, &error));
  CHECK(range.first == 3 && range.count == 0);
  CHECK(rostrum_batch_texts(batch, &size)[1].offset == 3 && size == 3);
}

/* Adds two records of a kind, of which the second has one field set, and reads them back. */
#define CHECK_ARRAY(batch, record_type, add, get, field)       \
  do {                                                         \
    record_type records[2];                                    \
    memset(records, 0, sizeof records);                        \
    records[1].field = 7;                                      \
    rostrum_range_t range = {9, 9};                            \
    CHECK_OK(add(batch, records, 2, &range, &error));          \
    CHECK(range.first == 0 && range.count == 2);               \
    CHECK_OK(add(batch, records, 1, NULL, &error));            \
    CHECK(add(batch, records, 1, &range, NULL) == ROSTRUM_OK); \
    CHECK(range.first == 3 && range.count == 1);               \
    records[1].field = 8; /* The batch has a copy. */          \
    size_t count = 0;                                          \
    CHECK(get(batch, &count)[1].field == 7 && count == 4);     \
    CHECK(get(batch, NULL)[0].field == 0);                     \
  } while (0)

static void check_indices_of_batch(rostrum_batch_t* batch) {
  const int32_t indices[] = {5, -5};
  rostrum_range_t range = {9, 9};
  CHECK_OK(rostrum_batch_add_indices(batch, indices, 2, &range, &error));
  CHECK(range.first == 0 && range.count == 2);
  size_t count = 0;
  CHECK(rostrum_batch_indices(batch, &count)[1] == -5 && count == 2);
}

static void check_batch_is_empty(const rostrum_batch_t* batch) {
  size_t count = 9;
  rostrum_batch_bytes(batch, &count);
  CHECK(count == 0);
  rostrum_batch_texts(batch, &count);
  CHECK(count == 0);
  rostrum_batch_scalars(batch, &count);
  CHECK(count == 0);
  rostrum_batch_providers(batch, &count);
  CHECK(count == 0);
  rostrum_batch_signatures(batch, &count);
  CHECK(count == 0);
  rostrum_batch_indices(batch, &count);
  CHECK(count == 0);
  rostrum_batch_cells(batch, &count);
  CHECK(count == 0);
  rostrum_batch_offers(batch, &count);
  CHECK(count == 0);
  rostrum_batch_work(batch, &count);
  CHECK(count == 0);
}

void test_batches(void) {
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_batch_create(&batch, &error));
  check_batch_is_empty(batch);
  /* A batch that was cleared is as good as new. */
  for (int i = 0; i < 2; ++i) {
    check_texts_of_batch(batch);
    check_indices_of_batch(batch);
    CHECK_ARRAY(batch, rostrum_scalar_t, rostrum_batch_add_scalars, rostrum_batch_scalars, amount);
    CHECK_ARRAY(batch, rostrum_provider_t, rostrum_batch_add_providers, rostrum_batch_providers,
                type);
    CHECK_ARRAY(batch, rostrum_signature_t, rostrum_batch_add_signatures, rostrum_batch_signatures,
                volume_drivers.count);
    CHECK_ARRAY(batch, rostrum_cell_t, rostrum_batch_add_cells, rostrum_batch_cells, tag);
    CHECK_ARRAY(batch, rostrum_offer_t, rostrum_batch_add_offers, rostrum_batch_offers, tag);
    CHECK_ARRAY(batch, rostrum_work_t, rostrum_batch_add_work, rostrum_batch_work, tag);
    rostrum_batch_clear(batch);
    check_batch_is_empty(batch);
  }
  rostrum_batch_destroy(batch);
  rostrum_batch_destroy(NULL);
  rostrum_batch_clear(NULL);
}
