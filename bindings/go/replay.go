//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

// Replay is what came of running a recording again. There is nothing to close.
type Replay struct {
	Identical       bool   // Every decision was the same to the last bit.
	FirstDifference string // The first decision that differs, in a sentence with both sides; "" if none does.

	Rounds       uint64
	Decisions    uint64
	NowRefused   uint64 // Placed before, refused now.
	NowPlaced    uint64 // Refused before, placed now.
	Moved        uint64 // Placed on another cell.
	OtherRefusal uint64 // Refused for something else.
	ScoreOnly    uint64 // Placed on the same cell with another score.
}

// ReplayFile runs all rounds of a recording again, with a strategy or, if that is nil, each with the
// strategy of its own name, one of the library's. A difference is no failure.
//
// It is Corrupt if the file is damaged, with the place; NotFound if there is no such file, or the
// strategy is nil and a round's strategy does not come with the library; Unavailable if the file cannot
// be read; FailedPrecondition if the strategy could not begin a round.
func ReplayFile(path string, s *Strategy) (*Replay, error) {
	if err := checkVersions(); err != nil {
		return nil, err
	}
	cPath, err := terminated("path", path)
	if err != nil {
		return nil, err
	}
	var strategy *C.rostrum_strategy_t
	if s != nil {
		if !s.handle.enter() {
			return nil, ErrClosed
		}
		defer s.handle.leave()
		strategy = s.c()
	}
	var made *C.rostrum_replay_t
	var failure *C.rostrum_error_t
	code := C.rostrum_replay_file(cPath, strategy, &made, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	defer C.rostrum_replay_destroy(made)
	return readReplay(made)
}

func readReplay(replay *C.rostrum_replay_t) (*Replay, error) {
	var counts replayCountsRecord
	var failure *C.rostrum_error_t
	code := C.rostrum_replay_count(replay, &counts, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	return &Replay{
		Identical:       C.rostrum_replay_identical(replay) != 0,
		FirstDifference: C.GoString(C.rostrum_replay_first_difference(replay)),
		Rounds:          uint64(counts.rounds),
		Decisions:       uint64(counts.decisions),
		NowRefused:      uint64(counts.now_refused),
		NowPlaced:       uint64(counts.now_placed),
		Moved:           uint64(counts.moved),
		OtherRefusal:    uint64(counts.other_refusal),
		ScoreOnly:       uint64(counts.score_only),
	}, nil
}
