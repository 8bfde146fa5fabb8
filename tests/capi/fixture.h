/* Small clusters and work for tests in C. Every function checks that its calls go well. */

#ifndef ROSTRUM_TESTS_CAPI_FIXTURE_H_
#define ROSTRUM_TESTS_CAPI_FIXTURE_H_

#include <stdbool.h>

#include "rostrum/rostrum.h"

rostrum_batch_t* make_batch(void);
rostrum_text_t text_in(rostrum_batch_t* batch, const char* text);
/* `texts` ends with NULL. */
rostrum_range_t texts_in(rostrum_batch_t* batch, const char* const* texts);

/* The signature of cells that run any "docker" image; a batch's first, made if there is none. */
uint32_t docker_signature(rostrum_batch_t* batch);
/* A cell of that signature with memory in MB, 1000 GB of disk, 64 cores and 1000 containers. */
rostrum_cell_t make_cell(rostrum_batch_t* batch, const char* id, const char* zone, int64_t memory);
void add_cell(rostrum_batch_t* batch, const char* id, const char* zone, int64_t memory);
/* An offer for a cell of that signature, with memory in MB. */
rostrum_offer_t make_offer(rostrum_batch_t* batch, const char* id, const char* agent_id,
                           int64_t memory);

/* Work that runs a docker image. */
rostrum_work_t make_task(rostrum_batch_t* batch, const char* guid, int64_t memory);
rostrum_work_t make_lrp(rostrum_batch_t* batch, const char* guid, int64_t memory,
                        int32_t instances);
void add_task(rostrum_batch_t* batch, const char* guid, int64_t memory);
void add_lrp(rostrum_batch_t* batch, const char* guid, int64_t memory, int32_t instances);

rostrum_engine_t* make_engine(const char* strategy);
/* Gives a batch's cells and then its work to an engine, and destroys the batch. */
void feed(rostrum_engine_t* engine, rostrum_batch_t* batch);
rostrum_round_t* run_round(rostrum_engine_t* engine);
/* An engine with cells "a" and "b" of 1000 MB in one zone. */
rostrum_engine_t* make_engine_of_two(const char* strategy);

bool is_text(const char* bytes, rostrum_text_t text, const char* expected);
/* The position of an auction's decision; fails a check and returns 0 if there is none. */
uint32_t position_of(const rostrum_round_t* round, const char* identifier);
const rostrum_decision_t* decision_of(const rostrum_round_t* round, const char* identifier);
/* Whether an auction was placed on a cell. */
bool is_on(const rostrum_round_t* round, const char* identifier, const char* cell_id);
/* Whether an auction was refused with a code and a text. */
bool is_refused(const rostrum_round_t* round, const char* identifier, int32_t code,
                const char* error);

/* Fails a check where two rounds decided differently, in order, scores and texts included. */
void check_same_decisions(const rostrum_round_t* a, const rostrum_round_t* b);

#endif /* ROSTRUM_TESTS_CAPI_FIXTURE_H_ */
