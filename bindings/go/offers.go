//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// AddOffers adds the batch's offers, in order. On failure those before the one that the error names
// have been added. Offers of an agent that was drained may be expired at once; see [OfferState].
//
// It is InvalidArgument if a record is not valid, an id was used before, or the agent's cell would
// have more than AmountMaximum; FailedPrecondition if the agent's id is that of a cell of states.
func (e *Engine) AddOffers(b *Batch) error {
	if err := checkBatch(b); err != nil {
		return err
	}
	if !e.handle.enter() {
		return ErrClosed
	}
	defer e.handle.leave()
	arrays := b.shared()
	setArray(&arrays.providers, &arrays.provider_count, b.providers)
	setArray(&arrays.signatures, &arrays.signature_count, b.signatures)
	setArray(&arrays.offers, &arrays.offer_count, b.offers)
	outcome := C.rostrum_go_add_offers(e.bridge(), arrays)
	return makeError(outcome.code, outcome.error)
}

// RescindOffer takes out an offer that the master took back. What was placed on its agent stays
// there, so less than nothing may be free on the cell until the agent's next offer, or until it is
// handed back.
//
// It is FailedPrecondition if it is not held any more, which may well be: a rescind can cross an
// accept. It is NotFound as for [Engine.OfferState].
func (e *Engine) RescindOffer(id string) error {
	return e.useID("offer id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_rescind_offer(e.c(), id, failure)
	})
}

// DeclineOffer takes out an offer that the caller gives back. Otherwise it is as RescindOffer.
func (e *Engine) DeclineOffer(id string) error {
	return e.useID("offer id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_decline_offer(e.c(), id, failure)
	})
}

// AcceptOffers takes all offers of an agent out as accepted; what was placed on it runs there from now
// on, and cannot be taken off the cell by [Engine.HandBack] any more. It returns the offers' ids,
// in the order in which they came; none if the agent's cell holds no offer at this time.
//
// It is NotFound if the agent has no cell, or one of states.
func (e *Engine) AcceptOffers(agentID string) ([]string, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	id, err := terminated("agent id", agentID)
	if err != nil {
		return nil, err
	}
	return withTexts(func(ids *C.rostrum_batch_t, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_accept_offers(e.c(), id, ids, failure)
	}, readTexts)
}

// ExpireOffers takes out all offers that came before oldestMS, in milliseconds, as expired, and returns
// their ids; the caller declines them.
func (e *Engine) ExpireOffers(oldestMS int64) ([]string, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	return withTexts(func(ids *C.rostrum_batch_t, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_expire_offers(e.c(), C.int64_t(oldestMS), ids, failure)
	}, readTexts)
}

// LoseAgent says that an agent is lost: its cell goes, and its offers are expired. It is the same as
// RemoveCell.
func (e *Engine) LoseAgent(agentID string) error {
	return e.useID("agent id", agentID, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_lose_agent(e.c(), id, failure)
	})
}

// OfferState says where an offer is. The ids of the last 100,000 that went are known; it is NotFound
// for one that was never added, or went before those.
func (e *Engine) OfferState(id string) (OfferState, error) {
	var state C.int32_t
	err := e.useID("offer id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_offer_state(e.c(), id, &state, failure)
	})
	return OfferState(state), err
}

// CountOffers counts the offers, and checks the sum. If that is wrong the counts come with an error,
// Internal.
func (e *Engine) CountOffers() (OfferCounts, error) {
	if !e.handle.enter() {
		return OfferCounts{}, ErrClosed
	}
	defer e.handle.leave()
	var counts offerCountsRecord
	var failure *C.rostrum_error_t
	code := C.rostrum_engine_count_offers(e.c(), &counts, &failure)
	return OfferCounts{
		Added:     uint64(counts.added),
		Held:      uint64(counts.held),
		Accepted:  uint64(counts.accepted),
		Declined:  uint64(counts.declined),
		Rescinded: uint64(counts.rescinded),
		Expired:   uint64(counts.expired),
	}, makeError(code, failure)
}
