//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// RoundInput is what a round was run on.
type RoundInput struct {
	Context RoundContext
	Cells   Cells
	Work    []Work // One for each auction, as queued.
}

// Input returns what the round was run on, to record it or to run it again elsewhere. Work that is
// submitted again starts with no attempts and a queue time of its own; no strategy of the library
// looks at either, but one of yours may. A [Recorder] keeps both.
func (r *Round) Input() (*RoundInput, error) {
	if !r.handle.enter() {
		return nil, ErrClosed
	}
	defer r.handle.leave()
	var context contextRecord
	var batch *C.rostrum_batch_t
	var failure *C.rostrum_error_t
	code := C.rostrum_round_input(r.c(), &context, &batch, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_batch_destroy(batch)
	reader := newBatchReader(batch)
	return &RoundInput{
		Context: makeContext(&context),
		Cells:   *reader.cells(),
		Work:    reader.readWork(),
	}, nil
}

func makeContext(record *contextRecord) RoundContext {
	return RoundContext{
		Seed:                          uint64(record.seed),
		NowMS:                         int64(record.now_ms),
		BinPackFirstFitWeight:         float64(record.bin_pack_first_fit_weight),
		StartingContainerWeight:       float64(record.starting_container_weight),
		StartingContainerCountMaximum: int64(record.starting_container_count_maximum),
	}
}
