//go:build linux && !android && cgo

#include "bridge.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A batch that is larger is not kept: it was an exception. */
static const size_t kept_bytes_maximum = (size_t)64 << 20;

/* Writes the arrays into a batch. The block of bytes goes in whole, and first, so that positions in
 * it stay as they are; and so does each array. */
static rostrum_code_t fill(rostrum_batch_t* batch, const rostrum_go_arrays_t* arrays,
                           rostrum_error_t** error) {
  rostrum_text_t block;
  rostrum_batch_clear(batch);
  rostrum_code_t code =
      rostrum_batch_add_text(batch, arrays->bytes, arrays->byte_count, &block, error);
#define ADD(array, count)                                                                       \
  if (code == ROSTRUM_OK && arrays->count > 0) {                                                \
    code = rostrum_batch_add_##array(batch, arrays->array, arrays->count, NULL, error);         \
  }
  ADD(texts, text_count)
  ADD(scalars, scalar_count)
  ADD(providers, provider_count)
  ADD(signatures, signature_count)
  ADD(indices, index_count)
  ADD(cells, cell_count)
  ADD(offers, offer_count)
  ADD(work, work_count)
#undef ADD
  return code;
}

static size_t size_of(const rostrum_go_arrays_t* arrays) {
  return arrays->byte_count + arrays->text_count * sizeof *arrays->texts +
         arrays->scalar_count * sizeof *arrays->scalars +
         arrays->provider_count * sizeof *arrays->providers +
         arrays->signature_count * sizeof *arrays->signatures +
         arrays->index_count * sizeof *arrays->indices +
         arrays->cell_count * sizeof *arrays->cells +
         arrays->offer_count * sizeof *arrays->offers + arrays->work_count * sizeof *arrays->work;
}

rostrum_code_t rostrum_go_engine_create(rostrum_strategy_t* strategy, rostrum_go_engine_t** engine,
                                        rostrum_error_t** error) {
  *engine = calloc(1, sizeof **engine);
  if (*engine == NULL) return ROSTRUM_OUT_OF_MEMORY;
  const rostrum_code_t code = rostrum_engine_create(strategy, &(*engine)->engine, error);
  if (code != ROSTRUM_OK) {
    free(*engine);
    *engine = NULL;
  }
  return code;
}

void rostrum_go_engine_destroy(rostrum_go_engine_t* engine) {
  rostrum_engine_destroy(engine->engine);
  rostrum_batch_destroy(engine->spare);
  free(engine);
}

/* Makes a batch of the arrays: of the spare one, unless another call has it at this moment. */
static rostrum_batch_t* make_batch(rostrum_go_engine_t* engine, const rostrum_go_arrays_t* arrays,
                                   rostrum_go_outcome_t* outcome) {
  rostrum_batch_t* batch = atomic_exchange(&engine->spare, NULL);
  if (batch == NULL) outcome->code = rostrum_batch_create(&batch, &outcome->error);
  if (outcome->code == ROSTRUM_OK) outcome->code = fill(batch, arrays, &outcome->error);
  return batch;
}

static void keep_batch(rostrum_go_engine_t* engine, rostrum_batch_t* batch,
                       const rostrum_go_arrays_t* arrays) {
  if (size_of(arrays) <= kept_bytes_maximum) batch = atomic_exchange(&engine->spare, batch);
  rostrum_batch_destroy(batch);
}

rostrum_go_outcome_t rostrum_go_update_cells(rostrum_go_engine_t* engine,
                                             rostrum_go_arrays_t arrays, int32_t replace_all) {
  rostrum_go_outcome_t outcome = {.code = ROSTRUM_OK};
  rostrum_batch_t* batch = make_batch(engine, &arrays, &outcome);
  if (outcome.code == ROSTRUM_OK) {
    outcome.code = rostrum_engine_update_cells(engine->engine, batch, replace_all, &outcome.error);
  }
  keep_batch(engine, batch, &arrays);
  return outcome;
}

rostrum_go_outcome_t rostrum_go_add_offers(rostrum_go_engine_t* engine,
                                           rostrum_go_arrays_t arrays) {
  rostrum_go_outcome_t outcome = {.code = ROSTRUM_OK};
  rostrum_batch_t* batch = make_batch(engine, &arrays, &outcome);
  if (outcome.code == ROSTRUM_OK) {
    outcome.code = rostrum_engine_add_offers(engine->engine, batch, &outcome.error);
  }
  keep_batch(engine, batch, &arrays);
  return outcome;
}

rostrum_go_outcome_t rostrum_go_submit(rostrum_go_engine_t* engine, rostrum_go_arrays_t arrays,
                                       int64_t now_ms) {
  rostrum_go_outcome_t outcome = {.code = ROSTRUM_OK};
  rostrum_batch_t* batch = make_batch(engine, &arrays, &outcome);
  if (outcome.code == ROSTRUM_OK) {
    outcome.code =
        rostrum_engine_submit(engine->engine, batch, now_ms, &outcome.number, &outcome.error);
  }
  keep_batch(engine, batch, &arrays);
  return outcome;
}

rostrum_go_arrays_t rostrum_go_arrays_of(const rostrum_batch_t* batch) {
  rostrum_go_arrays_t arrays;
  arrays.bytes = rostrum_batch_bytes(batch, &arrays.byte_count);
  arrays.texts = rostrum_batch_texts(batch, &arrays.text_count);
  arrays.scalars = rostrum_batch_scalars(batch, &arrays.scalar_count);
  arrays.providers = rostrum_batch_providers(batch, &arrays.provider_count);
  arrays.signatures = rostrum_batch_signatures(batch, &arrays.signature_count);
  arrays.indices = rostrum_batch_indices(batch, &arrays.index_count);
  arrays.cells = rostrum_batch_cells(batch, &arrays.cell_count);
  arrays.offers = rostrum_batch_offers(batch, &arrays.offer_count);
  arrays.work = rostrum_batch_work(batch, &arrays.work_count);
  return arrays;
}

void rostrum_go_tell_round(const rostrum_round_t* round, rostrum_go_round_t* result) {
  result->placed_count = rostrum_round_placed_count(round);
  result->refused_count = rostrum_round_refused_count(round);
  result->decisions = rostrum_round_decisions(round, &result->decision_count);
  result->refusals = rostrum_round_refusals(round, &result->refusal_count);
  result->reasons = rostrum_round_reasons(round, &result->reason_count);
  result->bytes = rostrum_round_bytes(round, &result->byte_count);
}

rostrum_go_round_t rostrum_go_run_round(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms) {
  rostrum_go_round_t result = {.round = NULL};
  result.code = rostrum_engine_run_round(engine, seed, now_ms, &result.round, &result.error);
  if (result.code == ROSTRUM_OK) rostrum_go_tell_round(result.round, &result);
  return result;
}
