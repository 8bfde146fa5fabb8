//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import "unsafe"

// UpdateCells adds the batch's cells, or replaces those of the same id; what a round had placed on
// those counts no longer. With replaceAll every cell of states that is not in the batch is removed.
// If a cell is not valid nothing changes, and the error names it.
//
// It is InvalidArgument if a record is not valid or an id appears twice, FailedPrecondition if an id
// is that of a cell of offers.
func (e *Engine) UpdateCells(b *Batch, replaceAll bool) error {
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
	setArray(&arrays.cells, &arrays.cell_count, b.cells)
	outcome := C.rostrum_go_update_cells(e.bridge(), arrays, toFlag(replaceAll))
	return makeError(outcome.code, outcome.error)
}

// RemoveCell removes a cell, of states or of offers, which are expired then (see [OfferState]). What
// SetCellDisabled and DrainCell said of its id holds on, for a cell that comes with that id later.
// It is NotFound if there is none.
func (e *Engine) RemoveCell(id string) error {
	return e.useID("cell id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_remove_cell(e.c(), id, failure)
	})
}

// SetCellDisabled stops or resumes placing on a cell. Stopped, its id stays so whatever later states
// say, and even where the cell goes and comes again. Resuming lifts both this and a drain of its id;
// the cell itself is no longer disabled or draining then, even if its state said so, until its
// next state says it again. A cell that said itself that it is evacuating still takes nothing.
// It is NotFound if there is no such cell, and nothing was said of its id before.
func (e *Engine) SetCellDisabled(id string, disabled bool) error {
	return e.useID("cell id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_set_cell_disabled(e.c(), id, toFlag(disabled), failure)
	})
}

// DrainCell stops placing on a cell and drops it as soon as nothing runs on it, which may be at once.
// Its id stays barred: a later state or offer of it is dropped in the same way, until
// SetCellDisabled(id, false). The offers of a cell that is dropped are expired (see [OfferState]).
// It is NotFound if there is no such cell.
func (e *Engine) DrainCell(id string) error {
	return e.useID("cell id", id, func(id *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_engine_drain_cell(e.c(), id, failure)
	})
}

// useID runs a call that is given an id alone.
func (e *Engine) useID(name, id string,
	call func(*C.char, **C.rostrum_error_t) C.rostrum_code_t) error {
	if !e.handle.enter() {
		return ErrClosed
	}
	defer e.handle.leave()
	cID, err := terminated(name, id)
	if err != nil {
		return err
	}
	var failure *C.rostrum_error_t
	code := call(cID, &failure)
	return makeError(code, failure)
}

// checkBatch returns what the batch could not hold, so that nothing is done with a part of it.
func checkBatch(b *Batch) error {
	if b == nil {
		return invalidArgument("the batch is nil, expected one")
	}
	return b.Err()
}

// shared returns the arrays that any kind of record may refer to, still in the memory of Go.
func (b *Batch) shared() C.rostrum_go_arrays_t {
	var arrays C.rostrum_go_arrays_t
	arrays.bytes = (*C.char)(unsafe.Pointer(unsafe.SliceData(b.bytes)))
	arrays.byte_count = C.size_t(len(b.bytes))
	setArray(&arrays.texts, &arrays.text_count, b.texts)
	setArray(&arrays.scalars, &arrays.scalar_count, b.scalars)
	return arrays
}

func setArray[Record any](array **Record, count *C.size_t, records []Record) {
	*array = unsafe.SliceData(records)
	*count = C.size_t(len(records))
}
