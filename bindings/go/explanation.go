//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"context"
	"unsafe"
)

// Explanation is every cell's answer to one auction of a round. There is nothing to close.
type Explanation struct {
	Text    string   // The refusal's text; "" if it was placed.
	Remedy  string   // What would have placed it, in a sentence; "" if nothing can be said.
	Answers []Answer // Of all cells, by zone name, index and id.
}

// Answer is one cell's answer.
type Answer struct {
	CellID  string
	Zone    string
	Fits    bool     // It could have had the auction.
	Winner  bool     // It got it.
	Score   Score    // If it fits.
	Reasons []Reason // If it does not; each of 1 cell.
}

// Explain explains what a round decided for one auction, by running it again up to there with the
// strategy that decided it. If a round or another explanation is under way, it waits for it; the
// context ends that wait, and its error is returned then. The identifier is that of the decision.
//
// It is NotFound if the round belongs to another engine, or had no such auction; FailedPrecondition
// if the strategy could not begin the round.
func (e *Engine) Explain(ctx context.Context, r *Round, kind Kind, identifier string) (*Explanation, error) {
	if r == nil {
		return nil, invalidArgument("the round is nil, expected one")
	}
	name, err := terminated("identifier", identifier)
	if err != nil {
		return nil, err
	}
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	if err := e.takeTurn(ctx); err != nil {
		return nil, err
	}
	defer e.endTurn()
	// After the wait, so that a Close of the round need not wait as well.
	if !r.handle.enter() {
		return nil, ErrClosed
	}
	defer r.handle.leave()
	var made *C.rostrum_explanation_t
	var failure *C.rostrum_error_t
	code := C.rostrum_engine_explain(e.c(), r.c(), C.rostrum_kind_t(kind), name, &made, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_explanation_destroy(made)
	return readExplanation(made), nil
}

func readExplanation(explanation *C.rostrum_explanation_t) *Explanation {
	var byteCount, reasonCount, answerCount C.size_t
	bytes := C.rostrum_explanation_bytes(explanation, &byteCount)
	text := copyText(bytes, byteCount)
	reasonArray := C.rostrum_explanation_reasons(explanation, &reasonCount)
	reasons := unsafe.Slice(reasonArray, int(reasonCount))
	answerArray := C.rostrum_explanation_answers(explanation, &answerCount)
	made := &Explanation{
		Text:    C.GoString(C.rostrum_explanation_error(explanation)),
		Remedy:  C.GoString(C.rostrum_explanation_remedy(explanation)),
		Answers: make([]Answer, int(answerCount)),
	}
	for i, record := range unsafe.Slice(answerArray, int(answerCount)) {
		made.Answers[i] = Answer{
			CellID:  part(text, record.cell_id),
			Zone:    part(text, record.zone),
			Fits:    record.fits != 0,
			Winner:  record.winner != 0,
			Score:   Score{Value: float64(record.score.value), Tier: int64(record.score.tier)},
			Reasons: makeReasons(text, reasons, record.reasons),
		}
	}
	return made
}
