//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import "unsafe"

// Submit queues the batch's work: one auction for each index of an LRP, one for each task. It returns
// how many auctions were added.
//
// An auction that waits already, by kind and identifier, is passed over. One that is in a round at
// this moment, or was placed, does not wait, so it is queued again: see to it that work is not
// submitted twice. If the round refuses it and it goes back into the queue, the older one of the two
// stays. If a record is not valid nothing is queued, and the error names it.
//
// nowMS is the queue time, in milliseconds of a clock of the caller's choice.
func (e *Engine) Submit(b *Batch, nowMS int64) (added uint64, err error) {
	if err := checkBatch(b); err != nil {
		return 0, err
	}
	if !e.handle.enter() {
		return 0, ErrClosed
	}
	defer e.handle.leave()
	arrays := b.shared()
	arrays.indices = (*C.int32_t)(unsafe.SliceData(b.indices))
	arrays.index_count = C.size_t(len(b.indices))
	setArray(&arrays.work, &arrays.work_count, b.work)
	outcome := C.rostrum_go_submit(e.bridge(), arrays, C.int64_t(nowMS))
	return uint64(outcome.number), makeError(outcome.code, outcome.error)
}

// Cancel takes a waiting auction out of the queue. The identifier is "PROCESS-GUID.INDEX" of an LRP
// instance, or the guid of a task.
//
// It is NotFound if it does not wait; one that is in a round at this moment does not.
func (e *Engine) Cancel(kind Kind, identifier string) error {
	return e.useID("identifier", identifier,
		func(name *C.char, failure **C.rostrum_error_t) C.rostrum_code_t {
			return C.rostrum_engine_cancel(e.c(), C.rostrum_kind_t(kind), name, failure)
		})
}

// QueueSize returns how many auctions wait; 0 after Close.
func (e *Engine) QueueSize() int {
	if !e.handle.enter() {
		return 0
	}
	defer e.handle.leave()
	return int(C.rostrum_engine_queue_size(e.c()))
}

// OldestQueueTimeMS returns the queue time of the auction that waits longest, in milliseconds; -1 if
// none waits, and after Close.
func (e *Engine) OldestQueueTimeMS() int64 {
	if !e.handle.enter() {
		return -1
	}
	defer e.handle.leave()
	return int64(C.rostrum_engine_oldest_queue_time_ms(e.c()))
}

// Waiting returns what waits, in order: one Work for each auction, so that each LRP has one index. Of
// what one Submit has queued, LRPs come before tasks.
func (e *Engine) Waiting() ([]Work, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	var batch *C.rostrum_batch_t
	var failure *C.rostrum_error_t
	code := C.rostrum_engine_waiting(e.c(), &batch, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_batch_destroy(batch)
	return newBatchReader(batch).readWork(), nil
}
