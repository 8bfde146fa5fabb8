/* Values in records that can never be accepted. Each is refused with a text that names it. */

#include <stdint.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

static rostrum_batch_t* batch;
static rostrum_engine_t* engine;

static rostrum_cell_t fresh_cell(void) {
  rostrum_batch_clear(batch);
  return make_cell(batch, "cell", "zone", 1);
}

static void refuse_cell(const rostrum_cell_t* cell, const char* part) {
  CHECK_OK(rostrum_batch_add_cells(batch, cell, 1, NULL, &error));
  CHECK_INVALID(part, rostrum_engine_update_cells(engine, batch, 0, &error));
}

#define REFUSE_CELL(field, value, part) \
  do {                                  \
    rostrum_cell_t cell = fresh_cell(); \
    cell.field = (value);               \
    refuse_cell(&cell, part);           \
  } while (0)

static void test_bad_cells(void) {
  REFUSE_CELL(id.length, 0, "id");
  REFUSE_CELL(flags, 64, "cell 0: flags is 64, expected a sum of 1, 2, 4, 8, 16 and 32");
  REFUSE_CELL(flags, UINT32_MAX, "cell 0: flags");
  REFUSE_CELL(total.memory, ROSTRUM_AMOUNT_MAXIMUM + 1, "memory");
  REFUSE_CELL(total.memory, INT64_MAX, "memory");
  REFUSE_CELL(available.disk, -ROSTRUM_AMOUNT_MAXIMUM - 1, "disk");
  REFUSE_CELL(available.cpu, INT64_MIN, "cpu");
  REFUSE_CELL(total.containers, INT64_MAX, "containers");
  REFUSE_CELL(other_lrps, -1, "count of other LRPs");
  REFUSE_CELL(overhead.memory, -1, "overhead");
  REFUSE_CELL(overhead.containers, -1, "overhead");
  REFUSE_CELL(task_count, -1, "task count is -1");
  REFUSE_CELL(task_count, INT64_MAX, "task count");
  REFUSE_CELL(starting_containers, -1, "starting containers is -1");
  REFUSE_CELL(proxy_memory, INT64_MIN, "proxy memory");

  rostrum_cell_t cell = fresh_cell();
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  refuse_cell(&cell, "\"cell\" is given twice");

  /* What is at the limit is accepted. */
  cell = fresh_cell();
  cell.total.memory = ROSTRUM_AMOUNT_MAXIMUM;
  cell.available.memory = -ROSTRUM_AMOUNT_MAXIMUM;
  cell.index = INT64_MIN;
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_OK(rostrum_engine_remove_cell(engine, "cell", &error));
}

static void refuse_scalars(const char* first, const char* second, int64_t amount,
                           const char* part) {
  rostrum_cell_t cell = fresh_cell();
  const rostrum_scalar_t scalars[] = {{text_in(batch, first), 1}, {text_in(batch, second), amount}};
  CHECK_OK(rostrum_batch_add_scalars(batch, scalars, 2, &cell.total.scalars, &error));
  refuse_cell(&cell, part);
}

static void refuse_provider(int32_t type, uint32_t reserved, const char* part) {
  rostrum_batch_clear(batch);
  rostrum_provider_t provider = {.scheme = text_in(batch, "docker"), .type = type};
  provider.reserved = reserved;
  rostrum_signature_t signature;
  memset(&signature, 0, sizeof signature);
  CHECK_OK(rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, &error));
  CHECK_OK(rostrum_batch_add_signatures(batch, &signature, 1, NULL, &error));
  CHECK_INVALID(part, rostrum_engine_update_cells(engine, batch, 0, &error));
}

#define REFUSE_OFFER(field, value, part)                                   \
  do {                                                                     \
    rostrum_batch_clear(batch);                                            \
    rostrum_offer_t offer = make_offer(batch, "offer", "agent", 1);        \
    offer.field = (value);                                                 \
    CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));    \
    CHECK_INVALID(part, rostrum_engine_add_offers(engine, batch, &error)); \
  } while (0)

static void test_bad_offers(void) {
  REFUSE_OFFER(id.length, 0, "id");
  REFUSE_OFFER(agent_id.length, 0, "agent id");
  REFUSE_OFFER(flags, ROSTRUM_CELL_EVACUATING, "offer 0: flags is 1");
  REFUSE_OFFER(resources.memory, -1, "resources is negative");
  REFUSE_OFFER(used.disk, -1, "used is negative");
  REFUSE_OFFER(overhead.cpu, -1, "overhead is negative");
  REFUSE_OFFER(resources.cpu, INT64_MAX, "cpu");
  REFUSE_OFFER(task_count, -1, "task count is -1");
}

#define REFUSE_WORK(make, field, value, part)                                   \
  do {                                                                          \
    rostrum_batch_clear(batch);                                                 \
    add_task(batch, "good", 1);                                                 \
    rostrum_work_t work = make;                                                 \
    work.field = (value);                                                       \
    CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));            \
    CHECK_INVALID(part, rostrum_engine_submit(engine, batch, 0, NULL, &error)); \
  } while (0)

static void test_bad_work(void) {
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), kind, 0, "work 1: kind is 0");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), kind, 3, "work 1: kind is 3");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), guid.length, 0, "guid");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), domain.length, 0, "\"lrp\": domain");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), rootfs.length, 0, "\"lrp\": rootfs");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), indices.count, 0, "\"lrp\": indices");
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), asked.memory, -1, "\"lrp\": memory");
  REFUSE_WORK(make_task(batch, "task", 1), asked.disk, -1000, "\"task\": disk (MB) is -1");
  REFUSE_WORK(make_task(batch, "task", 1), asked.cpu, -1, "\"task\": cpu");
  REFUSE_WORK(make_task(batch, "task", 1), asked.disk, INT64_MAX, "\"task\"");
  REFUSE_WORK(make_task(batch, "task", 1), guid.length, 0, "guid");
  REFUSE_WORK(make_lrp(batch, "task", 1, 1), kind, ROSTRUM_TASK, "work 1: indices");
  /* The good task that stood before each of these was not queued either. */
  CHECK(rostrum_engine_queue_size(engine) == 0);
}

/* The position of a text with a NUL byte as its third; without it, it would be a good id. */
static rostrum_text_t text_with_nul(void) {
  rostrum_text_t text;
  CHECK_OK(rostrum_batch_add_text(batch, "id\0s", 4, &text, &error));
  return text;
}

/* Functions that take an id end it at a NUL byte, so no id may hold one. */
static void test_nul_bytes(void) {
  static const char problem[] = "has a NUL byte after 2 bytes";
  REFUSE_CELL(id, text_with_nul(), "cell 0: id");
  REFUSE_CELL(id, text_with_nul(), problem);
  REFUSE_OFFER(id, text_with_nul(), "offer 0: id");
  REFUSE_OFFER(id, text_with_nul(), problem);
  REFUSE_OFFER(agent_id, text_with_nul(), "offer 0: agent_id");
  REFUSE_OFFER(agent_id, text_with_nul(), problem);
  REFUSE_WORK(make_lrp(batch, "lrp", 1, 1), guid, text_with_nul(), "work 1: guid");
  REFUSE_WORK(make_task(batch, "task", 1), guid, text_with_nul(), problem);
  CHECK(rostrum_engine_queue_size(engine) == 0);

  /* Other texts are never looked into. */
  rostrum_cell_t cell = fresh_cell();
  cell.zone = text_with_nul();
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_OK(rostrum_engine_remove_cell(engine, "cell", &error));
}

void test_bad_values(void) {
  engine = make_engine("diego");
  batch = make_batch();
  test_bad_cells();
  refuse_scalars("gpus", "gpus", 1, "\"gpus\" is given twice");
  refuse_scalars("gpus", "", 1, "has no name");
  refuse_scalars("gpus", "ports", INT64_MAX, "ports");
  refuse_provider(0, 0, "providers has one of type 0");
  refuse_provider(4, 0, "providers has one of type 4");
  refuse_provider(ROSTRUM_PROVIDER_ARBITRARY, 1, "reserved");
  test_bad_offers();
  test_bad_work();
  test_nul_bytes();
  rostrum_batch_destroy(batch);
  rostrum_engine_destroy(engine);
}
