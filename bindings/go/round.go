//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"unsafe"
)

// Round is the outcome of a round: what was decided for each auction, in the order in which the
// decisions were made.
//
// A round is immutable, and any number of goroutines may read it, also after Close: what the reading
// methods return is in the memory of Go. Close lets go of what [Engine.HandBack], [Engine.Explain],
// [Round.Input] and [Recorder.Append] need.
type Round struct {
	handle    handle
	placed    int
	refused   int
	text      string // All texts are parts of this one.
	decisions []decisionRecord
	refusals  []refusalRecord
	reasons   []reasonRecord
}

// Decision is what was decided for one auction.
type Decision struct {
	Kind       Kind
	Identifier string      // "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task.
	CellID     string      // If it was placed; else empty.
	Code       RefusalCode // RefusalNone if it was placed.
	Refusal    int         // The position of its Refusal; -1 if it was placed.
	Attempts   int32       // How many rounds have decided on it, this one included.
	Score      Score       // If it was placed.
	WaitMS     int64       // From its queue time to the round.
	Tag        uint64      // The auction's: that of its Work, plus the position in Indices.
	CellTag    uint64      // The cell's, if it was placed.
}

// Placed says whether the auction was placed.
func (d Decision) Placed() bool { return d.Code == RefusalNone }

// RunRound decides all that waits. Cells and work that come in meanwhile are for the next round. On
// failure everything waits as before. The same cells, queue, settings, seed and time give the same
// decisions, on any machine and after any number of rounds.
//
// What is placed is taken off its cell at once, until the cell's next state, or until it is handed
// back.
//
// If another round or an explanation is under way, RunRound waits for it. The context ends that
// wait, and its error is returned then; a round that has begun is always run to its end.
//
// The seed is for the strategy's BeginRound and for recordings; no strategy of the library uses it.
// nowMS, in milliseconds, is likewise, and is also what the wait of each decision is counted to.
//
// It is FailedPrecondition if the strategy could not begin the round. OutOfMemory comes with a round
// if it took place and only its results could not be told: it has its counts, but no decisions.
func (e *Engine) RunRound(ctx context.Context, seed uint64, nowMS int64) (*Round, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	if err := e.takeTurn(ctx); err != nil {
		return nil, err
	}
	result := C.rostrum_go_run_round(e.bridge().engine, C.uint64_t(seed), C.int64_t(nowMS))
	e.endTurn()
	if err := makeError(result.code, result.error); err != nil {
		return nil, err
	}
	return newRound(&result)
}

// RunRoundIf is as RunRound, but the round takes place only if accept, which is called once after all is
// decided, returns true. Otherwise it is as if it had not been run: nothing is placed, all waits as
// before, and the round is nil without an error. So a caller can try what a round would come to, and
// have it, at the price of one.
//
// accept gets the round as after its Close: it can be read, then and later, but not handed back or
// explained. It may use the engine, which shows cells and queue without the round, but for RunRound,
// RunRoundIf and Explain, which would wait for this round to end. If it panics, the round does not take
// place, and the panic goes on to the caller.
func (e *Engine) RunRoundIf(
	ctx context.Context, seed uint64, nowMS int64, accept func(*Round) bool,
) (*Round, error) {
	if accept == nil {
		return nil, invalidArgument("accept is nil, expected a function")
	}
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	if err := e.takeTurn(ctx); err != nil {
		return nil, err
	}
	call := &acceptCall{accept: accept}
	handle := cgo.NewHandle(call)
	result := C.rostrum_go_run_round_if(e.bridge().engine, C.uint64_t(seed), C.int64_t(nowMS),
		C.uintptr_t(handle))
	handle.Delete()
	e.endTurn()
	if call.panicked != nil {
		panic(call.panicked)
	}
	if err := makeError(result.code, result.error); err != nil || result.round == nil {
		return nil, err
	}
	return newRound(&result)
}

// takeTurn waits until no round and no explanation is under way. endTurn must follow, unless it
// returns an error.
func (e *Engine) takeTurn(ctx context.Context) error {
	if ctx == nil {
		return invalidArgument("the context is nil, expected one")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-e.handle.closing:
		return ErrClosed
	}
}

func (e *Engine) endTurn() { <-e.turn }

// newRound takes ownership of the round in C.
func newRound(result *C.rostrum_go_round_t) (*Round, error) {
	r, err := copyRound(result)
	attach(&r.handle, r, unsafe.Pointer(result.round), destroyRound)
	return r, err
}

// copyRound copies the results, one piece of memory for each array, so that no reader has to look out
// for a Close.
func copyRound(result *C.rostrum_go_round_t) (*Round, error) {
	r := &Round{placed: int(result.placed_count), refused: int(result.refused_count)}
	r.text = copyText(result.bytes, result.byte_count)
	r.decisions = copyArray(result.decisions, result.decision_count)
	r.refusals = copyArray(result.refusals, result.refusal_count)
	r.reasons = copyArray(result.reasons, result.reason_count)
	if len(r.decisions) != r.placed+r.refused {
		return r, &Error{Code: OutOfMemory, Text: "memory ran out for the results of the round"}
	}
	return r, nil
}

func destroyRound(round unsafe.Pointer) { C.rostrum_round_destroy((*C.rostrum_round_t)(round)) }

// c returns the C handle; to be used between enter and leave.
func (r *Round) c() *C.rostrum_round_t { return (*C.rostrum_round_t)(r.handle.pointer) }

// Close lets go of the round's memory in C. It waits for calls that use it. Closing again does
// nothing. It always returns nil.
func (r *Round) Close() error {
	r.handle.close(r)
	return nil
}

// Placed returns how many auctions were placed.
func (r *Round) Placed() int { return r.placed }

// Refused returns how many auctions were refused.
func (r *Round) Refused() int { return r.refused }

// Len returns how many decisions there are: one for each auction.
func (r *Round) Len() int { return len(r.decisions) }

// Decision returns decision i, from 0 to Len()-1, and panics for another i, as a slice does. It
// allocates nothing.
func (r *Round) Decision(i int) Decision {
	record := &r.decisions[i]
	decision := Decision{
		Kind:       Kind(record.kind),
		Identifier: part(r.text, record.identifier),
		CellID:     part(r.text, record.cell_id),
		Code:       RefusalCode(record.code),
		Refusal:    -1,
		Attempts:   int32(record.attempts),
		Score:      Score{Value: float64(record.score.value), Tier: int64(record.score.tier)},
		WaitMS:     int64(record.wait_ms),
		Tag:        uint64(record.tag),
		CellTag:    uint64(record.cell_tag),
	}
	if decision.Code != RefusalNone {
		decision.Refusal = int(record.refusal)
	}
	return decision
}

// Refusal says why auctions were refused. Those that were refused alike share one.
type Refusal struct {
	Code    RefusalCode
	Text    string   // Diego's text where Diego has one.
	Reasons []Reason // Most cells first. May be empty.
}

// Reason stands for the cells that refused for one reason.
type Reason struct {
	// Subject is, for ReasonResource, "memory", "disk", "cpu", "containers" or the name of another
	// resource; for ReasonStrategy what the strategy said; otherwise empty.
	Subject string
	CellID  string // For a resource: the cell that comes nearest.
	Code    ReasonCode
	Static  bool   // These cells can never take it as they are.
	Cells   uint64 // How many refused for it.

	// For a resource, on the cell that comes nearest: what was asked, with proxy memory and the cell's
	// overhead; what was free; and the difference. Containers are counted as the rest here: one
	// is Units(1). Zero for other reasons.
	Asked, Free, ShortBy Amount
}

// Refusals returns how many different refusals there are.
func (r *Round) Refusals() int { return len(r.refusals) }

// Refusal returns refusal i, from 0 to Refusals()-1, and panics for another i, as a slice does. Its
// reasons are a slice of the caller's.
func (r *Round) Refusal(i int) Refusal {
	record := &r.refusals[i]
	return Refusal{
		Code:    RefusalCode(record.code),
		Text:    part(r.text, record.error),
		Reasons: makeReasons(r.text, r.reasons, record.reasons),
	}
}
