//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// The records of the C interface, of which batches and results are made. They hold no pointers, so
// arrays of them cross in one piece.
type (
	textRecord         = C.rostrum_text_t
	rangeRecord        = C.rostrum_range_t
	scalarRecord       = C.rostrum_scalar_t
	resourcesRecord    = C.rostrum_resources_t
	providerRecord     = C.rostrum_provider_t
	signatureRecord    = C.rostrum_signature_t
	cellRecord         = C.rostrum_cell_t
	offerRecord        = C.rostrum_offer_t
	workRecord         = C.rostrum_work_t
	scoreRecord        = C.rostrum_score_t
	contextRecord      = C.rostrum_round_context_t
	optionRecord       = C.rostrum_option_t
	decisionRecord     = C.rostrum_decision_t
	refusalRecord      = C.rostrum_refusal_t
	reasonRecord       = C.rostrum_reason_t
	answerRecord       = C.rostrum_answer_t
	offerCountsRecord  = C.rostrum_offer_counts_t
	replayCountsRecord = C.rostrum_replay_counts_t
	auctionViewRecord  = C.rostrum_auction_view_t
	cellViewRecord     = C.rostrum_cell_view_t
	tableRecord        = C.rostrum_strategy_table_t
)

// The integers of records.
type (
	i32 = C.int32_t
	u32 = C.uint32_t
	i64 = C.int64_t
	u64 = C.uint64_t
)
