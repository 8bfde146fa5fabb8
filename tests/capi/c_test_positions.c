/* Positions in records that are outside of their array, in every field of every record. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

/* A field that is a text or a range; both are two numbers. */
typedef struct field {
  const char* name; /* As an error names it. */
  size_t offset;
} field_t;

#define FIELD(record, name) \
  { #name, offsetof(record, name) }
/* A list that an error names by the field around it. */
#define INNER(record, name, inner) \
  { #name, offsetof(record, name.inner) }

static const rostrum_range_t bad_positions[] = {
    {UINT32_MAX, 1}, {0, UINT32_MAX}, {UINT32_MAX, UINT32_MAX}, {1000000, 0}};

typedef void (*use_record_t)(const void* record, const char* field);

/* Uses a copy of a record for each field and each bad position. */
static void break_each(const void* record, size_t size, const field_t* fields, size_t count,
                       use_record_t use) {
  _Alignas(max_align_t) unsigned char copy[512];
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = 0; j < sizeof bad_positions / sizeof bad_positions[0]; ++j) {
      memcpy(copy, record, size);
      memcpy(copy + fields[i].offset, &bad_positions[j], sizeof bad_positions[j]);
      use(copy, fields[i].name);
    }
  }
}

#define BREAK_EACH(record, fields, use) \
  break_each(&(record), sizeof(record), fields, sizeof(fields) / sizeof((fields)[0]), use)

static rostrum_batch_t* batch;
static rostrum_engine_t* engine;

/* Empties the batch. A record that is made next always has its texts in the same place, so that a
 * copy of it fits a batch in which the same record was made again. */
static void clear(void) {
  rostrum_batch_clear(batch);
  docker_signature(batch);
}

static void refuse_cell(const void* record, const char* field) {
  clear();
  make_cell(batch, "bad", "zone", 1);
  const rostrum_cell_t good = make_cell(batch, "good", "zone", 1);
  CHECK_OK(rostrum_batch_add_cells(batch, &good, 1, NULL, &error));
  CHECK_OK(rostrum_batch_add_cells(batch, record, 1, NULL, &error));
  CHECK_INVALID(field, rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_INVALID("cell 1: ", rostrum_engine_update_cells(engine, batch, 1, &error));
}

static void refuse_signature(const void* record, const char* field) {
  clear();
  CHECK_OK(rostrum_batch_add_signatures(batch, record, 1, NULL, &error));
  CHECK_INVALID(field, rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_INVALID("signature 1: ", rostrum_engine_update_cells(engine, batch, 0, &error));
}

static void refuse_provider(const void* record, const char* field) {
  (void)field; /* A provider is named by the signature's field. */
  clear();
  rostrum_signature_t signature;
  memset(&signature, 0, sizeof signature);
  CHECK_OK(rostrum_batch_add_providers(batch, record, 1, &signature.providers, &error));
  refuse_signature(&signature, "providers");
}

static void refuse_offer(const void* record, const char* field) {
  clear();
  make_offer(batch, "bad", "agent", 1);
  CHECK_OK(rostrum_batch_add_offers(batch, record, 1, NULL, &error));
  CHECK_INVALID(field, rostrum_engine_add_offers(engine, batch, &error));
  CHECK_INVALID("offer 0: ", rostrum_engine_add_offers(engine, batch, &error));
}

static void refuse_work(const void* record, const char* field) {
  clear();
  make_lrp(batch, "bad", 1, 1);
  add_task(batch, "good", 1);
  CHECK_OK(rostrum_batch_add_work(batch, record, 1, NULL, &error));
  CHECK_INVALID(field, rostrum_engine_submit(engine, batch, 0, NULL, &error));
  CHECK_INVALID("work 1: ", rostrum_engine_submit(engine, batch, 0, NULL, &error));
}

static void break_cells(void) {
  static const field_t fields[] = {
      FIELD(rostrum_cell_t, id),
      FIELD(rostrum_cell_t, zone),
      INNER(rostrum_cell_t, total, scalars),
      INNER(rostrum_cell_t, available, scalars),
      INNER(rostrum_cell_t, overhead, scalars),
      FIELD(rostrum_cell_t, lrps),
  };
  clear();
  rostrum_cell_t cell = make_cell(batch, "bad", "zone", 1);
  BREAK_EACH(cell, fields, refuse_cell);
  cell.signature = 2;
  refuse_cell(&cell, "signature");
  cell.signature = UINT32_MAX;
  refuse_cell(&cell, "signature");
}

static void break_offers(void) {
  static const field_t fields[] = {
      FIELD(rostrum_offer_t, id),
      FIELD(rostrum_offer_t, agent_id),
      FIELD(rostrum_offer_t, zone),
      INNER(rostrum_offer_t, resources, scalars),
      INNER(rostrum_offer_t, used, scalars),
      INNER(rostrum_offer_t, overhead, scalars),
      FIELD(rostrum_offer_t, lrps),
  };
  clear();
  rostrum_offer_t offer = make_offer(batch, "bad", "agent", 1);
  BREAK_EACH(offer, fields, refuse_offer);
  offer.signature = 1;
  refuse_offer(&offer, "signature");
}

static void break_work(void) {
  static const field_t fields[] = {
      FIELD(rostrum_work_t, guid),           FIELD(rostrum_work_t, domain),
      FIELD(rostrum_work_t, rootfs),         INNER(rostrum_work_t, asked, scalars),
      FIELD(rostrum_work_t, placement_tags), FIELD(rostrum_work_t, volume_drivers),
      FIELD(rostrum_work_t, indices),
  };
  clear();
  const rostrum_work_t work = make_lrp(batch, "bad", 1, 1);
  BREAK_EACH(work, fields, refuse_work);
}

static void break_signatures(void) {
  static const field_t fields[] = {
      FIELD(rostrum_signature_t, providers),
      FIELD(rostrum_signature_t, volume_drivers),
      FIELD(rostrum_signature_t, placement_tags),
      FIELD(rostrum_signature_t, optional_placement_tags),
  };
  static const field_t provider_fields[] = {
      FIELD(rostrum_provider_t, scheme),
      FIELD(rostrum_provider_t, set),
  };
  rostrum_signature_t signature;
  memset(&signature, 0, sizeof signature);
  BREAK_EACH(signature, fields, refuse_signature);
  rostrum_provider_t provider;
  memset(&provider, 0, sizeof provider);
  provider.type = ROSTRUM_PROVIDER_FIXED_SET;
  BREAK_EACH(provider, provider_fields, refuse_provider);
}

/* Lists that are in their array, of texts and names that are outside of the block of bytes. */
static void break_elements(void) {
  const rostrum_text_t bad_text = {1000000, 1};
  clear();
  CHECK_OK(rostrum_batch_add_texts(batch, &bad_text, 1, NULL, &error));
  CHECK_INVALID("text 0: ", rostrum_engine_update_cells(engine, batch, 0, &error));

  rostrum_offer_t offer = make_offer(batch, "bad", "agent", 1);
  offer.lrps.count = 1;
  CHECK_OK(rostrum_batch_add_offers(batch, &offer, 1, NULL, &error));
  CHECK_INVALID("offer 0: lrps", rostrum_engine_add_offers(engine, batch, &error));

  rostrum_work_t work = make_task(batch, "bad", 1);
  work.placement_tags.count = 1;
  CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
  CHECK_INVALID("work 0: placement_tags", rostrum_engine_submit(engine, batch, 0, NULL, &error));

  clear();
  const rostrum_scalar_t scalar = {bad_text, 1};
  CHECK_OK(rostrum_batch_add_scalars(batch, &scalar, 1, NULL, &error));
  work = make_task(batch, "bad", 1);
  work.asked.scalars.count = 1;
  CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
  CHECK_INVALID("work 0: asked", rostrum_engine_submit(engine, batch, 0, NULL, &error));
  rostrum_cell_t cell = make_cell(batch, "bad", "zone", 1);
  cell.overhead.scalars.count = 1;
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  CHECK_INVALID("cell 0: overhead", rostrum_engine_update_cells(engine, batch, 0, &error));
}

void test_bad_positions(void) {
  engine = make_engine_of_two("diego");
  batch = make_batch();
  break_cells();
  break_signatures();
  break_offers();
  break_work();
  break_elements();

  /* Nothing of all this has changed anything. */
  CHECK(rostrum_engine_queue_size(engine) == 0);
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  size_t count = 0;
  rostrum_batch_cells(snapshot, &count);
  CHECK(count == 2);
  rostrum_offer_counts_t counts;
  CHECK_OK(rostrum_engine_count_offers(engine, &counts, &error));
  CHECK(counts.added == 0);
  rostrum_batch_destroy(snapshot);
  rostrum_batch_destroy(batch);
  rostrum_engine_destroy(engine);
}
