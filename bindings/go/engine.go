//go:build linux && !android && cgo

package rostrum

// #include "bridge.h"
import "C"

import (
	"strings"
	"unsafe"
)

// Engine knows what every cell can take, queues what wants to run, and decides what goes where:
// cells, queue, strategy and settings together.
//
// Any number of goroutines may use an engine at once; calls wait for each other where they must, and
// rounds run one after the other. Engines know nothing of each other.
type Engine struct {
	handle handle
	// One round or explanation runs at a time. The C library would make the others wait as well, but
	// here a context can end the wait.
	turn chan struct{}
}

// NewEngine makes an engine without cells. It shares the strategy with the caller, who may close it.
func NewEngine(s *Strategy) (*Engine, error) {
	if s == nil {
		return nil, invalidArgument("the strategy is nil, expected one")
	}
	if !s.handle.enter() {
		return nil, ErrClosed
	}
	defer s.handle.leave()
	var made *C.rostrum_go_engine_t
	var failure *C.rostrum_error_t
	code := C.rostrum_go_engine_create(s.c(), &made, &failure)
	if err := makeError(code, failure); err != nil {
		return nil, err
	}
	e := &Engine{turn: make(chan struct{}, 1)}
	attach(&e.handle, e, unsafe.Pointer(made), destroyEngine)
	return e, nil
}

func destroyEngine(engine unsafe.Pointer) {
	C.rostrum_go_engine_destroy((*C.rostrum_go_engine_t)(engine))
}

// bridge returns the C object, and c the engine in it; to be used between enter and leave.
func (e *Engine) bridge() *C.rostrum_go_engine_t { return (*C.rostrum_go_engine_t)(e.handle.pointer) }
func (e *Engine) c() *C.rostrum_engine_t         { return e.bridge().engine }

// Close lets go of the engine's memory. It waits for calls in progress, a round among them, but calls
// that wait for a round end with [ErrClosed], and so does every later call. The engine's rounds live
// on. Closing again does nothing. It always returns nil.
//
// An engine that is forgotten without Close is cleaned up by the garbage collector, which does not
// know how large it is, however.
func (e *Engine) Close() error {
	e.handle.close(e)
	return nil
}

// SetStrategy sets the strategy from the next round on.
func (e *Engine) SetStrategy(s *Strategy) error {
	if s == nil {
		return invalidArgument("the strategy is nil, expected one")
	}
	if !e.handle.enter() {
		return ErrClosed
	}
	defer e.handle.leave()
	if !s.handle.enter() {
		return ErrClosed
	}
	defer s.handle.leave()
	var failure *C.rostrum_error_t
	return makeError(C.rostrum_engine_set_strategy(e.c(), s.c(), &failure), failure)
}

// Option is what there is to know of an option of engines.
type Option struct {
	Key         string
	Unit        string // Of the value, such as "containers".
	Expected    string // What a value may be, such as "a finite number such as 0.25".
	Default     string // As SetOption takes it.
	Description string // What it is, without a full stop.
}

// Options returns all options of engines.
func Options() []Option {
	var options []Option
	for {
		var found optionRecord
		if C.rostrum_option_at(C.size_t(len(options)), &found, nil) != C.ROSTRUM_OK {
			return options
		}
		options = append(options, Option{C.GoString(found.key), C.GoString(found.unit), C.GoString(found.expected),
			C.GoString(found.default_value), C.GoString(found.description)})
	}
}

// SetOption sets one of the Options from text, from the next round on: bin_pack_first_fit_weight (0),
// starting_container_weight (0.25), starting_container_count_maximum (0); their defaults are in parentheses.
// It is InvalidArgument for another key, or a value that is not a number.
func (e *Engine) SetOption(key, value string) error {
	if !e.handle.enter() {
		return ErrClosed
	}
	defer e.handle.leave()
	cKey, err := terminated("key", key)
	if err != nil {
		return err
	}
	cValue, err := terminated("value", value)
	if err != nil {
		return err
	}
	var failure *C.rostrum_error_t
	return makeError(C.rostrum_engine_set_option(e.c(), cKey, cValue, &failure), failure)
}

// SetKeepRefused says whether auctions that are refused or handed back wait for the next round (true,
// the default) or leave the engine with their result (false: Diego asks for them again itself).
func (e *Engine) SetKeepRefused(keep bool) error {
	if !e.handle.enter() {
		return ErrClosed
	}
	defer e.handle.leave()
	var failure *C.rostrum_error_t
	return makeError(C.rostrum_engine_set_keep_refused(e.c(), toFlag(keep), &failure), failure)
}

func toFlag(value bool) C.int32_t {
	if value {
		return 1
	}
	return 0
}

// terminated returns a copy of a text, in memory of Go, with the NUL byte that C looks for.
func terminated(name, text string) (*C.char, error) {
	if at := strings.IndexByte(text, 0); at >= 0 {
		return nil, invalidArgument("%s is %q, which has a NUL byte at %d, expected none", name, text, at)
	}
	copied := make([]byte, len(text)+1)
	copy(copied, text)
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(copied))), nil
}
