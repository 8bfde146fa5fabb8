//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"sync"
	"unsafe"
)

// Recorder writes rounds to a file, as a flight recorder. Any number of goroutines may use it; they
// wait for each other.
type Recorder struct {
	handle handle
	mutex  sync.Mutex // The C recorder belongs to one thread at a time.
}

// OpenRecorder opens a recording, or goes on with the one that is there. The file and its
// predecessor, PATH.1, have at most maxBytes together, at least 1024; the oldest rounds go first. 0
// means no limit.
//
// It is Unavailable if the file cannot be written; FailedPrecondition if it is no recording, holds a
// damaged round, is larger than maxBytes or is written by another recorder. The file is left as it
// is then. A last round that was not written to its end, since the process died, is no damage: it
// is cut off.
func OpenRecorder(path string, maxBytes uint64) (*Recorder, error) {
	if err := checkVersions(); err != nil {
		return nil, err
	}
	cPath, err := terminated("path", path)
	if err != nil {
		return nil, err
	}
	var made *C.rostrum_recorder_t
	var failure *C.rostrum_error_t
	code := C.rostrum_recorder_open(cPath, C.uint64_t(maxBytes), &made, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	r := &Recorder{}
	attach(&r.handle, r, unsafe.Pointer(made), destroyRecorder)
	return r, nil
}

func destroyRecorder(recorder unsafe.Pointer) {
	C.rostrum_recorder_destroy((*C.rostrum_recorder_t)(recorder))
}

// c returns the C handle; to be used between enter and leave.
func (r *Recorder) c() *C.rostrum_recorder_t { return (*C.rostrum_recorder_t)(r.handle.pointer) }

// Append writes a round, with its whole input. The strategy's name is that by which the round is run
// again; see [Strategy.Name]. After a failure the file is as before, and the round may be written
// again.
//
// It is Unavailable if the file cannot be written; InvalidArgument if the round alone is larger than
// the recording may be, or could not be read again.
func (r *Recorder) Append(round *Round, strategyName string) error {
	if round == nil {
		return invalidArgument("the round is nil, expected one")
	}
	name, err := terminated("strategy name", strategyName)
	if err != nil {
		return err
	}
	if !r.handle.enter() {
		return ErrClosed
	}
	defer r.handle.leave()
	if !round.handle.enter() {
		return ErrClosed
	}
	defer round.handle.leave()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var failure *C.rostrum_error_t
	return makeError(C.rostrum_recorder_append(r.c(), round.c(), name, &failure), failure)
}

// Close closes the file, and says whether all of it was written: it is Unavailable if the last bytes
// may not have reached the file. It waits for calls in progress. Closing again does nothing and
// returns nil.
func (r *Recorder) Close() error {
	var err error
	if r.handle.enter() {
		r.mutex.Lock()
		var failure *C.rostrum_error_t
		err = makeError(C.rostrum_recorder_close(r.c(), &failure), failure)
		r.mutex.Unlock()
		r.handle.leave()
	}
	r.handle.close(r)
	return err
}
