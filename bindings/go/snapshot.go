//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import "unsafe"

// Snapshot returns all cells as they are now, with what rounds have placed on them.
func (e *Engine) Snapshot() (*Cells, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	var batch *C.rostrum_batch_t
	var failure *C.rostrum_error_t
	code := C.rostrum_engine_snapshot(e.c(), &batch, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_batch_destroy(batch)
	return newBatchReader(batch).cells(), nil
}

// WriteSnapshot returns all cells as bytes, for a file or another machine; see [ReadSnapshot].
func (e *Engine) WriteSnapshot() ([]byte, error) {
	if !e.handle.enter() {
		return nil, ErrClosed
	}
	defer e.handle.leave()
	return withTexts(func(batch *C.rostrum_batch_t, failure **C.rostrum_error_t) C.rostrum_code_t {
		return C.rostrum_snapshot_write(e.c(), batch, failure)
	}, func(arrays C.rostrum_go_arrays_t) []byte {
		return copyArray((*byte)(unsafe.Pointer(arrays.bytes)), arrays.byte_count)
	})
}

// ReadSnapshot is the reverse of [Engine.WriteSnapshot]. It is Corrupt if the bytes are not of that.
func ReadSnapshot(bytes []byte) (*Cells, error) {
	if err := checkVersions(); err != nil {
		return nil, err
	}
	var batch *C.rostrum_batch_t
	var failure *C.rostrum_error_t
	code := C.rostrum_snapshot_read((*C.char)(unsafe.Pointer(unsafe.SliceData(bytes))),
		C.size_t(len(bytes)), &batch, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_batch_destroy(batch)
	return newBatchReader(batch).cells(), nil
}
