#include "tests/capi/fixture.h"

#include <stdio.h>
#include <string.h>

#include "tests/capi/check.h"

rostrum_batch_t* make_batch(void) {
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_batch_create(&batch, &error));
  return batch;
}

rostrum_text_t text_in(rostrum_batch_t* batch, const char* text) {
  rostrum_text_t position = {0, 0};
  CHECK_OK(rostrum_batch_add_text(batch, text, strlen(text), &position, &error));
  return position;
}

rostrum_range_t texts_in(rostrum_batch_t* batch, const char* const* texts) {
  rostrum_text_t positions[16];
  size_t count = 0;
  for (; texts[count] != NULL; ++count) positions[count] = text_in(batch, texts[count]);
  rostrum_range_t range = {0, 0};
  CHECK_OK(rostrum_batch_add_texts(batch, positions, count, &range, &error));
  return range;
}

uint32_t docker_signature(rostrum_batch_t* batch) {
  size_t known = 0;
  rostrum_batch_signatures(batch, &known);
  if (known > 0) return 0;
  rostrum_provider_t provider = {.scheme = text_in(batch, "docker"),
                                 .type = ROSTRUM_PROVIDER_ARBITRARY};
  rostrum_signature_t signature;
  memset(&signature, 0, sizeof signature);
  rostrum_range_t range = {0, 0};
  CHECK_OK(rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, &error));
  CHECK_OK(rostrum_batch_add_signatures(batch, &signature, 1, &range, &error));
  return range.first;
}

static void set_resources(rostrum_resources_t* resources, int64_t memory) {
  resources->memory = ROSTRUM_AMOUNT(memory);
  resources->disk = ROSTRUM_AMOUNT(1000000);
  resources->cpu = ROSTRUM_AMOUNT(64);
  resources->containers = 1000;
}

rostrum_cell_t make_cell(rostrum_batch_t* batch, const char* id, const char* zone, int64_t memory) {
  rostrum_cell_t cell = {.id = text_in(batch, id), .zone = text_in(batch, zone)};
  set_resources(&cell.total, memory);
  cell.available = cell.total;
  cell.signature = docker_signature(batch);
  return cell;
}

void add_cell(rostrum_batch_t* batch, const char* id, const char* zone, int64_t memory) {
  const rostrum_cell_t cell = make_cell(batch, id, zone, memory);
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
}

rostrum_offer_t make_offer(rostrum_batch_t* batch, const char* id, const char* agent_id,
                           int64_t memory) {
  rostrum_offer_t offer = {.id = text_in(batch, id), .agent_id = text_in(batch, agent_id)};
  set_resources(&offer.resources, memory);
  offer.signature = docker_signature(batch);
  return offer;
}

rostrum_work_t make_task(rostrum_batch_t* batch, const char* guid, int64_t memory) {
  rostrum_work_t work = {.guid = text_in(batch, guid), .kind = ROSTRUM_TASK};
  work.domain = text_in(batch, "domain");
  work.rootfs = text_in(batch, "docker:///image");
  work.asked.memory = ROSTRUM_AMOUNT(memory);
  work.asked.disk = ROSTRUM_AMOUNT(1);
  return work;
}

rostrum_work_t make_lrp(rostrum_batch_t* batch, const char* guid, int64_t memory,
                        int32_t instances) {
  rostrum_work_t work = make_task(batch, guid, memory);
  work.kind = ROSTRUM_LRP;
  size_t known = 0;
  rostrum_batch_indices(batch, &known);
  work.indices.first = (uint32_t)known;
  work.indices.count = (uint32_t)instances;
  for (int32_t i = 0; i < instances; ++i) {
    CHECK_OK(rostrum_batch_add_indices(batch, &i, 1, NULL, &error));
  }
  return work;
}

void add_task(rostrum_batch_t* batch, const char* guid, int64_t memory) {
  const rostrum_work_t work = make_task(batch, guid, memory);
  CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
}

void add_lrp(rostrum_batch_t* batch, const char* guid, int64_t memory, int32_t instances) {
  const rostrum_work_t work = make_lrp(batch, guid, memory, instances);
  CHECK_OK(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
}

rostrum_engine_t* make_engine(const char* name) {
  rostrum_strategy_t* strategy = NULL;
  rostrum_engine_t* engine = NULL;
  CHECK_OK(rostrum_strategy_create(name, &strategy, &error));
  CHECK_OK(rostrum_engine_create(strategy, &engine, &error));
  rostrum_strategy_destroy(strategy);
  return engine;
}

void feed(rostrum_engine_t* engine, rostrum_batch_t* batch) {
  CHECK_OK(rostrum_engine_update_cells(engine, batch, 0, &error));
  CHECK_OK(rostrum_engine_submit(engine, batch, 0, NULL, &error));
  rostrum_batch_destroy(batch);
}

rostrum_round_t* run_round(rostrum_engine_t* engine) {
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, 0, 0, &round, &error));
  return round;
}

rostrum_engine_t* make_engine_of_two(const char* strategy) {
  rostrum_engine_t* engine = make_engine(strategy);
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, "a", "zone", 1000);
  add_cell(batch, "b", "zone", 1000);
  feed(engine, batch);
  return engine;
}

bool is_text(const char* bytes, rostrum_text_t text, const char* expected) {
  const size_t length = strlen(expected);
  return text.length == length && memcmp(bytes + text.offset, expected, length) == 0;
}

uint32_t position_of(const rostrum_round_t* round, const char* identifier) {
  const char* bytes = rostrum_round_bytes(round, NULL);
  size_t count = 0;
  const rostrum_decision_t* decisions = rostrum_round_decisions(round, &count);
  for (uint32_t i = 0; i < count; ++i) {
    if (is_text(bytes, decisions[i].identifier, identifier)) return i;
  }
  printf("the round has no \"%s\"\n", identifier);
  FAIL("the round has no such auction");
  return 0;
}

const rostrum_decision_t* decision_of(const rostrum_round_t* round, const char* identifier) {
  return &rostrum_round_decisions(round, NULL)[position_of(round, identifier)];
}

bool is_on(const rostrum_round_t* round, const char* identifier, const char* cell_id) {
  const rostrum_decision_t* decision = decision_of(round, identifier);
  return decision->code == ROSTRUM_REFUSAL_NONE &&
         is_text(rostrum_round_bytes(round, NULL), decision->cell_id, cell_id);
}

bool is_refused(const rostrum_round_t* round, const char* identifier, int32_t code,
                const char* error) {
  const char* bytes = rostrum_round_bytes(round, NULL);
  const rostrum_decision_t* decision = decision_of(round, identifier);
  if (decision->code != code || decision->cell_id.length != 0) return false;
  const rostrum_refusal_t* refusal = &rostrum_round_refusals(round, NULL)[decision->refusal];
  if (refusal->code == code && is_text(bytes, refusal->error, error)) return true;
  printf("refused with \"%.*s\"\n", (int)refusal->error.length, bytes + refusal->error.offset);
  return false;
}

static bool same_text(const rostrum_round_t* a, rostrum_text_t of_a, const rostrum_round_t* b,
                      rostrum_text_t of_b) {
  return of_a.length == of_b.length &&
         memcmp(rostrum_round_bytes(a, NULL) + of_a.offset,
                rostrum_round_bytes(b, NULL) + of_b.offset, of_a.length) == 0;
}

static bool same_reasons(const rostrum_round_t* a, rostrum_range_t of_a, const rostrum_round_t* b,
                         rostrum_range_t of_b) {
  if (of_a.count != of_b.count) return false;
  for (uint32_t i = 0; i < of_a.count; ++i) {
    const rostrum_reason_t* x = &rostrum_round_reasons(a, NULL)[of_a.first + i];
    const rostrum_reason_t* y = &rostrum_round_reasons(b, NULL)[of_b.first + i];
    if (!same_text(a, x->subject, b, y->subject) || !same_text(a, x->cell_id, b, y->cell_id) ||
        x->code != y->code || x->is_static != y->is_static || x->cells != y->cells ||
        x->asked != y->asked || x->free != y->free || x->short_by != y->short_by) {
      return false;
    }
  }
  return true;
}

static bool same_decision(const rostrum_round_t* a, const rostrum_decision_t* x,
                          const rostrum_round_t* b, const rostrum_decision_t* y) {
  if (!same_text(a, x->identifier, b, y->identifier) || x->kind != y->kind || x->code != y->code ||
      x->tag != y->tag) {
    return false;
  }
  if (x->code == ROSTRUM_REFUSAL_NONE) {
    return same_text(a, x->cell_id, b, y->cell_id) && x->cell_tag == y->cell_tag &&
           memcmp(&x->score, &y->score, sizeof x->score) == 0;
  }
  const rostrum_refusal_t* of_x = &rostrum_round_refusals(a, NULL)[x->refusal];
  const rostrum_refusal_t* of_y = &rostrum_round_refusals(b, NULL)[y->refusal];
  return of_x->code == of_y->code && same_text(a, of_x->error, b, of_y->error) &&
         same_reasons(a, of_x->reasons, b, of_y->reasons);
}

void check_same_decisions(const rostrum_round_t* a, const rostrum_round_t* b) {
  size_t count_a = 0;
  size_t count_b = 0;
  const rostrum_decision_t* of_a = rostrum_round_decisions(a, &count_a);
  const rostrum_decision_t* of_b = rostrum_round_decisions(b, &count_b);
  CHECK(count_a == count_b);
  for (size_t i = 0; i < count_a && i < count_b; ++i) {
    if (same_decision(a, &of_a[i], b, &of_b[i])) continue;
    printf("decision %zu differs\n", i);
    FAIL("the rounds decided the same");
    return;
  }
}
