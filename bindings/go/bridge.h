/* What crosses between Go and the C library in one call: whole batches in, whole results out. */

#ifndef ROSTRUM_GO_BRIDGE_H_
#define ROSTRUM_GO_BRIDGE_H_

#include <rostrum/record.h>
#include <rostrum/rostrum.h>

/* The arrays of a batch, in the memory of Go on the way in, in that of C on the way out. */
typedef struct rostrum_go_arrays {
  const char* bytes;
  const rostrum_text_t* texts;
  const rostrum_scalar_t* scalars;
  const rostrum_provider_t* providers;
  const rostrum_signature_t* signatures;
  const int32_t* indices;
  const rostrum_cell_t* cells;
  const rostrum_offer_t* offers;
  const rostrum_work_t* work;
  size_t byte_count;
  size_t text_count;
  size_t scalar_count;
  size_t provider_count;
  size_t signature_count;
  size_t index_count;
  size_t cell_count;
  size_t offer_count;
  size_t work_count;
} rostrum_go_arrays_t;

/* An engine, and a batch that is kept between calls, so that its memory is there for the next. */
typedef struct rostrum_go_engine {
  rostrum_engine_t* engine;
  _Atomic(rostrum_batch_t*) spare;
} rostrum_go_engine_t;

/* The outcome of a call. */
typedef struct rostrum_go_outcome {
  rostrum_code_t code;
  rostrum_error_t* error;
  uint64_t number; /* What the call counted. */
} rostrum_go_outcome_t;

rostrum_code_t rostrum_go_engine_create(rostrum_strategy_t* strategy, rostrum_go_engine_t** engine,
                                        rostrum_error_t** error);
void rostrum_go_engine_destroy(rostrum_go_engine_t* engine);

/* Each makes a batch of the arrays and gives it to the engine. Nothing of the arrays is kept. */
rostrum_go_outcome_t rostrum_go_update_cells(rostrum_go_engine_t* engine,
                                             rostrum_go_arrays_t arrays, int32_t replace_all);
rostrum_go_outcome_t rostrum_go_add_offers(rostrum_go_engine_t* engine,
                                           rostrum_go_arrays_t arrays);
rostrum_go_outcome_t rostrum_go_submit(rostrum_go_engine_t* engine, rostrum_go_arrays_t arrays,
                                       int64_t now_ms);

/* All arrays of a batch; they live as long as it. */
rostrum_go_arrays_t rostrum_go_arrays_of(const rostrum_batch_t* batch);

/* A round and its results, which live as long as it. */
typedef struct rostrum_go_round {
  rostrum_code_t code;
  rostrum_error_t* error;
  rostrum_round_t* round;
  uint64_t placed_count;
  uint64_t refused_count;
  const rostrum_decision_t* decisions;
  const rostrum_refusal_t* refusals;
  const rostrum_reason_t* reasons;
  const char* bytes;
  size_t decision_count;
  size_t refusal_count;
  size_t reason_count;
  size_t byte_count;
} rostrum_go_round_t;

rostrum_go_round_t rostrum_go_run_round(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms);

/* Writes what a round came to. */
void rostrum_go_tell_round(const rostrum_round_t* round, rostrum_go_round_t* result);

/* Asks the Go function behind a handle whether the round takes place; without a round if not. */
rostrum_go_round_t rostrum_go_run_round_if(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms,
                                           uintptr_t handle);

/* What a strategy that is written in Go has. */
#define ROSTRUM_GO_HAS_SCORE 1u
#define ROSTRUM_GO_HAS_BASE_SCORE 2u
#define ROSTRUM_GO_HAS_ACCEPTS 4u
#define ROSTRUM_GO_HAS_BEGIN_ROUND 8u
#define ROSTRUM_GO_HAS_ORDER_KEY 16u
#define ROSTRUM_GO_BALANCES_ZONES 32u

/* Makes a strategy whose functions are those of callbacks.go. `handle` is a cgo.Handle; it is
 * released in any case, in the end. */
rostrum_code_t rostrum_go_strategy_create(const char* name, int32_t order, uint32_t methods,
                                          uintptr_t handle, rostrum_strategy_t** strategy,
                                          rostrum_error_t** error);

#endif /* ROSTRUM_GO_BRIDGE_H_ */
