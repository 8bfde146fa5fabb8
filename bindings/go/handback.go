//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"math"
	"unsafe"
)

// HandBack undoes placements that the outside would not have: they are taken off their cells and, if
// refused auctions are kept, wait again. A cell whose state was updated since, or whose offers were
// accepted, is left as it is. A cell that drains goes with the last work on it.
//
// The decisions are positions in the round's decisions, of auctions that were placed. HandBack
// returns how many were taken off a cell.
//
// It is NotFound, with nothing changed, if the round belongs to another engine, or one was not placed
// by this round, or was handed back before.
func (e *Engine) HandBack(r *Round, decisions []int) (undone uint64, err error) {
	if r == nil {
		return 0, invalidArgument("the round is nil, expected one")
	}
	positions := make([]C.uint32_t, len(decisions))
	for i, decision := range decisions {
		if decision < 0 || uint64(decision) > math.MaxUint32 {
			return 0, invalidArgument("decision %d of the list is %d, expected a position in the round's %d",
				i, decision, r.Len())
		}
		positions[i] = C.uint32_t(decision)
	}
	if !e.handle.enter() {
		return 0, ErrClosed
	}
	defer e.handle.leave()
	if !r.handle.enter() {
		return 0, ErrClosed
	}
	defer r.handle.leave()
	var count C.uint64_t
	var failure *C.rostrum_error_t
	code := C.rostrum_engine_hand_back(e.c(), r.c(), unsafe.SliceData(positions),
		C.size_t(len(positions)), &count, &failure)
	return uint64(count), makeError(code, failure)
}
