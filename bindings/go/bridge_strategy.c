//go:build linux && !android && cgo

#include "_cgo_export.h"
#include "bridge.h"

/* Go has no const, so what it exports takes pointers without. Nothing is written through them. */

static int32_t begin_round(void* user_data, const rostrum_round_context_t* context) {
  return rostrumGoBeginRound((uintptr_t)user_data, (rostrum_round_context_t*)context);
}

static double order_key(void* user_data, const rostrum_auction_view_t* auction) {
  return rostrumGoOrderKey((uintptr_t)user_data, (rostrum_auction_view_t*)auction);
}

static int32_t accepts(void* user_data, const rostrum_auction_view_t* auction,
                       const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  return rostrumGoAccepts((uintptr_t)user_data, (rostrum_auction_view_t*)auction,
                          (rostrum_cell_view_t*)cell, reason, capacity);
}

static int32_t score(void* user_data, const rostrum_auction_view_t* auction,
                     const rostrum_cell_view_t* cell, rostrum_score_t* given) {
  return rostrumGoScore((uintptr_t)user_data, (rostrum_auction_view_t*)auction,
                        (rostrum_cell_view_t*)cell, given);
}

static int32_t base_score(void* user_data, const rostrum_cell_view_t* cell,
                          rostrum_score_t* given) {
  return rostrumGoBaseScore((uintptr_t)user_data, (rostrum_cell_view_t*)cell, given);
}

static void failure_text(void* user_data, char* text, size_t capacity) {
  rostrumGoFailureText((uintptr_t)user_data, text, capacity);
}

static void release(void* user_data) { rostrumGoRelease((uintptr_t)user_data); }

static int32_t accept_round(void* user_data, const rostrum_round_t* round) {
  rostrum_go_round_t result = {.round = NULL};
  rostrum_go_tell_round(round, &result);
  return rostrumGoAcceptRound((uintptr_t)user_data, &result);
}

rostrum_go_round_t rostrum_go_run_round_if(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms,
                                           uintptr_t handle) {
  rostrum_go_round_t result = {.round = NULL};
  result.code = rostrum_engine_run_round_if(engine, seed, now_ms, accept_round, (void*)handle,
                                            &result.round, &result.error);
  if (result.round != NULL) rostrum_go_tell_round(result.round, &result);
  return result;
}

rostrum_code_t rostrum_go_strategy_create(const char* name, int32_t order, uint32_t methods,
                                          uintptr_t handle, rostrum_strategy_t** strategy,
                                          rostrum_error_t** error) {
  rostrum_strategy_table_t table = {.size = sizeof table, .name = name, .order = order};
  if (methods & ROSTRUM_GO_BALANCES_ZONES) table.flags |= ROSTRUM_STRATEGY_BALANCES_ZONES;
  if (methods & ROSTRUM_GO_HAS_BEGIN_ROUND) table.begin_round = begin_round;
  if (methods & ROSTRUM_GO_HAS_ORDER_KEY) table.order_key = order_key;
  if (methods & ROSTRUM_GO_HAS_ACCEPTS) table.accepts = accepts;
  if (methods & ROSTRUM_GO_HAS_SCORE) table.score = score;
  if (methods & ROSTRUM_GO_HAS_BASE_SCORE) table.base_score = base_score;
  table.destroy = release;
  table.failure_text = failure_text;
  return rostrum_strategy_create_from_table(&table, (void*)handle, strategy, error);
}
